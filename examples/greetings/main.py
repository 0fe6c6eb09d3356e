"""Runs the example against a running stack: `python -m examples.greetings.main [http://127.0.0.1:8000]`."""

from __future__ import annotations

from examples.client import Client, base_url

GREETINGS = {
    "default_greeting": "Welcome, Ada!",
    "french_greeting": "Bonjour, Ada!",
    "german_greeting": "Guten Tag, Ada!",
    "nested_greeting": "Good morning, Ada! How do you do?",
}


def main() -> None:
    """Four workflows, four greetings, one greeter."""
    client = Client(base_url())
    runs = {workflow: client.start(workflow, {"name": "Ada"}) for workflow in GREETINGS}
    for workflow, text in GREETINGS.items():
        result = client.completed(runs[workflow])["result"]
        assert result == text, result
        print(result)


if __name__ == "__main__":
    main()
