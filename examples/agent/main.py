"""Runs the example against a running stack: `python -m examples.agent.main [http://127.0.0.1:8000]`."""

from __future__ import annotations

from examples.client import Client, base_url


def main() -> None:
    """An agent finds the answer; a loop with a budget of two turns stops before it has one."""
    client = Client(base_url())
    agent, custom = (client.start(name, {}) for name in ("agent_example", "custom_agent_example"))

    answer = client.completed(agent)["result"]
    calls = [block["name"] for block in client.blocks(client.children(agent)[0]["id"], "tool_call")]
    assert calls == ["weather_lookup", "weather_lookup", "calculator"], calls

    stopped = client.completed(custom)["result"]
    assert stopped == "Stopped after 2 turns.", stopped
    print(f"{answer}\n{stopped}")


if __name__ == "__main__":
    main()
