"""Runs the example against a running stack: `python -m examples.tool_errors.main [http://127.0.0.1:8000]`."""

from __future__ import annotations

from examples.client import Client, base_url


def main() -> None:
    """Three failures, three results, one answer, and a run that completed."""
    client = Client(base_url())
    run_id = client.start("tool_errors", {})

    result = client.completed(run_id)["result"]
    schema, raised, child = result["errors"]
    assert "seats" in schema, schema
    assert "the station does not answer" in raised, raised
    assert child == "the night train was canceled", child
    assert result["answer"]
    assert [one["status"] for one in client.children(run_id)] == ["failed"]
    print("\n".join(result["errors"]))


if __name__ == "__main__":
    main()
