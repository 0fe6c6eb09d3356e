"""Many agents that wait for people at once while API, worker and Temporal server are killed."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from loopstack_temporal.store.records import RunFilter, RunRow
from loopstack_temporal.temporal.devserver import DevServer
from loopstack_temporal.tools.digest import digest_of
from tests.agents.conftest import AGENTS
from tests.support.requests import get
from tests.support.stack import Stack, eventually, stack_on

AT_ONCE = 5
"""Processes of the Temporal CLI that send signals at the same time."""


@dataclass(frozen=True)
class Asked:
    """A person is asked whether an agent may send a letter."""

    agent: str
    letter: str
    question: str
    """The run that asks."""

    @property
    def by(self) -> str:
        """Who will answer: somebody else for every letter."""
        return f"reader of {self.letter}"


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("database", "count"), [("sqlite_database", 6), ("postgres_database", 50)])
async def test_approved_by_plain_signals_after_everything_was_killed_each_letter_is_sent_once(
    own_temporal: DevServer, request: pytest.FixtureRequest, tmp_path: Path, database: str, count: int
) -> None:
    notes, model = tmp_path / "notes.txt", tmp_path / "asked.txt"
    files = {"LOOPSTACK_TEST_NOTES": str(notes), "LOOPSTACK_TEST_ASKED": str(model)}
    async with stack_on(own_temporal, request.getfixturevalue(database), tmp_path) as stack:
        worker, api = await stack.worker(AGENTS, **files), await stack.api()
        await _approve(stack, await _asking(stack, ["undisturbed"]))
        await _completed(stack, ["agent-undisturbed"])
        usual = _lines(model)[script("undisturbed")]

        letters = [f"letter {number}" for number in range(count)]
        asked = await _asking(stack, letters)
        await asyncio.gather(worker.kill(), api.kill(), stack.temporal.kill())
        await stack.temporal.start()
        early, late = asked[: count // 2], asked[count // 2 :]
        await _approve(stack, early)
        assert _lines(notes) == {"undisturbed": 1}, "nobody is there to send anything"

        await asyncio.gather(worker.start(), api.start())
        await asyncio.gather(stack.working(worker), stack.serving(api))
        await _completed(stack, [one.agent for one in early])
        waiting = {task["run"]["id"] for task in (await get(stack, "/tasks", limit=200))["items"]}
        assert waiting >= {one.question for one in late}, "what nobody answered still waits"
        await _approve(stack, late)
        rows = await _completed(stack, [one.agent for one in asked])

        assert [row.result for row in rows] == [{"response": f"sent: {one.letter}"} for one in asked]
        assert _lines(notes) == dict.fromkeys(["undisturbed", *letters], 1), "each body ran once"
        assert _lines(model) == {script(letter): usual for letter in ["undisturbed", *letters]}
        assert [_decision(stack, one) for one in asked] == [("approved", one.by, one.by) for one in asked]


def script(letter: str) -> str:
    """What the model is to say: send the letter, then what came of it."""
    return json.dumps([[["send", {"text": letter}]], "echo"])


async def _asking(stack: Stack, letters: Sequence[str]) -> list[Asked]:
    """An agent for each letter, once a person is asked about all of them."""
    agents = [f"agent-{letter.replace(' ', '-')}" for letter in letters]
    args = [{"tools": ["send"], "user_message": script(letter)} for letter in letters]
    async with asyncio.TaskGroup() as starting:
        for name, one in zip(agents, args, strict=True):
            starting.create_task(stack.start("agent", one, name))

    def look() -> list[Asked] | None:
        questions = [_question(stack, agent) for agent in agents]
        found = [
            Asked(agent, letter, row.id)
            for agent, letter, row in zip(agents, letters, questions, strict=True)
            if row is not None
        ]
        return found if len(found) == len(agents) else None

    return await eventually(look, what="all questions", limit=120)


def _question(stack: Stack, agent: str) -> RunRow | None:
    children = stack.store.runs.page(RunFilter(parent_id=agent)).items
    return next((row for row in children if row.status == "waiting"), None)


async def _approve(stack: Stack, asked: Sequence[Asked]) -> None:
    """One process of the plain Temporal CLI for each, a few at a time."""
    places = asyncio.Semaphore(AT_ONCE)

    async def approve(one: Asked) -> None:
        answer = {"decision": "approve", "digest": digest_of("send", {"text": one.letter})}
        envelope = {"by": one.by, "id": f"{one.question} approved"}
        inputs = ("--input", json.dumps(answer), "--input", json.dumps(envelope))
        signal = ("workflow", "signal", "--workflow-id", one.question, "--name", "user_decided", *inputs)

        async def sent() -> bool:
            # A server that was just killed may be busy for a while. With its id the same answer counts once.
            status, _, _ = await stack.temporal_cli(*signal, check=False)
            return status == 0

        async with places:
            await eventually(sent, what=f"the signal to {one.question}")

    async with asyncio.TaskGroup() as approving:
        for one in asked:
            approving.create_task(approve(one))


async def _completed(stack: Stack, agents: Sequence[str]) -> list[RunRow]:
    return [await stack.run_is(agent, "completed", limit=120) for agent in agents]


def _decision(stack: Stack, one: Asked) -> tuple[Any, Any, Any]:
    """What is recorded of a person's decision: in the document that people see, and in the result."""
    (shown,) = [row.content for row in stack.store.documents.live(one.question) if row.name == "approve_tool_call"]
    result: Any = getattr(stack.store.runs.get(one.question), "result", None)
    return shown["decision"], shown["decided_by"], result["by"]


def _lines(path: Path) -> Counter[str]:
    """How often each line stands in a file."""
    return Counter(path.read_text().splitlines())
