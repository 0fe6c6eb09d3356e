"""Two levels of guards decide which way an expense claim goes."""

from __future__ import annotations

from pydantic import BaseModel, Field

from loopstack_temporal import BaseWorkflow, MessageDocument, RunContext, guard, transition, workflow


class ClaimArgs(BaseModel):
    value: float = Field(default=150, ge=0, description="How much was spent?")


class ClaimState(BaseModel):
    value: float = 0


@workflow(title="Dynamic routing", description="Sends an expense claim to whoever decides on its amount.")
class DynamicRoutingWorkflow(BaseWorkflow[ClaimArgs, ClaimState, str]):
    def is_above_100(self, state: ClaimState) -> bool:
        return state.value > 100

    def is_above_200(self, state: ClaimState) -> bool:
        return state.value > 200

    @transition(to="claimed")
    def read_claim(self, state: ClaimState, ctx: RunContext[ClaimArgs]) -> None:
        state.value = ctx.args.value

    # The highest priority is asked first; what has no guard takes the rest.
    @transition(from_="claimed", to="needs_a_look", priority=10)
    @guard(is_above_100)
    def look_closer(self) -> None: ...

    @transition(from_="claimed", to="petty_cash")
    def wave_through(self) -> None: ...

    @transition(from_="needs_a_look", to="director", priority=10)
    @guard(is_above_200)
    def ask_director(self) -> None: ...

    @transition(from_="needs_a_look", to="accounting")
    def ask_accounting(self) -> None: ...

    @transition(from_="petty_cash", to="end")
    async def pay_at_once(self, state: ClaimState) -> str:
        return await self._say(f"{state.value:g} is petty cash: paid at once.")

    @transition(from_="accounting", to="end")
    async def pay_after_a_look(self, state: ClaimState) -> str:
        return await self._say(f"{state.value:g} goes to accounting.")

    @transition(from_="director", to="end")
    async def pay_with_a_signature(self, state: ClaimState) -> str:
        return await self._say(f"{state.value:g} needs the director's signature.")

    async def _say(self, text: str) -> str:
        await self.document_store.save(MessageDocument(role="assistant", text=text))
        return text
