"""Documents: feed order, versions of a key, what is shown to whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from loopstack_temporal.errors import NotFound
from tests.store.make import Making, document, types


@pytest.mark.requirement("DOC-007", "REL-006")
def test_saving_a_key_again_replaces_the_shown_version_at_its_position(make: Making) -> None:
    make.opened()
    make.finish(0, documents=(document("a", 1), document(None, 2)))
    make.finish(1, documents=(document("a", 3), document(None, 4)))
    make.finish(2, documents=(document("a", 5),))
    assert make.documents() == [(1, 3, 5), (2, 1, 2), (3, 1, 4)]
    shown = make.store.documents.page(make.run).items[0]
    versions = make.store.documents.get(shown.id)
    assert [(one.version, one.live, one.content["text"]) for one in versions.versions] == [
        (1, False, 1),
        (2, False, 3),
        (3, True, 5),
    ]


@pytest.mark.requirement("DOC-007")
def test_one_key_saved_twice_in_one_step_leaves_one_live_version(make: Making) -> None:
    make.opened()
    make.finish(0, documents=(document("a", 1), document("a", 2), document("b", 3), document("a", 4)))
    assert make.documents() == [(1, 3, 4), (2, 1, 3)]
    assert [one.data["version"] for one in make.events("document.saved")] == [1, 2, 1, 3]


@pytest.mark.requirement("DOC-009")
def test_a_save_that_keeps_the_version_before_it_gets_a_place_of_its_own(make: Making) -> None:
    make.opened()
    make.finish(0, documents=(document("a", 1),))
    make.finish(1, documents=(document("a", 2, keep_previous=True),))
    assert make.documents() == [(1, 1, 1), (2, 2, 2)]


def test_a_version_saved_to_be_kept_is_not_replaced_later(make: Making) -> None:
    make.opened()
    make.finish(0, documents=(document("a", 1, keep_previous=True),))
    make.finish(1, documents=(document("a", 2),))
    make.finish(2, documents=(document("a", 3),))
    assert make.documents() == [(1, 1, 1), (2, 3, 3)]


def test_documents_without_a_key_are_always_new(make: Making) -> None:
    make.opened()
    for step in range(3):
        make.finish(step, documents=(document(None, step),))
    assert make.documents() == [(1, 1, 0), (2, 1, 1), (3, 1, 2)]


def test_hidden_documents_show_only_when_asked_for_and_internal_ones_never(make: Making) -> None:
    make.opened()
    secret = document(None, "internal", internal=True)
    make.finish(0, documents=(document(None, "open"), document(None, "hidden", hidden=True), secret))
    assert [text for _, _, text in make.documents()] == ["open"]
    assert [text for _, _, text in make.documents(hidden=True)] == ["open", "hidden"]
    with pytest.raises(NotFound):
        make.store.documents.get(secret.id)
    assert [one.content["text"] for one in make.store.documents.live(make.run)] == ["open", "hidden", "internal"]
    assert [one.data["hidden"] for one in make.events("document.saved")] == [False, True]


def test_live_documents_are_found_by_class_and_by_exact_tag(make: Making) -> None:
    make.opened()
    tricky = 'a"b\\_%é\u2028'
    make.finish(
        0,
        documents=(
            document(None, 1, tags=("red", tricky)),
            document(None, 2, tags=("redder",), name="other"),
            document("k", 3, tags=("red",)),
            document("k", 4),
        ),
    )
    live = make.store.documents.live
    assert [one.content["text"] for one in live(make.run, tag="red")] == [1]
    assert [one.content["text"] for one in live(make.run, tag=tricky)] == [1]
    assert [one.content["text"] for one in live(make.run, tag='["red"')] == []
    assert [one.content["text"] for one in live(make.run, name="other")] == [2]


@pytest.mark.requirement("DOC-020")
def test_five_hundred_documents_come_page_by_page_in_both_directions(make: Making) -> None:
    make.opened()
    make.finish(0, documents=tuple(document(None, number) for number in range(500)))
    seen: list[int] = []
    after: int | None = None
    while True:
        page = make.store.documents.page(make.run, after=after, limit=60)
        seen += [one.content["text"] for one in page.items]
        if page.next is None:
            break
        after = int(page.next)
    assert seen == list(range(500))
    last = make.store.documents.page(make.run, order="desc", limit=3)
    assert [one.position for one in last.items] == [500, 499, 498]
    before = make.store.documents.page(make.run, order="desc", before=int(last.next or 0), limit=2)
    assert [one.position for one in before.items] == [497, 496]


def test_content_comes_back_exactly(make: Making) -> None:
    make.opened()
    content: dict[str, object] = {
        "z": 1,
        "a": 1.0,
        "big": 10**30,
        "tiny": 5e-324,
        "text": "nul \x00 \ud800 é 🍵",
        "none": None,
        "1": [[], {}],
    }
    make.finish(0, documents=(replace(document(), content=content, meta={"n": 1e22}),))
    found = make.store.documents.page(make.run).items[0]
    assert repr(found.content) == repr(content)
    assert repr(found.meta) == "{'n': 1e+22}"


def test_the_document_of_a_failed_attempt_stays_with_the_later_success(make: Making) -> None:
    make.opened()
    make.fail(make.fence(0, attempt=1), 1)
    make.fail(make.fence(0, attempt=2), 2)
    make.store.steps.finish(make.outcome(make.fence(0, attempt=3), "work", "start", "done", documents=(document(),)))
    assert len(make.documents()) == 3
    assert make.store.steps.page(make.run).items[0].document_count == 3
    assert types(make.events("step.failed", "step.committed")) == ["step.failed", "step.failed", "step.committed"]


def test_a_step_learns_how_many_places_of_the_feed_are_taken(make: Making) -> None:
    make.opened()
    make.finish(0, documents=(document(), document()))
    assert make.entered(1).run.document_seq == 2
