"""What models in the loop cost: agents and chats beside the same steps without a model."""

from __future__ import annotations

import time
from collections.abc import Sequence
from statistics import median

from benchmarks.measuring import Row, timed
from benchmarks.sides import ProductSide, Side
from benchmarks.talking import SAID, TOOLS, steps_of
from benchmarks.values import Bench

REACH = 5
"""Turns on either side of the one that is looked at."""
EARLY = 10


async def agent(bench: Bench) -> list[Row]:
    """A run of many turns with two tool calls each, beside a run of as many steps that save the same documents."""
    turns, product = bench.sizes.turns, bench.pair.product
    steps = steps_of(turns)

    async def sample(side: Side) -> Sequence[float]:
        async def whole() -> None:
            if side is product:
                args = {"tools": ["look_up"], "user_message": f"turns {turns}"}
                await product.finished(await product.run("agent", args))
            else:
                await product.finished(await product.run("errands", {"turns": turns}))

        cpu = time.process_time()
        wall = await timed(whole())
        return [wall / steps, (time.process_time() - cpu) * 1_000 / steps]

    title = f"agent, {turns} turns x {TOOLS} tools / same steps, no model"
    return await bench.rows(sample, bench.sizes.rounds, (title, "ms per step"), (f"{title}, CPU", "ms per step"))


async def chat(bench: Bench) -> list[Row]:
    """A long chat, beside one that nobody reads: is a late turn as quick as an early one?"""
    product, turns = bench.pair.product, bench.sizes.chat

    async def sample(side: Side) -> Sequence[float]:
        times = await _talk(product, "chat_agent" if side is product else "guest_book", turns)
        early, late = (median(times[middle - REACH : middle + REACH]) for middle in (EARLY, turns - REACH))
        return [early, late, late / early]

    return await bench.cold.rows(
        sample,
        bench.sizes.chat_rounds,
        (f"turn {EARLY} of a chat / same steps, no model", "ms"),
        (f"turn {turns:,} of a chat / same steps, no model", "ms"),
        (f"turn {turns:,} / turn {EARLY} of a chat", "x"),
    )


async def _talk(side: ProductSide, workflow: str, turns: int) -> list[float]:
    """Milliseconds from each message to the moment the chat waits for the next one."""
    run_id = await side.run(workflow, {"user_message": SAID} if workflow == "chat_agent" else {})
    step, times = await side.waiting(run_id), list[float]()
    for _ in range(turns):

        async def turn(at: int) -> int:
            await side.say(run_id, SAID, at)
            return await side.waiting(run_id, after=at)

        began = time.perf_counter()
        step = await turn(step)
        times.append((time.perf_counter() - began) * 1_000)
    await side.client.get_workflow_handle(run_id).terminate()
    return times
