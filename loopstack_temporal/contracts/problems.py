"""Errors as the API gives them: `application/problem+json` with a stable code."""

from pydantic import Field

from loopstack_temporal.contracts.base import Answer, Json, Time


class FieldProblem(Answer):
    """One wrong field."""

    path: tuple[str | int, ...]
    """Keys and indexes from the root of the value that was checked (`args`, `payload` or the request body)."""
    message: str
    code: str


class ErrorSummary(Answer):
    """What went wrong, without traceback."""

    code: str
    type: str
    message: str


class Problem(Answer):
    """A refused or failed request (RFC 9457). `code` is stable; texts are for people."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str | None = None
    request_id: str | None = None
    fields: tuple[FieldProblem, ...] = ()
    """Wrong fields, for 422."""
    answered_by: str | None = None
    """With `answered`: who was faster."""
    at: Time | None = None
    """With `answered`: when."""
    transition: str | None = None
    """With `answered`: what was answered."""
    awaited: tuple[str, ...] | None = None
    """With `not_awaited`: the names of the transitions that are awaited now."""
    apps: tuple[str, ...] | None = None
    """With `ambiguous_workflow`: the apps that have a workflow of this name."""
    earlier: Json = Field(default=None)
    """With `idempotency_key_reused`: `{status, body}` of the first request with this key."""
