"""An attempt in memory: enough of one to call tools in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from loopstack_temporal.definition.context import RunContext, RunRef
from loopstack_temporal.definition.document import Document, DocumentEntity, DocumentT, StoredDocument
from loopstack_temporal.definition.document_class import document_of
from loopstack_temporal.definition.session import ChildOptions, EffectAnswer, EffectCall, LiveText, Unwatched


class MemoryDocuments:
    """Documents in a list, in the order in which they were saved."""

    def __init__(self) -> None:
        self.saved: list[DocumentEntity[Any]] = []

    async def save(
        self,
        document: Any,
        content: Any = None,
        /,
        *,
        key: str | None = None,
        id: str | None = None,
        tags: Sequence[str] | None = None,
        hidden: bool | None = None,
        meta: Mapping[str, Any] | None = None,
        validate: str = "strict",
    ) -> DocumentEntity[Any]:
        made: Document = document.model_validate(content) if content is not None else document
        definition = document_of(type(made))
        entity: DocumentEntity[Any] = DocumentEntity(
            id=f"d{len(self.saved)}",
            content=made,
            document_name=definition.name,
            tags=tuple(definition.tags if tags is None else tags),
            index=len(self.saved),
            key=key or id,
            meta=dict(meta or {}),
            hidden=bool(hidden),
        )
        self.saved = [one for one in self.saved if entity.key is None or one.key != entity.key] + [entity]
        return entity

    async def create(self, document: type[DocumentT], content: Mapping[str, Any] | BaseModel, /) -> DocumentT:
        return document.model_validate(content)

    async def find_all(self, document: type[DocumentT], /) -> list[DocumentT]:
        return [one.content for one in self.saved if isinstance(one.content, document)]

    async def find_by_tag(self, tag: str, /) -> list[DocumentEntity[Document]]:
        return [one for one in self.saved if tag in one.tags]

    async def read_by_tag(self, tag: str, /) -> list[StoredDocument]:
        return [
            StoredDocument(one.id, one.index, one.content.model_dump(mode="json"), one.meta)
            for one in await self.find_by_tag(tag)
        ]

    async def find_all_documents(self) -> list[DocumentEntity[Document]]:
        return list(self.saved)


class OneAttempt:
    """A session with documents in memory that notes which children were asked for."""

    def __init__(self, context: RunContext[Any]) -> None:
        self.context = context
        self.documents = MemoryDocuments()
        self.children: list[tuple[type[Any] | str, Any]] = []
        self._ids: list[str] = []

    def assign_state(self, fields: Mapping[str, Any]) -> None:
        raise NotImplementedError

    def set_state(self, value: Any) -> None:
        raise NotImplementedError

    def assign_result(self, fields: Mapping[str, Any]) -> None:
        raise NotImplementedError

    def set_result(self, value: Any) -> None:
        raise NotImplementedError

    async def run_child(self, target: type[Any] | str, args: Any, options: ChildOptions) -> RunRef[Any]:
        self.children.append((target, args))
        self._ids.append(f"child-{len(self._ids) + 1}")
        return RunRef(self._ids[-1])

    def discard_child(self, run_id: str) -> None:
        self.children[self._ids.index(run_id)] = ("discarded", None)

    def check_child(self, target: type[Any] | str, args: Any, config: object = None) -> None:
        raise NotImplementedError

    def cancel_child(self, run_id: str) -> None:
        raise NotImplementedError

    def time_left(self) -> float | None:
        return None

    async def effect(self, call: EffectCall, perform: Callable[[str], Awaitable[EffectAnswer]]) -> Any:
        return (await perform(f"key-of-{call.name}")).value

    def live(self, live_id: str) -> LiveText:
        return Unwatched()
