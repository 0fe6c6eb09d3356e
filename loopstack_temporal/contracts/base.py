"""What every shape of the API shares."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints
from typing_extensions import TypeAliasType

Json = Any
"""Any JSON value: arguments, payloads, states, document contents and JSON Schemas belong to the author."""

Time = AwareDatetime
"""A moment, ISO 8601 with zone; the API writes UTC."""

RunStatus = TypeAliasType(
    "RunStatus", Literal["pending", "running", "waiting", "paused", "completed", "failed", "canceled"]
)
AwaitKind = TypeAliasType("AwaitKind", Literal["person", "child", "timer", "signal"])

_CLEAN = r"^[^\x00-\x1f\x7f]+$"

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_CLEAN)]
"""A name somebody else chose (workflow, transition, app): anything printable."""

AnyId = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_CLEAN)]
"""An id in a path: runs started by the Temporal CLI may have any printable id."""

NewId = Annotated[str, StringConstraints(min_length=1, max_length=180, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@-]*$")]
"""An id chosen by a client of ours: it has to stand in addresses, shells and file names."""

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_CLEAN)]


class Answer(BaseModel):
    """Something the API gives."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, use_attribute_docstrings=True)


class Ask(BaseModel):
    """Something the API takes: unknown fields are refused, so that a misspelt option is never silently ignored."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, use_attribute_docstrings=True, extra="forbid")
