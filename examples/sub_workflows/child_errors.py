"""Children that fail: the parent looks at how they ended and goes on."""

from __future__ import annotations

from pydantic import BaseModel

from examples.sub_workflows.postcards import LostPostcardWorkflow, Postcard, PostcardArgs
from loopstack_temporal import BaseWorkflow, MessageDocument, TransitionInput, transition, workflow


class Losses(BaseModel):
    reasons: list[str] = []


@workflow(title="Child errors", description="Runs children that fail, and tells what it heard of them.")
class ChildErrorsWorkflow(BaseWorkflow[dict[str, object], Losses, Losses]):
    lost: LostPostcardWorkflow

    @transition(to="inline_awaiting")
    async def launch_inline(self) -> None:
        await self.lost.run(PostcardArgs(to="Ann"), callback=self.inline_finished)

    # A method that takes the envelope `input` sees failures; one that takes `payload` runs for results only.
    @transition(from_="inline_awaiting", to="link_awaiting", wait=True)
    async def inline_finished(self, state: Losses, input: TransitionInput[Postcard]) -> None:
        await self._hear(state, input)
        await self.lost.run(PostcardArgs(to="Bob"), callback=self.link_finished, show="link")

    @transition(from_="link_awaiting", to="end", wait=True)
    async def link_finished(self, state: Losses, input: TransitionInput[Postcard]) -> Losses:
        await self._hear(state, input)
        return state

    async def _hear(self, state: Losses, input: TransitionInput[Postcard]) -> None:
        text = f"{input.status}: {input.error_message}" if input.has_error else input.data.message
        state.reasons.append(text)
        await self.document_store.save(MessageDocument(role="assistant", text=text))
