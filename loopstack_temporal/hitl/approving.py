"""Asking a person whether a tool may be called with exactly these arguments."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from loopstack_temporal.definition.context import RunContext
from loopstack_temporal.definition.marks import transition
from loopstack_temporal.definition.workflow import BaseWorkflow, workflow


class ApproveToolCallArgs(BaseModel):
    """A call that waits for a person."""

    tool: str
    args: dict[str, Any] = Field(default_factory=dict[str, Any])
    description: str = ""
    digest: str
    """`digest_of(tool, args)`: what the approval is bound to."""
    reason: str = ""


class ApprovalAnswer(BaseModel):
    """A person's decision about a tool call."""

    decision: Literal["approve", "deny"]
    digest: str
    reason: str = ""


class Approval(BaseModel):
    """What the person said."""

    approved: bool
    digest: str
    by: str | None = None
    reason: str = ""


@workflow(name="approve_tool_call", title="Approve a tool call")
class ApproveToolCallWorkflow(BaseWorkflow[ApproveToolCallArgs, dict[str, Any], Approval]):
    """Waits for a decision on one call of a tool."""

    @transition(to="waiting_for_decision")
    def show_call(self) -> None:
        """The arguments of the run say what is asked."""

    @transition(from_="waiting_for_decision", to="end", wait=True)
    def user_decided(self, payload: ApprovalAnswer, ctx: RunContext[ApproveToolCallArgs]) -> Approval:
        """An answer for another call is no answer."""
        if payload.digest != ctx.args.digest:
            raise ValueError("the answer is for a call with other arguments")
        return Approval(approved=payload.decision == "approve", digest=payload.digest, reason=payload.reason)
