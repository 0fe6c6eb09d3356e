"""`Idempotency-Key`: a POST that is sent twice acts once and gets the outcome of the first."""

# FastAPI reads the annotations of `once` at run time.

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import uuid4

from fastapi import Header, Request
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from loopstack_api import errors
from loopstack_temporal.errors import Conflict, Refusal
from loopstack_temporal.store.records import Fresh, IdempotencyKey, InProgress, Repeated, Reused
from loopstack_temporal.store.store import Store

Begun = Fresh | Repeated | InProgress | Reused


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a request came to."""

    status: int
    body: BaseModel

    def json(self) -> Any:
        """The body as JSON data."""
        return self.body.model_dump(mode="json", by_alias=True)


class Once:
    """One request with, perhaps, a key. Scope of a key: the person, the method and the path."""

    def __init__(self, store: Store, key: IdempotencyKey | None, request_id: str | None) -> None:
        self._store = store
        self._request_id = request_id
        self.key = key

    @property
    def trigger_id(self) -> str:
        """The key itself, so that an answer repeated through any channel is known; else a fresh id."""
        return self.key.key if self.key else uuid4().hex

    async def reply(self, work: Callable[[], Awaitable[BaseModel]], *, status: int) -> Response:
        """Do `work` unless it was done. For work that must not be done twice: while the first request runs, 409."""

        async def outcome() -> Outcome:
            return Outcome(status, await work())

        return await self.settle(lambda _first: outcome(), repeatable=False)

    async def settle(self, work: Callable[[bool], Awaitable[Outcome]], *, repeatable: bool = True) -> Response:
        """Do `work`, remember its outcome, and answer with it; or answer with the one that is remembered.

        A remembered 202 says only that an outcome was not known yet, and a refusal changed nothing: both are worked out
        again, as is a request whose process died. `work` is told whether it is the first try.
        """
        if self.key is None:
            return _answer(await work(True))
        begun = await self._store.do(
            self._store.idempotency.begin, self.key.scope, self.key.key, self.key.body_hash, self.key.owner
        )
        known = self.known(begun)
        if known is not None:
            return known
        if isinstance(begun, InProgress) and not repeatable:
            raise Conflict("The first request with this key is still being worked on.", code="in_progress")
        return await self.finish(lambda: work(isinstance(begun, Fresh)))

    def known(self, begun: Begun) -> Response | None:
        """The remembered answer, if it is final. Raises `Conflict` for a key that came with another body."""
        if isinstance(begun, Reused):
            raise Conflict(
                "This Idempotency-Key was used for another request body.",
                code="idempotency_key_reused",
                facts={"earlier": {"status": begun.status, "body": begun.body}},
            )
        if isinstance(begun, Repeated) and begun.status < 300 and begun.status != 202:
            return self.replay(begun)
        return None

    @staticmethod
    def replay(repeated: Repeated) -> Response:
        """The remembered answer as it was, a refusal too."""
        media_type = errors.PROBLEM_TYPE if repeated.status >= 400 else None
        headers = {"idempotency-replayed": "true"}
        return JSONResponse(repeated.body, repeated.status, headers=headers, media_type=media_type)

    async def finish(self, work: Callable[[], Awaitable[Outcome]]) -> Response:
        """Do `work` under the key that was taken and remember what it came to."""
        try:
            outcome = await work()
        except Refusal as refusal:
            body = errors.of_exception(refusal, self._request_id)
            await self._remember(body.status, body.model_dump(mode="json", exclude_none=True))
            raise
        except Exception:
            # Whether anything happened is not known. What is safe to repeat stays safe, and the rest did not commit.
            await self._forget()
            raise
        await self._remember(outcome.status, outcome.json())
        return _answer(outcome)

    async def _remember(self, status: int, body: Any) -> None:
        if self.key:
            await self._store.do(self._store.idempotency.end, self.key.scope, self.key.key, status, body)

    async def _forget(self) -> None:
        if self.key:
            await self._store.do(self._store.idempotency.drop, self.key.scope, self.key.key)


async def once(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            max_length=200,
            pattern=r"^[\x21-\x7e]+$",
            description="Makes repeating the request safe: it acts once. Remembered for 24 hours.",
        ),
    ] = None,
) -> Once:
    """The dependency of every POST route."""
    from_services = request.app.state.services
    key = None
    if idempotency_key is not None:
        scope = f"local {request.method} {request.url.path}"
        key = IdempotencyKey(scope, idempotency_key, _digest(await request.body()), uuid4().hex)
    return Once(from_services.store, key, errors.request_id_of(request))


def _digest(body: bytes) -> str:
    """The same for bodies that differ only in layout or order of keys."""
    canonical = json.dumps(json.loads(body), sort_keys=True) if body.strip() else ""
    return hashlib.sha256(canonical.encode()).hexdigest()


def _answer(outcome: Outcome) -> Response:
    return JSONResponse(outcome.json(), outcome.status)
