"""Runs the example against a running stack: `python -m examples.tool_calling.main [http://127.0.0.1:8000]`."""

from __future__ import annotations

from examples.client import Client, base_url


def main() -> None:
    """One call of the tool, its result in the conversation, then the answer."""
    client = Client(base_url())
    run_id = client.start("tool_calling", {"city": "Lisbon"})

    answer = client.completed(run_id)["result"]
    calls = [block["name"] for block in client.blocks(run_id, "tool_call")]
    results = [block["content"] for block in client.blocks(run_id, "tool_result")]
    assert calls == ["get_weather"], calls
    assert results == ["17 degrees and light rain in Lisbon."], results
    print(answer)


if __name__ == "__main__":
    main()
