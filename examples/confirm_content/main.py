"""Runs the example against a running stack: `python -m examples.confirm_content.main [http://127.0.0.1:8000]`."""

from __future__ import annotations

from examples.client import Client, base_url


def main() -> None:
    """Confirm one order, deny another."""
    client = Client(base_url())
    for transition, confirmed in (("user_confirmed", True), ("user_denied", False)):
        run_id = client.start("confirm_content", {"item": "Tea"})
        client.waits_for(run_id, "decision_received")
        (question,) = client.children(run_id)
        client.answer(question["id"], transition)

        result = client.completed(run_id)["result"]
        assert result["confirmed"] is confirmed, result
        assert "| Tea | 12 kg |" in result["markdown"], result
        print(f"{transition}: the order is {'placed' if confirmed else 'dropped'}")


if __name__ == "__main__":
    main()
