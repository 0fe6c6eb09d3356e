"""Runs the example against a running stack: `python -m examples.custom_tool.main [http://127.0.0.1:8000]`."""

from __future__ import annotations

from examples.client import Client, base_url


def main() -> None:
    """Add 1 and 2, press Continue, and see that the counter went on where it was."""
    client = Client(base_url())
    run_id = client.start("custom_tool", {"a": 1, "b": 2})
    client.waits_for(run_id, "user_continue")
    assert client.documents(run_id)["counter"] == {"count": 3}

    client.answer(run_id, "user_continue")

    result = client.completed(run_id)["result"]
    assert result == {"total": 3, "count": 4}, result
    assert client.documents(run_id)["message"]["text"] == "1 + 2 = 3"
    print(f"total {result['total']:g}, counted {result['count']} times")


if __name__ == "__main__":
    main()
