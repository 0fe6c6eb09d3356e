"""Tools with which a model asks a person. Each is answered by a child run that the feed shows in its place."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from loopstack_temporal.definition.context import TransitionInput
from loopstack_temporal.hitl.asking import AskUserWorkflow
from loopstack_temporal.hitl.confirming import ConfirmUserWorkflow
from loopstack_temporal.hitl.values import AskUserAnswer, AskUserArgs, ConfirmUserArgs, ConfirmUserResult, Question
from loopstack_temporal.tools.base import ToolOptions, ToolResult
from loopstack_temporal.tools.call import BaseTool
from loopstack_temporal.tools.decorator import tool


class AskClarificationArgs(Question):
    """Arguments of `AskClarificationTool`."""


class AskForApprovalArgs(BaseModel):
    """Arguments of `AskForApprovalTool`."""

    concept: str = Field(min_length=1, description="What is to be approved, as Markdown.")


class AskForApprovalResult(BaseModel):
    """What the model is told."""

    approved: bool
    concept: str


@tool
class AskClarificationTool(BaseTool[AskClarificationArgs, str]):
    """Asks the user a question and waits for the answer: in words, by choosing one of the options, or with yes or no.

    Use it when something needed is missing or unclear. Make it the only tool call of the message.
    """

    asking: AskUserWorkflow

    async def handle(self, args: AskClarificationArgs, options: ToolOptions) -> ToolResult[str]:
        asked = AskUserArgs(**args.model_dump())
        ref = await self.asking.run(asked, callback=options.callback, label="Waiting for user answer...")
        return ToolResult(pending=ref)

    async def complete(self, result: TransitionInput[Any]) -> ToolResult[str]:
        """The answer as text."""
        return ToolResult(data=AskUserAnswer.model_validate(result.data).answer)


@tool
class AskForApprovalTool(BaseTool[AskForApprovalArgs, AskForApprovalResult]):
    """Shows the user a plan or a draft in Markdown and waits until they approve or deny it.

    Go on with it only if it is approved. Make it the only tool call of the message.
    """

    confirming: ConfirmUserWorkflow

    async def handle(self, args: AskForApprovalArgs, options: ToolOptions) -> ToolResult[AskForApprovalResult]:
        shown = ConfirmUserArgs(markdown=args.concept)
        ref = await self.confirming.run(shown, callback=options.callback, label="Waiting for approval...")
        return ToolResult(pending=ref)

    async def complete(self, result: TransitionInput[Any]) -> ToolResult[AskForApprovalResult]:
        """Whether it was approved."""
        decided = ConfirmUserResult.model_validate(result.data)
        return ToolResult(data=AskForApprovalResult(approved=decided.confirmed, concept=decided.markdown))
