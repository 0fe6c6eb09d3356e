"""One tool call of a model, from its name and arguments to what the model is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from time import monotonic
from typing import Any

from pydantic import ValidationError

from loopstack_temporal.definition.context import RunRef, TransitionInput
from loopstack_temporal.definition.documents import PlainDocument
from loopstack_temporal.definition.documents.llm import ToolCallBlock
from loopstack_temporal.definition.session import EffectAnswer, EffectCall, Session
from loopstack_temporal.errors import ContextClosed, Interrupted, LoopstackError, TooLarge, ToolError
from loopstack_temporal.hitl.approving import Approval, ApproveToolCallArgs, ApproveToolCallWorkflow
from loopstack_temporal.llm.results import ToolCallState, clean, content_of, cut
from loopstack_temporal.tools.base import Tool, ToolDefinition, ToolOptions, ToolResult
from loopstack_temporal.tools.call import guarded, raw_result, result_of, validated, validated_config
from loopstack_temporal.tools.digest import digest_of
from loopstack_temporal.tools.handler import run_body
from loopstack_temporal.tools.limits import limited
from loopstack_temporal.tools.recording import recording, replay
from loopstack_temporal.tools.starting import Starting, starting

Callback = str | Callable[..., Any]
Run = Callable[[], Awaitable[ToolResult[Any]]]

LONGEST_SHOWN = 120
"""Characters of a call's arguments in an error about it."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a call gave: content for the model, or the run that will give it."""

    content: str = ""
    is_error: bool = False
    pending: RunRef[Any] | None = None
    started: bool = False
    """Whether runs start with the commit because of it."""


class _NotKept(Exception):
    """Takes an outcome past the journal: a call that started other runs is made again by the next attempt."""

    def __init__(self, outcome: _Outcome) -> None:
        self.outcome = outcome
        super().__init__("not journaled")


@dataclass(frozen=True, slots=True)
class Caller:
    """Carries out the tool calls of one message. Whatever goes wrong in a tool becomes a result for the model."""

    session: Session
    tools: Mapping[str, Tool]
    """What the model was offered: nothing else can be called."""
    approve: ApproveToolCallWorkflow
    callback: Callback | None
    message_id: str | None
    limit: int
    """Bytes of a result that the model is sent."""
    timeout: float | None
    """Seconds for a call of a tool that has no limit of its own."""
    until: float | None
    """When all calls have to have ended, by `time.monotonic`: before the transition's own limit."""
    offered: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "offered", tuple(self.tools))

    async def call(self, block: ToolCallBlock) -> ToolCallState:
        """Make a call, or ask a person about it first."""
        tool = self.tools.get(block.name)
        if tool is None:
            known = ", ".join(f"`{name}`" for name in self.offered) or "none"
            return await self.told(block, f"There is no tool `{block.name}`. You can call: {known}.", is_error=True)
        try:
            checked = validated(tool.definition, tool.definition.args, block.args, from_json=True)
            digest = digest_of(block.name, block.args)
        except (ToolError, ValueError) as error:
            return await self.told(block, str(error), is_error=True)
        if tool.definition.needs_approval:
            return await self._asked(block, tool, digest)
        return await self._made(block, tool, checked)

    async def approved(self, block: ToolCallBlock, answer: TransitionInput[Any]) -> ToolCallState:
        """Make a call that a person was asked about, if the answer is for exactly this call."""
        try:
            approval = Approval.model_validate(answer.value)
        except ValidationError:
            return await self.told(block, f"Nobody approved this call of `{block.name}`.", is_error=True)
        if not approval.approved:
            why = f": {approval.reason}" if approval.reason else "."
            return await self.told(block, f"A person denied this call of `{block.name}`{why}", is_error=True)
        tool = self.tools.get(block.name)
        if tool is None or approval.digest != digest_of(block.name, block.args):
            text = f"This call of `{block.name}` is not what was approved, so it was not made."
            return await self.told(block, text, is_error=True)
        checked = validated(tool.definition, tool.definition.args, block.args, from_json=True)
        return await self._made(block, tool, checked)

    async def completed(self, call: ToolCallState, answer: TransitionInput[Any]) -> ToolCallState:
        """The result of a call whose run has ended well."""
        tool = self.tools.get(call.tool_name)
        block = ToolCallBlock(id=call.id, name=call.tool_name)
        if tool is None:
            return await self.told(block, f"The tool `{call.tool_name}` is gone.", is_error=True)

        async def complete() -> ToolResult[Any]:
            found = await guarded(tool.definition, partial(tool.complete, answer))
            return result_of(tool.definition, found)

        outcome = await self._outcome(tool.definition, complete)
        return await self.told(block, outcome.content, is_error=outcome.is_error)

    async def told(self, block: ToolCallBlock, content: str, *, is_error: bool) -> ToolCallState:
        """A finished call. What is too long for a model is kept in full as a document."""
        content = clean(content)
        # Not the call's id: models choose it.
        name = sha256(f"{block.id}:{content}".encode(errors="replace")).hexdigest()[:16]
        key = f"{self.message_id or 'tool'}_{name}_full"
        short = cut(content, self.limit, key)
        if short is not content:
            await self.session.documents.save(PlainDocument(text=content), key=key, hidden=True)
        return ToolCallState(id=block.id, tool_name=block.name, content=short, is_error=is_error)

    # --- inside ------------------------------------------------------------------------------------------------------

    async def _asked(self, block: ToolCallBlock, tool: Tool, digest: str) -> ToolCallState:
        args = ApproveToolCallArgs(
            tool=block.name, args=block.args, description=tool.definition.description, digest=digest
        )
        ref = await self.approve.run(args, callback=self.callback, label=f"Approve {block.name}")
        return ToolCallState(id=block.id, tool_name=block.name, status="approval", run_id=ref.run_id, args=block.args)

    async def _made(self, block: ToolCallBlock, tool: Tool, checked: object) -> ToolCallState:
        outcome = await self._journaled(block, tool, checked)
        if outcome.pending is None:
            return await self.told(block, outcome.content, is_error=outcome.is_error)
        return ToolCallState(id=block.id, tool_name=block.name, status="running", run_id=outcome.pending.run_id)

    async def _journaled(self, block: ToolCallBlock, tool: Tool, checked: object) -> _Outcome:
        definition, made = tool.definition, False
        options = ToolOptions(callback=self.callback, offered=self.offered)

        async def run() -> ToolResult[Any]:
            configured = ToolOptions(validated_config(definition, None), options.callback, options.offered)
            return await raw_result(tool, checked, configured)

        async def perform(_key: str) -> EffectAnswer:
            nonlocal made
            if self._left() == 0:
                raise _NotKept(_Outcome(_no_time(definition.name), is_error=True))
            made = True
            with recording(self.session.documents) as left:
                outcome = await self._outcome(definition, run)
            if outcome.started or outcome.pending is not None or not left.lasting:
                raise _NotKept(outcome)
            return EffectAnswer({"content": outcome.content, "is_error": outcome.is_error, "saves": left.saves})

        request = {"message": self.message_id, "id": block.id, "args": block.args}
        call = EffectCall(
            f"tool:{definition.name}", request, repeatable=definition.repeatable, shown=_short(block.args)
        )
        try:
            answer: Mapping[str, Any] = await self.session.effect(call, perform)
        except _NotKept as found:
            return found.outcome
        except TooLarge as error:  # With what it saved it is too much for the journal.
            return _Outcome(f"The call of `{definition.name}` cannot be recorded: {error}.", is_error=True)
        if not made:
            await replay(self.session.documents, answer["saves"])
        return _Outcome(answer["content"], answer["is_error"])

    async def _outcome(self, definition: ToolDefinition, run: Run) -> _Outcome:
        """What a tool gave, as text. Only what stops the whole attempt is raised."""
        name, limits = definition.name, [self._left()]
        if definition.timeout is None:  # Else each try has its own.
            limits.append(self.timeout)
        limit = min((one for one in limits if one is not None), default=None)
        try:
            with starting() as runs:
                outcome = await limited(name, limit, lambda: _said(definition, run))
                self._check_told(name, outcome, runs)
            return replace(outcome, started=bool(runs.runs))
        except asyncio.CancelledError:
            if _being_cancelled():
                raise
            return _Outcome(f"The tool `{name}` canceled itself.", is_error=True)
        except LoopstackError as error:
            if isinstance(error, Interrupted | ContextClosed) or error.code == "effect_unknown":
                raise
            return _Outcome(clean(str(error)), is_error=True)
        except ValueError as error:
            return _Outcome(clean(f"The tool `{name}` {error}"), is_error=True)

    def _check_told(self, name: str, outcome: _Outcome, runs: Starting) -> None:
        """Raise `ToolError` if nobody would be told of the run that a call waits for: it would wait for ever."""
        if outcome.pending is None:
            return
        run = runs.find(outcome.pending.run_id)
        if not (self.callback if run is None else run.told):
            raise ToolError(
                f"The tool `{name}` answers later, but nobody would be told of its run, so that was not started. The"
                " caller of the model's tool calls has to give `callback=`, and the tool has to hand on"
                " `options.callback`."
            )

    def _left(self) -> float | None:
        """Seconds that a call may take at most."""
        return None if self.until is None else max(round(self.until - monotonic(), 1), 0.0)


async def _said(definition: ToolDefinition, run: Run) -> _Outcome:
    result = await run()
    if result.pending is not None:
        return _Outcome(pending=result.pending)
    if result.error is not None:
        return _Outcome(clean(result.error), is_error=True)
    if result.data is None or isinstance(result.data, str | int | float):
        return _Outcome(content_of(result.data))
    # Anything else may be code of the author's, which is written in a thread and within the limit, as it is called.
    write = partial(run_body, content_of, result.data)
    return _Outcome(await limited(definition.name, definition.timeout, write))


def _no_time(name: str) -> str:
    return f"This call of `{name}` was not made: the time for the calls of this message was over before it could begin."


def _short(args: Mapping[str, Any]) -> str:
    """Arguments as people are shown them in an error; nothing if there are none."""
    text = clean(json.dumps(args, ensure_ascii=False)) if args else ""
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def _being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
