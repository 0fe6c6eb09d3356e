"""The document store of one attempt: saves are buffered for the commit, queries see them already."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticSerializationError, to_jsonable_python
from typing_extensions import Unpack
from uuid_utils import uuid7

from loopstack_temporal.definition import Document, DocumentEntity, document_of
from loopstack_temporal.definition.document import DocumentT, SaveOptions, StoredDocument, Validate
from loopstack_temporal.definition.model import DocumentDefinition
from loopstack_temporal.definition.shape import field_errors
from loopstack_temporal.errors import ContextClosed, DocumentError, TooLarge
from loopstack_temporal.execution.remembered import Read
from loopstack_temporal.store.records import DocumentRow, DocumentWrite

LARGEST_DOCUMENT = 8 * 1024 * 1024

LoadLive = Callable[[], Awaitable[Sequence[Read]]]
"""Reads the run's live documents, in feed order. They are shared with other attempts."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Which step writes."""

    step: int
    transition: str
    place: str
    next_position: int


class _AnyDocument(Document):
    """A stored document whose class nobody named: its content as attributes."""

    model_config = ConfigDict(extra="allow")


class BufferedDocuments:
    """Implements `DocumentStore` for one attempt. `writes` is what the commit stores, in order of the saves."""

    def __init__(self, origin: Origin, load: LoadLive) -> None:
        self._origin = origin
        self._load = load
        self._stored: Sequence[Read] | None = None
        self._saved: dict[str, tuple[DocumentWrite, DocumentEntity[Any]]] = {}
        self._closed = False
        self.live_ids: set[str] = set()
        """Texts that people watched being written: the document that is saved under such a key takes its place."""

    @property
    def writes(self) -> tuple[DocumentWrite, ...]:
        """Everything saved so far."""
        return tuple(write for write, _ in self._saved.values())

    def close(self) -> None:
        """The attempt is over: every later use raises `ContextClosed`."""
        self._closed = True

    async def save(
        self,
        document: Any,
        content: Any = None,
        /,
        **options: Unpack[SaveOptions],
    ) -> DocumentEntity[Any]:
        """See `DocumentStore.save`."""
        self._check_open("save")
        key, id = options.get("key"), options.get("id")
        if key is not None and id is not None and key != id:
            raise DocumentError(f"`key={key!r}` and `id={id!r}` mean the same and differ; give one of them")
        named = key if key is not None else id
        definition, value, data, fault = _content(document, content, options.get("validate", "strict"))
        tags, hidden, meta = options.get("tags"), options.get("hidden"), options.get("meta") or {}
        facts = {**definition.meta, **meta}
        write = DocumentWrite(
            id=str(uuid7()),
            name=definition.name,
            key=named,
            content=data,
            tags=tuple(definition.tags if tags is None else tags),
            meta=_json(meta, f"the meta of {definition.name}"),
            hidden=bool(facts.get("hidden", False)) if hidden is None else hidden,
            internal=definition.internal,
            keep_previous=facts.get("invalidate") is False,
            validation_error=fault,
            live_id=named if named in self.live_ids else None,
        )
        index, version = await self._place(write)
        entity = self._entity(write, value, index, version)
        self._saved[write.id] = (write, entity)
        return entity

    def discard(self, key: str) -> None:
        """Forget what this attempt saved under a key."""
        self._saved = {id: pair for id, pair in self._saved.items() if pair[0].key != key}

    async def create(self, document: type[DocumentT], content: Mapping[str, Any] | BaseModel, /) -> DocumentT:
        """See `DocumentStore.create`."""
        self._check_open("create")
        return cast(DocumentT, _validated(document_of(document), content))

    async def find_all(self, document: type[DocumentT], /) -> list[DocumentT]:
        """See `DocumentStore.find_all`."""
        self._check_open("find_all")
        definition = document_of(document)
        found: list[DocumentT] = []
        for entity in await self._live(lambda name, _tags: name == definition.name, document):
            found.append(cast(DocumentT, entity.content))
        return found

    async def find_by_tag(self, tag: str, /) -> list[DocumentEntity[Document]]:
        """See `DocumentStore.find_by_tag`."""
        self._check_open("find_by_tag")
        return await self._live(lambda _name, tags: tag in tags)

    async def read_by_tag(self, tag: str, /) -> list[StoredDocument]:
        """See `DocumentStore.read_by_tag`."""
        self._check_open("read_by_tag")
        found = [one.stored for one in await self._standing() if tag in one.row.tags]
        found += [
            StoredDocument(write.id, entity.index, write.content, write.meta)
            for write, entity in self._live_saved()
            if tag in write.tags
        ]
        return sorted(found, key=lambda one: one.index)

    async def find_all_documents(self) -> list[DocumentEntity[Document]]:
        """See `DocumentStore.find_all_documents`."""
        self._check_open("find_all_documents")
        return await self._live(lambda _name, _tags: True)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _check_open(self, what: str) -> None:
        if self._closed:
            raise ContextClosed(f"`document_store.{what}` was used after its transition had ended; nothing was stored")

    async def _reads(self) -> Sequence[Read]:
        if self._stored is None:
            self._stored = await self._load()
        return self._stored

    async def _standing(self) -> list[Read]:
        """What is stored and was not replaced by this attempt."""
        saved = (write for write, _ in self._saved.values())
        replaced = {write.key for write in saved if write.key is not None and not write.keep_previous}
        return [one for one in await self._reads() if one.row.key is None or one.row.key not in replaced]

    def _live_saved(self) -> list[tuple[DocumentWrite, DocumentEntity[Any]]]:
        """What this attempt saved, of each key the last."""
        saved = list(self._saved.values())
        last = {write.key: write.id for write, _ in saved if write.key is not None}
        return [(write, entity) for write, entity in saved if write.key is None or last[write.key] == write.id]

    async def _place(self, write: DocumentWrite) -> tuple[int, int]:
        """Position and version the document will have: those of its key, else the next free position."""
        if write.key is not None and not write.keep_previous:
            for _, entity in self._saved.values():
                if entity.key == write.key:
                    return entity.index, entity.version + 1
            for one in await self._reads():
                if one.row.key == write.key:
                    return one.row.position, one.row.version + 1
        used = (entity.index for _, entity in self._saved.values())
        return max(self._origin.next_position - 1, *used) + 1 if self._saved else self._origin.next_position, 1

    async def _live(
        self, wanted: Callable[[str, tuple[str, ...]], bool], cls: type[Document] | None = None
    ) -> list[DocumentEntity[Any]]:
        found = [stored_entity(one.row, cls) for one in await self._standing() if wanted(one.row.name, one.row.tags)]
        found += [entity for write, entity in self._live_saved() if wanted(write.name, write.tags)]
        return sorted(found, key=lambda entity: entity.index)

    def _entity(self, write: DocumentWrite, content: Any, index: int, version: int) -> DocumentEntity[Any]:
        return DocumentEntity(
            id=write.id,
            content=content,
            document_name=write.name,
            tags=write.tags,
            index=index,
            key=write.key,
            place=self._origin.place,
            transition=self._origin.transition,
            step=self._origin.step,
            meta=write.meta,
            hidden=write.hidden,
            version=version,
            created_at=datetime.now(UTC),
            validation_error=write.validation_error,
        )


def written(document: Document, *, key: str) -> DocumentWrite:
    """A document the engine itself writes, such as the one about a failed attempt."""
    definition = document_of(type(document))
    return DocumentWrite(
        id=str(uuid7()),
        name=definition.name,
        key=key,
        content=_json(document, definition.name),
        tags=definition.tags,
    )


def _content(
    document: Any, content: Any, validate: Validate
) -> tuple[DocumentDefinition, Any, Any, list[dict[str, Any]] | None]:
    """Definition, value for the author, JSON for the store, and what was wrong (`validate="safe"` only)."""
    definition = document_of(document if isinstance(document, type) else type(document))
    given = document if content is None else content
    if isinstance(document, type) and content is None:
        raise DocumentError(
            f"`save({definition.cls.__name__})` needs the content as well: an instance, or class and data"
        )
    if validate == "strict":
        value = _validated(definition, given)
        return definition, value, _json(value, definition.name), None
    data = _json(given, definition.name)
    if validate == "skip":
        return definition, _unchecked(definition, data), data, None
    try:
        value = _validated(definition, given)
    except DocumentError as error:
        faults = [{"path": path, "message": message} for path, message in error.fields.items()]
        return definition, _unchecked(definition, data), data, faults
    return definition, value, _json(value, definition.name), None


def _validated(definition: DocumentDefinition, given: Any) -> Any:
    # An instance may have been changed after it was made, so it is checked again by what it holds.
    data = given.model_dump(round_trip=True, warnings="none") if isinstance(given, BaseModel) else given
    try:
        return definition.cls.model_validate(data)
    except ValidationError as error:
        fields = {fault.where: fault.message for fault in field_errors(error)}
        text = "; ".join(f"`{path}`: {message}" for path, message in fields.items())
        raise DocumentError(f"document `{definition.name}` does not fit its model: {text}", fields) from error


def _unchecked(definition: DocumentDefinition, data: Any) -> Any:
    return definition.cls.model_construct(**data) if isinstance(data, dict) else definition.cls.model_construct()


def stored_entity(row: DocumentRow, cls: type[Document] | None) -> DocumentEntity[Any]:
    """A stored document for an author, its content as `cls` if that is known. Shares nothing with the row."""
    content: Document
    if cls is None:
        content = _any_document(_copied(row.content))
    elif row.validation_error is not None:
        content = cls.model_construct(**_copied(row.content))
    else:
        try:
            content = cls.model_validate_json(_dumps(row.content))
        except ValidationError:  # Written by older code: what is there is better than no run.
            content = cls.model_construct(**_copied(row.content))
    return DocumentEntity(
        id=row.id,
        content=content,
        document_name=row.name,
        tags=row.tags,
        index=row.position,
        key=row.key,
        place=row.place,
        transition=row.transition,
        step=row.step,
        meta=_copied(row.meta),
        hidden=row.hidden,
        version=row.version,
        created_at=row.created_at,
        validation_error=row.validation_error,
    )


def _any_document(data: Mapping[str, Any]) -> _AnyDocument:
    # What `model_construct` does for a model without fields, in a twentieth of its time.
    made = _AnyDocument.__new__(_AnyDocument)
    object.__setattr__(made, "__dict__", {})
    object.__setattr__(made, "__pydantic_fields_set__", set(data))
    object.__setattr__(made, "__pydantic_extra__", dict(data))
    object.__setattr__(made, "__pydantic_private__", None)
    return made


def _copied(value: Any) -> Any:
    """JSON data that is nobody else's."""
    if isinstance(value, dict):
        return {name: _copied(one) for name, one in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_copied(one) for one in cast("list[Any]", value)]
    return value


def _json(value: Any, subject: str) -> Any:
    try:
        data = to_jsonable_python(value, by_alias=True, inf_nan_mode="constants")
        size = len(_dumps(data))
    except (PydanticSerializationError, ValueError, RecursionError) as error:
        raise DocumentError(f"document `{subject}` cannot be written as JSON: {error}") from error
    if size > LARGEST_DOCUMENT:
        raise TooLarge(
            f"document `{subject}` takes {size:,} bytes; the limit is {LARGEST_DOCUMENT:,}. "
            "Keep large content in files.",
            code="document_too_large",
        )
    return data


def _dumps(value: Any) -> str:
    return json.dumps(value, allow_nan=False)
