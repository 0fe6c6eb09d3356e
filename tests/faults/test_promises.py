"""Schedules aimed at one promise each, on the trial's own ground: everything but the Temporal server is the product."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any
from unittest.mock import patch

import pytest
import sqlalchemy as sa
from temporalio.api.common.v1 import Payload

from loopstack_temporal.store.private import PrivateStores
from loopstack_temporal.store.records import RunRow
from loopstack_temporal.store.tables import event, inbox
from loopstack_temporal.temporal.compile import received
from loopstack_temporal.temporal.messages import NoteInput
from loopstack_temporal.temporal.triggers import Triggers
from tests.faults.clients import Client, Habits
from tests.faults.graphs import END, Edge, Graph
from tests.faults.injecting import POINTS, Plan
from tests.faults.trial import MAIN, Aim, Report, show, trial

NOBODY = Habits(visits=0, cancels=0.0, pauses=0.0, resets=0.0, moves=0.0, repeats=0.0)


def must_be_clean(report: Report) -> None:
    assert not report.violations, "\n".join([show(report), *report.violations])


# --- cancels ---------------------------------------------------------------------------------------------------------

CANCELS = Aim(rate=0.5, habits=Habits(visits=4, cancels=0.6, pauses=0.05, resets=0.0, moves=0.0, repeats=0.0))


@pytest.mark.requirement("REL-027")
def test_a_cancel_has_one_outcome_and_after_it_nothing_is_written() -> None:
    seen: Counter[str] = Counter()
    for seed in range(50_000, 50_100):
        report = trial(seed, runs=1, aim=CANCELS)
        must_be_clean(report)
        seen += report.counts
    assert seen["run canceled"] >= 100
    assert seen["attempt given up while it runs"] >= 20, "bodies and commits that the cancel left behind"


# --- failing steps ---------------------------------------------------------------------------------------------------

FAILING = Graph(
    MAIN,
    (
        Edge("begin", "start", "p1", failures=1, attempts=1, documents=(None, "a", "a"), children=1, seconds=0.6),
        Edge("heard", "p1", "p1", wait=True, heard=True),
        Edge("leave_p1", "p1", END, guard=(0, 3), priority=9),
        Edge("enough", "p1", END, wait=True),
    ),
)
FAILS = Aim(rate=0.0, habits=NOBODY, graph=FAILING)


def every_fault() -> Iterator[Plan]:
    """One plan for each way in which an attempt can go wrong."""
    for point, action in itertools.product(POINTS, ("die", "error")):
        yield Plan(point=point, action=action)
    for call in (1, 2, 3):
        yield from (Plan(call=call, before=what, pause=12.0) for what in ("pause", "outage", "die"))
        yield from (Plan(call=call, after=what, pause=12.0) for what in ("pause", "lost", "die"))


@pytest.mark.requirement("REL-007")
def test_a_failing_step_leaves_nothing_but_its_errors_whatever_happens_to_the_attempts_around_it() -> None:
    kinds: Counter[str] = Counter()
    for number, plan in enumerate(every_fault()):
        # The first attempt is `open`; then the step fails, perhaps again, and then it gets through.
        plans = itertools.chain([Plan(), *(replace(plan) for _ in range(3))], itertools.repeat(Plan()))
        with patch.object(Plan, "random", side_effect=plans):
            report = trial(60_000 + number, runs=1, aim=FAILS)
        must_be_clean(report)
        kinds += report.counts
    assert len([kind for kind in kinds if " at " in kind]) >= 12, "the points that such a step passes"


@pytest.mark.requirement("REL-007")
def test_of_attempts_that_never_committed_nothing_is_left_when_the_step_ends() -> None:
    rough = Aim(rate=0.9, habits=NOBODY, graph=FAILING)
    faults = 0
    for seed in range(61_000, 61_050):
        report = trial(seed, runs=1, aim=rough)
        must_be_clean(report)
        faults += sum(report.counts.values())
    assert faults > 150


# --- hostile and simultaneous answers --------------------------------------------------------------------------------

ROUNDS = 50
ASKING = Graph(
    MAIN,
    (
        Edge("begin", "start", "p1"),
        Edge("answer_p1", "p1", "p1", wait=True),
        Edge("leave_p1", "p1", END, guard=(0, ROUNDS + 1), priority=9),
    ),
)


class Crowd(Client):
    """Two to sixteen people press the same button at once, again and again."""

    async def attend(self, run_id: str) -> None:
        """See base class."""
        sizes = [2 + number % 15 for number in range(ROUNDS)]
        for size in sizes:
            row = await self._at_rest(run_id)
            sent = [self.send(row, "answer_p1", f"a{one}", "update", row.next_step) for one in range(size)]
            clicks = await asyncio.gather(*sent)
            told = Counter(click.outcome if click.outcome != "fail" else click.code for click in clicks)
            if told != Counter({"ok": 1, "answered": size - 1}):
                self.log.objections.append(f"{size} people at step {row.next_step} were told {dict(told)}")
                return

    async def _at_rest(self, run_id: str) -> RunRow:
        while True:
            row = self.look(run_id)
            if row is not None and row.status == "waiting":
                return row
            await asyncio.sleep(0.01)


@pytest.mark.requirement("REL-016")
@pytest.mark.parametrize("limit", [1, 7, 500])
def test_of_two_to_sixteen_simultaneous_clicks_exactly_one_wins(limit: int) -> None:
    must_be_clean(trial(62_000 + limit, runs=1, aim=Aim(rate=0.0, limit=limit, graph=ASKING, people=Crowd)))


def json_like(rng: Random, depth: int = 0) -> Any:
    """Any plain value but a text, which would be a good answer."""
    kind = rng.randrange(8 if depth < 4 else 6)
    if kind == 6:
        return [_part(rng, depth) for _ in range(rng.randint(0, 4))]
    if kind == 7:
        return {_text(rng): _part(rng, depth) for _ in range(rng.randint(0, 4))}
    leaves: list[Any] = [None, True, False, 0, -1, 2**63, -(10**30), 1e308, 5e-324, 0.1, rng.random(), [], {}]
    return rng.choice(leaves)


def _part(rng: Random, depth: int) -> Any:
    return _text(rng) if rng.random() < 0.4 else json_like(rng, depth + 1)


def _text(rng: Random) -> str:
    return "".join(rng.choice("aé\u4e2d\U0001f600\x00\x1b\u202e\"'\\/{}<\n ") for _ in range(rng.randint(0, 12)))


def unreadable() -> list[Payload]:
    """Sixty payloads as no honest sender makes them."""

    def plain(data: bytes, encoding: bytes = b"json/plain") -> Payload:
        return Payload(metadata={"encoding": encoding}, data=data)

    texts = b'|{|{"a"|{"a":|{"a":1,}|{a:1}|[|[1,]|[1 2]|tru|nul|None|undefined|"x|"a" "b"|"\x00"|"\n"|"\\u12"|"\\x41"'
    halves = [b'"\\ud83d"', b'["\\udc00\\ud800"]', b"\xff\xfe", b'"\xc3"', b"\xef\xbb\xbf1"]
    numbers = b"NaN|Infinity|-Infinity|[NaN]|1e999|-1e999|01|+1|1.|.5|0x10|1e|--1|'1'"
    deep = [b"[" * depth + b"]" * depth for depth in (100, 1_000, 10_000)] + [b'{"a":' * 5_000 + b"1" + b"}" * 5_000]
    large = [b'["' + b"x" * size + b'"]' for size in (100_000, 600_000, 1_900_000)] + [
        b"9" * 5_000,
        b"[" + b"1," * 90_000 + b"1]",
    ]
    names = (
        b"binary/nonsense",
        b"json/protobuf",
        b"binary/protobuf",
        b"binary/encrypted",
        b"binary/null2",
        b"",
        b"\xff",
        b"x" * 300,
    )
    strange = [plain(b"{}", name) for name in names]
    nameless = [Payload(), Payload(data=b"{}"), Payload(metadata={"other": b"json/plain"}, data=b"1")]
    twofold = [
        plain(b"x", b"binary/plain"),
        Payload(metadata={"encoding": b"json/plain", "messageType": b"x.Y"}, data=b"[2]"),
    ]
    return [
        *map(plain, (*texts.split(b"|"), *halves, *numbers.split(b"|"), *deep, *large)),
        *strange,
        *nameless,
        *twofold,
    ]


class Nasty(Crowd):
    """Sends what no schema takes, then one good answer."""

    generated = 2_500

    async def attend(self, run_id: str) -> None:
        """See base class."""
        bad: list[Any] = [*unreadable(), *(json_like(self.rng) for _ in range(self.generated))]
        for number, payload in enumerate(bad):
            row = await self._at_rest(run_id)
            name = "answer_p1" if number % 5 else "nobody_knows"
            if not self.server.signal(run_id, name, [payload, {"id": f"bad-{number}", "by": "mallory"}]):
                self.log.objections.append(f"the run was gone before {payload!r:.80}")
                return
            if number % 50 == 0:
                await asyncio.sleep(1)
        codes: set[str] = set()
        for _ in range(100):
            row = await self._at_rest(run_id)
            click = await self.send(row, "answer_p1", "at last", "update", row.next_step)
            if click.outcome == "ok":
                return
            codes.add(click.code)
            await asyncio.sleep(1)  # Something bad was in hand.
        self.log.objections.append(f"the good answer was refused: {codes}")


@pytest.mark.requirement("REL-016")
def test_no_generated_payload_is_more_than_the_handlers_of_a_run_can_take() -> None:
    rng = Random(64_000)
    for _ in range(50):
        triggers = Triggers()
        triggers.rest(("answer_p1",))
        for number in range(100):
            meta = {"id": f"bad-{number}", "by": _text(rng), "at_step": rng.choice((None, 0, json_like(rng)))}
            message = received(rng.choice(("answer_p1", _text(rng))), json_like(rng), meta, "signal", "first")
            triggers.refusal(message)
            triggers.offer_signal(message)
        while notes := triggers.take_notes():
            assert NoteInput.model_validate_json(NoteInput(notes=notes).model_dump_json()).notes == notes


ONE_ANSWER = Graph(MAIN, (Edge("begin", "start", "p1"), Edge("answer_p1", "p1", END, wait=True)))


@pytest.mark.requirement("REL-016")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("limit", [1, 500])
def test_no_payload_freezes_or_fails_a_run_and_each_refusal_is_recorded(limit: int) -> None:
    assert len(unreadable()) == 60
    store = PrivateStores().open()
    with patch.object(store, "close"):
        aim = Aim(rate=0.0, limit=limit, graph=ONE_ANSWER, people=Nasty)
        must_be_clean(trial(63_000 + limit, lambda: store, runs=1, aim=aim))
    with store.database.read() as connection:
        refused = sa.select(sa.func.count()).where(inbox.c.outcome == "rejected")
        assert connection.execute(refused).scalar_one() == Nasty.generated + len(unreadable())
        said = sa.select(sa.func.count()).where(event.c.type == "trigger.rejected")
        assert connection.execute(said).scalar_one() == Nasty.generated + len(unreadable())
    store.close()
