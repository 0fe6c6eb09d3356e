"""Runs the example against a running stack: `python -m examples.error_retry.main [http://127.0.0.1:8000]`."""

from __future__ import annotations

from examples.client import Client, base_url

FAILURES = {
    "auto_retry_step": [2],
    "manual_retry_step": [1, 0],
    "custom_error_step": [1],
    "timeout_step": [1],
    "hybrid_step": [2],
    "retry_target_step": [1, 1, 0],
    "child_completed": [1],
}
"""How often the code of each step raised, one number for each time the step was begun."""


def main() -> None:
    """Press every button of the tour, and count how often each step failed."""
    client = Client(base_url())
    run_id = client.start("error_retry", {})

    assert "presses Retry" in client.failed(run_id)["error_message"]
    client.retry(run_id)
    for recover in ("handle_custom_error", "handle_hybrid_error", "handle_sub_failed"):
        assert client.waits_for(run_id, recover)["has_error"]
        client.answer(run_id, recover)
    assert client.completed(run_id)["result"] == "That was all, and nothing is broken."

    steps = client.steps(run_id)
    failures = {name: [one["failures"] for one in steps if one["transition"] == name] for name in FAILURES}
    assert failures == FAILURES, failures
    (child,) = client.children(run_id)
    assert child["status"] == "failed" and child["error_message"] == "children do that"
    for name, counts in failures.items():
        print(f"{name}: failures: {sum(counts)}")


if __name__ == "__main__":
    main()
