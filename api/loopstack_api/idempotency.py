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

SHOWN_OF_KEY = 100
"""Characters of a key that are seen in its trigger id, so that people recognise it in Temporal; a hash follows."""


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
        """The same for every repetition of a request; different for every path, though the key may be the same.

        A run knows the ids of its triggers, whatever transition they were for. Without a key: a fresh id.
        """
        if self.key is None:
            return uuid4().hex
        scope = hashlib.sha256(f"{self.key.scope}\n{self.key.key}".encode()).hexdigest()[:32]
        return f"{self.key.key[:SHOWN_OF_KEY]}.{scope}"

    async def make(self, work: Callable[[str], Awaitable[BaseModel]]) -> Response:
        """Make something under the id that `work` is given: the same one for every repetition. Answers 201.

        `work` has to recognise what it made before.
        """
        made = uuid4().hex
        if self.key is None:
            return _answer(Outcome(201, await work(made)))
        begun = await self._begin(self.key, {"id": made})
        known = self.known(begun)
        if known is not None:
            return known
        # Who took the key may be at work still, or dead: whatever it makes or made is made under its id.
        found: str = begun.body["id"] if isinstance(begun, InProgress) else made

        async def outcome() -> Outcome:
            return Outcome(201, await work(found))

        return await self.finish(outcome)

    async def settle(self, work: Callable[[bool], Awaitable[Outcome]]) -> Response:
        """Do `work`, remember its outcome, and answer with it; or answer with the one that is remembered.

        A remembered 202 says only that an outcome was not known yet, and a refusal changed nothing: both are worked out
        again, as is a request that came to no outcome. `work` is told whether it is the first try, and has to recognise
        what an earlier try did.
        """
        if self.key is None:
            return _answer(await work(True))
        begun = await self._begin(self.key)
        known = self.known(begun)
        if known is not None:
            return known
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
        """Do `work` under the key that was taken and remember what it came to.

        After any other exception than a refusal nobody knows what happened, so the key stays taken: a repetition finds
        it in progress and goes on with the same run or id, where a fresh key would act a second time.
        """
        try:
            outcome = await work()
        except Refusal as refusal:
            body = errors.of_exception(refusal, self._request_id)
            await self._remember(body.status, body.model_dump(mode="json", exclude_none=True))
            raise
        await self._remember(outcome.status, outcome.json())
        return _answer(outcome)

    async def _remember(self, status: int, body: Any) -> None:
        if self.key:
            await self._store.do(self._store.idempotency.end, self.key.scope, self.key.key, status, body)

    async def _begin(self, key: IdempotencyKey, body: Any = None) -> Begun:
        return await self._store.do(self._store.idempotency.begin, key.scope, key.key, key.body_hash, key.owner, body)


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
