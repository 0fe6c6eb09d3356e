"""Child runs of one attempt: asked for by the body, created by the commit, started by the decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from loopstack_temporal.definition.context import RunRef
from loopstack_temporal.definition.documents import LinkDocument
from loopstack_temporal.definition.model import WorkflowDefinition
from loopstack_temporal.definition.registry import definition_of
from loopstack_temporal.definition.session import MOST_CHILDREN, ChildOptions
from loopstack_temporal.definition.shape import field_errors
from loopstack_temporal.errors import AuthorError, ChildrenNeedTemporal, InvalidInput
from loopstack_temporal.execution.documents import BufferedDocuments
from loopstack_temporal.execution.faults import told
from loopstack_temporal.execution.given import configuration
from loopstack_temporal.execution.scene import Scene
from loopstack_temporal.machine.decisions import Await, Child, Children, Decision, Finish, Fire, Parked
from loopstack_temporal.store.records import ChildWrite

LONGEST_ID = 180
_SHOWN = ("inline", "link", "hidden")


class ChildRuns:
    """What one attempt asked of other runs. A failed attempt leaves nothing of it."""

    def __init__(self, scene: Scene, parent: WorkflowDefinition, documents: BufferedDocuments) -> None:
        self._scene = scene
        self._parent = parent
        self._documents = documents
        self._writes: list[ChildWrite] = []
        self._cancels: list[str] = []
        self._asked = 0

    @property
    def writes(self) -> tuple[ChildWrite, ...]:
        """The rows to be created, in the order they were asked for."""
        return tuple(self._writes)

    async def add(self, target: type[Any] | str, args: Any, options: ChildOptions) -> RunRef[Any]:
        """Note a child run.

        Raises `AuthorError` for wrong options, `InvalidInput` for wrong arguments or a wrong configuration, and
        `ChildrenNeedTemporal` in a stateless run.
        """
        definition, stored, config = self.check(target, args, options.config)
        if self._scene.workplace.stateless:
            raise ChildrenNeedTemporal(
                f"`{definition.name}` was asked for as a child of a stateless run; sub-workflows need a stateful one: "
                "start this workflow without `stateless=True`"
            )
        if len(self._writes) >= MOST_CHILDREN:
            raise AuthorError(
                f"a step starts at most {MOST_CHILDREN:,} child runs; start the others in later steps, or use "
                "`FanOut`, which keeps that many open and starts the next as others end"
            )
        callback = self._callback(options)
        if options.show not in _SHOWN:
            raise AuthorError(f"`show={options.show!r}`: a child is shown as {', '.join(map(repr, _SHOWN))}")
        write = ChildWrite(
            id=self._next_id(),
            workflow=definition.name,
            args=stored,
            start_token=uuid4().hex,
            callback=callback,
            callback_meta=to_jsonable_python(dict(options.metadata)),
            title=options.label,
            config=config,
        )
        self._writes.append(write)
        self._asked += 1
        if options.show != "hidden":
            inline = options.show == "inline"
            link = LinkDocument(run_id=write.id, label=options.label or definition.name, embed=inline, expanded=inline)
            try:
                await self._documents.save(link, key=_link(write.id))
            except BaseException:  # Nobody has heard of that child, so nobody could discard it.
                self.discard(write.id)
                raise
        return RunRef(write.id, definition.name)

    def check(self, target: type[Any] | str, args: Any, config: object) -> tuple[WorkflowDefinition, Any, Any]:
        """The child's definition, its arguments and its configuration as they are stored. Raises like `add`."""
        definition = self._definition(target)
        return definition, _checked(definition, args), configuration(definition, config)

    def discard(self, run_id: str) -> None:
        """Forget a child run that was noted. Its number is not given again."""
        self._writes = [one for one in self._writes if one.id != run_id]
        self._cancels = [one for one in self._cancels if one != run_id]
        self._documents.discard(_link(run_id))

    def cancel(self, run_id: str) -> None:
        """Note that a child shall be canceled."""
        if run_id not in self._cancels:
            self._cancels.append(run_id)

    def before(self, then: Decision) -> Decision:
        """`then`, after the children were started and canceled that the attempt asked for."""
        if not self._writes and not self._cancels:
            return then
        assert isinstance(then, Fire | Await | Parked | Finish), "a committed step decides one of these"
        queue = self._scene.workplace.app.name
        children = tuple(
            Child(id=one.id, workflow=one.workflow, queue=queue, token=one.start_token, callback=one.callback)
            for one in self._writes
        )
        return Children(place=then.place, children=children, cancels=tuple(self._cancels), then=then)

    def _definition(self, target: type[Any] | str) -> WorkflowDefinition:
        name = target if isinstance(target, str) else definition_of(target).name
        found = self._scene.workplace.app.workflows.get(name)
        if found is None:
            raise AuthorError(f"the app `{self._scene.workplace.app.name}` has no workflow `{name}`")
        return found

    def _callback(self, options: ChildOptions) -> str | None:
        wanted = options.callback
        if wanted is None:
            return None
        name = wanted if isinstance(wanted, str) else getattr(wanted, "__name__", repr(wanted))
        if not any(transition.wait and transition.name == name for transition in self._parent.transitions):
            waits = ", ".join(f"`{t.name}`" for t in self._parent.transitions if t.wait) or "none"
            raise AuthorError(f"`callback={name!r}`: `{self._parent.name}` has no such wait transition; it has {waits}")
        return name

    def _next_id(self) -> str:
        call, epoch = self._scene.call, self._scene.entered.epoch
        again = f"-e{epoch}" if epoch > 1 else ""
        name = f"{call.run_id}-{call.step}-{self._asked}{again}"
        return name if len(name) <= LONGEST_ID else str(uuid5(NAMESPACE_URL, name))


def _link(run_id: str) -> str:
    return f"link_{run_id}"


def _checked(definition: WorkflowDefinition, args: Any) -> Any:
    """The arguments as they are stored, with defaults."""
    given: Any = {} if args is None else args
    if definition.args is None:
        if not isinstance(given, Mapping):
            raise InvalidInput(f"`{definition.name}` takes a mapping of arguments", code="invalid_args")
        return to_jsonable_python(given)
    try:
        return definition.args.to_json(definition.args.validate(given))
    except ValidationError as error:
        faults: Sequence[Any] = field_errors(error)
        text = f"the arguments of `{definition.name}` do not fit: {told(faults)}"
        raise InvalidInput(text, faults, code="invalid_args") from None
