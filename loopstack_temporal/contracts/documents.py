"""Documents: what a run shows."""

from typing import Literal

from pydantic import Field

from loopstack_temporal.contracts.base import Answer, Json, RunStatus, Time
from loopstack_temporal.contracts.catalogue import Widget


class LinkedRun(Answer):
    """The run that a link leads to, as it stands now. Its own events tell how it goes on."""

    id: str
    workflow: str
    workflow_title: str
    title: str | None
    status: RunStatus
    place: str
    rev: int
    """The linked run's event number: a lower one never overwrites."""
    has_error: bool
    error_message: str | None
    can_retry: bool
    awaits_person: bool
    ended_at: Time | None


class Document(Answer):
    """One version of a document, with what its class says about drawing it."""

    id: str
    run_id: str
    name: str
    """Name of its class."""
    title: str
    key: str | None
    position: int
    """Place in the feed: versions of one key keep it."""
    version: int
    live: bool
    """False: replaced by a newer version."""
    superseded: bool
    """Written by a step that a reset made void."""
    step: int
    transition: str
    place: str
    """The place the run stood at while it was written."""
    content: Json
    schema_: Json = Field(validation_alias="schema", serialization_alias="schema")
    widgets: tuple[Widget, ...]
    tags: tuple[str, ...]
    meta: dict[str, Json]
    """The class's meta under the document's own."""
    hidden: bool
    internal: bool
    validation_error: Json
    live_id: str | None
    linked: LinkedRun | None
    """Of a link to a run: that run; null for other documents, and when the run is gone."""
    created_at: Time


class DocumentPage(Answer):
    """A page of the feed. `before` and `after` are positions to ask on from; null where nothing more is known."""

    items: tuple[Document, ...]
    before: int | None
    after: int | None


class AskedMessage(Answer):
    """A message that a model was sent. Of files there is everything but the content."""

    role: str
    text: str
    blocks: tuple[Json, ...]


class ModelQuestion(Answer):
    """What a model was asked before it wrote a message. Of long texts there is the beginning."""

    origin: Literal["prompt", "messages", "run"]
    """Where the messages came from; `run`: they are the run's own documents."""
    count: int
    """Messages that were sent."""
    messages: tuple[AskedMessage, ...]
    """The newest of them, as far as they are no documents."""
    system: str | None
    tools: tuple[str, ...]
    settings: dict[str, Json]
    """`provider_config` of the call, without values that may be secret."""


class DocumentHistory(Document):
    """A document with all its versions, oldest first."""

    versions: tuple[Document, ...]
