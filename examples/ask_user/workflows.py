"""Asks a person by a child run: in words, by options, for yes or no."""

from __future__ import annotations

from pydantic import BaseModel

from loopstack_temporal import BaseWorkflow, RunContext, transition, workflow
from loopstack_temporal.hitl import AskUserAnswer, AskUserArgs, AskUserWorkflow


class NoState(BaseModel):
    pass


class NoArgs(BaseModel):
    pass


class ReleaseArgs(BaseModel):
    version: str = "1.4.0"


@workflow(title="Ask in words", description="Asks for a name and greets.")
class AskUserTextWorkflow(BaseWorkflow[NoArgs, NoState, str]):
    asking: AskUserWorkflow

    @transition(to="waiting_for_answer")
    async def ask_name(self) -> None:
        await self.asking.run(AskUserArgs(question="What is your **name**?"), callback=self.answer_received)

    @transition(from_="waiting_for_answer", to="end", wait=True)
    async def answer_received(self, payload: AskUserAnswer) -> str:
        return f"Hello, {payload.answer}!"


@workflow(title="Ask with options", description="Asks where to deploy; other places can be named, too.")
class AskUserOptionsWorkflow(BaseWorkflow[ReleaseArgs, NoState, str]):
    asking: AskUserWorkflow

    @transition(to="waiting_for_choice")
    async def ask_environment(self, ctx: RunContext[ReleaseArgs]) -> None:
        question = f"Where shall version {ctx.args.version} go?"
        asked = AskUserArgs(question=question, options=["staging", "production"], allow_custom_answer=True)
        await self.asking.run(asked, callback=self.choice_received)

    @transition(from_="waiting_for_choice", to="end", wait=True)
    async def choice_received(self, payload: AskUserAnswer, ctx: RunContext[ReleaseArgs]) -> str:
        return f"{ctx.args.version} goes to {payload.answer}"


@workflow(title="Ask for yes or no", description="Asks before it sends, and reminds after an hour.")
class AskUserConfirmWorkflow(BaseWorkflow[NoArgs, NoState, str]):
    asking: AskUserWorkflow

    @transition(to="waiting_for_yes_no")
    async def ask_to_send(self) -> None:
        asked = AskUserArgs(question="Send the newsletter to 1,204 people?", mode="confirm", remind_after=3600)
        await self.asking.run(asked, callback=self.decision_received)

    @transition(from_="waiting_for_yes_no", to="end", wait=True)
    async def decision_received(self, payload: AskUserAnswer) -> str:
        return "sent" if payload.answer == "yes" else "kept"
