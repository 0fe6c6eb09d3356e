"""The world outside of trials: it remembers every call, and what must hold of the calls and their journal."""

from __future__ import annotations

import asyncio
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic_core import from_json, to_json

from tests.faults.graphs import Edge, Graph

FILE = "LOOPSTACK_TRIAL_OUTSIDE"
"""Where processes of L2 note their calls."""

Row = Any
_BETWEEN = "|"


@dataclass(frozen=True, slots=True)
class Called:
    """One call as the outside saw it."""

    key: str
    run_id: str
    epoch: int
    step: int
    transition: str
    number: int
    """Which of its step's calls it is."""
    repeatable: bool
    token: str
    """Of the attempt."""
    answer: str


@dataclass
class World:
    """The outside of a trial."""

    calls: list[Called] = field(default_factory=list[Called])


WORLD: ContextVar[World | None] = ContextVar("world", default=None)


async def call(called: Called) -> str:
    """Be called: it happens, and a moment later the caller learns the answer."""
    await asyncio.sleep(0.01)
    if (world := WORLD.get()) is not None:
        world.calls.append(called)
    elif file := os.environ.get(FILE):
        _note(Path(file), called)
    await asyncio.sleep(0.01)
    return called.answer


def _note(file: Path, called: Called) -> None:
    with file.open("ab", buffering=0) as lines:
        lines.write(to_json(asdict(called)) + b"\n")


def calls_in(file: Path) -> list[Called]:
    """What the processes of L2 noted."""
    lines = file.read_bytes().splitlines() if file.exists() else []
    return [Called(**from_json(line)) for line in lines]


@dataclass(frozen=True, slots=True)
class Deed:
    """What the journal did: began a call that is to be made, or recorded its answer."""

    kind: str
    run_id: str
    key: str


@dataclass
class Account:
    """The calls of one run, and the rows that speak of them."""

    graph: Graph
    steps: Sequence[Row]
    """Undone ones, too."""
    documents: Sequence[Row]
    """Those that count."""
    effects: Sequence[Row]
    calls: Sequence[Called]
    deeds: Sequence[Deed]

    def violations(self) -> Iterator[str]:
        """Every broken promise."""
        yield from self._keys()
        yield from self._repeated()
        yield from self._recorded()
        yield from self._asked_again()

    def _keys(self) -> Iterator[str]:
        """One key for each call of a step, a person's retries included, and another for every other call."""
        sites: dict[str, set[Any]] = defaultdict(set)
        keys: dict[Any, set[str]] = defaultdict(set)
        for one in self.calls:
            site = (self._root(one.step, one.epoch), one.transition, one.number)
            sites[one.key].add(site)
            keys[site].add(one.key)
        for key, found in sites.items():
            if len(found) > 1:
                yield f"one key {key[:8]} for the calls {sorted(found)}"
        for site, found in keys.items():
            if len(found) > 1:
                yield f"{len(found)} keys for the call {site}"

    def _repeated(self) -> Iterator[str]:
        """An attempt makes a call once; one that must not be repeated is made once by all attempts at a step."""
        for (key, token), count in Counter((one.key, one.token) for one in self.calls).items():
            if count > 1:
                yield f"the attempt {token[:8]} made its call {key[:8]} {count} times"
        fragile = [one for one in self.calls if not one.repeatable]
        for site, count in Counter((one.epoch, one.step, one.transition, one.number) for one in fragile).items():
            if count > 1:
                yield f"the call {site} must not be repeated and was made {count} times"

    def _recorded(self) -> Iterator[str]:
        """What a committed step was answered is what its journal has, from a call of its own."""
        made = {one.answer: one for one in self.calls}
        done = {(one.key.partition("~")[0], one.response) for one in self.effects if one.status == "done"}
        answered = {one.step: text[4].split(",") for one in self.documents if len(text := _texts(one)) > 4}
        for row in self.steps:
            edge = self.graph.find(row.transition, row.from_place)
            if row.superseded or row.status != "committed" or edge is None or not edge.calls:
                continue
            answers = answered.get(row.step, [])
            if len(answers) != len(edge.calls):
                yield f"step {row.step} made {len(edge.calls)} calls and was answered {answers}"
            for number, answer in enumerate(answers):
                yield from self._answer(row, edge, number, made.get(answer), done)

    def _answer(
        self, row: Row, edge: Edge, number: int, called: Called | None, done: set[tuple[str, Any]]
    ) -> Iterator[str]:
        where = (self._root(row.step, row.epoch), edge.name, number)
        if called is None:
            yield f"an answer of the call {where} came from nowhere"
            return
        if (self._root(called.step, called.epoch), called.transition, called.number) != where:
            yield f"the call {where} was given the answer of step {called.step}, {called.transition} {called.number}"
        if (called.key, called.answer) not in done:
            yield f"the answer of the call {where} is not in the journal"

    def _asked_again(self) -> Iterator[str]:
        """Once an answer is recorded, nobody begins that call again."""
        recorded: set[str] = set()
        for deed in self.deeds:
            if deed.kind == "end":
                recorded.add(deed.key)
            elif deed.key in recorded:
                yield f"the call {deed.key[:8]} was begun after its answer was recorded"

    def _root(self, step: int, epoch: int) -> tuple[int, int]:
        """Number and epoch of the step that this one retries, or of itself.

        A reset to a step that is under way leaves it its row, which goes over to the new epoch.
        """
        while True:
            row, before = self._row(step, epoch), self._row(step - 1, epoch)
            if row is None or before is None or before.status not in ("failed", "closed"):
                return step, epoch
            retried = _parked_at(before) == before.step
            if not retried or (row.transition, row.from_place) != (before.transition, before.from_place):
                return step, epoch
            step, epoch = before.step, before.epoch

    def _row(self, step: int, epoch: int) -> Row | None:
        """A step as the Temporal run of an epoch knows it."""
        rows = [one for one in self.steps if one.step == step and one.epoch <= epoch]
        return max(rows, key=lambda one: one.epoch, default=None)


def _texts(document: Row) -> list[str]:
    return str(document.content["markdown"]).split(_BETWEEN) if document.name == "markdown" else []


def _parked_at(row: Row) -> int | None:
    decision: Mapping[str, Any] = from_json(row.decision) if row.decision else {}
    return decision.get("step") if decision.get("kind") == "parked" else None
