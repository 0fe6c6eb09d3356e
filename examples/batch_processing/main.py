"""Runs the example against a running stack: `python -m examples.batch_processing.main [http://127.0.0.1:8000]`."""

from __future__ import annotations

from examples.client import Client, base_url


def main() -> None:
    """Five rounds of five; and a last round that is smaller than the others."""
    client = Client(base_url())
    for args, rounds in (({"total_items": 25, "batch_size": 5}, 5), ({"total_items": 7, "batch_size": 3}, 3)):
        run_id = client.start("batch_processing", args)
        result = client.completed(run_id)["result"]
        assert result == {"stamped": args["total_items"], "rounds": rounds}, result
        (summary,) = client.feed(run_id)
        assert len(summary["markdown"].splitlines()) == rounds + 2, "one summary, one line for each round"
        print(summary["markdown"].splitlines()[0])


if __name__ == "__main__":
    main()
