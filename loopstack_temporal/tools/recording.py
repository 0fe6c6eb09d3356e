"""What one call of a tool leaves behind in its run, kept with the call's answer so that it can be done again."""

from __future__ import annotations

import importlib
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import reduce
from typing import Any, cast

from pydantic import BaseModel
from pydantic_core import to_jsonable_python
from typing_extensions import Unpack

from loopstack_temporal.definition.document import (
    Document,
    DocumentEntity,
    DocumentStore,
    DocumentT,
    SaveOptions,
    StoredDocument,
)
from loopstack_temporal.definition.document_class import document_of
from loopstack_temporal.errors import ToolError

CONVERSATION = "message"
"""The tag of the documents that are told to a model when nothing else is asked for."""


class Recording:
    """The saves of one call, and whether they are all that the call did to its run."""

    def __init__(self, store: DocumentStore) -> None:
        self.documents = RecordingDocuments(store, self)
        self.saves: list[dict[str, Any]] = []
        """JSON data for `replay`."""
        self.lasting = True
        """Whether the call can be skipped when its answer is known. It cannot if it started or canceled other runs."""


class RecordingDocuments:
    """A document store that notes what is saved in it.

    A message that a tool saves is no part of the conversation in which the tool was called: between a call and its
    result providers allow none. So it loses the tag of the conversation.
    """

    def __init__(self, store: DocumentStore, recording: Recording) -> None:
        self._store = store
        self._recording = recording

    async def save(self, document: Any, content: Any = None, /, **options: Unpack[SaveOptions]) -> DocumentEntity[Any]:
        """See `DocumentStore.save`."""
        cls = cast("type[Document]", document if isinstance(document, type) else type(document))
        tags = options.get("tags")
        tags = document_of(cls).tags if tags is None else tags
        options["tags"] = [tag for tag in tags if tag != CONVERSATION]
        given = (document,) if content is None else (document, content)
        entity: DocumentEntity[Any] = await self._store.save(*given, **options)
        path = f"{cls.__module__}:{cls.__qualname__}"
        if "<locals>" in path:  # Nobody else could find that class again.
            self._recording.lasting = False
        self._recording.saves.append(
            {
                "document": path,
                "content": to_jsonable_python(entity.content, by_alias=True),
                "options": to_jsonable_python(options),
            }
        )
        return entity

    async def create(self, document: type[DocumentT], content: Mapping[str, Any] | BaseModel, /) -> DocumentT:
        """See `DocumentStore.create`."""
        return await self._store.create(document, content)

    async def find_all(self, document: type[DocumentT], /) -> list[DocumentT]:
        """See `DocumentStore.find_all`."""
        return await self._store.find_all(document)

    async def find_by_tag(self, tag: str, /) -> list[DocumentEntity[Document]]:
        """See `DocumentStore.find_by_tag`."""
        return await self._store.find_by_tag(tag)

    async def read_by_tag(self, tag: str, /) -> list[StoredDocument]:
        """See `DocumentStore.read_by_tag`."""
        return await self._store.read_by_tag(tag)

    async def find_all_documents(self) -> list[DocumentEntity[Document]]:
        """See `DocumentStore.find_all_documents`."""
        return await self._store.find_all_documents()


_recording: ContextVar[Recording | None] = ContextVar("loopstack_recording", default=None)


@contextmanager
def recording(store: DocumentStore) -> Generator[Recording]:
    """Note what tools called in here, by this task and those it starts, save in `store`."""
    found = Recording(store)
    token = _recording.set(found)
    try:
        yield found
    finally:
        _recording.reset(token)


def current_recording() -> Recording | None:
    """What is being noted in this context."""
    return _recording.get()


async def replay(store: DocumentStore, saves: Sequence[Mapping[str, Any]]) -> None:
    """Save again what a recorded call saved. Raises `ToolError` if a class of it is gone."""
    for save in saves:
        await store.save(_class_of(save["document"]), save["content"], **save["options"])


def _class_of(path: str) -> type[Document]:
    module, _, name = path.partition(":")
    try:
        found: Any = reduce(getattr, name.split("."), importlib.import_module(module))
    except (ImportError, AttributeError) as error:
        raise ToolError(f"A tool saved a document of the class `{path}`, which is gone: {error}") from error
    return cast("type[Document]", found)
