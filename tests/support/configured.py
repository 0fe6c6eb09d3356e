"""An application whose workflows are given a configuration."""

from __future__ import annotations

import os

from pydantic import BaseModel, Field

from loopstack_temporal import BaseWorkflow, RunContext, StudioApp, TransitionInput, transition, workflow
from loopstack_temporal.flows import ChildItem, FanOut, FanOutArgs, FanOutResult


class Topic(BaseModel):
    topic: str = "tea"


class Tone(BaseModel):
    mood: str
    volume: int = Field(default=3, le=10)


class Said(BaseModel):
    said: list[str] = []


class Family(BaseModel):
    mood: str = "glad"


@workflow(title="Speech", config_schema=Tone)
class SpeechWorkflow(BaseWorkflow[Topic, Said, list[str]]):
    @transition(to="asked")
    async def begin(self, state: Said, ctx: RunContext[Topic, Tone]) -> None:
        state.said.append(f"{ctx.args.topic}, {ctx.config.mood} {ctx.config.volume}")

    @transition(from_="asked", to="end", wait=True)
    async def speak(self, state: Said, ctx: RunContext[Topic, Tone]) -> list[str]:
        return [*state.said, f"{ctx.config.mood} {ctx.config.volume}"]


@workflow(title="Remark", config_schema=Tone)
class RemarkWorkflow(BaseWorkflow[Topic, Said, str]):
    @transition(to="end")
    async def say(self, ctx: RunContext[Topic, Tone]) -> str:
        return f"{ctx.args.topic}, {ctx.config.mood} {ctx.config.volume}"


@workflow(title="Talk")
class TalkWorkflow(BaseWorkflow[Family, Said, list[str]]):
    """Starts children, each with a configuration of its own."""

    remark: RemarkWorkflow
    fan_out: FanOut

    @transition(to="one")
    async def ask_one(self, ctx: RunContext[Family]) -> None:
        await self.remark.run(Topic(topic="milk"), callback=self.said_one, config=Tone(mood=ctx.args.mood))

    @transition(from_="one", to="many", wait=True)
    async def said_one(self, state: Said, payload: str) -> None:
        state.said.append(payload)
        items = [ChildItem.of(RemarkWorkflow, config={"mood": mood, "volume": 1}) for mood in ("shy", "loud")]
        await self.fan_out.run(FanOutArgs(items=items), callback=self.said_many)

    @transition(from_="many", to="end", wait=True)
    async def said_many(self, state: Said, input: TransitionInput[FanOutResult]) -> list[str]:
        return [*state.said, *(one.data for one in input.data.outcomes())]


app = StudioApp(
    name=os.environ.get("LOOPSTACK_TEST_APP", "tests"),
    title="Configured",
    workflows=[SpeechWorkflow, RemarkWorkflow, TalkWorkflow],
)
