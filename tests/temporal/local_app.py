"""Steps that run beside the workflow, for the tests of local execution."""

from __future__ import annotations

import os
import time
from pathlib import Path

from pydantic import BaseModel

from loopstack_temporal import BaseWorkflow, Retry, RunContext, StudioApp, transition, workflow


class Failing(BaseModel):
    file: str
    failures: int = 2


class OutOfLuck(RuntimeError):
    """What the body raises."""


@workflow(title="Nearby")
class NearbyWorkflow(BaseWorkflow[Failing]):
    """Local steps; the second one fails as often as it is told and notes when it was tried."""

    @transition(to="ready", execution="local")
    async def begin(self) -> None: ...

    @transition(from_="ready", to="end", execution="local", retry=Retry(attempts=2, delay=1.0, backoff="fixed"))
    def work(self, ctx: RunContext[Failing]) -> int:
        tries = Path(ctx.args.file)
        with tries.open("a") as file:
            file.write(f"{time.time()}\n")
        if len(tries.read_text().splitlines()) <= ctx.args.failures:
            raise OutOfLuck("not this time")
        return ctx.retry_count


app = StudioApp(name=os.environ.get("LOOPSTACK_TEST_APP", "tests"), title="Nearby", workflows=[NearbyWorkflow])
