"""What a worker remembers of a run's documents: only what is new is read, and nobody can change what others read."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from loopstack_temporal import BaseWorkflow, Document, LlmMessageDocument, StudioApp, document, transition, workflow
from loopstack_temporal.llm import LlmGenerateTextTool
from loopstack_temporal.store.documents import Documents
from loopstack_temporal.store.records import DocumentRow
from loopstack_temporal.testing import ScriptedModel, run_workflow


@document(tags=["message"])
class SaidDocument(Document):
    role: str = "user"
    text: str
    parts: list[list[str]] = []


@workflow
class ThreeStepsWorkflow(BaseWorkflow[dict[str, Any], dict[str, Any], list[Any]]):
    """Saves, changes what it finds without saving it, and looks again."""

    llm: LlmGenerateTextTool

    @transition(to="saved")
    async def save(self) -> None:
        await self.document_store.save(SaidDocument(text="old", parts=[["a"]]), key="one", meta={"marks": ["m"]})
        await self.document_store.save(SaidDocument(text="other", parts=[["b"]]))

    @transition(from_="saved", to="changed")
    async def change(self) -> None:
        for found in await self.document_store.find_by_tag("message"):
            content: Any = found.content
            content.text = "changed"
            content.parts[0].append("changed")
        [found] = [one for one in await self.document_store.find_all_documents() if one.key == "one"]
        found.meta["marks"].append("changed")
        for said in await self.document_store.find_all(SaidDocument):
            said.parts[0].append("changed")
        await self.llm.call()

    @transition(from_="changed", to="replaced")
    async def replace(self) -> None:
        await self.document_store.save(SaidDocument(text="new", parts=[["c"]]), key="one")

    @transition(from_="replaced", to="end")
    async def look(self) -> list[Any]:
        await self.llm.call()
        documents = await self.document_store.find_all_documents()
        told: list[Any] = [(one.content, one.meta) for one in documents if one.document_name == "said"]
        return [[content.text, content.parts, dict(meta)] for content, meta in told]


async def test_what_one_step_changes_without_saving_it_no_other_step_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[tuple[int, int]] = []
    live_beside = Documents.live_beside

    def counted(
        self: Documents, run_id: str, known: Collection[str]
    ) -> tuple[tuple[str, ...], tuple[DocumentRow, ...]]:
        ids, rows = live_beside(self, run_id, known)
        reads.append((len(ids), len(rows)))
        return ids, rows

    monkeypatch.setattr(Documents, "live_beside", counted)
    model = ScriptedModel(["First.", "Second."])
    studio = StudioApp(title="Three", workflows=[ThreeStepsWorkflow], providers=[model])

    report = await run_workflow(ThreeStepsWorkflow, app=studio)

    assert report.status == "completed", report.error
    assert report.result == [["new", [["c"]], {}], ["other", [["b"]], {}]]
    assert [[message.text for message in request.messages] for request in model.requests] == [
        ["old", "other"],
        ["new", "other", "First."],
    ]
    assert reads == [(0, 0), (2, 2), (3, 1), (3, 1)], "each document is read once"
    assert [one.text for one in report.find_all(LlmMessageDocument)] == ["First.", "Second."]
