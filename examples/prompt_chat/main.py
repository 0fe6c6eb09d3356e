"""Runs the example against a running stack: `python -m examples.prompt_chat.main [http://127.0.0.1:8000]`."""

from __future__ import annotations

from examples.client import Client, base_url


def main() -> None:
    """Three turns, and the run still waits for a fourth."""
    client = Client(base_url())
    run_id = client.start("prompt_chat", {})
    for text in ("one", "one two", "one two three"):
        client.answer(run_id, "user_message", text)

    run = client.waits_for(run_id, "user_message")
    assert (run["status"], run["place"]) == ("waiting", "waiting_for_user"), run
    said = [f"{message['role']}: {message['text']}" for message in client.feed(run_id)]
    assert len(said) == 7, said
    assert said[-2:] == ["user: one two three", "assistant: 3 words in turn 3. Go on."], said
    print("\n".join(said))


if __name__ == "__main__":
    main()
