"""Paired samples: both sides in turn, so that whatever else the machine does hits both alike."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.sides import Pair, Side

Sample = Callable[[Side], Awaitable[Sequence[float]]]
"""One measurement of one side: a figure for each row it fills."""


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    database: str
    unit: str
    product: tuple[float, ...]
    twin: tuple[float, ...] = ()
    """Empty where there is nothing to compare with."""

    @property
    def ratio(self) -> float | None:
        """Product to twin, by their medians."""
        return median(self.product) / median(self.twin) if self.twin else None

    @property
    def paired(self) -> float | None:
        """The median of the ratios of neighbouring samples: what slows both down cancels out."""
        return None if not self.twin else median(a / b for a, b in zip(self.product, self.twin, strict=True))


async def sampled(
    pair: Pair, sample: Sample, rounds: int, *, warm: bool = True
) -> tuple[list[Sequence[float]], list[Sequence[float]]]:
    """`rounds` samples of each side, one after the other; who begins changes from round to round.

    With `warm`, one sample of each side is thrown away first.
    """
    if warm:
        await sample(pair.product)
        await sample(pair.twin)
    product: list[Sequence[float]] = []
    twin: list[Sequence[float]] = []
    for number in range(rounds):
        turns = [(pair.product, product), (pair.twin, twin)]
        for side, kept in turns if number % 2 == 0 else reversed(turns):
            kept.append(await sample(side))
    return product, twin


async def timed(work: Awaitable[object]) -> float:
    """Milliseconds that `work` takes."""
    began = time.perf_counter()
    await work
    return (time.perf_counter() - began) * 1_000
