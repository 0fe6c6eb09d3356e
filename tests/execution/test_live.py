"""What people see of a text that is being written; nothing of it can disturb the attempt."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import exc

from loopstack_temporal import BaseWorkflow, MarkdownDocument, Retry, transition, workflow
from loopstack_temporal.definition.session import LiveText, Unwatched, session_of
from loopstack_temporal.errors import StoreUnavailable
from loopstack_temporal.execution import live
from loopstack_temporal.execution.values import Done, TryAgain
from loopstack_temporal.machine.decisions import Fire
from loopstack_temporal.store.records import LivePiece, LiveWrite
from loopstack_temporal.testing import run_workflow
from tests.execution.conftest import Driver, Drivers
from tests.support.stack import eventually

Nothing = dict[str, Any]


class Writer:
    """A body that the test leads: it hands out its text and waits."""

    def __init__(self) -> None:
        self.text: LiveText | None = None
        self.again: Callable[[], LiveText] = Unwatched
        self.begun = asyncio.Event()
        self.go = asyncio.Event()
        self.error: Exception | None = None

    async def write(self, owner: BaseWorkflow[Any, Any, Any]) -> None:
        session = session_of(owner, "live")
        self.again = lambda: session.live("m-1")
        self.text = self.again()
        self.begun.set()
        await self.go.wait()
        if self.error:
            raise self.error
        await owner.document_store.save(MarkdownDocument(markdown="all of it"), key="m-1")
        await owner.document_store.save(MarkdownDocument(markdown="another"), key="m-2")


def story(writer: Writer) -> type[BaseWorkflow[Nothing, Nothing, None]]:
    @workflow
    class StoryWorkflow(BaseWorkflow[Nothing, Nothing, None]):
        @transition(to="end", retry=Retry(attempts=1, delay=0))
        async def tell(self) -> None:
            await writer.write(self)

    return StoryWorkflow


class Telling:
    """A story that is being told."""

    def __init__(self, drive: Drivers) -> None:
        self.writer = Writer()
        self.driver: Driver = drive(story(self.writer))
        self.step: asyncio.Task[Any] | None = None

    async def begin(self, **more: Any) -> LiveText:
        if self.step is None:
            fire = await self.driver.open("story")
            assert isinstance(fire, Fire)
            self.fire = fire
        self.writer.begun.clear()
        self.writer.go.clear()
        self.step = asyncio.create_task(self.driver.fire(self.fire, **more))
        await self.writer.begun.wait()
        assert self.writer.text
        return self.writer.text

    async def end(self, error: Exception | None = None) -> Any:
        self.writer.error = error
        self.writer.go.set()
        assert self.step
        return await self.step

    @property
    def pieces(self) -> list[LivePiece]:
        return [
            piece for stream in self.driver.store.live.after([self.driver.run_id], [], {}) for piece in stream.pieces
        ]

    @property
    def words(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    async def shows(self, words: str) -> None:
        await eventually(lambda: self.words == words, what=repr(words))


@pytest.mark.requirement("LLM-030")
async def test_text_is_seen_while_it_is_written_and_the_document_takes_its_place(drive: Drivers) -> None:
    telling = Telling(drive)
    text = await telling.begin()
    text.thinking("hm")
    text.text("Once ")
    await telling.shows("hmOnce ")
    text.text("upon ")
    text.text("a time")
    await telling.shows("hmOnce upon a time")
    text.tool_call("c-1", "search", {"for": {1, 2}, "at": float("nan")})
    text.end()
    text.text("too late")
    await eventually(lambda: telling.pieces[-1].kind == "end", what="the end")
    assert [piece.seq for piece in telling.pieces] == list(range(1, len(telling.pieces) + 1))
    assert isinstance(await telling.end(), Done)
    assert telling.pieces == []
    documents = telling.driver.store.documents.live(telling.driver.run_id)
    assert [(one.key, one.live_id) for one in documents] == [("m-1", "m-1"), ("m-2", None)]
    text.text("after the end")


async def test_a_failed_attempts_text_is_gone_and_the_next_one_counts_on(drive: Drivers) -> None:
    telling = Telling(drive)
    text = await telling.begin()
    text.text("first")
    await telling.shows("first")
    assert isinstance(await telling.end(RuntimeError("no")), TryAgain)
    assert telling.pieces == []
    text.text("late")
    (await telling.begin(attempt=2)).text("second")
    await telling.shows("second")
    (stream,) = telling.driver.store.live.after([telling.driver.run_id], [], {})
    assert stream.attempt == 2
    await telling.end()


async def test_a_text_begun_twice_starts_over_in_view(drive: Drivers) -> None:
    telling = Telling(drive)
    (await telling.begin()).text("of the first model")
    telling.writer.again().text("of the second")
    await eventually(lambda: [one.kind for one in telling.pieces] == ["text", "start", "text"], what="the second text")
    await telling.end()


@pytest.mark.requirement("LLM-034")
async def test_a_database_that_refuses_the_pieces_changes_nothing_for_the_step(
    drive: Drivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling = Telling(drive)
    refused = threading.Event()

    def refuse(write: LiveWrite) -> bool:
        refused.set()
        raise exc.ProgrammingError("insert", {}, Exception("no"))

    monkeypatch.setattr(telling.driver.store.live, "write", refuse)
    text = await telling.begin()
    text.text("Once ")
    await eventually(refused.is_set, what="the first write")
    text.text("upon ")
    text.text(7)  # type: ignore[arg-type]
    assert isinstance(await telling.end(), Done)


async def test_pieces_wait_while_the_database_is_away_and_what_is_too_much_is_left_out_with_a_mark(
    drive: Drivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling = Telling(drive)
    monkeypatch.setattr(live, "MOST_UNSENT", 10)
    write, away = telling.driver.store.live.write, threading.Event()
    tried = threading.Event()

    def sometimes(pieces: LiveWrite) -> bool:
        tried.set()
        if not away.is_set():
            raise StoreUnavailable("away")
        return write(pieces)

    monkeypatch.setattr(telling.driver.store.live, "write", sometimes)
    text = await telling.begin()
    text.text("one ")
    await eventually(tried.is_set, what="the first try")
    for piece in ("two ", "three ", "four ", "five"):
        text.text(piece)
    away.set()
    await telling.shows("one two three …")
    text.text(" six")
    await telling.shows("one two three … six")
    await telling.end()


async def test_pieces_may_come_from_a_thread(drive: Drivers) -> None:
    telling = Telling(drive)
    text = await telling.begin()
    writers = [threading.Thread(target=lambda: [text.text("x") for _ in range(500)]) for _ in range(4)]
    for one in writers:
        one.start()
    await telling.shows("x" * 2_000)
    for one in writers:
        one.join()
    await telling.end()


@pytest.mark.requirement("LLM-035")
async def test_where_nobody_can_watch_a_text_is_not_kept() -> None:
    writer = Writer()
    writer.go.set()
    report = await run_workflow(story(writer))
    assert report.status == "completed"
    assert isinstance(writer.text, Unwatched)
