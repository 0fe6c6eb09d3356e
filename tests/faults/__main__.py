"""Run trials by hand: `python -m tests.faults --level L1 --seed 17`, or `--trials 1000` for many seeds in a row."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

from tests.faults.levels import LEVELS
from tests.faults.trial import show


def main() -> int:
    """Give 1 when a trial broke a promise; its seed is printed and replays it."""
    asked = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    asked.add_argument("--level", choices=LEVELS, default="L1")
    asked.add_argument("--seed", type=int, default=0, help="the first seed")
    asked.add_argument("--trials", type=int, default=1, help="how many seeds from there on")
    asked.add_argument("--seconds", type=float, default=float("inf"), help="begin no trial after so long")
    given = asked.parse_args()
    counts: Counter[str] = Counter()
    began, trials, broken, steps = time.monotonic(), 0, 0, 0
    for report in LEVELS[given.level](range(given.seed, given.seed + given.trials)):
        trials += 1
        counts += report.counts
        steps += report.steps
        broken += bool(report.violations)
        if report.violations or given.trials == 1:
            print(show(report), flush=True)
        for text in report.violations:
            print(f"    {text}", flush=True)
        if time.monotonic() - began > given.seconds:
            break
    for kind, count in sorted(counts.items()):
        print(f"{count:7} {kind}")
    passed = f"{trials} trials, {steps} steps, {sum(counts.values())} faults"
    print(f"{given.level}: {passed}, {broken} broken, {time.monotonic() - began:.0f} s")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
