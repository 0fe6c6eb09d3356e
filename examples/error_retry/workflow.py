"""A tour of everything that can go wrong in a step, and what the framework does about it."""

from __future__ import annotations

import asyncio

from pydantic import BaseModel

from examples.error_retry.failing_child import ErrorRetryFailingChildWorkflow
from loopstack_temporal import BaseWorkflow, MessageDocument, Retry, RunContext, transition, workflow

QUICK = Retry(attempts=2, delay=0.2)


class TourState(BaseModel):
    prepared: int = 0


@workflow(title="Error retry", description="A tour of failures and their repairs.", widget="error_retry.ui.yaml")
class ErrorRetryWorkflow(BaseWorkflow[dict[str, object], TourState, str]):
    failing: ErrorRetryFailingChildWorkflow

    @transition(to="step1_done")
    async def setup(self) -> None:
        await self.say("First: a step that fails twice and is tried again by itself.")

    @transition(from_="step1_done", to="step2_done", retry=QUICK)
    async def auto_retry_step(self, ctx: RunContext) -> None:
        if ctx.retry_count < 2:
            raise RuntimeError(f"try {ctx.retry_count + 1} goes wrong")
        await self.say("The third try worked. Next: a step that fails once; press Retry.")

    @transition(from_="step2_done", to="step3_done")
    async def manual_retry_step(self, ctx: RunContext) -> None:
        if ctx.retry_count == 0:
            raise RuntimeError("this needs a person who presses Retry")
        await self.say("Thank you. Next: a failure that leads to a place of its own.")

    @transition(from_="step3_done", to="step4_done", error_place="error_custom")
    def custom_error_step(self) -> None:
        raise RuntimeError("this is what the error place is for")

    @transition(from_="error_custom", to="step4_done", wait=True)
    async def handle_custom_error(self) -> None:
        await self.say("Recovered. Next: a step that is too slow once, and is stopped after two seconds.")

    @transition(from_="step4_done", to="step5_done", timeout=2, retry=Retry(attempts=1, delay=0.2))
    async def timeout_step(self, ctx: RunContext) -> None:
        if ctx.retry_count == 0:
            await asyncio.sleep(60)
        await self.say("In time now. Next: one more try, and then the error place.")

    @transition(from_="step5_done", to="step6_done", retry=Retry(attempts=1, delay=0.2, place="error_hybrid"))
    def hybrid_step(self) -> None:
        raise RuntimeError("both tries go wrong")

    @transition(from_="error_hybrid", to="step6_done", wait=True)
    async def handle_hybrid_error(self) -> None:
        await self.say("Recovered. Next: a step that needs something prepared before each new try.")

    @transition(
        from_="step6_done",
        to="step7_done",
        retry=Retry(attempts=2, delay=0.2, target="retry_prep", place="error_retry_target"),
    )
    async def retry_target_step(self, state: TourState) -> None:
        if state.prepared < 2:
            raise RuntimeError(f"prepared {state.prepared} times, 2 are needed")
        await self.say("Prepared well enough. Last: a child that fails.")

    @transition(from_="retry_prep", to="step6_done")
    def retry_prep(self, state: TourState) -> None:
        state.prepared += 1

    @transition(from_="error_retry_target", to="step7_done", wait=True)
    def handle_retry_target_error(self) -> None: ...

    @transition(from_="step7_done", to="awaiting_child")
    async def spawn_failing_child(self) -> None:
        await self.failing.run(callback=self.child_completed, label="A child that fails")

    @transition(from_="awaiting_child", to="done", wait=True, error_place="sub_failed")
    def child_completed(self) -> None: ...

    @transition(from_="sub_failed", to="done", wait=True)
    def handle_sub_failed(self) -> None: ...

    @transition(from_="done", to="end")
    async def show_result(self) -> str:
        return await self.say("That was all, and nothing is broken.")

    async def say(self, text: str) -> str:
        await self.document_store.save(MessageDocument(role="guide", text=text))
        return text
