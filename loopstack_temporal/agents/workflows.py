"""Agents: a model, its tools, and the loop between them. Ordinary workflows; copy and change them as you like."""

from __future__ import annotations

from typing import Any, Generic

from typing_extensions import TypeVar

from loopstack_temporal.agents.finish import AgentFinishTool
from loopstack_temporal.agents.values import AgentArgs, AgentResult, AgentSettings, AgentState, ChatAgentArgs
from loopstack_temporal.agents.window import keep_within
from loopstack_temporal.definition.context import RunContext, TransitionInput
from loopstack_temporal.definition.documents import LlmContextDocument, LlmMessageDocument
from loopstack_temporal.definition.marks import transition
from loopstack_temporal.definition.model import Retry
from loopstack_temporal.definition.words import Words
from loopstack_temporal.definition.workflow import BaseWorkflow, workflow
from loopstack_temporal.errors import AgentStopped
from loopstack_temporal.llm.attached import UserMessage
from loopstack_temporal.llm.delegation import (
    LlmCancelPendingToolsTool,
    LlmDelegateToolCallsTool,
    LlmUpdateToolResultTool,
)
from loopstack_temporal.llm.results import LlmDelegateResult, LlmTurn
from loopstack_temporal.llm.tools import LlmConfig, LlmGenerateTextTool

A = TypeVar("A", bound=AgentArgs, default=AgentArgs)
R = TypeVar("R", default=Any)

GOOD_ENDS = ("end_turn", "stop_sequence", "tool_use")
"""Stop reasons after which an agent goes on or ends; after any other it stops and says why."""
TURN_LIMIT = 30 * 60
"""Seconds a turn may take: a long answer that is being written. One that is silent is ended by its provider's limit."""
MOST_PAUSES = 8
"""How often a model may pause within one turn (`pause_turn`) and be asked to go on."""
BUSY = ["ready", "prompt_executed", "awaiting_tools"]
"""Where an agent works."""
STEER: dict[str, Any] = {
    "widget": "prompt-input",
    "options": {
        "transition": "steer",
        "label": "Send while it works",
        "placeholder": "Read before the next model call",
    },
    "showWhen": BUSY,
}
CANCEL_TOOLS: dict[str, Any] = {
    "widget": "button",
    "options": {"transition": "cancel_pending_tools", "label": "Cancel pending tools", "variant": "outline"},
    "showWhen": ["awaiting_tools"],
}


class AgentLoop(BaseWorkflow[A, AgentState, R], Generic[A, R]):
    """What agents share: ask the model, carry out its tool calls, wait for late results, ask again."""

    llm: LlmGenerateTextTool
    delegate: LlmDelegateToolCallsTool
    update: LlmUpdateToolResultTool
    cancel_pending: LlmCancelPendingToolsTool
    settings: AgentSettings

    @transition(to="ready")
    async def setup(self, ctx: RunContext[A]) -> None:
        if ctx.args.context:
            await self.document_store.save(LlmContextDocument(role="user", text=ctx.args.context), key="context")
        await self.said(ctx, ctx.args.user_message)

    @transition(from_="ready", to="prompt_executed", retry=Retry(3), timeout=TURN_LIMIT)
    async def llm_turn(self, state: AgentState, ctx: RunContext[A]) -> None:
        limit = self.settings.max_turns
        if state.turns >= limit:
            if ctx.retry_count == 0:
                raise AgentStopped(f"The agent stopped after {limit} model calls (`max_turns`). A retry lets it go on.")
            state.turns = 0
        if self.settings.window is not None:
            await keep_within(self.settings.window, self.document_store, self.llm, self.settings.llm)
        state.turn = await self.asked(ctx)
        state.turns += 1

    def wants_tools(self, state: AgentState) -> bool:
        return state.turn is not None and bool(state.turn.tool_calls)

    @transition(from_="prompt_executed", to="awaiting_tools", priority=10, guard=wants_tools)
    async def execute_tool_calls(self, state: AgentState, ctx: RunContext[A]) -> None:
        assert state.turn is not None
        reply = await self.delegate.call(
            message=state.turn, tools=self.tools_of(ctx), callback=self.tool_result_received
        )
        state.results = reply.data

    @transition(from_="awaiting_tools", to="awaiting_tools", wait=True)
    async def tool_result_received(self, state: AgentState, input: TransitionInput[Any]) -> None:
        assert state.results is not None
        state.results = (await self.update.call(delegate_result=state.results, completed_tool=input)).data

    def has_all_results(self, state: AgentState) -> bool:
        return state.results is not None and state.results.all_completed

    @transition(from_="awaiting_tools", to="ready", guard=has_all_results)
    async def tools_complete(self, state: AgentState) -> None:
        state.turn = state.results = None

    @transition(from_="awaiting_tools", to="ready", wait=True, asks=False, title="Cancel pending tools")
    async def cancel_pending_tools(self, state: AgentState) -> None:
        assert state.results is not None
        await self.cancel_pending.call(delegate_result=state.results)
        state.turn = state.results = None

    def may_be_steered(self, state: AgentState) -> bool:
        # Nothing may stand between the calls of a model and their results.
        return not self.wants_tools(state)

    @transition(from_="ready", to="ready", wait=True, early=True, guard=may_be_steered)
    @transition(from_="prompt_executed", to="ready", wait=True, early=True, guard=may_be_steered)
    async def steer(self, payload: Words, ctx: RunContext[A]) -> None:
        """Say something while the agent works: the next model call reads it, also one that would else not be made."""
        await self.said(ctx, payload)

    def tools_of(self, ctx: RunContext[A]) -> list[str]:
        """The tools that the model may call."""
        return list(ctx.args.tools)

    async def said(self, ctx: RunContext[A], message: str | UserMessage) -> None:
        """Add what a person said to the conversation."""
        key = f"user_{ctx.step}"
        if isinstance(message, UserMessage):
            document = message.document(key)
        else:
            document = LlmMessageDocument(role="user", text=message, id=key)
        await self.document_store.save(document, key=key)

    async def asked(self, ctx: RunContext[A]) -> LlmTurn:
        """One turn of the model. Raises `AgentStopped` if it neither ended its turn nor wants tools."""
        config: LlmConfig = {**self.settings.llm, "tools": self.tools_of(ctx)}
        if ctx.args.system:
            config["system"] = ctx.args.system
        for _ in range(MOST_PAUSES):
            turn = LlmTurn.of((await self.llm.call(config=config)).data.message)
            if turn.stop_reason == "pause_turn":
                continue
            if turn.stop_reason not in GOOD_ENDS or (turn.stop_reason == "tool_use" and not turn.tool_calls):
                raise AgentStopped(_why(turn))
            return turn
        raise AgentStopped(f"The model paused {MOST_PAUSES} times within one turn. A retry asks it again.")


@workflow(
    name="agent",
    title="Agent",
    description="Answers with the help of tools, and ends with the model's last text.",
    widget=[STEER, CANCEL_TOOLS],
)
class AgentWorkflow(AgentLoop[AgentArgs, AgentResult]):
    """Works until the model ends its turn."""

    @transition(from_="prompt_executed", to="end")
    async def respond(self, state: AgentState) -> AgentResult:
        assert state.turn is not None
        return AgentResult(response=state.turn.text)


@workflow(
    name="chat_agent",
    title="Chat",
    description="A conversation with a model that can use tools.",
    widget=[
        {
            "widget": "prompt-input",
            "options": {"transition": "user_message", "label": "Send", "placeholder": "Message"},
            "showWhen": ["waiting_for_user"],
        },
        STEER,
        CANCEL_TOOLS,
    ],
)
class ChatAgentWorkflow(AgentLoop[ChatAgentArgs, Any]):
    """Answers, then waits for the next message; in task mode until the model calls `agent_finish`.

    A `user_message` that is sent while it works becomes the next turn; a stop of the model call goes there at once.
    """

    finish: AgentFinishTool

    @transition(from_="ready", to="prompt_executed", retry=Retry(3), timeout=TURN_LIMIT, stopped_to="waiting_for_user")
    async def llm_turn(self, state: AgentState, ctx: RunContext[ChatAgentArgs]) -> None:
        await super().llm_turn(state, ctx)

    def has_finished(self, state: AgentState) -> bool:
        return _finished(state.results) is not None

    @transition(from_="awaiting_tools", to="end", priority=20, guard=has_finished)
    async def finished(self, state: AgentState) -> Any:
        place = _finished(state.results)
        assert place is not None and state.turn is not None
        return state.turn.tool_calls[place].args.get("result")

    @transition(from_="prompt_executed", to="waiting_for_user")
    async def respond(self, state: AgentState) -> None:
        state.turns = 0

    @transition(from_="waiting_for_user", to="ready", wait=True, early=True, title="Send a message")
    async def user_message(
        self, payload: Words | UserMessage, state: AgentState, ctx: RunContext[ChatAgentArgs]
    ) -> None:
        state.turn, state.turns = None, 0
        await self.said(ctx, payload)

    def tools_of(self, ctx: RunContext[ChatAgentArgs]) -> list[str]:
        more = [self.finish.definition.name] if ctx.args.task_mode else []
        return [*super().tools_of(ctx), *more]


def _finished(results: LlmDelegateResult | None) -> int | None:
    """Which of the calls ended the task, once every call has its result. Not by its id: models repeat those."""
    if results is None or not results.all_completed:
        return None
    call = results.called("agent_finish")
    return None if call is None else results.calls.index(call)


def _why(turn: LlmTurn) -> str:
    match turn.stop_reason:
        case "max_tokens":
            why = "its answer reached the token limit; raise `max_tokens` in `provider_config`"
        case "refusal":
            why = "it refused to answer"
        case "tool_use":
            why = "it announced a tool call and made none"
        case other:
            why = f"the provider ended the answer for another reason ({other})"
    said = f" Its last words: {turn.text[-300:]}" if turn.text else ""
    return f"The model stopped before it had answered: {why}. A retry asks it again.{said}"
