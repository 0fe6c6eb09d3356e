"""Runs the example against a running stack: `python -m examples.tool_errors.main [http://127.0.0.1:8000]`."""

from __future__ import annotations

from examples.client import Client, base_url


def main() -> None:
    """Three failures, three error results that the model is told, one answer, and a run that completed."""
    client = Client(base_url())
    run_id = client.start("agent_error_handling", {})

    answer = client.completed(run_id)["result"]
    agent = client.children(run_id)[0]["id"]
    results = client.blocks(agent, "tool_result")
    assert [one["is_error"] for one in results] == [True] * 3, results
    schema, raised, child = (one["content"] for one in results)
    assert "a booking has at most 4 seats" in schema, schema
    assert "the station does not answer" in raised, raised
    assert "the night train was canceled" in child, child
    assert [one["status"] for one in client.children(agent)] == ["failed"]
    print(answer)


if __name__ == "__main__":
    main()
