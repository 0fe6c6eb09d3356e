"""Runs the example against a running stack: `python -m examples.hello.main [http://127.0.0.1:8000]`."""

from __future__ import annotations

from examples.client import Client, base_url


def main() -> None:
    """Greet Ada, and check what comes back."""
    client = Client(base_url())
    run_id = client.start("hello", {"name": "Ada"})

    run = client.completed(run_id)
    assert "Ada" in run["result"]["text"], run["result"]
    assert client.documents(run_id)["markdown"]["markdown"] == run["result"]["text"]
    print(run["result"]["text"])


if __name__ == "__main__":
    main()
