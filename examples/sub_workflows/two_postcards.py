"""A parent that runs two children, one after the other."""

from __future__ import annotations

from pydantic import BaseModel

from examples.sub_workflows.postcards import Postcard, PostcardArgs, PostcardWorkflow
from loopstack_temporal import BaseWorkflow, MessageDocument, transition, workflow


class Written(BaseModel):
    messages: list[str] = []


@workflow(title="Two postcards", description="Has two postcards written, the second after the first.")
class TwoPostcardsWorkflow(BaseWorkflow[dict[str, object], Written, Written]):
    postcard: PostcardWorkflow

    @transition(to="first_started")
    async def write_first(self) -> None:
        # `run` returns at once; the child starts when this transition is committed.
        await self.postcard.run(PostcardArgs(to="Ann"), callback=self.first_written)

    @transition(from_="first_started", to="first_ended", wait=True)
    async def first_written(self, state: Written, payload: Postcard) -> None:
        await self._keep(state, payload)

    @transition(from_="first_ended", to="second_started")
    async def write_second(self) -> None:
        await self.postcard.run(PostcardArgs(to="Bob"), callback=self.second_written)

    @transition(from_="second_started", to="end", wait=True)
    async def second_written(self, state: Written, payload: Postcard) -> Written:
        await self._keep(state, payload)
        return state

    async def _keep(self, state: Written, card: Postcard) -> None:
        state.messages.append(card.message)
        await self.document_store.save(MessageDocument(role="assistant", text=f"Written: {card.message}"))
