"""Letting a person confirm a text."""

from __future__ import annotations

from pydantic import BaseModel

from loopstack_temporal.definition.context import RunContext
from loopstack_temporal.definition.marks import transition
from loopstack_temporal.definition.workflow import BaseWorkflow, workflow
from loopstack_temporal.hitl.documents import ConfirmUserDocument
from loopstack_temporal.hitl.values import ConfirmUserArgs, ConfirmUserResult


class ConfirmUserState(BaseModel):
    """Nothing has to be kept."""


@workflow(title="Confirm", description="Shows a text and waits until a person confirms or denies it.")
class ConfirmUserWorkflow(BaseWorkflow[ConfirmUserArgs, ConfirmUserState, ConfirmUserResult]):
    """Shows Markdown with two buttons."""

    @transition(to="waiting_for_confirmation")
    async def show_content(self, ctx: RunContext[ConfirmUserArgs]) -> None:
        await self.document_store.save(ConfirmUserDocument(markdown=ctx.args.markdown), key="content")

    @transition(from_="waiting_for_confirmation", to="end", wait=True, title="Confirm")
    async def user_confirmed(self, ctx: RunContext[ConfirmUserArgs]) -> ConfirmUserResult:
        return ConfirmUserResult(confirmed=True, markdown=ctx.args.markdown)

    @transition(from_="waiting_for_confirmation", to="end", wait=True, title="Deny")
    async def user_denied(self, ctx: RunContext[ConfirmUserArgs]) -> ConfirmUserResult:
        return ConfirmUserResult(confirmed=False, markdown=ctx.args.markdown)
