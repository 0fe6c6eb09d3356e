"""An application whose question reminds again and again."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta

from pydantic import BaseModel

from loopstack_temporal import BaseWorkflow, StudioApp, transition, workflow


class Nothing(BaseModel):
    pass


class Door(BaseModel):
    knocks: int = 0
    by: str = ""


@workflow(title="Knock")
class KnockWorkflow(BaseWorkflow[Nothing, Door, str]):
    @transition(to="closed")
    async def arrive(self) -> None: ...

    @transition(from_="closed", to="closed", after=timedelta(seconds=0.3))
    async def knock(self, state: Door) -> None:
        state.knocks += 1

    @transition(from_="closed", to="open", wait=True)
    async def open_door(self, state: Door, payload: str) -> None:
        state.by = payload

    @transition(from_="open", to="end", wait=True)
    async def leave(self, state: Door) -> str:
        return state.by


@workflow(title="Nag")
class NagWorkflow(BaseWorkflow[Nothing, Door, str]):
    """Reminds once in no time, and then at leisure."""

    @transition(to="closed")
    async def arrive(self) -> None: ...

    @transition(from_="closed", to="closed", after=timedelta(seconds=0.3))
    async def knock(self, state: Door) -> None:
        state.knocks += 1
        await asyncio.sleep(0 if state.knocks == 1 else 1.5)

    @transition(from_="closed", to="end", wait=True)
    async def open_door(self, payload: str) -> str:
        return payload


app = StudioApp(
    name=os.environ.get("LOOPSTACK_TEST_APP", "tests"), title="Doors", workflows=[KnockWorkflow, NagWorkflow]
)
