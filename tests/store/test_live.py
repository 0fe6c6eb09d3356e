"""Text that is being written, on both databases."""

from __future__ import annotations

from loopstack_temporal.store.records import Ending, Fence, LivePiece, LiveStream, LiveWrite
from tests.store.make import Making


def show(make: Making, fence: Fence, *texts: str, first: int = 1, attempt: int = 1, stream: str = "m-1") -> bool:
    """Write pieces of text."""
    pieces = tuple(LivePiece(stream, seq, "text", text) for seq, text in enumerate(texts, start=first))
    return make.store.live.write(LiveWrite(fence, attempt, "work", "start", pieces))


def claimed(make: Making, step: int = 0, attempt: int = 1) -> Fence:
    """An attempt with its claim."""
    fence = make.fence(step, attempt=attempt)
    make.claim(fence)
    return fence


def seen(make: Making, fence: Fence | None = None, **known: int) -> dict[str, str]:
    """What somebody reads who watches the run and knows so many pieces of the attempt, by stream."""
    nonce = fence.nonce if fence else ""
    places = {(make.run, stream.replace("_", "-")): (nonce, seq) for stream, seq in known.items()}
    return {one.stream: words(one) for one in make.store.live.after([make.run], [], places)}


def words(stream: LiveStream) -> str:
    return "".join(piece.text for piece in stream.pieces)


def test_a_reader_gets_the_pieces_it_does_not_know(make: Making) -> None:
    make.opened()
    fence = claimed(make)
    assert show(make, fence, "Once ", "upon ")
    assert show(make, fence, "a time", first=3)
    assert show(make, fence, "beside", stream="m-2")
    assert seen(make) == {"m-1": "Once upon a time", "m-2": "beside"}
    assert seen(make, fence, m_1=2) == {"m-1": "a time", "m-2": "beside"}
    assert seen(make, fence, m_1=3, m_2=1) == {"m-1": "", "m-2": ""}
    (one,) = (stream for stream in make.store.live.after([], [make.run], {}) if stream.stream == "m-1")
    assert (one.run_id, one.root_id, one.step, one.attempt, one.transition, one.place) == (
        make.run, make.run, 0, 1, "work", "start",
    )  # fmt: skip


def test_every_kind_of_piece_comes_back_as_it_was(make: Making) -> None:
    make.opened()
    fence = claimed(make)
    call = {"id": "c-1", "name": "search", "args": {"for": "tea \ud800\x00"}}
    pieces = (
        LivePiece("m", 1, "start"),
        LivePiece("m", 2, "thinking", "hm"),
        LivePiece("m", 3, "tool_call", data=call),
        LivePiece("m", 4, "end", error="cut off"),
    )
    make.store.live.write(LiveWrite(fence, 1, "work", "start", pieces))
    (stream,) = make.store.live.after([make.run], [], {})
    assert stream.pieces == pieces


def test_others_runs_are_not_read_and_a_family_is_read_by_its_root(make: Making) -> None:
    make.opened()
    show(make, claimed(make), "other")
    root = make.opened()
    child = make.opened(parent_id=root, root_id=root)
    show(make, claimed(make), "child")
    assert [words(one) for one in make.store.live.after([], [root], {})] == ["child"]
    assert [words(one) for one in make.store.live.after([child], [], {})] == ["child"]
    assert make.store.live.after([root], [], {}) == ()
    assert make.store.live.after([], [], {}) == ()


def test_a_later_attempt_begins_with_nothing_and_an_overtaken_one_writes_nothing(make: Making) -> None:
    make.opened()
    one = claimed(make)
    assert show(make, one, "first")
    two = claimed(make, attempt=2)
    assert seen(make) == {}
    assert not show(make, one, "late", first=2)
    assert show(make, two, "second", attempt=2)
    assert seen(make, one, m_1=7) == {"m-1": "second"}, "numbers count within an attempt"


def test_nothing_is_written_for_a_step_nobody_claimed(make: Making) -> None:
    make.opened()
    assert not show(make, make.fence(0), "early")


def test_what_a_step_showed_goes_with_its_commit_or_failure(make: Making) -> None:
    make.opened()
    one = claimed(make)
    show(make, one, "first")
    make.fail(one)
    assert seen(make) == {}
    two = claimed(make, attempt=2)
    show(make, two, "second", attempt=2)
    make.store.steps.finish(make.outcome(two, "work", "start", "done"))
    assert seen(make) == {}
    assert not show(make, two, "late", first=2, attempt=2)


def test_it_goes_with_a_rewind_an_end_from_outside_and_the_run(make: Making) -> None:
    make.opened()
    make.finish(0)
    show(make, claimed(make, step=1), "undone")
    make.store.steps.register(make.run, 0, "t2", seen_epoch=1)
    make.temporal = "t2"
    assert seen(make) == {}
    last = claimed(make)
    show(make, last, "ended")
    make.store.runs.end(make.run, 2, Ending("canceled"))
    assert seen(make) == {}
    assert not show(make, last, "late", first=2)
    make.store.runs.delete(make.run)
