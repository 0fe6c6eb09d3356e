"""Runs the example against a running stack: `python -m examples.ui_documents.main [http://127.0.0.1:8000]`."""

from __future__ import annotations

from examples.client import Client, base_url


def main() -> None:
    """All four documents arrive, in order, untouched."""
    client = Client(base_url())
    run_id = client.start("ui_documents", {})
    client.completed(run_id)

    documents = client.documents(run_id)
    assert list(documents) == ["message", "markdown", "plain", "error"], list(documents)
    assert documents["plain"]["text"] == "every   character\n<b>as it is</b>"
    print(f"{len(documents)} documents: {', '.join(documents)}")


if __name__ == "__main__":
    main()
