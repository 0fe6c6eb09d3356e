"""Every way to write a guard, a callback and an injected attribute."""

from datetime import timedelta

from pydantic import BaseModel

from loopstack_temporal import (
    BaseWorkflow,
    MarkdownDocument,
    Retry,
    RunContext,
    TransitionInput,
    guard,
    inject,
    on_cancel,
    transition,
    workflow,
)
from loopstack_temporal.llm import LlmGenerateTextTool
from tests.typing.right.hello import HelloArgs, HelloWorkflow


class ReviewArgs(BaseModel):
    topic: str = "coffee"


class ReviewState(BaseModel):
    draft: str | None = None
    rounds: int = 0


class Verdict(BaseModel):
    approved: bool
    note: str = ""


async def enough(state: ReviewState) -> bool:
    return state.rounds > 3


@workflow(title="Review", description="Draft, then ask a person.")
class ReviewWorkflow(BaseWorkflow[ReviewArgs, ReviewState, Verdict]):
    llm: LlmGenerateTextTool
    hello: HelloWorkflow
    again = inject(HelloWorkflow)

    def has_draft(self, state: ReviewState) -> bool:
        return state.draft is not None

    async def is_tea(self, state: ReviewState, ctx: RunContext[ReviewArgs]) -> bool:
        return ctx.args.topic == "tea"

    @transition(to="drafted", title="Write a draft", retry=3, timeout=timedelta(minutes=2))
    async def generate(self, state: ReviewState, ctx: RunContext[ReviewArgs]) -> None:
        reply = await self.llm.call(prompt=f"Write about {ctx.args.topic}")
        state.draft = reply.data.message.text
        await self.document_store.save(MarkdownDocument(markdown=state.draft), key="draft")
        ref = await self.hello.run(HelloArgs(name="you"), callback=self.greeted, metadata={"n": 1}, show="link")
        other = await self.again.run(HelloArgs())
        ctx.logger.info("started %s and %s", ref.run_id.upper(), other.run_id)

    @transition(from_="drafted", to="end", priority=9, guard=enough)
    @transition(from_="waiting", to="end", after=3600, guard=lambda state: state.rounds > 2)
    async def give_up(self, state: ReviewState) -> Verdict:
        return Verdict(approved=False)

    def patience(self, state: ReviewState, ctx: RunContext[ReviewArgs]) -> timedelta | None:
        return None if state.rounds else timedelta(hours=len(ctx.args.topic))

    @transition(from_="waiting", to="waiting", after=patience, execution="local")
    @transition(from_="drafted", to="drafted", after=lambda state: state.rounds * 60.0)
    def remind(self) -> None: ...

    @transition(from_="drafted", to="waiting")
    @guard(has_draft)
    def ask(self) -> None: ...

    @transition(from_="drafted", to="waiting", guard=is_tea, priority=3)
    def ask_twice(self) -> None: ...

    @transition(from_="drafted", to="waiting", guard=lambda self, state: self.has_draft(state), priority=1)
    def ask_thrice(self) -> None: ...

    @transition(from_="drafted", to="waiting", guard="has_draft", priority=2, retry=Retry(attempts=2, delay=5))
    def ask_by_name(self) -> None: ...

    @transition(from_="waiting", to="waiting", wait=True)
    async def greeted(self, state: ReviewState, input: TransitionInput[str]) -> None:
        if input.has_error:
            self.assign_state(draft=input.error_message)
        else:
            state.draft = input.data.strip()

    @transition(from_="waiting", to="end", wait=True)
    async def decide(self, state: ReviewState, payload: Verdict) -> Verdict:
        return payload

    @on_cancel
    async def stop(self, state: ReviewState) -> None:
        self.set_state(ReviewState())
