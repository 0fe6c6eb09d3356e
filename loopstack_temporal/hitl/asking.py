"""Asking a person one question."""

from __future__ import annotations

from loopstack_temporal.definition.context import RunContext
from loopstack_temporal.definition.document import Document
from loopstack_temporal.definition.marks import guard, transition
from loopstack_temporal.definition.workflow import BaseWorkflow, workflow
from loopstack_temporal.errors import InvalidAnswer, Unanswered
from loopstack_temporal.hitl.documents import AskUserConfirmDocument, AskUserDocument, AskUserOptionsDocument
from loopstack_temporal.hitl.patience import Reminded, nobody_answered, save_reminder, until_expiry, until_reminder
from loopstack_temporal.hitl.values import AskUserAnswer, AskUserArgs, Question

KEY = "question"
"""The question and its answer are versions of one document."""


@workflow(title="Ask a person", description="Asks one question and waits for the answer.", on_failure="fail")
class AskUserWorkflow(BaseWorkflow[AskUserArgs, Reminded, AskUserAnswer]):
    """Asks in words, with options to choose from, or for yes or no; its result is the answer.

    A question that expires fails the run with the code `unanswered`.
    """

    @transition(to="show_question")
    async def start(self) -> None: ...

    def asks_for_choice(self, ctx: RunContext[AskUserArgs]) -> bool:
        return ctx.args.asks_for == "options"

    def asks_for_consent(self, ctx: RunContext[AskUserArgs]) -> bool:
        return ctx.args.asks_for == "confirm"

    @transition(from_="show_question", to="waiting_for_user", priority=10, title="Ask")
    @guard(asks_for_choice)
    async def show_question_options(self, ctx: RunContext[AskUserArgs]) -> None:
        await self._show(ctx.args)

    @transition(from_="show_question", to="waiting_for_user", priority=10, title="Ask")
    @guard(asks_for_consent)
    async def show_question_confirm(self, ctx: RunContext[AskUserArgs]) -> None:
        await self._show(ctx.args)

    @transition(from_="show_question", to="waiting_for_user", title="Ask")
    async def show_question_text(self, ctx: RunContext[AskUserArgs]) -> None:
        await self._show(ctx.args)

    @transition(from_="waiting_for_user", to="end", wait=True, title="Answer")
    async def user_answered(self, payload: AskUserAnswer, ctx: RunContext[AskUserArgs]) -> AskUserAnswer:
        check_answer(ctx.args, payload.answer)
        await self._show(ctx.args, payload.answer)
        return payload

    @transition(from_="waiting_for_user", to="waiting_for_user", after=until_reminder, title="Remind")
    async def remind(self, state: Reminded) -> None:
        await save_reminder(self.document_store, state)

    @transition(from_="waiting_for_user", to="end", after=until_expiry, title="Give up")
    async def expire(self, ctx: RunContext[AskUserArgs]) -> None:
        raise Unanswered(nobody_answered(ctx.args))

    async def _show(self, asked: Question, answer: str | None = None) -> None:
        await self.document_store.save(question_document(asked, answer), key=KEY)


def question_document(asked: Question, answer: str | None = None) -> Document:
    """The document that asks a question; with `answer`, as it stands once it is answered."""
    match asked.asks_for:
        case "options":
            return AskUserOptionsDocument(
                question=asked.question,
                options=list(asked.options),
                allow_custom_answer=asked.allow_custom_answer,
                answer=answer,
            )
        case "confirm":
            return AskUserConfirmDocument(question=asked.question, answer=answer)
        case "text":
            return AskUserDocument(question=asked.question, answer=answer)


def check_answer(asked: Question, answer: str) -> None:
    """Raise `InvalidAnswer` for an answer that the question does not allow."""
    match asked.asks_for:
        case "options" if not asked.allow_custom_answer:
            allowed = asked.options
        case "confirm":
            allowed = ["yes", "no"]
        case _:
            return
    if answer not in allowed:
        raise InvalidAnswer(f"Answer with one of: {', '.join(allowed)}.", "answer")
