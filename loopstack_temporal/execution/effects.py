"""The journal of one attempt's calls to the outside world: what was answered once is not asked again.

Row `started` before the call, row `done` with the answer right after it, each in a short transaction of its own. An
attempt that repeats the step takes recorded answers. A call that an attempt began and did not end may have happened:
it is made again under the same key, unless it must not be repeated. Then the run parks, and a person decides.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pydantic_core import PydanticSerializationError, to_jsonable_python

from loopstack_temporal.definition.session import EffectAnswer, EffectCall
from loopstack_temporal.errors import (
    AuthorError,
    EffectInLocalStep,
    EffectUnknown,
    Interrupted,
    StoreUnavailable,
    TooLarge,
    TransitionTimeout,
)
from loopstack_temporal.execution.claiming import Claiming
from loopstack_temporal.execution.scene import MACHINE_FAULTS, Scene
from loopstack_temporal.failpoints import hit
from loopstack_temporal.store.records import EffectEnd, EffectRow, EffectWrite

_log = logging.getLogger("loopstack.run")

LARGEST_ANSWER = 8 * 1024 * 1024

LINGER = 30.0
"""Seconds that a failed body's other calls get to end, so that their answers count when the step is repeated."""

Perform = Callable[[str], Awaitable[EffectAnswer]]

_within: ContextVar[str] = ContextVar("effect_within", default="")
"""The key of the call inside which a call is made. It is skipped together with that one, so it is counted there."""


class Journal:
    """The calls of one attempt."""

    def __init__(self, scene: Scene, claiming: Claiming) -> None:
        self._interrupted: Interrupted | None = None
        self._unknown: dict[str, EffectCall] = {}
        self._cut_off: dict[str, EffectCall] = {}
        self._scene = scene
        self._claiming = claiming
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._first: tuple[int, int] | None = None
        self._failures: int | None = None

    @property
    def stopped(self) -> Interrupted | EffectUnknown | None:
        """Why no call is made any more. It outranks whatever the body makes of it.

        An unknown outcome names every call of which none is known: a retry makes all of them again.
        """
        if self._interrupted is not None or not self._unknown:
            return self._interrupted
        return _unknown(list({**self._unknown, **self._cut_off}.values()))

    async def call(self, call: EffectCall, perform: Perform) -> Any:
        """The recorded answer, or a new one.

        Raises what `perform` raises, after which the next try calls again; `EffectUnknown`; `TooLarge` for an answer of
        more than 8 MiB; `AuthorError` for requests and answers that are no JSON; `Interrupted` if the step has to run
        again.
        """
        if self._interrupted is not None:
            raise self._interrupted
        if self._scene.call.local:
            text = f"`{call.name}` is called in a local step, so the step runs again as a regular activity"
            self._interrupted = EffectInLocalStep(text)
            raise self._interrupted
        asked = _hash(_json(call.request, f"the request of `{call.name}`", canonical=True))
        place = (_within.get(), call.name, asked)
        number = self._counts[place]  # Before anything is awaited: calls in parallel are counted as they came.
        self._counts[place] += 1
        key = await self._key(call, place, number)
        if not self._scene.workplace.journaled:
            return json.loads(_kept(call, (await _performed(key, perform)).value))
        self._running += 1
        self._idle.clear()
        try:
            write = EffectWrite(key, self._scene.fence, call.name, asked, call.repeatable)
            return await self._journaled(write, call, perform)
        except Interrupted as error:
            self._interrupted = self._interrupted or error
            raise
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()

    async def around(self, body: Awaitable[Any]) -> Any:
        """What the body gives. Raises what stopped its calls, should there be something, whatever the body says.

        After `TransitionTimeout` it is in `stopped`, too, if the limit cut off calls that must not be repeated.
        """
        try:
            result = await body
        except TransitionTimeout:
            self._unknown.update(self._cut_off)  # A retry would make them again; a person has to know of it first.
            raise
        except Exception:
            await self._settled()
            raise
        await self._settled()
        if (stopped := self.stopped) is not None:
            raise stopped
        return result

    # --- inside ------------------------------------------------------------------------------------------------------

    async def _settled(self) -> None:
        """Wait for calls under way that the body no longer waits for, at most `LINGER` seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER):
                await self._idle.wait()

    async def _journaled(self, write: EffectWrite, call: EffectCall, perform: Perform) -> Any:
        await self._claiming.late()
        if (found := await self._begun(write, call)) is not None:
            return found.response
        hit("effect.before_call")
        try:
            answer = await _performed(write.key, perform)
        except Interrupted:
            raise
        except asyncio.CancelledError:
            if not call.repeatable and not _within.get():
                self._cut_off[write.key] = call
            raise
        except Exception as error:
            await self._undo(write, [] if call.spent is None else call.spent(error))
            raise
        hit("effect.after_call")
        end = EffectEnd(write.key, write.fence, None, _usage(answer), datetime.now(UTC))
        try:
            response = json.loads(_kept(call, answer.value))
        except (AuthorError, TooLarge):
            # It was made and has cost what it cost; nothing that a repetition could take is there.
            await self._record(replace(end, status="unknown"))
            raise
        await self._record(replace(end, response=response))
        hit("effect.after_record")
        return response

    async def _begun(self, write: EffectWrite, call: EffectCall) -> EffectRow | None:
        """The recorded answer; `None`: make the call now. Raises why it is not made."""
        store, looking = self._scene.workplace.store, bool(self._unknown)
        # Once an outcome is unknown nothing is begun; whether others are unknown, too, is found out all the same.
        if looking:
            found = await store.do(store.effects.recorded, write.key)
        else:
            found = await store.do(store.effects.begin, write)
        if found is not None and found.status == "done":
            return found
        if found is not None and not call.repeatable:
            self._unknown[write.key] = call
        if (stopped := self.stopped) is not None:
            if found is None and not looking:
                await self._undo(write, [])
            raise stopped
        return None

    async def _key(self, call: EffectCall, place: tuple[str, str, str], number: int) -> str:
        """The same for every attempt at this call, a person's retries of the step included; of a reset run another."""
        step, epoch = self._first or await self._first_try()
        failures = await self._author_failures(step) if call.anew else 0
        return _hash(json.dumps([self._scene.call.run_id, epoch, step, *place, number, failures]))

    async def _first_try(self) -> tuple[int, int]:
        scene, store = self._scene, self._scene.workplace.store
        first = scene.call.step, scene.entered.epoch
        if scene.call.repeats is not None:
            first = await store.do(store.effects.first_try, scene.call.run_id, scene.call.repeats)
        self._first = first  # Not before it is known: calls side by side ask for it at the same time.
        return first

    async def _author_failures(self, first: int) -> int:
        """Failures that answers may be to blame for: not those of a provider, which gave none, of the machine, or of
        the clock, which ran out while something else was waited for.
        """
        scene, store = self._scene, self._scene.workplace.store
        if scene.entered.failure_no == 0 and scene.call.repeats is None:
            return 0
        if self._failures is None:
            codes = await store.do(store.effects.failure_codes, scene.call.run_id, first, scene.call.step)
            self._failures = sum(not _blameless(code) for code in codes)
        return self._failures

    async def _record(self, end: EffectEnd) -> None:
        """Write an outcome to its end, even when canceled and while the database is away: the call cannot be undone."""
        leaving = asyncio.Event()
        writing = asyncio.ensure_future(self._until_written(end, leaving))
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            leaving.set()
            while not writing.done():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait({writing})
            if not writing.cancelled() and (error := writing.exception()):
                _log.warning("the answer of an outside call was lost in step %d: %s", end.fence.step, error)
            raise

    async def _until_written(self, end: EffectEnd, leaving: asyncio.Event) -> None:
        store = self._scene.workplace.store
        while True:
            try:
                return await store.do(store.effects.end, end)
            except StoreUnavailable:
                if leaving.is_set():
                    raise

    async def _undo(self, write: EffectWrite, spent: Sequence[Mapping[str, Any]]) -> None:
        store = self._scene.workplace.store
        end = EffectEnd(write.key, write.fence, None, _costs(spent), datetime.now(UTC), "unknown")
        try:
            if spent:
                await store.do(store.effects.undo_paid, end)
            else:
                await store.do(store.effects.undo, write.key, write.fence)
        except StoreUnavailable as error:
            _log.warning("the failed call `%s` still counts as begun: %s", write.name, error)


async def _performed(key: str, perform: Perform) -> EffectAnswer:
    token = _within.set(key)
    try:
        return await perform(key)
    finally:
        _within.reset(token)


def _kept(call: EffectCall, answer: Any) -> str:
    """An answer as it is recorded."""
    text = _json(answer, f"what `{call.name}` gave")
    if len(text) > LARGEST_ANSWER:
        size = f"{len(text) / 1024 / 1024:.1f} MiB"
        raise TooLarge(
            f"what `{call.name}` gave takes {size} as JSON, at most 8 MiB can be kept; give a part or a file"
        )
    return text


def _usage(answer: EffectAnswer) -> Any:
    return _costs([*answer.wasted, *([] if answer.usage is None else [answer.usage])])


def _costs(used: Sequence[Mapping[str, Any]]) -> Any:
    """As they are recorded: nothing, one, or a list of them."""
    found: list[Any] = [to_jsonable_python(dict(one)) for one in used]
    return found if len(found) > 1 else found[0] if found else None


def _json(value: Any, what: str, *, canonical: bool = False) -> str:
    try:
        return json.dumps(to_jsonable_python(value), sort_keys=canonical, allow_nan=False, separators=(",", ":"))
    except (PydanticSerializationError, ValueError) as error:
        raise AuthorError(f"{what} cannot be written as JSON: {error}") from error


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _blameless(code: str) -> bool:
    return code in MACHINE_FAULTS or code == TransitionTimeout.code or code.startswith("model_")


def _unknown(calls: Sequence[EffectCall]) -> EffectUnknown:
    names = ", ".join(f"`{call.name}` with {call.shown}" if call.shown else f"`{call.name}`" for call in calls)
    if len(calls) == 1:
        text = (
            f"{names} was begun by an attempt that is gone, and its answer was not recorded: nobody knows whether it "
            "happened, and it must not be repeated. Look there; a retry calls it again, a move goes on without it."
        )
    else:
        text = (
            f"{len(calls)} calls were begun by attempts that are gone, and their answers were not recorded: nobody "
            "knows whether they happened, and they must not be repeated. Look at each; a retry makes all of them "
            f"again, a move goes on without them: {names}."
        )
    return EffectUnknown(text, name=calls[0].name)
