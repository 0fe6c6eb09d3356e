"""One attempt as the author's objects see it: what stands behind `self` and `ctx`."""

from __future__ import annotations

import copy
import logging
import types
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Any, NoReturn, cast

from pydantic import BaseModel, ConfigDict

from loopstack_temporal.definition.context import RunContext, RunRef
from loopstack_temporal.definition.model import WorkflowDefinition
from loopstack_temporal.definition.session import ChildOptions, EffectAnswer, EffectCall, LiveText, Unwatched
from loopstack_temporal.definition.shape import Shape
from loopstack_temporal.errors import AuthorError, ContextClosed
from loopstack_temporal.execution.children import ChildRuns
from loopstack_temporal.execution.documents import BufferedDocuments
from loopstack_temporal.execution.outside import Outside
from loopstack_temporal.execution.state import Workpiece
from loopstack_temporal.execution.values import Pulse, StepCall
from loopstack_temporal.store.records import RunFacts

_LOGGER = logging.getLogger("loopstack.run")


class Attempt:
    """Implements `definition.session.Session` for one attempt of one step."""

    def __init__(
        self,
        work: Workpiece,
        documents: BufferedDocuments,
        context: RunContext[Any],
        children: ChildRuns | None = None,
        outside: Outside | None = None,
    ) -> None:
        """Without `children` and `outside` (while only guards are asked) no child is started and nobody is called."""
        self.context = context
        self.documents = documents
        self.children = children
        self._outside = outside
        self._work = work
        self._open = True
        self._until: float | None = None

    def close(self) -> None:
        """The attempt is over; every later use raises `ContextClosed` and changes nothing."""
        self._open = False
        self.documents.close()

    async def end(self) -> None:
        """Close, and wait for what goes on in the background."""
        self.close()
        if self._outside is not None:
            await self._outside.close()

    def assign_state(self, fields: Mapping[str, Any]) -> None:
        """Merge fields into the state."""
        self._check("assign_state")
        self._work.assign_state(fields)

    def set_state(self, value: Any) -> None:
        """Replace the state."""
        self._check("set_state")
        self._work.set_state(value)

    def assign_result(self, fields: Mapping[str, Any]) -> None:
        """Merge fields into the result."""
        self._check("assign_result")
        self._work.assign_result(fields)

    def set_result(self, value: Any) -> None:
        """Replace the result."""
        self._check("set_result")
        self._work.set_result(value)

    async def run_child(self, target: type[Any] | str, args: Any, options: ChildOptions) -> RunRef[Any]:
        """Note a child run for the commit."""
        return await self._children("run").add(target, args, options)

    def check_child(self, target: type[Any] | str, args: Any, config: object = None) -> None:
        """Raise what `run_child` would raise for this workflow, these arguments and this configuration."""
        self._children("check_named").check(target, args, config)

    def discard_child(self, run_id: str) -> None:
        """Forget a child that was noted, also when the attempt is over."""
        if self.children is not None:
            self.children.discard(run_id)

    def cancel_child(self, run_id: str) -> None:
        """Note that a child shall be canceled."""
        self._children("cancel_child").cancel(run_id)

    def begin(self, limit: float | None) -> None:
        """The body begins, and has so many seconds."""
        self._until = None if limit is None else monotonic() + limit

    def time_left(self) -> float | None:
        """Seconds until the limit of the transition."""
        return None if self._until is None else max(self._until - monotonic(), 0.0)

    async def effect(self, call: EffectCall, perform: Callable[[str], Awaitable[EffectAnswer]]) -> Any:
        """The recorded answer of an outside call, or a new one."""
        self._check("effect")
        if self._outside is None:
            raise AuthorError(f"`{call.name}` can be called in a transition, not in a guard")
        return await self._outside.journal.call(call, perform)

    def live(self, live_id: str) -> LiveText:
        """Begin a text that people can watch."""
        self._check("live")
        if self._outside is None:
            return Unwatched()
        self.documents.live_ids.add(live_id)
        return self._outside.texts.begin(live_id)

    def _children(self, what: str) -> ChildRuns:
        self._check(what)
        if self.children is None:
            raise AuthorError(f"`{what}` is possible in a transition, not in a guard")
        return self.children

    def _check(self, what: str) -> None:
        if not self._open:
            raise ContextClosed(f"`{what}` was used after its transition had ended; nothing was changed")


def context_of(
    definition: WorkflowDefinition, run: RunFacts, call: StepCall, retry_count: int, pulse: Pulse
) -> RunContext[Any]:
    """The `ctx` of one attempt."""
    facts = {
        "run_id": run.id,
        "workflow": run.workflow,
        "place": call.place,
        "step": call.step,
        "attempt": call.attempt,
    }
    return RunContext(
        run_id=run.id,
        workflow=run.workflow,
        args=frozen_args(definition, run.args),
        config=_typed(definition.config, run.config) if definition.config else None,
        user_id=run.user_id,
        workspace_id=run.workspace_id,
        place=call.place,
        retry_count=retry_count,
        step=call.step,
        # The epoch makes a step that is done again after a reset a new one for outside services.
        idempotency_key=f"{run.id}-{run.epoch}-{call.step}",
        logger=logging.LoggerAdapter(_LOGGER, facts),
        on_heartbeat=pulse.heartbeat,
        is_cancelled=pulse.is_cancelled,
    )


def frozen_args(definition: WorkflowDefinition, stored: Any) -> Any:
    """The run's arguments as their type, and so that changing them raises."""
    if definition.args is None:
        # Copied down to the leaves: the next step may begin with the same data.
        return _FrozenDict(copy.deepcopy(cast("dict[str, Any]", stored)) if isinstance(stored, dict) else {})
    return _typed(definition.args, stored)


def _typed(shape: Shape, stored: Any) -> Any:
    """Stored data as its type, and, if that is a model, so that changing it raises."""
    value = shape.from_json(stored if stored is not None else {})
    if not isinstance(value, BaseModel) or value.model_config.get("frozen"):
        return value
    # A frozen view with the same fields; `isinstance(args, Args)` stays true.
    frozen = value.__class__.__new__(_frozen_class(type(value)))
    object.__setattr__(frozen, "__dict__", value.__dict__)
    for slot in ("__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__"):
        object.__setattr__(frozen, slot, getattr(value, slot, None))
    return frozen


_frozen_classes: dict[type[BaseModel], type[BaseModel]] = {}


def _frozen_class(cls: type[BaseModel]) -> type[BaseModel]:
    if cls not in _frozen_classes:
        space: dict[str, Any] = {
            "__module__": cls.__module__,
            "__qualname__": cls.__qualname__,
            "__doc__": cls.__doc__,
            "model_config": ConfigDict(frozen=True),
        }
        made = cast("type[BaseModel]", types.new_class(cls.__name__, (cls,), {}, lambda body: body.update(space)))
        # pydantic compares models by this class, so `ctx.args == Args(...)` keeps working.
        made.__pydantic_generic_metadata__["origin"] = cls
        _frozen_classes[cls] = made
    return _frozen_classes[cls]


class _FrozenDict(dict[str, Any]):
    """Arguments without a model: a dict that cannot be changed."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("the arguments of a run cannot be changed; keep what changes in the state")

    __setitem__ = __delitem__ = update = pop = popitem = clear = setdefault = __ior__ = _refuse  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType, reportIncompatibleMethodOverride]
