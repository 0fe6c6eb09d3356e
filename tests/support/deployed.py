"""One workflow before and after a deploy: every app here has the same name and a workflow `deployed`.

`original` is what runs begin with; the others are what is deployed under them.
"""

from __future__ import annotations

import os

from pydantic import BaseModel

from loopstack_temporal import BaseWorkflow, MarkdownDocument, guard, transition, workflow
from loopstack_temporal.app import StudioApp


class Seen(BaseModel):
    seen: list[str] = []


class Nothing(BaseModel):
    pass


class Common(BaseWorkflow[Nothing, Seen, list[str]]):
    """What no deploy changes: the end."""

    @transition(from_="deciding", to="end", wait=True)
    async def decide(self, state: Seen, payload: str) -> list[str]:
        await self.saw(state, payload)
        return state.seen

    async def saw(self, state: Seen, what: str) -> None:
        state.seen.append(what)
        await self.document_store.save(MarkdownDocument(markdown=what))


@workflow(name="deployed", title="Deployed")
class Original(Common):
    @transition(to="asking")
    async def begin(self) -> None:
        return None

    @transition(from_="asking", to="checking", wait=True)
    async def answer(self, state: Seen, payload: str) -> None:
        await self.saw(state, payload)

    def strict(self) -> bool:
        return True

    @transition(from_="checking", to="deciding", priority=1)
    @guard(strict)
    async def check(self, state: Seen) -> None:
        await self.saw(state, "checked")

    @transition(from_="checking", to="deciding")
    async def wave_through(self, state: Seen) -> None:
        await self.saw(state, "waved through")


@workflow(name="deployed", title="Deployed: a transition added")
class Added(Common):
    @transition(to="asking")
    async def begin(self) -> None:
        return None

    @transition(from_="asking", to="checking", wait=True)
    async def answer(self, state: Seen, payload: str) -> None:
        await self.saw(state, payload)

    @transition(from_="asking", to="checking", wait=True)
    async def shrug(self, state: Seen) -> None:
        await self.saw(state, "shrugged")

    @transition(from_="checking", to="deciding")
    async def check(self, state: Seen) -> None:
        await self.saw(state, "checked")

    @transition(from_="deciding", to="asking", wait=True)
    async def reconsider(self, state: Seen) -> None:
        await self.saw(state, "reconsidered")


@workflow(name="deployed", title="Deployed: `check` is called `verify` now")
class Renamed(Common):
    @transition(to="asking")
    async def begin(self) -> None:
        return None

    @transition(from_="asking", to="checking", wait=True)
    async def answer(self, state: Seen, payload: str) -> None:
        await self.saw(state, payload)

    @transition(from_="checking", to="deciding")
    async def verify(self, state: Seen) -> None:
        await self.saw(state, "verified")


@workflow(name="deployed", title="Deployed: nothing is checked any more")
class Removed(Common):
    @transition(to="asking")
    async def begin(self) -> None:
        return None

    @transition(from_="asking", to="deciding", wait=True)
    async def answer(self, state: Seen, payload: str) -> None:
        await self.saw(state, payload)


@workflow(name="deployed", title="Deployed: the guard says no")
class Guarded(Common):
    @transition(to="asking")
    async def begin(self) -> None:
        return None

    @transition(from_="asking", to="checking", wait=True)
    async def answer(self, state: Seen, payload: str) -> None:
        await self.saw(state, payload)

    def strict(self) -> bool:
        return False

    @transition(from_="checking", to="deciding", priority=1)
    @guard(strict)
    async def check(self, state: Seen) -> None:
        await self.saw(state, "checked")

    @transition(from_="checking", to="deciding")
    async def wave_through(self, state: Seen) -> None:
        await self.saw(state, "waved through")


@workflow(name="deployed", title="Deployed: nobody is asked any more")
class Unasked(Common):
    @transition(to="deciding")
    async def begin(self) -> None:
        return None


def _app(deployed: type[Common]) -> StudioApp:
    return StudioApp(name=os.environ.get("LOOPSTACK_TEST_APP", "tests"), title="Tests", workflows=[deployed])


original = _app(Original)
added = _app(Added)
renamed = _app(Renamed)
removed = _app(Removed)
guarded = _app(Guarded)
unasked = _app(Unasked)
