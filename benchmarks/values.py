"""How much is measured, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchmarks.measuring import Row, Sample, sampled
from benchmarks.sides import Pair


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much is measured."""

    rounds: int = 7
    chain: int = 200
    single: int = 60
    """Pairs of one-step runs, and of answers."""
    runs: int = 200
    steps: int = 10
    crowd_rounds: int = 3
    flood: int = 1_000
    """Runs of so many steps started at once; this takes minutes, as many families at once do."""
    flood_rounds: int = 1
    loop: int = 1_000
    loop_rounds: int = 3
    children: int = 20
    parents: int = 50
    held: int = 2_000
    """Documents of a run that is answered."""
    old: int = 20_000
    """Finished runs in the database, with ten documents each."""
    turns: int = 20
    chat: int = 500
    chat_rounds: int = 1
    readers: int = 50
    tokens: int = 2_000
    """Of a text that people watch: two hundred a second."""
    streams: int = 3


FULL = Sizes()
QUICK = Sizes(
    rounds=3,
    chain=40,
    single=12,
    runs=30,
    steps=5,
    crowd_rounds=2,
    flood=60,
    loop=60,
    loop_rounds=1,
    children=5,
    parents=4,
    held=200,
    old=1_000,
    turns=5,
    chat=30,
    readers=10,
    tokens=400,
    streams=1,
)


@dataclass(frozen=True)
class Bench:
    """Where and how much to measure."""

    pair: Pair
    database: str
    sizes: Sizes
    warm: bool = True

    async def rows(self, sample: Sample, rounds: int, *names: tuple[str, str]) -> list[Row]:
        """Take paired samples; `names` are name and unit of each figure of a sample."""
        product, twin = await sampled(self.pair, sample, rounds, warm=self.warm)
        return [
            Row(name, self.database, unit, _figures(product, place), _figures(twin, place))
            for place, (name, unit) in enumerate(names)
        ]

    @property
    def cold(self) -> Bench:
        """The same without samples that are thrown away."""
        return replace(self, warm=False)


def _figures(samples: list[Sequence[float]], place: int) -> tuple[float, ...]:
    return tuple(sample[place] for sample in samples)
