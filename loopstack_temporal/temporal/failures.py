"""Translation between our errors and outcomes and Temporal's failures, in both directions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from temporalio.exceptions import ActivityError, ApplicationError, CancelledError

from loopstack_temporal.machine.decisions import Finish
from loopstack_temporal.temporal.messages import SPENT, Rejection, StepResult

LONGEST_MESSAGE = 2_048


def decided(failure: BaseException) -> StepResult | None:
    """The decision inside a failed step whose budget is spent; `None`: the failure says nothing about the run.

    A regular activity wraps the cause in `ActivityError`, an exhausted local one raises it bare.
    """
    cause = failure.cause if isinstance(failure, ActivityError) else failure
    if isinstance(cause, ApplicationError) and cause.type == SPENT and cause.details:
        return StepResult.model_validate(cause.details[0])
    return None


def refuse(rejection: Rejection | None) -> None:
    """Raise the typed refusal of an update, if there is one. It fails the update, never the workflow."""
    if rejection is None:
        return
    fields = [fault.model_dump(mode="json") for fault in rejection.fields]
    details = [{"fields": fields}] if fields else []
    raise ApplicationError(rejection.message, *details, type=rejection.code, non_retryable=True)


def conclude(finish: Finish) -> None:
    """Raise what ends a workflow that did not complete."""
    if finish.status == "canceled":
        raise CancelledError("The run was canceled.")
    if finish.status == "failed":
        raise ApplicationError(finish.message or "The run failed.", type=finish.code, non_retryable=True)


def rejection_of(error: BaseException | None) -> tuple[str, str, dict[str, Any]] | None:
    """Code, message and facts of a refused update as its client sees it."""
    if not isinstance(error, ApplicationError):
        return None
    facts: object = error.details[0] if error.details else {}
    return error.type or "refused", error.message, cast("dict[str, Any]", facts) if isinstance(facts, dict) else {}


def spent(message: str, result: StepResult) -> ApplicationError:
    """The failure of a step whose author budget is spent."""
    return ApplicationError(message[:LONGEST_MESSAGE], result.model_dump(mode="json"), type=SPENT, non_retryable=True)


def again(message: str, code: str, delay: float | None) -> ApplicationError:
    """A failure the server shall repeat: after the author's delay, or by the machine's policy."""
    return ApplicationError(
        message[:LONGEST_MESSAGE], type=code, next_retry_delay=None if delay is None else timedelta(seconds=delay)
    )
