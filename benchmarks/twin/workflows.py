"""The twin's workflows: one activity per step, nothing else."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio import workflow

from benchmarks.twin.messages import Answer, RunInput, StepDone, StepInput

LIMIT = timedelta(seconds=60)


async def _step(transition: str, asked: StepInput, *, local: bool = False) -> StepDone:
    if local:
        return await workflow.execute_local_activity(
            f"twin_{transition}", asked, result_type=StepDone, schedule_to_close_timeout=LIMIT
        )
    return await workflow.execute_activity(
        f"twin_{transition}", asked, result_type=StepDone, start_to_close_timeout=LIMIT
    )


@workflow.defn(name="twin_one", sandboxed=False)
class TwinOne:
    """One step that does nothing."""

    @workflow.run
    async def run(self, asked: RunInput) -> int:
        await _step("tick", StepInput(run_id=asked.run_id, step=0, place="start", to="end", last=True))
        return 1


class _Steps:
    """Steps in a row, the last one leads to the end."""

    transition = ""
    local = False

    async def walk(self, asked: RunInput) -> int:
        place, last = "start" if not asked.done else "running", asked.steps - 1
        for step in range(asked.done, asked.steps):
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(asked.model_copy(update={"done": step}))
            to = "end" if step == last else "running"
            documents = asked.documents if 0 < step < last else 0
            step_input = StepInput(
                run_id=asked.run_id, step=step, place=place, to=to, documents=documents, last=step == last
            )
            done = await _step(self.transition, step_input, local=self.local)
            place = done.place
        return asked.steps


@workflow.defn(name="twin_chain", sandboxed=False)
class TwinChain(_Steps):
    """Steps that do nothing, or save documents."""

    transition = "tick"

    @workflow.run
    async def run(self, asked: RunInput) -> int:
        return await self.walk(asked)


@workflow.defn(name="twin_loop", sandboxed=False)
class TwinLoop(_Steps):
    """Steps that each write a new state of the same size."""

    transition = "count"

    @workflow.run
    async def run(self, asked: RunInput) -> int:
        return await self.walk(asked)


@workflow.defn(name="twin_near", sandboxed=False)
class TwinNear(_Steps):
    """The chain with activities beside the workflow."""

    transition = "tick"
    local = True

    @workflow.run
    async def run(self, asked: RunInput) -> int:
        return await self.walk(asked)


@workflow.defn(name="twin_fan", sandboxed=False)
class TwinFan:
    """Children of one step each; a step for every one that ends, and one more."""

    def __init__(self) -> None:
        self.step = 0
        self.turn = asyncio.Lock()

    @workflow.run
    async def run(self, asked: RunInput) -> int:
        children = tuple(f"{asked.run_id}-{number}" for number in range(asked.steps))
        await _step("tick", StepInput(run_id=asked.run_id, step=0, place="start", to="gathering", children=children))
        await asyncio.gather(*(self._child(asked, child) for child in children))
        last = StepInput(run_id=asked.run_id, step=self.step + 1, place="gathering", to="end", last=True)
        await _step("tick", last)
        return self.step

    async def _child(self, asked: RunInput, child: str) -> None:
        await workflow.execute_child_workflow("twin_one", RunInput(run_id=child), id=child)
        async with self.turn:
            self.step += 1
            heard = StepInput(run_id=asked.run_id, step=self.step, place="gathering", to="gathering", n=self.step)
            await _step("answer", heard)


@workflow.defn(name="twin_ask", sandboxed=False)
class TwinAsk:
    """Waits for an answer again and again."""

    def __init__(self) -> None:
        self.run_id = ""
        self.step = 0
        self.stopped = False
        self.turn = asyncio.Lock()

    @workflow.run
    async def run(self, asked: RunInput) -> int:
        first = StepInput(run_id=asked.run_id, step=0, place="start", to="asking", documents=asked.documents)
        await _step("tick", first)
        self.run_id, self.step = asked.run_id, 1
        await workflow.wait_condition(lambda: self.stopped)
        await _step("tick", StepInput(run_id=asked.run_id, step=self.step, place="asking", to="end", last=True))
        return self.step

    @workflow.update
    async def answer(self, given: Answer) -> StepDone:
        await workflow.wait_condition(lambda: self.step > 0)
        async with self.turn:
            asked = StepInput(
                run_id=self.run_id, step=self.step, place="asking", to="asking", answer_id=given.id, n=given.n
            )
            done = await _step("answer", asked)
            self.step += 1
            return done

    @workflow.signal
    def stop(self) -> None:
        self.stopped = True
