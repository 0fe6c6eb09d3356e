"""Runs the example against a running stack: `python -m examples.review.main [http://127.0.0.1:8000]`."""

from __future__ import annotations

from examples.client import Client, base_url


def main() -> None:
    """Ask for one change, approve the second draft, and check that both were drafts of the topic."""
    client = Client(base_url())
    run_id = client.start("review", {"topic": "tea"})

    first = client.waits_for(run_id, "approve")
    assert {one["transition"] for one in first["awaiting"]} == {"approve", "request_changes"}, first["awaiting"]
    assert "tea" in client.documents(run_id)["markdown"]["markdown"]

    client.answer(run_id, "request_changes", {"wish": "Mention the water."})
    client.answer(run_id, "approve")

    result = client.completed(run_id)["result"]
    assert result["drafts"] == 2 and "tea" in result["text"], result
    print(f"approved after {result['drafts']} drafts:\n{result['text']}")


if __name__ == "__main__":
    main()
