"""Run trials by hand: `python -m tests.faults --level L1 --seed 17`, or many: `--from 0 --to 999 --jobs 2`."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

from tests.faults.levels import LEVELS
from tests.faults.ranges import Block, blocks, keep, kept, missing, reports
from tests.faults.trial import show


def main() -> int:
    """Give 1 when a trial broke a promise; its seed is printed and replays it."""
    given = _asked()
    first, last = (given.seed, given.seed) if given.seed is not None else (given.first, given.last)
    size = 1 if given.seed is not None else given.block
    wanted = blocks(given.level, first, last, size)
    if given.results:
        wanted = missing(wanted, kept(given.results))
    began, steps, counts = time.monotonic(), 0, Counter[str]()
    trials = broken = 0
    for report in reports(given.level, wanted, given.jobs, began + given.seconds):
        trials += 1
        steps += report.steps
        broken += bool(report.violations)
        counts += report.counts
        if report.violations or given.seed is not None:
            print(show(report), *report.violations, sep="\n    ", flush=True)
        block = _block_of(wanted, report.seed)
        block.add(report)
        if given.results and block.done:
            keep(given.results, block)
    for kind, count in sorted(counts.items()):
        print(f"{count:7} {kind}")
    passed = f"{trials} trials, {steps} steps, {sum(counts.values())} faults"
    print(f"{given.level}: {passed}, {broken} broken, {time.monotonic() - began:.0f} s")
    for block in kept(given.results) if given.results else ():
        print(f"so far {block}")
    return 1 if broken else 0


def _asked() -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    asked.add_argument("--level", choices=LEVELS, default="L1")
    asked.add_argument("--seed", type=int, help="this one alone")
    asked.add_argument("--from", type=int, default=0, dest="first", help="the first seed")
    asked.add_argument("--to", type=int, default=99, dest="last", help="the last seed")
    asked.add_argument("--jobs", type=int, default=1, help="how many processes")
    asked.add_argument("--block", type=int, default=50, help="seeds that a process takes at a time")
    asked.add_argument("--seconds", type=float, default=float("inf"), help="begin no block after so long")
    asked.add_argument("--results", type=Path, help="a file that keeps finished blocks; they are not done again")
    return asked.parse_args()


def _block_of(wanted: list[Block], seed: int) -> Block:
    return next(block for block in wanted if block.first <= seed <= block.last)


if __name__ == "__main__":
    sys.exit(main())
