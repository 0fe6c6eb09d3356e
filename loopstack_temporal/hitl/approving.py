"""Letting a person approve one call of a tool."""

from __future__ import annotations

from pydantic import BaseModel

from loopstack_temporal.definition.context import RunContext, TransitionInput
from loopstack_temporal.definition.marks import transition
from loopstack_temporal.definition.workflow import BaseWorkflow, workflow
from loopstack_temporal.errors import InvalidAnswer
from loopstack_temporal.hitl.documents import ApproveToolCallDocument
from loopstack_temporal.hitl.values import Approval, ApprovalAnswer, ApproveToolCallArgs

_KEY = "call"


class ApproveToolCallState(BaseModel):
    """Nothing has to be kept."""


@workflow(title="Approve a tool call", description="Shows a tool with its arguments and waits for a person's decision.")
class ApproveToolCallWorkflow(BaseWorkflow[ApproveToolCallArgs, ApproveToolCallState, Approval]):
    """Its result says who decided what about which call; running the tool is the asker's business."""

    @transition(to="waiting_for_decision")
    async def show_call(self, ctx: RunContext[ApproveToolCallArgs]) -> None:
        await self.document_store.save(_shown(ctx.args), key=_KEY)

    @transition(from_="waiting_for_decision", to="end", wait=True, title="Decide")
    async def user_decided(
        self, input: TransitionInput[ApprovalAnswer], ctx: RunContext[ApproveToolCallArgs]
    ) -> Approval:
        answer = input.data
        if answer.digest != ctx.args.digest:
            raise InvalidAnswer(
                f"This is an answer to another call; the digest of this one is {ctx.args.digest}.", "digest"
            )
        approved = answer.decision == "approve"
        reason = "" if approved else answer.reason
        decided = {"decision": "approved" if approved else "denied", "decided_by": input.by, "reason": reason or None}
        await self.document_store.save(_shown(ctx.args).model_copy(update=decided), key=_KEY)
        return Approval(approved=approved, digest=ctx.args.digest, by=input.by, reason=reason)


def _shown(asked: ApproveToolCallArgs) -> ApproveToolCallDocument:
    return ApproveToolCallDocument(
        tool=asked.tool,
        args=dict(asked.args),
        digest=asked.digest,
        description=asked.description,
        policy=asked.reason or None,
    )
