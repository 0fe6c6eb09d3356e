"""The three ways a child run can appear in its parent's feed."""

from __future__ import annotations

from examples.sub_workflows.postcards import Postcard, PostcardArgs, PostcardWorkflow
from loopstack_temporal import BaseWorkflow, transition, workflow


@workflow(title="Show modes", description="Runs a child inside its feed, one as a link, and one unseen.")
class ShowModesWorkflow(BaseWorkflow[dict[str, object], dict[str, object], str]):
    postcard: PostcardWorkflow

    @transition(to="inline_started")
    async def run_inline(self) -> None:
        await self.postcard.run(PostcardArgs(to="Ann"), callback=self.inline_done, label="Inside the feed")

    @transition(from_="inline_started", to="link_started", wait=True)
    async def inline_done(self) -> None:
        await self.postcard.run(PostcardArgs(to="Bob"), callback=self.link_done, show="link", label="As a link")

    @transition(from_="link_started", to="hidden_started", wait=True)
    async def link_done(self) -> None:
        await self.postcard.run(PostcardArgs(to="Carla"), callback=self.hidden_done, show="hidden")

    @transition(from_="hidden_started", to="end", wait=True)
    async def hidden_done(self, payload: Postcard) -> str:
        return payload.message
