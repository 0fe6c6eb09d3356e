"""From events in SQL to the frames of a stream."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel, TypeAdapter, ValidationError

from loopstack_temporal.contracts.events import Hello, Ping, StreamReset, StudioEvent
from loopstack_temporal.store.records import EventRow

log = logging.getLogger("loopstack.api")

LIST_TYPES = {
    "runs": frozenset({"run.created", "run.changed", "run.rewound", "run.deleted"}),
    "tasks": frozenset({"task.opened", "task.closed"}),
}
"""What a list hears of every run."""

_EVENT: TypeAdapter[BaseModel] = TypeAdapter(StudioEvent)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a stream is about. Without a run and without lists: every event of every run."""

    run_id: str | None = None
    root_id: str | None = None
    """With a run: the whole family of this root too."""
    live: bool = False
    lists: frozenset[str] = frozenset()
    workspace_id: str | None = None

    def wants(self, event: EventRow) -> bool:
        """Whether an event belongs to the stream. What belongs to no run (the catalogue) concerns everybody."""
        if event.run_id is None:
            return True
        if self.workspace_id is not None and event.workspace_id != self.workspace_id:
            return False
        if any(event.type in LIST_TYPES[name] for name in self.lists):
            return True
        if self.run_id is None:
            return not self.lists
        return event.run_id == self.run_id or (self.root_id is not None and event.root_id == self.root_id)


@dataclass(frozen=True, slots=True)
class Frame:
    """One message of a stream, ready to be written. Only events have a cursor to resume from."""

    type: str
    data: str
    cursor: str | None = None


def event_frame(event: EventRow) -> Frame | None:
    """An event as a frame; `None` for a kind this version does not know, perhaps from a newer worker."""
    try:
        told = _EVENT.validate_python(
            {
                "at": event.at,
                "run_id": event.run_id,
                "root_id": event.root_id,
                "workspace_id": event.workspace_id,
                "rev": event.rev,
                **event.data,
                "type": event.type,
            }
        )
        return Frame(event.type, told.model_dump_json(by_alias=True), event.cursor)
    except ValidationError as error:
        log.warning(
            "event %s of run %s is not told: %d fields do not fit", event.type, event.run_id, error.error_count()
        )
    except (TypeError, ValueError) as error:
        # Data that is no object, or cannot be written as JSON. It would come back with every look, before all others.
        log.warning("event %s of run %s is not told: %s", event.type, event.run_id, error)
    return None


def hello(cursor: str, build: str) -> Frame:
    """The first frame."""
    return _control(Hello(cursor=cursor, build=build, server_time=datetime.now(UTC)))


def ping() -> Frame:
    """A sign of life."""
    return _control(Ping(server_time=datetime.now(UTC)))


def reset(cursor: str, reason: str) -> Frame:
    """What a client gets whose cursor cannot be served."""
    return _control(StreamReset(cursor=cursor, reason=reason))


def _control(message: Hello | Ping | StreamReset) -> Frame:
    return Frame(message.type, message.model_dump_json())
