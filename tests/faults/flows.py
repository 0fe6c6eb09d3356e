"""Author code for random graphs: one workflow class per graph, made of the very decorators an author uses."""

from __future__ import annotations

import asyncio
import itertools
import types
from collections.abc import Callable, Sequence
from typing import Any, cast
from uuid import uuid4

from pydantic import BaseModel

from loopstack_temporal import (
    BaseWorkflow,
    MarkdownDocument,
    Retry,
    RunContext,
    StudioApp,
    TransitionInput,
    on_cancel,
    transition,
    workflow,
)
from loopstack_temporal.definition.session import ChildOptions, EffectAnswer, EffectCall, session_of
from tests.faults.graphs import Edge, Graph
from tests.faults.outside import Called, call

CHILD, GRANDCHILD = "child", "grandchild"
BETWEEN = "|"


class Nothing(BaseModel):
    """Arguments of every graph."""


class Trail(BaseModel):
    """The state: what happened, in order."""

    trail: list[str] = []


Flow = BaseWorkflow[Nothing, Trail, list[str]]


def application(name: str, graphs: Sequence[Graph]) -> StudioApp:
    """An app of these workflows."""
    return StudioApp(name=name, title="Trials", workflows=[flow(graph) for graph in graphs])


def flow(graph: Graph) -> type[BaseWorkflow[Any, Any, Any]]:
    """The workflow class of a graph."""
    members: dict[str, Any] = {edge.name: _method(edge) for edge in graph.edges}
    if graph.farewell:
        members["farewell"] = on_cancel(_farewell())
    made = types.new_class(f"{graph.name.title()}Workflow", (Flow,), {}, lambda space: space.update(members))
    marked: type[BaseWorkflow[Any, Any, Any]] = cast("Any", workflow(name=graph.name, title=graph.name))(made)
    return marked


def _method(edge: Edge) -> Callable[..., Any]:
    body = _heard(edge) if edge.heard else _answered(edge) if edge.wait else _plain(edge)
    body.__name__ = body.__qualname__ = edge.name
    options: dict[str, Any] = {}
    if edge.guard is not None:
        options["guard"] = _guard(edge)
    if edge.after is not None:
        options["after"] = edge.after
    if edge.attempts or edge.error_place or edge.target:
        options["retry"] = Retry(
            attempts=edge.attempts, delay=edge.delay, place=edge.error_place, target=edge.target, backoff="fixed"
        )
    if edge.local:
        options["execution"] = "local"
    return transition(to=edge.to, from_=edge.from_, wait=edge.wait, priority=edge.priority, **options)(body)


def _guard(edge: Edge) -> Callable[[Trail], Any]:
    async def allows(state: Trail) -> bool:
        return edge.open(state.trail)

    return allows


def _plain(edge: Edge) -> Callable[..., Any]:
    async def body(self: Flow, state: Trail, ctx: RunContext[Nothing]) -> None:
        await _work(self, edge, state, ctx, "")

    return body


def _answered(edge: Edge) -> Callable[..., Any]:
    async def body(self: Flow, state: Trail, payload: str, ctx: RunContext[Nothing]) -> None:
        await _work(self, edge, state, ctx, payload)

    return body


def _heard(edge: Edge) -> Callable[..., Any]:
    async def body(self: Flow, state: Trail, input: TransitionInput[Any], ctx: RunContext[Nothing]) -> None:
        await _work(self, edge, state, ctx, input.run_id)

    return body


def _farewell() -> Callable[..., Any]:
    async def farewell(self: Flow) -> None:
        await asyncio.sleep(0.05)
        await self.document_store.save(MarkdownDocument(markdown=BETWEEN.join(("?", "farewell", "0", uuid4().hex))))

    return farewell


async def _work(self: Flow, edge: Edge, state: Trail, ctx: RunContext[Nothing], payload: str) -> None:
    """Documents name their step and carry the token of their attempt, so that a mix of two attempts shows."""
    token = uuid4().hex
    half = edge.seconds / 2
    await asyncio.sleep(half)
    for number, key in enumerate(edge.documents):
        text = BETWEEN.join((str(ctx.step), edge.name, str(number), token))
        await self.document_store.save(MarkdownDocument(markdown=text), key=key)
    for _ in range(edge.children):
        options = ChildOptions(callback="heard", show="hidden")
        await session_of(self, "run").run_child(edge.asks or CHILD, None, options)
    if answers := await _answers(self, edge, ctx, token):
        text = BETWEEN.join((str(ctx.step), edge.name, str(len(edge.documents)), token, ",".join(answers)))
        await self.document_store.save(MarkdownDocument(markdown=text))
    await asyncio.sleep(half)
    if ctx.retry_count < edge.failures:
        raise RuntimeError(f"{edge.name} does not work yet")
    state.trail.append(f"{edge.name}:{payload}")


async def _answers(self: Flow, edge: Edge, ctx: RunContext[Nothing], token: str) -> list[str]:
    """What the world outside answers to the step's calls."""
    epoch = int(ctx.idempotency_key.rsplit("-", 2)[1])

    async def ask(number: int, repeatable: bool) -> str:
        async def perform(key: str) -> EffectAnswer:
            answer = uuid4().hex[:12]
            called = Called(key, ctx.run_id, epoch, ctx.step, edge.name, number, repeatable, token, answer)
            return EffectAnswer(await call(called))

        wanted = EffectCall(f"call:{number}", {"from": edge.name}, repeatable=repeatable)
        answered: str = await session_of(self, "effect").effect(wanted, perform)
        return answered

    if edge.together:
        return list(await asyncio.gather(*itertools.starmap(ask, enumerate(edge.calls))))
    return [await ask(number, repeatable) for number, repeatable in enumerate(edge.calls)]
