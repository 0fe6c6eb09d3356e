"""Each line marked `# wrong` must be refused by both type checkers, and no other line may be."""

from pydantic import BaseModel

from loopstack_temporal import (
    BaseWorkflow,
    ChildItem,
    Document,
    FanOutArgs,
    FanOutResult,
    RunRef,
    WorkflowRunner,
    guard,
    inject,
    transition,
    workflow,
)
from loopstack_temporal.testing import run_workflow


class Args(BaseModel):
    topic: str = "tea"


class Other(BaseModel):
    n: int = 0


class Note(Document):
    text: str


@workflow
class Child(BaseWorkflow[Args, Other, int]):
    @transition(to="end")
    async def go(self) -> int:
        return 1


def says_text(state: Other) -> str:
    return "yes"


@workflow(titel="Parent")  # wrong
class Parent(BaseWorkflow[Args, Other]):
    child = inject(Child)

    def no_answer(self, state: Other) -> None: ...

    @transition(to="a", guard=lambda state: "yes")  # wrong
    def one(self) -> None: ...

    @transition(to="a", guard=says_text)  # wrong
    def two(self) -> None: ...

    @transition(to="a")
    @guard(no_answer)  # wrong
    def three(self) -> None: ...

    @transition(to="a", priorty=3)  # wrong
    def four(self) -> None: ...

    @transition(to="a", retry_backoff="linear")  # wrong
    def five(self) -> None: ...

    @transition(to="a", title=5)  # wrong
    def untitled(self) -> None: ...

    @transition(from_="a", to="end")
    async def six(self) -> None:
        await self.child.run(Other())  # wrong
        await self.child.run(Args(), show="sideways")  # wrong
        ChildItem.of(Child, Other())  # wrong
        FanOutArgs(items=[], mode="some")  # wrong
        FanOutResult(results=[])["a"].data_as(int).upper()  # wrong
        reference: RunRef[str] = await self.child.run(Args())  # wrong
        await self.document_store.save("text")  # wrong
        notes: list[Document] = [*await self.document_store.find_all(Note)]
        self.set_state(Args())  # wrong
        print(reference, notes)


async def program(runner: WorkflowRunner) -> None:
    handle = await runner.run(Child, Other())  # wrong
    number: int = await (await runner.run(Child, Args())).result()
    text: str = await (await runner.run(Child)).result()  # wrong
    await runner.run_sync(Child, Args(), user="ann")  # wrong
    await run_workflow(Child, Args(), answers="greet")  # wrong
    print(handle, number, text)
