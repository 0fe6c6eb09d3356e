"""Runs the example against a running stack: `python -m examples.multi_provider.main [http://127.0.0.1:8000]`."""

from __future__ import annotations

from examples.client import Client, base_url


def main() -> None:
    """Each model answers in a thread of its own."""
    client = Client(base_url())
    run_id = client.start("multi_provider", {})

    result = client.completed(run_id)["result"]
    threads = client.tagged(run_id)
    for provider in ("claude", "openai"):
        question, answer = threads[provider]
        assert question["content"]["role"] == "user", question
        assert answer["content"]["text"] == result[provider], answer
        assert answer["meta"]["provider"] == provider, answer
    print(f"claude: {result['claude']}\nopenai: {result['openai']}")


if __name__ == "__main__":
    main()
