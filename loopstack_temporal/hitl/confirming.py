"""Letting a person confirm a text."""

from __future__ import annotations

from loopstack_temporal.definition.context import RunContext
from loopstack_temporal.definition.marks import transition
from loopstack_temporal.definition.workflow import BaseWorkflow, workflow
from loopstack_temporal.errors import Unanswered
from loopstack_temporal.hitl.documents import ConfirmUserDocument
from loopstack_temporal.hitl.patience import Reminded, nobody_answered, save_reminder, until_expiry, until_reminder
from loopstack_temporal.hitl.values import ConfirmUserArgs, ConfirmUserResult


@workflow(
    title="Confirm", description="Shows a text and waits until a person confirms or denies it.", on_failure="fail"
)
class ConfirmUserWorkflow(BaseWorkflow[ConfirmUserArgs, Reminded, ConfirmUserResult]):
    """Shows Markdown with two buttons. A question that expires fails the run with the code `unanswered`."""

    @transition(to="waiting_for_confirmation")
    async def show_content(self, ctx: RunContext[ConfirmUserArgs]) -> None:
        await self.document_store.save(ConfirmUserDocument(markdown=ctx.args.markdown), key="content")

    @transition(from_="waiting_for_confirmation", to="end", wait=True, title="Confirm")
    async def user_confirmed(self, ctx: RunContext[ConfirmUserArgs]) -> ConfirmUserResult:
        return ConfirmUserResult(confirmed=True, markdown=ctx.args.markdown)

    @transition(from_="waiting_for_confirmation", to="end", wait=True, title="Deny")
    async def user_denied(self, ctx: RunContext[ConfirmUserArgs]) -> ConfirmUserResult:
        return ConfirmUserResult(confirmed=False, markdown=ctx.args.markdown)

    @transition(from_="waiting_for_confirmation", to="waiting_for_confirmation", after=until_reminder, title="Remind")
    async def remind(self, state: Reminded) -> None:
        await save_reminder(self.document_store, state)

    @transition(from_="waiting_for_confirmation", to="end", after=until_expiry, title="Give up")
    async def expire(self, ctx: RunContext[ConfirmUserArgs]) -> None:
        raise Unanswered(nobody_answered(ctx.args))
