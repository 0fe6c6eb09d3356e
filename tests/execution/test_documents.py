"""The document store as transitions and tools use it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from pydantic import BaseModel

from loopstack_temporal import BaseTool, BaseWorkflow, Document, DocumentError, MarkdownDocument, document, transition
from loopstack_temporal import workflow as workflow_
from loopstack_temporal.store.records import DocumentRow
from loopstack_temporal.tools.base import ToolContext, ToolOptions, ToolResult
from loopstack_temporal.tools.decorator import tool
from tests.execution.conftest import Driver, Drivers

Body = Callable[[Any], Coroutine[Any, Any, None]]


class Note(Document):
    text: str
    stars: int = 3


@document(tags=["board"], meta={"level": "info"})
class Pin(Document):
    text: str


@document(meta={"hidden": True})
class Whisper(Document):
    text: str


def writing(drive: Drivers, *bodies: Body, **options: Any) -> Driver:
    """A run whose steps do these things with `self.document_store`, then waits for an answer."""

    @workflow_
    class WriterWorkflow(BaseWorkflow[Any]):
        @transition(to="second")
        async def first(self) -> None:
            await bodies[0](self)

        @transition(from_="second", to="asking")
        async def follow(self) -> None:
            if len(bodies) > 1:
                await bodies[1](self)

        @transition(from_="asking", to="end", wait=True)
        async def done(self) -> None: ...

    return drive(WriterWorkflow, **options)


def feed(run: Driver, *, hidden: bool = False) -> tuple[DocumentRow, ...]:
    """What the studio's feed shows."""
    return run.store.documents.page(run.run_id, limit=100, hidden=hidden).items


@pytest.mark.requirement("DOC-005", "DOC-008")
async def test_a_save_gives_back_what_is_stored_and_without_a_key_always_adds(drive: Drivers) -> None:
    saved: list[Any] = []

    async def body(self: Any) -> None:
        saved.append(await self.document_store.save(Note(text="one")))
        saved.append(await self.document_store.save(Note, {"text": "one"}, tags=["t"]))
        saved.append(await self.document_store.save(Note(text="one"), id="same"))

    run = writing(drive, body)
    await run.open("writer")
    await run.go()
    rows = feed(run)
    assert [(row.id, row.position, row.name) for row in rows] == [
        (one.id, one.index, one.document_name) for one in saved
    ]
    assert [row.content for row in rows] == [{"text": "one", "stars": 3}] * 3
    assert [(one.content, one.place, one.transition, one.tags) for one in saved] == [
        (Note(text="one"), "start", "first", ()),
        (Note(text="one"), "start", "first", ("t",)),
        (Note(text="one"), "start", "first", ()),
    ]
    assert [row.key for row in rows] == [None, None, "same"]


@pytest.mark.requirement("DOC-008")
async def test_a_key_and_another_id_in_one_save_are_a_mistake(drive: Drivers) -> None:
    async def body(self: Any) -> None:
        await self.document_store.save(Note(text="fine"), key="k", id="k")
        with pytest.raises(DocumentError, match="mean the same and differ"):
            await self.document_store.save(Note(text="not"), key="k", id="other")

    run = writing(drive, body)
    await run.open("writer")
    await run.go()
    assert [row.content["text"] for row in feed(run)] == ["fine"]


@pytest.mark.requirement("DOC-006")
async def test_create_checks_and_stores_nothing_until_it_is_saved(drive: Drivers) -> None:
    async def body(self: Any) -> None:
        note = await self.document_store.create(Note, {"text": "draft"})
        assert (note, await self.document_store.find_all(Note)) == (Note(text="draft"), [])
        with pytest.raises(DocumentError):
            await self.document_store.create(Note, {"stars": 1})
        note.text = "changed"
        await self.document_store.save(note)
        await self.document_store.create(Note, {"text": "never saved"})

    run = writing(drive, body)
    await run.open("writer")
    await run.go()
    assert [row.content["text"] for row in feed(run)] == ["changed"]


@pytest.mark.requirement("DOC-010")
async def test_hidden_documents_leave_the_feed_and_stay_with_queries(drive: Drivers) -> None:
    found: list[str] = []

    async def body(self: Any) -> None:
        store = self.document_store
        await store.save(Note(text="shown"))
        await store.save(Note(text="by option"), hidden=True)
        await store.save(Note(text="by meta"), meta={"hidden": True})
        await store.save(Whisper(text="by class"))
        await store.save(Whisper(text="shown all the same"), hidden=False)
        await store.save(Whisper(text="shown by meta"), meta={"hidden": False})

    async def look(self: Any) -> None:
        found.extend(entity.content.text for entity in await self.document_store.find_all_documents())

    run = writing(drive, body, look)
    await run.open("writer")
    await run.go()
    assert [row.content["text"] for row in feed(run)] == ["shown", "shown all the same", "shown by meta"]
    everything = ["shown", "by option", "by meta", "by class", "shown all the same", "shown by meta"]
    assert found == everything == [row.content["text"] for row in feed(run, hidden=True)]


@pytest.mark.requirement("DOC-011", "DOC-018")
async def test_tags_and_meta_belong_to_one_document_and_tags_find_it(drive: Drivers) -> None:
    found: dict[str, list[Any]] = {}

    async def body(self: Any) -> None:
        store = self.document_store
        await store.save(Pin(text="plain"), meta={"data": {"mine": [1]}})
        await store.save(Pin(text="other"), tags=["red", "blue"])
        await store.save(Note(text="note"), tags=["red"])
        await store.save(Note(text="old"), tags=["red"], key="k")
        await store.save(Note(text="new"), tags=["blue"], key="k")

    async def look(self: Any) -> None:
        for tag in ("board", "red", "blue", "none"):
            entities = await self.document_store.find_by_tag(tag)
            found[tag] = [(entity.document_name, entity.content.text) for entity in entities]
        (plain,) = await self.document_store.find_by_tag("board")
        found["meta"] = [plain.meta]

    run = writing(drive, body, look)
    await run.open("writer")
    await run.go()
    assert found == {
        "board": [("pin", "plain")],
        "red": [("pin", "other"), ("note", "note")],
        "blue": [("pin", "other"), ("note", "new")],
        "none": [],
        "meta": [{"data": {"mine": [1]}}],
    }
    assert feed(run)[0].meta == {"data": {"mine": [1]}}


@pytest.mark.requirement("DOC-012")
async def test_strict_is_the_default_and_stores_nothing_of_what_does_not_fit(drive: Drivers) -> None:
    async def body(self: Any) -> None:
        with pytest.raises(DocumentError) as raised:
            await self.document_store.save(Note, {"text": 7, "stars": "many"})
        assert set(raised.value.fields) == {"text", "stars"}
        assert "`note`" in str(raised.value) and "`stars`" in str(raised.value)
        changed = Note(text="fine")
        object.__setattr__(changed, "stars", "broken afterwards")
        with pytest.raises(DocumentError):
            await self.document_store.save(changed)
        entity = await self.document_store.save(Note, {"text": "fine", "stars": "4"})
        assert entity.content == Note(text="fine", stars=4)

    run = writing(drive, body)
    await run.open("writer")
    await run.go()
    assert run.row.status == "waiting"
    assert [row.content for row in feed(run)] == [{"text": "fine", "stars": 4}]


@pytest.mark.requirement("DOC-013")
async def test_safe_stores_what_was_given_with_what_is_wrong_and_skip_without(drive: Drivers) -> None:
    async def body(self: Any) -> None:
        await self.document_store.save(Note, {"stars": "many", "else": 1}, validate="safe")
        await self.document_store.save(Note, {"text": "fine"}, validate="safe")
        await self.document_store.save(Note, {"stars": "many"}, validate="skip")

    run = writing(drive, body)
    await run.open("writer")
    await run.go()
    wrong, fine, skipped = feed(run)
    assert wrong.content == {"stars": "many", "else": 1}
    assert {fault["path"] for fault in wrong.validation_error} == {"text", "stars"}
    assert (fine.content, fine.validation_error) == ({"text": "fine", "stars": 3}, None)
    assert (skipped.content, skipped.validation_error) == ({"stars": "many"}, None)


class PinArgs(BaseModel):
    text: str


@tool(description="Pins something.")
class PinTool(BaseTool[PinArgs, str]):
    async def handle(self, args: PinArgs, ctx: ToolContext, options: ToolOptions) -> ToolResult[str]:
        await self.document_store.save(Pin(text=args.text))
        known = await self.document_store.find_all(Pin)
        return ToolResult(data=", ".join(pin.text for pin in known))


@pytest.mark.requirement("DOC-016")
async def test_a_tool_writes_into_the_step_that_called_it_and_queries_see_it_at_once(drive: Drivers) -> None:
    seen: list[Any] = []

    @workflow_
    class PinningWorkflow(BaseWorkflow[Any]):
        pin: PinTool

        @transition(to="asking")
        async def first(self) -> None:
            await self.document_store.save(Pin(text="mine"))
            result = await self.pin.call(PinArgs(text="the tool's"))
            seen.append(result.data)
            seen.append([pin.text for pin in await self.document_store.find_all(Pin)])

        @transition(from_="asking", to="end", wait=True)
        async def done(self) -> None: ...

    run = drive(PinningWorkflow)
    await run.open("pinning")
    await run.go()
    assert seen == ["mine, the tool's", ["mine", "the tool's"]]
    assert [(row.content["text"], row.step, row.transition) for row in feed(run)] == [
        ("mine", 0, "first"),
        ("the tool's", 0, "first"),
    ]


@pytest.mark.requirement("DOC-017", "DOC-019")
async def test_queries_give_live_documents_of_this_run_typed_and_in_feed_order(drive: Drivers) -> None:
    found: list[Any] = []

    async def body(self: Any) -> None:
        await self.document_store.save(Note(text="a"), key="a")
        await self.document_store.save(MarkdownDocument(markdown="between"))
        await self.document_store.save(Note(text="b"))
        await self.document_store.save(Note(text="a, again"), key="a")

    async def look(self: Any) -> None:
        found.append(await self.document_store.find_all(Note))
        everything = await self.document_store.find_all_documents()
        found.append([(entity.index, entity.document_name, entity.version) for entity in everything])

    other = writing(drive, body)
    await other.open("writer")
    await other.go()
    found.clear()
    run = writing(drive, body, look)
    await run.open("writer")
    await run.go()
    assert found[0] == [Note(text="a, again"), Note(text="b")]
    assert [(name, version) for _, name, version in found[1]] == [("note", 2), ("markdown", 1), ("note", 1)]
    assert [index for index, _, _ in found[1]] == sorted(index for index, _, _ in found[1])
