"""Bytes that are no JSON, sent by some other SDK: they stop nothing, and somebody is told."""

from __future__ import annotations

from uuid import uuid4

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue

from tests.support.stack import Stack, eventually

BROKEN = RawValue(Payload(metadata={"encoding": b"json/plain"}, data=b'{"topic": '))
STRANGE = RawValue(Payload(metadata={"encoding": b"from/elsewhere"}, data=b"\x00\xff"))


@pytest.mark.parametrize("args", [BROKEN, STRANGE], ids=["broken JSON", "unknown encoding"])
@pytest.mark.requirement("TEMPORAL-005")
async def test_a_start_with_unreadable_arguments_fails_visibly(running: Stack, args: RawValue) -> None:
    run_id = await running.start("review", args)
    row = await running.run_is(run_id, "failed")
    assert row.error and row.error.code == "invalid_args"
    assert row.error.message == "The arguments of `review` cannot be read; send them as JSON"
    assert row.ended_at is not None


@pytest.mark.requirement("ENGINE-041")
async def test_an_unreadable_answer_is_recorded_as_refused_and_the_run_stays_answerable(running: Stack) -> None:
    run_id = await running.start("review", None, f"unreadable-{uuid4().hex[:8]}")
    await running.run_is(run_id, "waiting")
    for payload in (BROKEN, STRANGE):
        await running.signal(run_id, "decide", payload)

    def refused() -> bool:
        codes = [data["code"] for kind, data in running.events(run_id) if kind == "trigger.rejected"]
        return codes == ["invalid_payload", "invalid_payload"]

    await eventually(refused, what="both refusals")
    await running.run_is(run_id, "waiting")
    await running.signal(run_id, "decide", {"approved": True})
    await running.run_is(run_id, "completed")


async def test_an_unreadable_update_under_an_id_that_was_used_before_stops_nothing(running: Stack) -> None:
    run_id = await running.start("review", None, f"unreadable-{uuid4().hex[:8]}")
    await running.run_is(run_id, "waiting")
    await running.signal(run_id, "nobody", None, {"id": "used"})
    await eventually(lambda: [kind for kind, _ in running.events(run_id) if kind.startswith("trigger.")], what="it")
    handle = (await running.client()).get_workflow_handle(run_id)
    told: object = await handle.execute_update(  # pyright: ignore[reportUnknownMemberType]
        "nobody", BROKEN, id="used", result_type=dict[str, bool]
    )
    assert told == {"repeated": True}
    await running.signal(run_id, "decide", {"approved": True})
    await running.run_is(run_id, "completed")
