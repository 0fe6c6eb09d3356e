"""Letting a person approve one call of a tool."""

from __future__ import annotations

from loopstack_temporal.definition.context import RunContext, TransitionInput
from loopstack_temporal.definition.marks import transition
from loopstack_temporal.definition.workflow import BaseWorkflow, workflow
from loopstack_temporal.errors import InvalidAnswer
from loopstack_temporal.hitl.documents import ApproveToolCallDocument
from loopstack_temporal.hitl.patience import Reminded, nobody_answered, save_reminder, until_expiry, until_reminder
from loopstack_temporal.hitl.values import Approval, ApprovalAnswer, ApproveToolCallArgs

_KEY = "call"


@workflow(title="Approve a tool call", description="Shows a tool with its arguments and waits for a person's decision.")
class ApproveToolCallWorkflow(BaseWorkflow[ApproveToolCallArgs, Reminded, Approval]):
    """Its result says who decided what about which call; running the tool is the asker's business.

    A call that nobody decided about before it expired is denied, by nobody.
    """

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
        return await self._decided(ctx.args, approved, input.by, "" if approved else answer.reason)

    @transition(from_="waiting_for_decision", to="waiting_for_decision", after=until_reminder, title="Remind")
    async def remind(self, state: Reminded) -> None:
        await save_reminder(self.document_store, state)

    @transition(from_="waiting_for_decision", to="end", after=until_expiry, title="Give up")
    async def expire(self, ctx: RunContext[ApproveToolCallArgs]) -> Approval:
        return await self._decided(ctx.args, False, None, nobody_answered(ctx.args))

    async def _decided(self, asked: ApproveToolCallArgs, approved: bool, by: str | None, reason: str) -> Approval:
        decision = {"decision": "approved" if approved else "denied", "decided_by": by, "reason": reason or None}
        await self.document_store.save(_shown(asked).model_copy(update=decision), key=_KEY)
        return Approval(approved=approved, digest=asked.digest, by=by, reason=reason)


def _shown(asked: ApproveToolCallArgs) -> ApproveToolCallDocument:
    return ApproveToolCallDocument(
        tool=asked.tool,
        args=dict(asked.args),
        digest=asked.digest,
        description=asked.description,
        policy=asked.reason or None,
    )
