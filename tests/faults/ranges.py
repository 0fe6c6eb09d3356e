"""Many seeds: in several processes, block by block, with a file that keeps what is done."""

from __future__ import annotations

import gc
import itertools
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_json

from tests.faults.levels import LEVELS
from tests.faults.trial import Report

_START: Any = multiprocessing.get_context("spawn")


@dataclass
class Block:
    """Seeds `first` to `last`, and what their trials came to."""

    level: str
    first: int
    last: int
    trials: int = 0
    steps: int = 0
    faults: int = 0
    seconds: float = 0.0
    """Of all its trials, one after the other."""
    broken: list[int] = field(default_factory=list[int])
    counts: Counter[str] = field(default_factory=Counter[str])

    @property
    def done(self) -> bool:
        """Whether every seed had its trial."""
        return self.trials == self.last - self.first + 1

    def add(self, report: Report) -> None:
        """One more trial."""
        self.trials += 1
        self.steps += report.steps
        self.faults += sum(report.counts.values())
        self.seconds += report.seconds
        self.counts += report.counts
        if report.violations:
            self.broken.append(report.seed)

    def with_next(self, other: Block) -> Block:
        """This one and a neighbour as one."""
        return Block(
            self.level,
            self.first,
            other.last,
            self.trials + other.trials,
            self.steps + other.steps,
            self.faults + other.faults,
            self.seconds + other.seconds,
            self.broken + other.broken,
            self.counts + other.counts,
        )

    def __str__(self) -> str:
        broken = f"{len(self.broken)} broken" + (f" {self.broken}" if self.broken else "")
        passed = f"{self.trials} trials, {self.steps} steps, {self.faults} faults, {broken}, {self.seconds:.0f} s"
        return f"{self.level} {self.first}-{self.last}: {passed}"


_BLOCKS = TypeAdapter(Block)


def blocks(level: str, first: int, last: int, size: int) -> list[Block]:
    """The seeds from `first` to `last` in blocks."""
    return [Block(level, start, min(start + size - 1, last)) for start in range(first, last + 1, size)]


def kept(file: Path) -> list[Block]:
    """The finished blocks in a results file, those that touch each other as one."""
    lines = file.read_text().splitlines() if file.exists() else []
    found = [_BLOCKS.validate_json(line) for line in lines]
    joined: list[Block] = []
    for block in sorted(found, key=lambda one: (one.level, one.first)):
        if joined and joined[-1].level == block.level and joined[-1].last + 1 == block.first:
            joined[-1] = joined[-1].with_next(block)
        else:
            joined.append(block)
    return joined


def keep(file: Path, block: Block) -> None:
    """Add a finished block."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as lines:
        lines.write(to_json(asdict(block)) + b"\n")


def missing(wanted: Sequence[Block], done: Sequence[Block]) -> list[Block]:
    """The wanted blocks that no finished one holds."""

    def holds(block: Block, other: Block) -> bool:
        return other.level == block.level and other.first <= block.first and block.last <= other.last

    return [block for block in wanted if not any(holds(block, other) for other in done)]


def reports(level: str, todo: Sequence[Block], jobs: int, until: float) -> Iterator[Report]:
    """The reports of all blocks, as they come from `jobs` processes; no block begins after `until` (monotonic)."""
    if jobs == 1:
        _collect_less()
        yield from LEVELS[level](_seeds(iter(todo), until))
        return
    orders, answers = _START.SimpleQueue(), _START.SimpleQueue()
    working = [_START.Process(target=_work, args=(level, orders, answers, until), daemon=True) for _ in range(jobs)]
    for process in working:
        process.start()
    for order in itertools.chain(todo, [None] * jobs):
        orders.put(order)
    left = jobs
    while left:
        answer = answers.get()
        if answer is None:
            left -= 1
        else:
            yield answer
    for process in working:
        process.join()


def _work(level: str, orders: Any, answers: Any, until: float) -> None:
    _collect_less()
    try:
        for report in LEVELS[level](_seeds(iter(orders.get, None), until)):
            answers.put(report)
    finally:
        answers.put(None)


def _collect_less() -> None:
    """What is loaded stays, and a trial leaves little behind: looking for it took a tenth of the time."""
    gc.freeze()
    gc.set_threshold(100_000, 10, 10)


def _seeds(todo: Iterator[Block], until: float) -> Iterator[int]:
    for block in todo:
        if time.monotonic() > until:
            return
        yield from range(block.first, block.last + 1)
