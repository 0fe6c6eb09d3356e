"""Runs the example against a running stack: `python -m examples.chat.main [http://127.0.0.1:8000]`."""

from __future__ import annotations

from examples.client import Client, base_url

QUESTIONS = ("My tomatoes look sad.", "And the roses?", "Shall I sing to them?")


def main() -> None:
    """Three turns; the run still waits for the next one, and the first message stays out of sight."""
    client = Client(base_url())
    run_id = client.start("chat", {})
    for question in QUESTIONS:
        client.answer(run_id, "user_message", question)
    client.waits_for(run_id, "user_message")

    feed = client.feed(run_id)
    assert [one["role"] for one in feed] == ["user", "assistant"] * 3, feed
    assert [one["text"] for one in feed[::2]] == list(QUESTIONS), feed
    print(feed[-1]["text"])


if __name__ == "__main__":
    main()
