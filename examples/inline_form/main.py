"""Runs the example against a running stack: `python -m examples.inline_form.main [http://127.0.0.1:8000]`."""

from __future__ import annotations

from examples.client import Client, base_url

FILLED = {"rating": 5, "again": "yes", "comment": "More cake."}


def main() -> None:
    """Fill in the form; what was sent replaces it in place, and nothing is left to send."""
    client = Client(base_url())
    run_id = client.start("inline_form", {})
    client.waits_for(run_id, "submit_feedback")
    assert client.feed(run_id) == [{"rating": 3, "again": "maybe", "comment": ""}]

    client.answer(run_id, "submit_feedback", FILLED)
    run = client.completed(run_id)
    assert run["result"] == FILLED, run["result"]
    assert run["awaiting"] == [], run["awaiting"]
    assert client.feed(run_id) == [FILLED], "the answer replaces the empty form"
    print(f"rated {run['result']['rating']} of 5: {run['result']['comment']}")


if __name__ == "__main__":
    main()
