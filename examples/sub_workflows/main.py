"""Runs the example against a running stack: `python -m examples.sub_workflows.main [http://127.0.0.1:8000]`."""

from __future__ import annotations

from examples.client import Client, base_url


def two_postcards(client: Client) -> None:
    """The second child starts when the first has reported."""
    run_id = client.start("two_postcards", {})
    messages = client.completed(run_id)["result"]["messages"]
    assert messages == ["Dear Ann, the weather is fine.", "Dear Bob, the weather is fine."], messages
    first, second = client.children(run_id)
    assert first["ended_at"] <= second["created_at"]
    print("\n".join(messages))


def show_modes(client: Client) -> None:
    """Three children, two of them with a card."""
    run_id = client.start("show_modes", {})
    assert client.completed(run_id)["result"] == "Dear Carla, the weather is fine."
    cards = [(card["label"], card["embed"]) for card in client.feed(run_id)]
    assert cards == [("Inside the feed", True), ("As a link", False)], cards
    assert len(client.children(run_id)) == 3
    print(f"cards: {', '.join(label for label, _ in cards)}")


def child_errors(client: Client) -> None:
    """Both children fail; the parent hears why and completes."""
    run_id = client.start("child_errors", {})
    reasons = client.completed(run_id)["result"]["reasons"]
    expected = [f"failed: the postcard to {name} was lost in the mail" for name in ("Ann", "Bob")]
    assert reasons == expected, reasons
    assert {child["status"] for child in client.children(run_id)} == {"failed"}
    print("\n".join(reasons))


def main() -> None:
    """Tell all three stories."""
    client = Client(base_url())
    for story in (two_postcards, show_modes, child_errors):
        story(client)


if __name__ == "__main__":
    main()
