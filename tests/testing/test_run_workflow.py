"""What authors test their workflows with: scripts of answers, and time that passes at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import BaseModel

from loopstack_temporal import (
    BaseWorkflow,
    Conflict,
    ErrorDocument,
    InvalidInput,
    MarkdownDocument,
    NotFound,
    Retry,
    RunContext,
    StudioApp,
    guard,
    transition,
    workflow,
)
from loopstack_temporal.testing import run_workflow, start_workflow


class Topic(BaseModel):
    topic: str = "coffee"


class Draft(BaseModel):
    draft: str | None = None
    reminders: int = 0


class Verdict(BaseModel):
    approved: bool


@workflow
class ReviewWorkflow(BaseWorkflow[Topic, Draft, Verdict]):
    @transition(to="waiting")
    async def generate(self, state: Draft, ctx: RunContext[Topic]) -> None:
        state.draft = f"About {ctx.args.topic}."
        await self.document_store.save(MarkdownDocument(markdown=state.draft), key="draft")

    @transition(from_="waiting", to="waiting", wait=True)
    async def change(self, state: Draft, payload: str) -> None:
        (before,) = await self.document_store.find_all(MarkdownDocument)
        await self.document_store.save(MarkdownDocument(markdown=f"{before.markdown} {payload}"), key="draft")

    @transition(from_="waiting", to="waiting", after=timedelta(hours=1))
    async def remind(self, state: Draft) -> None:
        state.reminders += 1

    @transition(from_="waiting", to="end", wait=True)
    async def decide(self, payload: Verdict) -> Verdict:
        return payload


async def test_a_script_answers_waits_in_order() -> None:
    script = [("change", "Hot."), ("change", "Black."), ("decide", Verdict(approved=True))]
    report = await run_workflow(ReviewWorkflow, Topic(topic="tea"), answers=script)
    assert report.status == "completed"
    assert report.result == Verdict(approved=True)
    assert report.path == ("start", "waiting", "waiting", "waiting", "end")
    assert report.transitions == ("generate", "change", "change", "decide")
    assert report.find_all(MarkdownDocument) == [MarkdownDocument(markdown="About tea. Hot. Black.")]
    assert [(one.key, one.version) for one in report.documents] == [("draft", 3)]


@pytest.mark.requirement("ENGINE-072")
async def test_a_run_is_reminded_again_and_again_until_it_expires() -> None:
    @workflow
    class PatientWorkflow(BaseWorkflow[Topic, Draft, int]):
        @transition(to="waiting")
        async def begin(self) -> None: ...

        @transition(from_="waiting", to="waiting", after=timedelta(hours=1))
        async def remind(self, state: Draft) -> None:
            state.reminders += 1

        @transition(from_="waiting", to="end", after=timedelta(hours=2.5))
        async def expire(self, state: Draft) -> int:
            return state.reminders

        @transition(from_="waiting", to="waiting", wait=True)
        async def more_time(self) -> None: ...

    report = await run_workflow(PatientWorkflow, skip=timedelta(hours=3))
    assert report.result == 2
    assert report.transitions == ("begin", "remind", "remind", "expire")


async def test_a_run_without_answers_stands_at_its_first_wait() -> None:
    report = await run_workflow(ReviewWorkflow)
    assert (report.status, report.place, report.result) == ("waiting", "waiting", None)
    assert report.state == Draft(draft="About coffee.")
    assert report.awaiting == ("change", "decide")


async def test_deadlines_fire_when_the_test_lets_their_time_pass() -> None:
    async with start_workflow(ReviewWorkflow) as run:
        assert (await run.skip(timedelta(minutes=59))).state.reminders == 0
        assert (await run.skip(timedelta(minutes=2))).state.reminders == 1
        report = await run.skip(timedelta(hours=3))
        assert report.state.reminders == 4
        assert (await run.answer("decide", {"approved": False})).status == "completed"


async def test_what_is_not_awaited_or_does_not_fit_is_refused_and_changes_nothing() -> None:
    async with start_workflow(ReviewWorkflow) as run:
        with pytest.raises(Conflict, match="`approve` is not awaited now; awaited: `change`, `decide`"):
            await run.answer("approve")
        with pytest.raises(InvalidInput, match="approved") as refused:
            await run.answer("decide", {"approved": "perhaps"})
        assert [fault.path for fault in refused.value.fields] == [("approved",)]
        assert (await run.report()).transitions == ("generate",)
        assert (await run.answer("decide", {"approved": True})).result == Verdict(approved=True)
    with pytest.raises(Conflict, match="awaited: nothing"):
        await run_workflow(ReviewWorkflow, answers=[("decide", {"approved": True}), ("decide", {"approved": True})])


async def test_arguments_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InvalidInput, match="topic"):
        await run_workflow(ReviewWorkflow, Topic.model_construct(topic=3))  # type: ignore[arg-type]


async def test_tries_are_spent_without_waiting_and_a_parked_run_can_be_retried() -> None:
    tries: list[int] = []

    @workflow
    class FlakyWorkflow(BaseWorkflow[Topic, Draft, str]):
        @transition(to="end", retry=Retry(attempts=2, delay=3600, backoff="fixed", max_delay=3600))
        async def work(self) -> str:
            tries.append(1)
            if len(tries) < 4:
                raise ValueError(f"try {len(tries)} failed")
            return "done"

    async with start_workflow(FlakyWorkflow) as run:
        report = await run.report()
        assert len(tries) == 3 and report.status == "failed"
        assert report.error is not None and report.error.message == "try 3 failed"
        assert [one.document_name for one in report.documents] == ["error", "error", "error"]
        assert (await run.retry()).result == "done"
        with pytest.raises(Conflict, match="only a run that failed"):
            await run.retry()


async def test_a_spent_deadline_whose_guard_says_no_leaves_the_run_where_it_was() -> None:
    @workflow
    class PatientWorkflow(BaseWorkflow[Topic, Draft]):
        @transition(to="waiting")
        def begin(self) -> None: ...

        def never(self, state: Draft) -> bool:
            return False

        @transition(from_="waiting", to="end", after=10)
        @guard(never)
        def give_up(self) -> None: ...

        @transition(from_="waiting", to="end", after=20)
        def end(self) -> None: ...

    async with start_workflow(PatientWorkflow) as run:
        assert (await run.skip(15)).transitions == ("begin",)
        assert (await run.skip(15)).transitions == ("begin", "end")


async def test_the_app_gives_what_the_workflow_asks_for_and_has_to_have_it() -> None:
    class Greeter:
        def greet(self) -> str:
            return "hello"

    @workflow
    class PoliteWorkflow(BaseWorkflow[Topic, Draft, str]):
        greeter: Greeter

        @transition(to="end")
        def go(self) -> str:
            return self.greeter.greet()

    app = StudioApp(title="Tests", workflows=[PoliteWorkflow], providers=[Greeter])
    assert (await run_workflow(PoliteWorkflow, app=app)).result == "hello"
    with pytest.raises(NotFound, match="app `tests` has no workflow `review`"):
        await run_workflow(ReviewWorkflow, app=app)


async def test_a_retry_through_its_target_takes_no_time_either() -> None:
    tries: list[int] = []

    @workflow
    class RoundaboutWorkflow(BaseWorkflow[Topic, Draft, str]):
        @transition(to="prepared")
        def prepare(self, state: Draft) -> None:
            state.reminders += 1

        @transition(from_="prepared", to="end", retry=Retry(attempts=1, delay=1800, max_delay=1800, target="start"))
        def work(self, state: Draft) -> str:
            tries.append(1)
            if len(tries) == 1:
                raise ValueError("once more")
            return f"prepared {state.reminders} times"

    report = await run_workflow(RoundaboutWorkflow)
    assert report.result == "prepared 2 times"
    assert report.transitions == ("prepare", "work", "prepare", "work")
    assert report.path == ("start", "prepared", "start", "prepared", "end")
    assert [one.error for one in report.find_all(ErrorDocument)] == ["once more"]
