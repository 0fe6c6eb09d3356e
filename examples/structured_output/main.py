"""Runs the example against a running stack: `python -m examples.structured_output.main [http://127.0.0.1:8000]`."""

from __future__ import annotations

from examples.client import Client, base_url


def main() -> None:
    """Have a program written in PHP: one program, and one status message that was replaced in place."""
    client = Client(base_url())
    run_id = client.start("structured_output", {"language": "php"})

    filename = client.completed(run_id)["result"]
    status, program = client.feed(run_id)
    assert status["text"] == f"Done: `{filename}`.", status
    assert program["filename"] == filename and program["code"], program
    print(f"{filename}: {program['code']}")


if __name__ == "__main__":
    main()
