"""Text that is being written, as clients of the event stream see it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from loopstack_api.stream import Hub

from loopstack_temporal.store.records import Fence, LivePiece, LiveWrite
from loopstack_temporal.store.store import Store
from tests.api.serving import Got, Listener, listening, served
from tests.api.test_api_bell import follow_with
from tests.store.make import Making, document
from tests.support.stack import eventually

NEVER = 3600.0


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Both databases: they tell of news in ways of their own."""
    return request.param


class Author:
    """An attempt that writes, and the pieces it has written."""

    def __init__(self, store: Store, attempt: int = 1, make: Making | None = None, step: int = 0, **run: Any) -> None:
        self.make = make or Making(store)
        if make is None:
            self.make.opened(**run)
        self.attempt = attempt
        self.seq = 0
        self.fence: Fence = self.make.fence(step, attempt=attempt)
        self.make.claim(self.fence)

    @property
    def run(self) -> str:
        return self.make.run

    async def write(self, *pieces: str | LivePiece) -> None:
        """Words, or pieces of another kind."""
        rows: list[LivePiece] = []
        for piece in pieces:
            self.seq += 1
            text = piece if isinstance(piece, str) else piece.text
            of = LivePiece("", 0, "text") if isinstance(piece, str) else piece
            rows.append(LivePiece("m-1", self.seq, of.kind, text, of.data, of.error))
        store = self.make.store
        assert await store.do(store.live.write, LiveWrite(self.fence, self.attempt, "work", "start", tuple(rows)))


@asynccontextmanager
async def store_at_rest(app: FastAPI) -> AsyncGenerator[None]:
    """Nobody reads live text until the end of the block, as if all of it happened between two looks."""
    async with app.state.services.hub._live._reading:  # pyright: ignore[reportPrivateUsage]
        yield


class View:
    """What a person sees of one text; joins frames by the rules of the contract."""

    def __init__(self) -> None:
        self.attempt = self.seq = 0
        self.text = ""
        self.ended = self.dropped = False

    def take(self, frame: Got) -> None:
        assert frame.id is None, "live text never moves the cursor"
        data = frame.data
        if frame.type == "live.snapshot":
            assert data["attempt"] > self.attempt or data["seq"] >= self.seq
            self.attempt, self.seq, self.text = data["attempt"], data["seq"], data["text"]
            self.ended = self.dropped = False
            return
        assert (data["attempt"], data["seq"]) == (self.attempt, self.seq + 1)
        if frame.type == "live.end" and data["dropped"]:
            self.attempt = self.seq = 0
            self.text, self.ended, self.dropped = "", True, True
            return
        self.seq = data["seq"]
        if frame.type == "live.end":
            self.ended, self.dropped = True, data["dropped"]
        elif data["part"] == "text":
            self.text += data["text"]


async def follow(stream: Listener, view: View, until: str = "", *, ended: bool = False) -> list[Got]:
    """Read until a text is shown, or the end."""
    got: list[Got] = []
    while not (view.ended if ended else view.text.endswith(until)):
        got.append(await stream.next())
        if got[-1].type.startswith("live."):
            view.take(got[-1])
    return got


def kinds(frames: Iterable[Got]) -> list[str]:
    return [frame.type for frame in frames if frame.type.startswith("live.")]


@pytest.mark.requirement("LLM-029", "LLM-036")
async def test_a_page_opened_in_the_middle_shows_the_text_so_far_and_goes_on(app: FastAPI, store: Store) -> None:
    author = Author(store)
    call = {"id": "c-1", "name": "search", "args": {"for": "half a cup \ud83c"}}
    await author.write(LivePiece("", 0, "thinking", "hm"), "Once ", "upon ")
    async with served(app) as address, listening(address, run_id=author.run, live="true") as stream:
        await stream.next()
        first = await stream.next()
        assert first.data == {
            "type": "live.snapshot", "run_id": author.run, "live_id": "m-1", "step": 0, "transition": "work",
            "place": "start", "attempt": 1, "seq": 3, "text": "Once upon ", "thinking": "hm", "tool_calls": [],
        }  # fmt: skip
        await author.write("a time", LivePiece("", 0, "tool_call", data=call), LivePiece("", 0, "end", error="cut"))
        words, search, end = [await stream.next() for _ in range(3)]
        assert (words.data["seq"], words.data["part"], words.data["text"]) == (4, "text", "a time")
        assert (search.data["part"], search.data["data"]) == ("tool_call", call)
        assert (end.type, end.data["error"], end.data["dropped"]) == ("live.end", "cut", False)
        assert {first.id, words.id, end.id} == {None}
        async with listening(address, run_id=author.run, live="true") as late:
            assert [(await late.next()).type for _ in range(3)] == ["hello", "live.snapshot", "live.end"]


@pytest.mark.requirement("LLM-032")
async def test_another_attempts_text_takes_the_place_of_the_first(app: FastAPI, store: Store) -> None:
    first, view = Author(store), View()
    async with served(app) as address, listening(address, run_id=first.run, live="true") as stream:
        await first.write("The fir")
        await follow(stream, view, "The fir")
        second = Author(store, attempt=2, make=first.make)
        await second.write("The second")
        await follow(stream, view, "The second")
    assert (view.text, view.attempt) == ("The second", 2)


@pytest.mark.requirement("LLM-030")
async def test_the_document_is_told_of_before_its_text_goes(app: FastAPI, store: Store) -> None:
    author, view = Author(store), View()
    async with served(app) as address, listening(address, run_id=author.run, live="true") as stream:
        await author.write("All of it", LivePiece("", 0, "end"))
        await follow(stream, view, ended=True)
        saved = document("m-1", "All of it", live_id="m-1")
        outcome = author.make.outcome(author.fence, "work", "start", "done", documents=(saved,))
        await store.do(store.steps.finish, outcome)
        rest = await stream.until("live.end")
    types = [frame.type for frame in rest]
    assert types.index("document.saved") < types.index("live.end")
    assert next(frame for frame in rest if frame.type == "document.saved").data["live_id"] == "m-1"
    assert rest[-1].data["dropped"] is True


async def test_a_text_under_an_old_id_is_not_taken_for_the_old_one(app: FastAPI, store: Store) -> None:
    author, view = Author(store), View()
    async with served(app) as address, listening(address, run_id=author.run, live="true") as stream:
        await author.write("first ", "of ", "all")
        await follow(stream, view, "of all")
        async with store_at_rest(app):
            await store.do(store.steps.finish, author.make.outcome(author.fence, "work", "start", "start"))
            later = Author(store, make=author.make, step=1)
            await later.write("second")
        await follow(stream, view, "second")
    assert view.text == "second"


async def test_who_does_not_ask_for_text_or_asks_for_another_run_gets_none(app: FastAPI, store: Store) -> None:
    parent = Author(store)
    root = parent.run
    child = Author(store, parent_id=root, root_id=root)
    async with (
        served(app) as address,
        listening(address, run_id=root, live="true", tree="true") as family,
        listening(address, run_id=root, live="true") as alone,
        listening(address, run_id=child.run) as silent,
    ):
        await family.next()
        await child.write("of the child")
        frame = await family.next()
        assert (frame.type, frame.data["run_id"], frame.data["text"]) == ("live.snapshot", child.run, "of the child")
        await parent.write("of the parent")
        heard = await alone.until("live.snapshot")
        assert [one.data.get("run_id") for one in heard if one.type.startswith("live.")] == [root]
        await store.do(store.steps.finish, child.make.outcome(child.fence, "work", "start", "done"))
        assert kinds(await silent.until("step.committed")) == []


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_what_a_newcomer_reads_first_reaches_those_who_wait(
    app: FastAPI, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def blind() -> object:
        raise LookupError("the poller sees nothing")

    monkeypatch.setattr(store.events, "version", blind)
    author = Author(store)
    async with served(app) as address, listening(address, run_id=author.run, live="true") as first:
        await first.next()
        await author.write("read by the second")
        async with listening(address, run_id=author.run, live="true") as second:
            for stream in (second, first):
                assert (await stream.until("live.snapshot"))[-1].data["text"] == "read by the second"


@pytest.mark.requirement("LLM-036")
async def test_a_client_cut_twenty_times_ends_with_exactly_the_final_text(app: FastAPI, store: Store) -> None:
    dice = random.Random(41)
    pieces = [f"word{number} " for number in range(300)]
    author, whole = Author(store), "".join(pieces)
    view, cursor = View(), None

    async def write() -> None:
        for start in range(0, len(pieces), 3):
            await author.write(*pieces[start : start + 3])
        await author.write(LivePiece("", 0, "end"))

    async with served(app) as address:
        writing = asyncio.create_task(write())
        cuts = sorted(dice.sample(range(5, 280), 20))
        for cut in cuts:
            async with listening(address, cursor, run_id=author.run, live="true") as stream:
                while author.seq < cut or f"word{cut} " not in view.text:
                    frame = await stream.next()
                    cursor = frame.id or cursor
                    if frame.type == "hello":
                        cursor = frame.data["cursor"]
                    if frame.type.startswith("live."):
                        view.take(frame)
        async with listening(address, cursor, run_id=author.run, live="true") as stream:
            await follow(stream, view, ended=True)
        await writing
    assert (view.text, view.dropped) == (whole, False)


async def test_a_client_that_was_away_for_long_gets_the_whole_text_at_once(app: FastAPI, store: Store) -> None:
    author = Author(store)
    async with served(app) as address, listening(address, run_id=author.run, live="true") as stream:
        await stream.next()
        await author.write(*["x"] * 1_000)
        assert [(await stream.next()).data["text"]] == ["x" * 1_000]


@pytest.mark.parametrize("kind", ["postgresql"])
async def test_text_is_not_held_up_by_an_old_transaction_and_needs_no_look_at_the_clock(
    app: FastAPI, store: Store
) -> None:
    follow_with(app, Hub(store, "b", poll_seconds=NEVER))
    author, view = Author(store), View()
    async with served(app) as address, listening(address, run_id=author.run, live="true") as stream:
        await stream.next()
        with store.database.write() as connection:
            connection.exec_driver_sql("SELECT pg_current_xact_id()")
            await author.write("at once")
            await follow(stream, view, "at once")


@pytest.mark.parametrize("kind", ["postgresql"])
async def test_a_text_stays_as_long_as_an_old_transaction_hides_its_document(app: FastAPI, store: Store) -> None:
    author, view = Author(store), View()
    async with served(app) as address, listening(address, run_id=author.run, live="true") as stream:
        await author.write("kept")
        await follow(stream, view, "kept")
        with store.database.write() as connection:
            connection.exec_driver_sql("SELECT pg_current_xact_id()")
            saved = document("m-1", live_id="m-1")
            outcome = author.make.outcome(author.fence, "work", "start", "done", documents=(saved,))
            await store.do(store.steps.finish, outcome)
            going = app.state.services.hub._live._going  # pyright: ignore[reportPrivateUsage]
            await eventually(lambda: bool(going), what="the look that finds the text gone")
        frames = await follow(stream, view, ended=True)
        assert [frame.type for frame in frames if frame.type in ("document.saved", "live.end")] == [
            "document.saved",
            "live.end",
        ]


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_nothing_is_read_while_nothing_is_written(
    app: FastAPI, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    author, view, reads, looks = Author(store), View(), 0, 0
    after, version = store.live.after, store.events.version

    def counted(*args: Any) -> Any:
        nonlocal reads
        reads += 1
        return after(*args)

    def looked() -> object:
        nonlocal looks
        looks += 1
        return version()

    monkeypatch.setattr(store.live, "after", counted)
    monkeypatch.setattr(store.events, "version", looked)
    async with served(app) as address, listening(address, run_id=author.run, live="true") as stream:
        await author.write("here")
        await follow(stream, view, "here")
        begun = looks
        await eventually(lambda: looks >= begun + 3, what="the last write's own looks")
        before = reads
        await eventually(lambda: looks >= begun + 13, what="ten more looks")
        assert reads == before
