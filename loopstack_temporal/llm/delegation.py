"""The tools with which a workflow carries out what a model wants called, and goes on when late results arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from time import monotonic
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, with_config
from typing_extensions import TypedDict

from loopstack_temporal.definition.context import TransitionInput
from loopstack_temporal.definition.documents import LlmMessageDocument
from loopstack_temporal.definition.documents.llm import ToolCallBlock
from loopstack_temporal.definition.session import session_of
from loopstack_temporal.errors import ToolError
from loopstack_temporal.hitl.approving import ApproveToolCallWorkflow
from loopstack_temporal.llm.calls import Callback, Caller
from loopstack_temporal.llm.results import LlmDelegateResult, LlmTurn, ToolCallState, limit_for
from loopstack_temporal.tools.base import Tool, ToolReply
from loopstack_temporal.tools.call import validated_config
from loopstack_temporal.tools.decorator import tool
from loopstack_temporal.tools.toolbox import Toolbox, Wanted

MOST_CALLS = 128
"""Calls of one message that are carried out; the rest get an error result."""
AT_ONCE = 8
LINGER = 30.0
"""Seconds that the calls under way get when one has stopped the step, so that their answers are recorded."""
CALL_TIMEOUT = 240.0
"""Seconds for a call of a tool that has no `timeout`: less than the transition has, so that the model hears of it."""
RESERVE = 20.0
"""Seconds of the transition that are left when the last call has to end; a fifth of what there is if that is less."""

T = TypeVar("T")


@with_config(ConfigDict(extra="forbid"))
class LlmDelegateConfig(TypedDict, total=False):
    """Options of `LlmDelegateToolCallsTool`."""

    save: bool
    """Whether the results become a document of the run, as the user's turn of the conversation; default true."""
    meta: dict[str, Any]
    """Added to the meta of that document."""
    timeout: float
    """Seconds for each call of a tool that has no `timeout` of its own; default 240.

    Whatever the limits are, all calls of a message end before the transition's own limit.
    """


class LlmDelegateArgs(BaseModel):
    """Whose tool calls are carried out, and which tools there are for it."""

    message: dict[str, Any] = Field(description="The model's message.")
    tools: list[str] = Field(description="The tools that the model was offered.")


class LlmUpdateArgs(BaseModel):
    """How the calls stood, and what has ended since."""

    delegate_result: LlmDelegateResult
    completed_tool: dict[str, Any]


class LlmPendingArgs(BaseModel):
    """How the calls stand."""

    delegate_result: LlmDelegateResult


class _Delegating(Tool):
    """What the three tools share: the tools that can be found by name, and how results are told to the model."""

    toolbox: Toolbox
    approve: ApproveToolCallWorkflow

    def _caller(
        self, result: LlmDelegateResult, tools: Sequence[Wanted] | None, callback: Callback | None, timeout: float
    ) -> Caller:
        found = self.toolbox.find(result.tools if tools is None else tools)
        by_name = {one.definition.name: one for one in found}
        limit = limit_for(result.calls)
        session = session_of(self, "call")
        left = session.time_left()
        until = None if left is None else monotonic() + left - min(RESERVE, left / 5)
        return Caller(session, by_name, self.approve, callback, result.message_id, limit, timeout, until)

    async def _saved(self, result: LlmDelegateResult) -> None:
        """The user's turn with all results. Under a key of its own, so that the author's own save replaces it."""
        if not result.save or not result.calls:
            return
        key = f"{result.message_id}_results" if result.message_id else None
        blocks = result.tool_results
        document = LlmMessageDocument.model_validate({"role": "user", "blocks": blocks, "id": key})
        await self.document_store.save(document, key=key, meta=result.meta)


@tool(
    name="llm_delegate_tool_calls",
    description="Carries out the tool calls of a model's message.",
    schema=LlmDelegateArgs,
    config_schema=LlmDelegateConfig,
)
class LlmDelegateToolCallsTool(_Delegating):
    """Carries out the tool calls of a model's message."""

    async def call(
        self,
        *,
        message: LlmMessageDocument | LlmTurn,
        tools: Sequence[Wanted],
        callback: Callback | None = None,
        config: LlmDelegateConfig | None = None,
    ) -> ToolReply[LlmDelegateResult]:
        """Run all tool calls of a message, eight at a time. Only the `tools` that the model was offered can be called.

        A call that fails in any way is an error result for the model and concerns no other call. So is one that has not
        ended, or could not begin, shortly before the limit of the transition.

        A tool that starts a run and answers `pending`, and one that `needs_approval`, leaves its call open until that
        run has ended: then the wait transition `callback` is told, and `LlmUpdateToolResultTool` fills in the result.
        When none is open, one message with all results is saved.

        A finished call is not made again when the step is repeated after a crash. Raises `ToolError` for a name in
        `tools` that cannot be found, and without `callback` for a tool that needs approval.
        """
        options = cast("LlmDelegateConfig", validated_config(self.definition, config))
        turn = message if isinstance(message, LlmTurn) else LlmTurn.of(message)
        found = self.toolbox.find(tools)
        if callback is None and (asking := [one for one in found if one.definition.needs_approval]):
            raise ToolError(
                f"`{asking[0].definition.name}` needs the approval of a person: name in `callback=` the wait transition"
                " that is told of the decision, or do not offer it here."
            )
        result = LlmDelegateResult(
            message_id=turn.message_id,
            calls=[ToolCallState(id=block.id, tool_name=block.name) for block in turn.tool_calls],
            tools=[one.definition.name for one in found],
            callback=callback if callback is None or isinstance(callback, str) else callback.__name__,
            save=options.get("save", True),
            meta=options.get("meta", {}),
        )
        caller = self._caller(result, found, callback, options.get("timeout", CALL_TIMEOUT))
        states = await _all_at_once([partial(caller.call, block) for block in turn.tool_calls[:MOST_CALLS]])
        text = f"Only the first {MOST_CALLS} tool calls of a message are carried out; this one was not."
        states += [await caller.told(block, text, is_error=True) for block in turn.tool_calls[MOST_CALLS:]]
        result = result.model_copy(update={"calls": states})
        if result.all_completed:
            await self._saved(result)
        return ToolReply(result)


@tool(
    name="llm_update_tool_result",
    description="Fills in the result of a tool call that was still open.",
    schema=LlmUpdateArgs,
)
class LlmUpdateToolResultTool(_Delegating):
    """Fills in the result of a tool call that was still open."""

    async def call(
        self,
        *,
        delegate_result: LlmDelegateResult,
        completed_tool: TransitionInput[Any],
        tools: Sequence[Wanted] | None = None,
    ) -> ToolReply[LlmDelegateResult]:
        """How the calls stand now that a run has ended. When none is open any more, the results message is saved.

        `completed_tool` is the `input` of the callback. One that no open call waits for changes nothing: a second
        time, too late, or from somewhere else. An approved call is made now, if the approval is for exactly its
        arguments. `tools` is needed only where tools were given as objects that cannot be found by name.
        """
        waiting = [one for one in delegate_result.pending if one.run_id == completed_tool.run_id]
        if not waiting:
            return ToolReply(delegate_result)
        caller = self._caller(delegate_result, tools, delegate_result.callback, CALL_TIMEOUT)
        result = delegate_result.replaced(waiting[0], await _settled(caller, waiting[0], completed_tool))
        if result.all_completed:
            await self._saved(result)
        return ToolReply(result)


@tool(
    name="llm_cancel_pending_tools",
    description="Gives up the tool calls that are still open.",
    schema=LlmPendingArgs,
)
class LlmCancelPendingToolsTool(_Delegating):
    """Gives up the tool calls that are still open."""

    async def call(self, *, delegate_result: LlmDelegateResult) -> ToolReply[LlmDelegateResult]:
        """Cancel the runs that calls wait for; each open call gets a canceled result, and the results are saved."""
        session, result = session_of(self, "call"), delegate_result
        for one in delegate_result.pending:
            if one.run_id is not None:
                session.cancel_child(one.run_id)
            text = f"The call of `{one.tool_name}` was canceled."
            result = result.replaced(
                one, ToolCallState(id=one.id, tool_name=one.tool_name, content=text, is_error=True)
            )
        if delegate_result.pending:
            await self._saved(result)
        return ToolReply(result)


async def _settled(caller: Caller, call: ToolCallState, ended: TransitionInput[Any]) -> ToolCallState:
    block = ToolCallBlock(id=call.id, name=call.tool_name, args=call.args or {})
    if ended.has_error:
        why = f": {ended.error_message}" if ended.error_message else "."
        what = "approval" if call.status == "approval" else "run"
        return await caller.told(block, f"The {what} of `{call.tool_name}` {_was(ended.status)}{why}", is_error=True)
    if call.status == "approval":
        return await caller.approved(block, ended)
    return await caller.completed(call, ended)


def _was(status: str) -> str:
    return "was canceled" if status == "canceled" else "failed"


_Work = Callable[[], Coroutine[Any, Any, T]]


async def _all_at_once(work: Sequence[_Work[T]]) -> list[T]:
    """What all of them give, in order. After the first exception the others get `LINGER` to end; then it is raised.

    A call that is cut off leaves an unknown outcome, and each of the others says whether its own is.
    """
    places = asyncio.Semaphore(AT_ONCE)

    async def placed(one: _Work[T]) -> T:
        async with places:
            return await one()

    tasks = [asyncio.ensure_future(placed(one)) for one in work]
    try:
        if tasks:
            _, left = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            if left:
                await asyncio.wait(left, timeout=LINGER)
    finally:
        late = [task for task in tasks if not task.done()]
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in tasks:
        if task not in late and (error := task.exception()) is not None:
            raise error
    return [task.result() for task in tasks]
