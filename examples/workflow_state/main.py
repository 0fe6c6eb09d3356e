"""Runs the example against a running stack: `python -m examples.workflow_state.main [http://127.0.0.1:8000]`."""

from __future__ import annotations

from examples.client import Client, base_url


def main() -> None:
    """Both workflows build their sentence from what an earlier transition kept."""
    client = Client(base_url())
    party = client.start("workflow_state", {"guests": ["Bob", "Carla", "Ann"]})
    shopping = client.start("workflow_tool_results", {"cakes": 3})

    for run_id, text in ((party, "2 cakes for Ann, Bob, Carla"), (shopping, "750 g flour, 9 eggs")):
        assert client.completed(run_id)["result"] == text
        assert client.documents(run_id)["message"]["text"] == text
        print(text)


if __name__ == "__main__":
    main()
