"""Runs the example against a running stack: `python -m examples.prompt.main [http://127.0.0.1:8000]`."""

from __future__ import annotations

from examples.client import Client, base_url


def main() -> None:
    """Ask about tea, and find the answer once in the feed."""
    client = Client(base_url())
    run_id = client.start("prompt", {"subject": "tea"})

    result = client.completed(run_id)["result"]
    messages = [one for one in client.feed(run_id) if one.get("role") == "assistant"]
    assert [one["text"] for one in messages] == [result], messages
    assert "tea" in result, result
    print(result)


if __name__ == "__main__":
    main()
