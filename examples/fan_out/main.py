"""Runs the example against a running stack: `python -m examples.fan_out.main [http://127.0.0.1:8000]`."""

from __future__ import annotations

from itertools import pairwise

from examples.client import Client, Json, base_url


def errands(client: Client, run_id: str) -> list[Json]:
    """The runs of the errands: children of the one child that looks after them."""
    (flow,) = client.children(run_id)
    return client.children(flow["id"])


def main() -> None:
    """All at once, with one that cannot be had; then in order, where that one ends the rest."""
    client = Client(base_url())
    things = ["flour", "unicorn", "candles"]

    run_id = client.start("fan_out_example", {"things": things})
    told = client.completed(run_id)["result"]
    assert told == {"flour": "5 minutes", "unicorn": "failed: nobody sells unicorns", "candles": "5 minutes"}, told
    runs = errands(client, run_id)
    assert max(run["created_at"] for run in runs) < min(run["ended_at"] for run in runs), "nobody waited for another"
    print("at once:", told)

    run_id = client.start("sequence_example", {"things": things})
    told = client.completed(run_id)["result"]
    last = "skipped: An earlier item failed, so this one was not started."
    assert told == ["flour", "failed: nobody sells unicorns", last], told

    run_id = client.start("sequence_example", {"things": ["flour", "eggs", "candles"]})
    assert client.completed(run_id)["result"] == ["flour", "eggs", "candles"]
    runs = errands(client, run_id)
    assert all(one["ended_at"] <= other["created_at"] for one, other in pairwise(runs)), (
        "each waited for the one before"
    )
    print("in order:", told)


if __name__ == "__main__":
    main()
