"""Documents: what a run shows to people and keeps for the model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal, Protocol, TypedDict, overload

from pydantic import BaseModel
from typing_extensions import TypeVar

Validate = Literal["strict", "safe", "skip"]


class Document(BaseModel):
    """Base of all documents: a pydantic model. `@document(...)` is optional and adds title, widget, tags and meta."""


DocumentT = TypeVar("DocumentT", bound=Document, default=Document)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentEntity(Generic[DocumentT]):
    """A stored document with everything known about it."""

    id: str
    content: DocumentT
    document_name: str
    tags: tuple[str, ...] = ()
    index: int = 0
    """Position in the feed; stays the same when the document is replaced under its key."""
    key: str | None = None
    place: str = ""
    transition: str = ""
    step: int = 0
    meta: Mapping[str, Any] = field(default_factory=dict[str, Any])
    hidden: bool = False
    version: int = 1
    created_at: datetime | None = None
    validation_error: Any = None
    """With `validate="safe"`: what was wrong with the content."""


class StoredDocument:
    """A document as it is stored, for reading only: its content and meta belong to everybody who reads it."""

    __slots__ = ("_derived", "content", "id", "index", "meta")

    def __init__(self, id: str, index: int, content: Any, meta: Mapping[str, Any]) -> None:
        self.id = id
        self.index = index
        self.content = content
        """JSON data."""
        self.meta = meta
        self._derived: Any = None

    def derived(self, make: Callable[[StoredDocument], T]) -> T:
        """What `make` makes of it, made once for as long as the document is remembered: documents do not change.

        There is room for the work of one function only; it is called again after another one.
        """
        if self._derived is None or self._derived[0] is not make:
            self._derived = (make, make(self))
        return self._derived[1]


class SaveOptions(TypedDict, total=False):
    """The options of `DocumentStore.save`, for implementations of it."""

    key: str | None
    id: str | None
    tags: Sequence[str] | None
    hidden: bool | None
    meta: Mapping[str, Any] | None
    validate: Validate


class DocumentStore(Protocol):
    """The documents of the current run. Only usable while a transition (or a tool it called) runs."""

    @overload
    def save(
        self,
        document: DocumentT,
        /,
        *,
        key: str | None = None,
        id: str | None = None,
        tags: Sequence[str] | None = None,
        hidden: bool | None = None,
        meta: Mapping[str, Any] | None = None,
        validate: Validate = "strict",
    ) -> Awaitable[DocumentEntity[DocumentT]]:
        """Store a document with the commit of this transition and return it.

        The same `key` (`id` means the same) replaces the former version in place and keeps it as history. `tags`
        replace the tags of the class. `meta={"invalidate": False}` keeps the former version live beside the new one.
        Raises `DocumentError` for content that does not fit (`validate="strict"`), `ContextClosed` outside a
        transition.
        """
        ...

    @overload
    def save(
        self,
        document: type[DocumentT],
        content: Mapping[str, Any] | BaseModel,
        /,
        *,
        key: str | None = None,
        id: str | None = None,
        tags: Sequence[str] | None = None,
        hidden: bool | None = None,
        meta: Mapping[str, Any] | None = None,
        validate: Validate = "strict",
    ) -> Awaitable[DocumentEntity[DocumentT]]:
        """The same with class and content: `save(Notes, {"text": "…"}, key="notes")`."""
        ...

    def create(self, document: type[DocumentT], content: Mapping[str, Any] | BaseModel, /) -> Awaitable[DocumentT]:
        """A validated instance that is not stored. Raises `DocumentError`."""
        ...

    def find_all(self, document: type[DocumentT], /) -> Awaitable[list[DocumentT]]:
        """All live documents of a class in this run, in feed order."""
        ...

    def find_by_tag(self, tag: str, /) -> Awaitable[list[DocumentEntity[Document]]]:
        """All live documents of this run that carry the tag, in feed order."""
        ...

    def find_all_documents(self) -> Awaitable[list[DocumentEntity[Document]]]:
        """Every live document of this run, in feed order."""
        ...

    def read_by_tag(self, tag: str, /) -> Awaitable[list[StoredDocument]]:
        """Like `find_by_tag`, for long conversations: nothing is copied, so nothing may be changed."""
        ...
