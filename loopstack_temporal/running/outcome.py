"""How a run stands, with its result as the type its author named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, cast

from pydantic import ValidationError
from typing_extensions import TypeVar

from loopstack_temporal.definition.model import WorkflowDefinition
from loopstack_temporal.definition.shape import field_errors
from loopstack_temporal.errors import ErrorInfo, InvalidInput, RunCanceled, RunFailed, StateError
from loopstack_temporal.execution.faults import told
from loopstack_temporal.machine.decisions import RunStatus
from loopstack_temporal.store.records import RunRow

R = TypeVar("R", default=Any)


@dataclass(frozen=True, slots=True)
class RunOutcome(Generic[R]):
    """A run that has ended or stands still."""

    run_id: str
    status: RunStatus
    place: str
    result: R | None = None
    """`None` until the run is completed."""
    error: ErrorInfo | None = None
    """Why it failed, or what went wrong last."""
    awaiting: tuple[str, ...] = ()
    """The transitions somebody can trigger now."""


def outcome_of(definition: WorkflowDefinition, row: RunRow) -> RunOutcome[Any]:
    """What a row says. Raises `StateError` for a result that the running code's type does not take."""
    return RunOutcome(
        run_id=row.id,
        status=row.status,
        place=row.place,
        result=result_of(definition, row) if row.status == "completed" else None,
        error=row.error if row.has_error else None,
        awaiting=tuple(one.transition for one in row.awaiting if one.kind != "timer"),
    )


def result_of(definition: WorkflowDefinition, row: RunRow) -> Any:
    """The result of a completed run. Raises `RunFailed`, `RunCanceled`, and `StateError` if it does not fit."""
    if row.status == "canceled":
        raise RunCanceled(f"run `{row.id}` of `{row.workflow}` was canceled", run_id=row.id)
    if row.status == "failed":
        raise failure_of(row)
    if definition.result is None or row.result is None:
        return cast("Any", row.result)
    try:
        return definition.result.from_json(row.result)
    except ValidationError as error:
        raise StateError(
            f"the result of run `{row.id}` was written by other code and does not fit the result type of "
            f"`{row.workflow}`: {told(field_errors(error))}"
        ) from error


def failure_of(row: RunRow) -> RunFailed:
    """The exception for a failed run, with the text of what went wrong."""
    info = row.error
    where = f" in `{row.error_transition}`" if row.error_transition else f" at `{row.place}`"
    why = f"{info.type}: {info.message}" if info and info.type else info.message if info else "nobody knows why"
    parked = "; it can be retried" if row.can_retry else ""
    return RunFailed(
        f"run `{row.id}` of `{row.workflow}` failed{where}: {why}{parked}",
        run_id=row.id,
        info=info,
        can_retry=row.can_retry,
    )


def arguments(definition: WorkflowDefinition, given: Any) -> Any:
    """Arguments as plain JSON data, checked. Raises `InvalidInput` (`invalid_args`) with every wrong field."""
    if definition.args is None:
        return {} if given is None else dict(given)
    try:
        data: Any = {} if given is None else definition.args.to_json(given)
        definition.args.from_json(data)
    except ValidationError as error:
        faults = field_errors(error)
        text = f"the arguments of `{definition.name}` do not fit: {told(faults)}"
        raise InvalidInput(text, faults, code="invalid_args") from error
    return data
