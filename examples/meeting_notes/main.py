"""Runs the example against a running stack: `python -m examples.meeting_notes.main [http://127.0.0.1:8000]`."""

from __future__ import annotations

from examples.client import Client, base_url

NOTES = """Weekly meeting, 12 May 2026
Attendees: Ann, Bob, Carla
We decided to launch on 1 June.
- [ ] Measure the payment page (Ann, Thursday)
- [ ] Write the newsletter (Bob, end of May)
Who answers the mail at the weekend?"""


def main() -> None:
    """Correct the raw notes, take what the model made of them, add a decision, and confirm."""
    client = Client(base_url())
    run_id = client.start("meeting_notes", {"input_text": "Weekly meeting"})
    client.answer(run_id, "user_response", {"text": NOTES})

    client.waits_for(run_id, "confirm")
    notes = client.documents(run_id)["meeting_notes"]
    assert notes["title"] and notes["summary"], notes

    notes["decisions"].append("Carla is on call at the weekend.")
    client.answer(run_id, "confirm", notes)

    result = client.completed(run_id)["result"]
    assert result == notes, result
    documents = client.feed(run_id)
    assert documents == [{"text": NOTES}, notes], "each edited version replaces the one before it"
    print("\n".join([result["title"], *(f"- {decision}" for decision in result["decisions"])]))


if __name__ == "__main__":
    main()
