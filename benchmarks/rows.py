"""What is measured. Each function fills the rows of one name for one database."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from statistics import median
from types import MappingProxyType

from benchmarks.measuring import Row, timed
from benchmarks.sides import Shape, Side
from benchmarks.talks import agent, chat
from benchmarks.values import Bench

EARLY, LATE = 0.05, 0.95
"""Where in the long loop a step's cost is looked at: around step 50 and around step 950 of 1,000."""


DOCUMENTS_OF_OLD = 10


async def chain(bench: Bench) -> list[Row]:
    """One run of many steps that do nothing."""
    return await _chain(bench, 0, f"chain of {bench.sizes.chain} no-op steps")


async def documents(bench: Bench) -> list[Row]:
    """The same, each step but the first and the last saves a document."""
    return await _chain(bench, 1, f"chain of {bench.sizes.chain} steps, one document each")


async def local(bench: Bench) -> list[Row]:
    """The first one again, with steps beside the workflow instead of activities of their own."""
    return await _chain(bench, 0, f"chain of {bench.sizes.chain} local steps", shape="near")


async def start(bench: Bench) -> list[Row]:
    """From the row of a new run to the result of its only step."""
    return await _start(bench, "start → completed, one step")


async def answer(bench: Bench) -> list[Row]:
    """From sending an answer to the next wait. Both runs wait all the time, each answer is one step."""
    return await _answer(bench, 0, "answer → next wait")


async def held(bench: Bench) -> list[Row]:
    """The same, for runs that hold many documents."""
    documents = bench.sizes.held
    return await _answer(bench, documents, f"answer → next wait, {documents:,} documents")


async def old(bench: Bench) -> list[Row]:
    """From start to result among many finished runs, and how much longer that takes than before they were there."""
    title = f"start → completed, {bench.sizes.old:,} old runs"
    (before,) = await _start(bench, "")
    for side in (bench.pair.product, bench.pair.twin):
        await side.fill(bench.sizes.old, DOCUMENTS_OF_OLD)
    (after,) = await _start(bench, title)
    product = (median(after.product) / median(before.product),)
    twin = (median(after.twin) / median(before.twin),)
    return [after, Row(f"{title} / none", bench.database, "x", product, twin)]


async def fan(bench: Bench) -> list[Row]:
    """One run with children of one step each, from its start to its end: the built-in one, and one of one's own."""
    return [*await _fan(bench, "gather", "built-in fan-out of"), *await _fan(bench, "fan", "fan-out of")]


async def _fan(bench: Bench, shape: Shape, words: str) -> list[Row]:
    sizes = bench.sizes

    async def whole(side: Side) -> None:
        await side.finished(await side.start(shape, steps=sizes.children))

    async def single(side: Side) -> Sequence[float]:
        return [await timed(whole(side))]

    async def together(side: Side) -> Sequence[float]:
        return [await timed(asyncio.gather(*(whole(side) for _ in range(sizes.parents)))) / 1_000]

    title = f"{words} {sizes.children} children"
    return [
        *await bench.rows(single, sizes.rounds, (title, "ms")),
        *await bench.cold.rows(together, sizes.flood_rounds, (f"{sizes.parents} x {title} at once", "s")),
    ]


async def crowd(bench: Bench) -> list[Row]:
    """Many runs started at once, until the last one has ended."""
    return await _crowd(bench, bench.sizes.runs, bench.sizes.crowd_rounds)


async def flood(bench: Bench) -> list[Row]:
    """The same with far more of them."""
    return await _crowd(bench, bench.sizes.flood, bench.sizes.flood_rounds)


async def _crowd(bench: Bench, runs: int, rounds: int) -> list[Row]:
    steps = bench.sizes.steps

    async def sample(side: Side) -> Sequence[float]:
        seconds = await timed(many(side, runs, steps)) / 1_000
        return [seconds, runs * steps / seconds]

    title = f"{runs:,} runs x {steps} steps at once"
    return await bench.cold.rows(sample, rounds, (title, "s"), (f"{title}, throughput", "steps/s"))


async def loop(bench: Bench) -> list[Row]:
    """A long loop whose state changes and does not grow: is a late step as cheap as an early one?"""
    steps = bench.sizes.loop
    early, late, reach = round(steps * EARLY), round(steps * LATE), max(1, steps // 40)

    async def sample(side: Side) -> Sequence[float]:
        run_id = await side.start("loop", steps=steps)
        await side.finished(run_id)
        times = await side.step_times(run_id)
        costs = [
            (times[middle + reach - 1] - times[middle - reach]).total_seconds() * 1_000 / (2 * reach - 1)
            for middle in (early, late)
        ]
        return [*costs, costs[1] / costs[0]]

    return await bench.cold.rows(
        sample,
        bench.sizes.loop_rounds,
        (f"step {early} of a loop of {steps:,}", "ms per step"),
        (f"step {late} of a loop of {steps:,}", "ms per step"),
        (f"step {late} / step {early}", "x"),
    )


async def many(side: Side, runs: int, steps: int) -> None:
    """Start `runs` chains at once and wait for all."""

    async def one() -> None:
        await side.finished(await side.start("chain", steps=steps))

    await asyncio.gather(*(one() for _ in range(runs)))


async def _chain(bench: Bench, documents: int, title: str, shape: Shape = "chain") -> list[Row]:
    steps = bench.sizes.chain

    async def sample(side: Side) -> Sequence[float]:
        async def whole() -> None:
            await side.finished(await side.start(shape, steps=steps, documents=documents))

        cpu = time.process_time()
        wall = await timed(whole())
        return [wall / steps, (time.process_time() - cpu) * 1_000 / steps]

    # Processor time holds still on a busy machine; it is that of client and worker, without the servers.
    return await bench.rows(sample, bench.sizes.rounds, (title, "ms per step"), (f"{title}, CPU", "ms per step"))


async def _start(bench: Bench, title: str) -> list[Row]:
    async def sample(side: Side) -> Sequence[float]:
        async def whole() -> None:
            await side.finished(await side.start("one"))

        return [await timed(whole())]

    return await bench.rows(sample, bench.sizes.single, (title, "ms"))


async def _answer(bench: Bench, documents: int, title: str) -> list[Row]:
    runs: dict[int, str] = {}
    for side in (bench.pair.product, bench.pair.twin):
        runs[id(side)] = await side.start("ask", documents=documents)
        await side.answer(runs[id(side)], 0)
    count = 0

    async def sample(side: Side) -> Sequence[float]:
        nonlocal count
        count += 1
        return [await timed(side.answer(runs[id(side)], count))]

    rows = await bench.rows(sample, bench.sizes.single, (title, "ms"))
    for side in (bench.pair.product, bench.pair.twin):
        await side.stop(runs[id(side)])
    return rows


ROWS: Mapping[str, Callable[[Bench], Awaitable[list[Row]]]] = MappingProxyType(
    {
        "chain": chain,
        "documents": documents,
        "local": local,
        "start": start,
        "answer": answer,
        "held": held,
        "fan": fan,
        "crowd": crowd,
        "flood": flood,
        "loop": loop,
        "agent": agent,
        "chat": chat,
        "old": old,
    }
)
"""By the names of `--only`; `memory` beside them needs processes of its own. `old` is last: it fills the database."""
