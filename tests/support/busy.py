"""Workflows with steps that somebody stops, and with waits that are answered while they work."""

from __future__ import annotations

import asyncio
import os
import time
from typing import Literal

from pydantic import BaseModel

from loopstack_temporal import BaseWorkflow, MarkdownDocument, RunContext, StudioApp, transition, workflow
from tests.support.family import opened


class Long(BaseModel):
    seconds: float = 3600
    first: float = 0
    """Seconds of the first step."""
    gate: str = ""
    """A file that every thought waits for."""


class Notes(BaseModel):
    notes: list[str] = []


@workflow(title="Nap", description="Sleeps for an hour, without a place for those who are woken.")
class NapWorkflow(BaseWorkflow[Long, Notes, str]):
    @transition(to="asleep")
    async def lie_down(self) -> None: ...

    @transition(from_="asleep", to="end", retry=5, timeout=0)
    async def sleep(self, state: Notes, ctx: RunContext[Long]) -> str:
        state.notes.append("slept")
        await self.document_store.save(MarkdownDocument(markdown="I was asleep."))
        await asyncio.sleep(ctx.args.seconds if ctx.retry_count == 0 else 0)
        return "rested"


@workflow(title="Thread")
class ThreadWorkflow(BaseWorkflow[Long, Notes, str]):
    @transition(to="end", timeout=0, error_place="woken")
    def sleep(self, ctx: RunContext[Long]) -> str:
        until = time.monotonic() + ctx.args.seconds
        while time.monotonic() < until:
            time.sleep(0.02)
        return "rested"

    @transition(from_="woken", to="end", wait=True)
    async def get_up(self) -> str:
        return "up"


@workflow(
    title="Talk",
    description="Works by itself in rounds, and listens between them.",
    widget={
        "widget": "prompt-input",
        "options": {"transition": "steer", "label": "Say it now"},
        "showWhen": ["ready", "done"],
    },
)
class TalkWorkflow(BaseWorkflow[Long, Notes, list[str]]):
    @transition(to="ready")
    async def begin(self) -> None: ...

    @transition(from_="ready", to="done", timeout=0, stopped_to="asking")
    async def think(self, state: Notes, ctx: RunContext[Long]) -> None:
        state.notes.append("thought")
        await asyncio.sleep(ctx.args.seconds)
        await opened(ctx.args.gate)

    def may_steer(self, state: Notes) -> bool:
        return len(state.notes) < 20

    @transition(from_="ready", to="ready", wait=True, early=True, guard=may_steer)
    @transition(from_="done", to="ready", wait=True, early=True, guard=may_steer)
    async def steer(self, state: Notes, payload: str) -> None:
        state.notes.append(f"heard {payload}")

    @transition(from_="done", to="asking")
    async def rest(self) -> None: ...

    @transition(from_="asking", to="ready", wait=True)
    async def ask(self, state: Notes, payload: str) -> None:
        state.notes.append(f"asked {payload}")

    @transition(from_="asking", to="end", wait=True)
    async def finish(self, state: Notes) -> list[str]:
        return state.notes


@workflow(title="Short", execution="local")
class ShortWorkflow(BaseWorkflow[Long, Notes, Literal["done"]]):
    @transition(to="end")
    async def work(self, ctx: RunContext[Long]) -> Literal["done"]:
        await asyncio.sleep(ctx.args.seconds)
        return "done"


app = StudioApp(
    name=os.environ.get("LOOPSTACK_TEST_APP", "busy"),
    title="Busy",
    workflows=[NapWorkflow, ThreadWorkflow, TalkWorkflow, ShortWorkflow],
)
