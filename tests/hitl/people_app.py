"""The application of the server tests: questions on their own, and workflows and tools that ask them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from loopstack_temporal import (
    BaseTool,
    BaseWorkflow,
    RunContext,
    StudioApp,
    ToolOptions,
    ToolResult,
    TransitionInput,
    tool,
    transition,
    workflow,
)
from loopstack_temporal.hitl import (
    Approval,
    ApproveToolCallArgs,
    ApproveToolCallWorkflow,
    AskClarificationArgs,
    AskClarificationTool,
    AskForApprovalArgs,
    AskForApprovalTool,
    AskUserAnswer,
    AskUserArgs,
    AskUserConfirmDocument,
    AskUserDocument,
    AskUserOptionsDocument,
    AskUserWorkflow,
    ConfirmUserDocument,
    ConfirmUserWorkflow,
    hitl,
)


class Nothing(BaseModel):
    pass


class Answers(BaseModel):
    given: list[str] = []


@tool(description="Writes down that it ran.")
class NoteTool(BaseTool[Nothing, int]):
    def handle(self) -> ToolResult[int]:
        notes = Path(os.environ["LOOPSTACK_TEST_NOTES"])
        with notes.open("a") as file:
            file.write("ran\n")
        return ToolResult(data=len(notes.read_text().splitlines()))


@workflow(title="Asks for a name")
class ParentWorkflow(BaseWorkflow[AskUserArgs, Nothing, str]):
    """Lets a tool work, then asks by a child run."""

    note: NoteTool
    asking: AskUserWorkflow

    @transition(to="waiting")
    async def ask(self, ctx: RunContext[AskUserArgs]) -> None:
        await self.note.call()
        await self.asking.run(ctx.args, callback=self.answered, label="A question")

    @transition(from_="waiting", to="end", wait=True)
    async def answered(self, input: TransitionInput[AskUserAnswer]) -> str:
        return f"{input.status}: {input.error_message}" if input.has_error else input.data.answer


@workflow(title="Asks for approval")
class GuardedWorkflow(BaseWorkflow[ApproveToolCallArgs, Nothing, Approval]):
    """Asks whether a tool may be called."""

    approving: ApproveToolCallWorkflow

    @transition(to="waiting")
    async def ask(self, ctx: RunContext[ApproveToolCallArgs]) -> None:
        await self.approving.run(ctx.args, callback=self.decided)

    @transition(from_="waiting", to="end", wait=True)
    async def decided(self, payload: Approval) -> Approval:
        return payload


@workflow(title="Own questions")
class OwnQuestionsWorkflow(BaseWorkflow[Nothing, Answers, list[str]]):
    """Saves the four documents itself and takes the answers in the same run."""

    @transition(to="naming")
    async def begin(self) -> None:
        await self.document_store.save(AskUserDocument(question="Your **name**?"), key="naming")

    @transition(from_="agreeing", to="confirming", wait=True)
    @transition(from_="choosing", to="agreeing", wait=True)
    @transition(from_="naming", to="choosing", wait=True)
    async def user_answered(self, state: Answers, payload: AskUserAnswer, ctx: RunContext[Nothing]) -> None:
        state.given.append(payload.answer)
        match ctx.place:
            case "naming":
                done = AskUserDocument(question="Your **name**?", answer=payload.answer)
                follows = AskUserOptionsDocument(question="Which colour?", options=["red"], allow_custom_answer=True)
                await self.document_store.save(done, key="naming")
                await self.document_store.save(follows, key="choosing")
            case "choosing":
                await self.document_store.save(AskUserConfirmDocument(question="Paint it?"), key="agreeing")
            case _:
                await self.document_store.save(ConfirmUserDocument(markdown="# All of it"), key="confirming")

    @transition(from_="confirming", to="end", wait=True)
    async def user_confirmed(self, state: Answers) -> list[str]:
        return [*state.given, "confirmed"]

    @transition(from_="confirming", to="end", wait=True)
    async def user_denied(self, state: Answers) -> list[str]:
        return [*state.given, "denied"]


@workflow(title="Model's questions")
class ConsultingWorkflow(BaseWorkflow[Nothing, Answers, list[Any]]):
    """Calls the tools of a model as a loop of tool calls does: `handle` now, `complete` when the child has ended."""

    clarify: AskClarificationTool
    approve: AskForApprovalTool

    @transition(to="clarifying")
    async def ask(self) -> None:
        args = AskClarificationArgs(question="Which one?", options=["left", "right"])
        pending = await self.clarify.handle(args, ToolOptions(callback=self.clarified))
        assert pending.pending is not None and pending.data is None

    @transition(from_="clarifying", to="approving", wait=True)
    async def clarified(self, state: Answers, input: TransitionInput[Any]) -> None:
        told = (await self.clarify.complete(input)).data
        assert told is not None
        state.given.append(told)
        pending = await self.approve.handle(AskForApprovalArgs(concept="# Turn"), ToolOptions(callback=self.approved))
        assert pending.pending is not None

    @transition(from_="approving", to="end", wait=True)
    async def approved(self, state: Answers, input: TransitionInput[Any]) -> list[Any]:
        return [*state.given, (await self.approve.complete(input)).data]


app = StudioApp(
    name=os.environ.get("LOOPSTACK_TEST_APP", "people"),
    title="People",
    workflows=[
        AskUserWorkflow,
        ConfirmUserWorkflow,
        ApproveToolCallWorkflow,
        ParentWorkflow,
        GuardedWorkflow,
        OwnQuestionsWorkflow,
        ConsultingWorkflow,
    ],
    modules=[hitl()],
)
