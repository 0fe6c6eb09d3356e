"""Runs the example against a running stack: `python -m examples.dynamic_routing.main [http://127.0.0.1:8000]`."""

from __future__ import annotations

from examples.client import Client, base_url

WAYS = {
    100: ("petty_cash", "100 is petty cash: paid at once."),
    150: ("accounting", "150 goes to accounting."),
    200: ("accounting", "200 goes to accounting."),
    200.5: ("director", "200.5 needs the director's signature."),
}


def main() -> None:
    """Send a claim down every way, those at the limits included."""
    client = Client(base_url())
    for value, (place, text) in WAYS.items():
        run_id = client.start("dynamic_routing", {"value": value})
        run = client.completed(run_id)
        assert run["path"][-2:] == [place, "end"], run["path"]
        assert run["result"] == client.documents(run_id)["message"]["text"] == text, run["result"]
        print(text)


if __name__ == "__main__":
    main()
