"""Programs that start runs, and tests of workflows."""

from datetime import timedelta

from fastapi import FastAPI

from loopstack_temporal import DocumentEntity, MarkdownDocument, RunHandle, RunOutcome, StudioApp, WorkflowRunner
from loopstack_temporal.fastapi import RunnerDep, runner_lifespan
from loopstack_temporal.testing import RunReport, run_workflow, start_workflow
from tests.typing.right.hello import BareWorkflow, HelloArgs, HelloWorkflow
from tests.typing.right.review import ReviewArgs, ReviewState, ReviewWorkflow, Verdict

app = StudioApp(title="Review", workflows=[ReviewWorkflow, HelloWorkflow, BareWorkflow])
api = FastAPI(lifespan=runner_lifespan(app))


@api.post("/reviews")
async def review(runner: RunnerDep, topic: str) -> str:
    handle = await runner.run(ReviewWorkflow, ReviewArgs(topic=topic), user_id="ann", title=topic)
    return handle.run_id


async def program() -> Verdict:
    async with WorkflowRunner.connect(app) as runner:
        handle: RunHandle[Verdict] = await runner.run(ReviewWorkflow, ReviewArgs())
        await handle.trigger("decide", Verdict(approved=True))
        verdict = await handle.result()
        print(verdict.approved, (await handle.status()).upper())
        bare = await runner.run_sync(BareWorkflow, {"name": "Ada"}, app="review", workspace_id="default")
        print(bare.result)
        found = await runner.find(ReviewWorkflow, handle.run_id)
        await found.cancel("not needed")
        return await found.result()


async def stateless() -> str:
    outcome: RunOutcome[Verdict] = await WorkflowRunner(app).run_sync(ReviewWorkflow, ReviewArgs(), stateless=True)
    if outcome.result is None:
        return outcome.error.message if outcome.error else outcome.status
    return outcome.result.note


async def test() -> None:
    report: RunReport[ReviewState, Verdict] = await run_workflow(
        ReviewWorkflow, ReviewArgs(topic="tea"), answers={"decide": Verdict(approved=True)}, skip=timedelta(days=1)
    )
    assert report.result is not None and report.result.approved
    assert report.state.draft is not None
    notes: list[MarkdownDocument] = report.find_all(MarkdownDocument)
    documents: tuple[DocumentEntity, ...] = report.documents
    async with start_workflow(HelloWorkflow, HelloArgs(name="Ada"), app=app) as run:
        again = await run.answer("greet", {"any": "data"})
        print(len(notes), len(documents), again.state.get("n"))
