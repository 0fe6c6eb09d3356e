"""Runs the example against a running stack: `python -m examples.agent_asks.main [http://127.0.0.1:8000]`."""

from __future__ import annotations

from examples.client import Client, base_url


def question_of(client: Client, run_id: str) -> str:
    """The run of the question that the agent of a run asks."""
    client.waits_for(run_id, "agent_complete")
    agent = client.has_child(run_id)
    return client.has_child(agent)


def main() -> None:
    """Answer one agent; approve the plan of a second one and deny that of a third."""
    client = Client(base_url())
    asks = client.start("agent_ask_clarification", {})
    approved, denied = (client.start("agent_ask_for_approval", {}) for _ in range(2))

    client.answer(question_of(client, asks), "user_answered", {"answer": "Ann and Bob"})
    client.answer(question_of(client, approved), "user_confirmed")
    client.answer(question_of(client, denied), "user_denied")

    heard = client.completed(asks)["result"]
    assert "Ann and Bob" in heard, heard
    results = [client.completed(run_id)["result"] for run_id in (approved, denied)]
    assert results == ["It is settled.", "Then we stay at home."], results
    print("\n".join([heard, *results]))


if __name__ == "__main__":
    main()
