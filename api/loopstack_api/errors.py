"""One table from exceptions to answers: every error of the API is `application/problem+json` with a stable code."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from loopstack_temporal.contracts.problems import FieldProblem, Problem
from loopstack_temporal.errors import (
    Conflict,
    FieldError,
    Interrupted,
    InvalidInput,
    NotFound,
    Refusal,
    TemporalRefused,
    TemporalUnreachable,
    TooLarge,
)

log = logging.getLogger("loopstack.api")

PROBLEM_TYPE = "application/problem+json"

STATUSES: Mapping[type[Exception], int] = {
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    InvalidInput: 422,
    Refusal: 400,
}
"""The first class an exception is an instance of counts."""

TITLES: Mapping[int, str] = {
    400: "Bad request",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    421: "Misdirected request",
    422: "Invalid input",
    429: "Too many requests",
    500: "Internal error",
    502: "Bad gateway",
    503: "Unavailable",
}
CODES: Mapping[int, str] = {
    400: "bad_request",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
}
FACTS = frozenset({"answered_by", "at", "transition", "awaited", "apps", "earlier"})
"""What a refusal's facts may add to a problem; anything else stays inside."""


def field_problem(name: str, message: str, *, place: str, code: str = "invalid") -> InvalidInput:
    """An `InvalidInput` about one field of the query, a header or the body."""
    return InvalidInput(f"`{name}` in the {place} {message}.", [FieldError((name,), message, code)])


def problem(
    status: int,
    code: str,
    detail: str | None,
    *,
    request_id: str | None,
    fields: Sequence[FieldProblem] = (),
    facts: Mapping[str, object] | None = None,
) -> Problem:
    """A problem with the house's titles."""
    extra: dict[str, Any] = {key: value for key, value in (facts or {}).items() if key in FACTS}
    title = TITLES.get(status, "Error")
    return Problem(
        title=title, status=status, code=code, detail=detail, request_id=request_id, fields=tuple(fields), **extra
    )


def answer(body: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """A problem as an answer; fields that say nothing are left out."""
    content = body.model_dump(mode="json", exclude_none=True)
    return JSONResponse(content, body.status, headers=headers, media_type=PROBLEM_TYPE)


def of_exception(error: Exception, request_id: str | None) -> Problem:
    """What an exception says to the outside. Unknown ones say nothing but their request id."""
    if isinstance(error, Refusal):
        status = next(status for kind, status in STATUSES.items() if isinstance(error, kind))
        fields = [_field(item) for item in error.fields] if isinstance(error, InvalidInput) else []
        return problem(status, error.reason, error.message, request_id=request_id, fields=fields, facts=error.facts)
    if isinstance(error, TemporalUnreachable):
        return problem(503, error.code, str(error), request_id=request_id)
    if isinstance(error, TemporalRefused):
        return problem(502, error.code, str(error), request_id=request_id)
    if isinstance(error, Interrupted):
        detail = "The database cannot be reached. Nothing was lost; try again in a moment."
        return problem(503, error.code, detail, request_id=request_id)
    return problem(
        500, "internal", "Something went wrong. The server's log has it under this request id.", request_id=request_id
    )


def install(app: Starlette) -> None:
    """Register the table with an application."""
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_exception)
    for kind in (Refusal, Interrupted):
        app.add_exception_handler(kind, _known)


def request_id_of(request: Request) -> str | None:
    """The id the outermost layer gave the request."""
    return request.scope.get("loopstack.request_id")


async def _known(request: Request, error: Exception) -> Response:
    body = of_exception(error, request_id_of(request))
    if body.status >= 500 and body.status != 501:
        log.error("request %s: %s", body.request_id, error)
    return answer(body, {"retry-after": "1"} if body.status == 503 else None)


async def _http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = CODES.get(error.status_code, "error")
    body = problem(error.status_code, code, _detail(request, error), request_id=request_id_of(request))
    return answer(body, error.headers)


def _detail(request: Request, error: HTTPException) -> str:
    if error.status_code == 404:
        return f"There is nothing at `{request.url.path}`."
    if error.status_code == 405:
        return f"`{request.method}` does not work here."
    return str(error.detail)


async def _invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    request_id = request_id_of(request)
    items: Sequence[Mapping[str, Any]] = error.errors()
    if any(item["type"] == "json_invalid" for item in items):
        return answer(problem(400, "malformed_json", "The body is no JSON.", request_id=request_id))
    fields = [
        FieldProblem(path=tuple(item["loc"][1:]) or tuple(item["loc"]), message=item["msg"], code=item["type"])
        for item in items
    ]
    named = ", ".join(f"`{'.'.join(map(str, field.path))}`: {field.message}" for field in fields[:3])
    return answer(
        problem(422, "invalid_input", f"The request is not valid. {named}", request_id=request_id, fields=fields)
    )


def _field(item: FieldError) -> FieldProblem:
    return FieldProblem(path=item.path, message=item.message, code=item.code)
