"""Runs the example against a running stack: `python -m examples.hello.main [http://127.0.0.1:8000]`."""

from __future__ import annotations

from examples.client import Client, base_url


def main() -> None:
    """Greet Ada, greet the world, and see the failing twin fail with a word on why."""
    client = Client(base_url())
    run_id, world, failing = (
        client.start(name, args) for name, args in [("hello", {"name": "Ada"}), ("hello", {}), ("hello_failing", {})]
    )

    run = client.completed(run_id)
    assert "Ada" in run["result"]["text"], run["result"]
    assert [message["text"] for message in client.feed(run_id)] == [run["result"]["text"]]
    assert "World" in client.completed(world)["result"]["text"]

    error = client.failed(failing)["error_message"]
    assert "'nobody' is not configured" in error, error
    print(run["result"]["text"])


if __name__ == "__main__":
    main()
