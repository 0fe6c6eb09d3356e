"""Runs the example against a running stack: `python -m examples.ask_user.main [http://127.0.0.1:8000]`."""

from __future__ import annotations

from examples.client import Client, base_url

STORIES = [
    ("ask_user_text", "answer_received", "Ada", "Hello, Ada!"),
    ("ask_user_options", "choice_received", "staging", "1.4.0 goes to staging"),
    ("ask_user_options", "choice_received", "the old server", "1.4.0 goes to the old server"),
    ("ask_user_confirm", "decision_received", "yes", "sent"),
    ("ask_user_confirm", "decision_received", "no", "kept"),
]


def main() -> None:
    """Answer each question where it is asked, in the child run, and check what its parent makes of the answer."""
    client = Client(base_url())
    for workflow, callback, answer, expected in STORIES:
        run_id = client.start(workflow, {})
        client.waits_for(run_id, callback)
        (question,) = client.children(run_id)
        client.answer(question["id"], "user_answered", {"answer": answer})

        result = client.completed(run_id)["result"]
        assert result == expected, result
        (shown,) = client.feed(question["id"])
        assert shown["answer"] == answer, shown
        print(f"{shown['question']} {answer}: {result}")


if __name__ == "__main__":
    main()
