"""What the connected applications offer, as their workers published it."""

from typing import Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from loopstack_temporal.contracts.base import Answer, Json, Time
from loopstack_temporal.definition.widgets.table import WidgetName as KnownWidget

WidgetName = TypeAliasType("WidgetName", KnownWidget)
"""Every widget that the studio draws."""
TransitionKind = TypeAliasType("TransitionKind", Literal["automatic", "wait", "timer"])


class Widget(Answer):
    """A widget in normal form, whatever layout the author wrote. Option keys are camelCase."""

    widget: WidgetName | str
    """A name this version does not know may come from a newer worker."""
    options: dict[str, Json] = Field(default_factory=dict)
    show_when: tuple[str, ...] = ()
    """Places at which it is visible; empty: everywhere."""
    enabled_when: tuple[str, ...] = ()
    """Places at which it can be operated; empty: wherever its transition is awaited."""


class Retry(Answer):
    """What happens when a transition's body raises."""

    attempts: int
    """Further tries after the first one."""
    delay: float
    """Seconds before the first further try."""
    backoff: str
    max_delay: float
    """Seconds."""


class Transition(Answer):
    """One transition of a workflow."""

    name: str
    title: str
    from_: str = Field(validation_alias="from", serialization_alias="from")
    to: str
    kind: TransitionKind
    guard: str | None
    priority: int | None
    timeout: float | None
    """Seconds its body may take; null: no limit."""
    after: float | None
    """For a timer: seconds at the place before it fires."""
    retry: Retry
    error_place: str | None
    retry_target: str | None
    asks: bool = True
    """A wait that is a question to people; others only stand open."""
    early: bool = False
    """A wait whose answer may come while the run is busy, and then goes before the automatic transitions."""
    stopped_to: str | None = None
    """Where the run goes when a person stops the body."""
    pool: str | None
    schema_: Json = Field(validation_alias="schema", serialization_alias="schema")
    """JSON Schema of a wait's payload; null: any value."""


class DocumentType(Answer):
    """A class of documents."""

    name: str
    title: str
    description: str
    schema_: Json = Field(validation_alias="schema", serialization_alias="schema")
    tags: tuple[str, ...]
    meta: dict[str, Json]
    widgets: tuple[Widget, ...]
    internal: bool


class ToolLook(Answer):
    """How the calls of a tool are drawn."""

    schema_: Json = Field(validation_alias="schema", serialization_alias="schema")
    """JSON Schema of the arguments."""
    widgets: tuple[Widget, ...]
    """Drawn of a call that was answered, with its arguments and its result as the content."""


class WorkflowSummary(Answer):
    """A workflow as listed with its app."""

    name: str
    app: str
    title: str
    description: str
    args_schema: Json
    """JSON Schema of the arguments; null: a plain object."""


class Workflow(WorkflowSummary):
    """A workflow with everything needed to start and to draw it."""

    hash: str
    """Content hash of the definition it belongs to."""
    places: tuple[str, ...]
    transitions: tuple[Transition, ...]
    state_schema: Json
    result_schema: Json
    config_schema: Json
    """JSON Schema of the configuration that a run may be started with; null: it takes none."""
    widgets: tuple[Widget, ...]
    warnings: tuple[str, ...]


class App(Answer):
    """One application that published a catalogue."""

    name: str
    title: str
    description: str
    hash: str
    live: bool
    """A worker of it was seen in the last minute."""
    last_seen: Time | None
    ui: tuple[Widget, ...]
    """Launch widgets for Home."""
    features: tuple[str, ...]
    workflows: tuple[WorkflowSummary, ...]
    documents: tuple[DocumentType, ...]


class AppList(Answer):
    """All applications, by title."""

    items: tuple[App, ...]
