"""What the port says of a Temporal that takes a start, will never take it, takes none of ours, or is away."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from loopstack_temporal.runs import Refused, Sender, StartRun, Trigger
from loopstack_temporal.store.records import NewRun
from loopstack_temporal.temporal.client import TemporalRuns
from loopstack_temporal.temporal.connection import ConnectionSettings, connect
from loopstack_temporal.temporal.devserver import DevServer
from tests.support.stack import Stack, eventually

START = StartRun("", "nobody", "review", {}, "token", "default", "local", "")


async def runs_at(address: str, namespace: str = "default") -> TemporalRuns:
    return TemporalRuns(await connect(ConnectionSettings(address=address, namespace=namespace), lazy=True))


def request() -> StartRun:
    return replace(START, run_id=f"r-{uuid4().hex[:8]}", start_token=uuid4().hex)


def recorded(run_id: str, app: str) -> NewRun:
    return NewRun(run_id, app, "hello", "default", "local", {}, f"token-{run_id}")


async def test_a_start_is_repeated_by_its_token_and_refused_to_others(temporal: DevServer) -> None:
    runs, ours = await runs_at(temporal.address), request()
    assert [await runs.start(ours) for _ in range(2)] == ["started", "started"]
    refused = await runs.start(replace(ours, start_token="another"))
    assert isinstance(refused, Refused) and refused.code == "run_exists" and ours.run_id in refused.message


async def test_a_request_that_temporal_will_never_take_is_not_called_away(temporal: DevServer) -> None:
    runs = await runs_at(temporal.address)
    refused = await runs.start(replace(request(), run_id="x" * 2_000))
    assert isinstance(refused, Refused) and refused.code == "start_refused" and "length" in refused.message


async def test_a_namespace_that_does_not_exist_is_told_by_every_command(temporal: DevServer) -> None:
    runs = await runs_at(temporal.address, "nowhere")
    for outcome in (
        await runs.start(request()),
        await runs.trigger(Trigger("r", "decide", None, "t")),
        await runs.cancel("r", reason=None, sender=Sender()),
    ):
        assert isinstance(outcome, Refused) and outcome.code == "temporal_refused", outcome
        assert "nowhere" in outcome.message and "TEMPORAL_*" in outcome.message


async def test_a_temporal_that_is_away_is_away(temporal: DevServer) -> None:
    runs = await runs_at("127.0.0.1:1")
    assert await runs.start(request()) == "unreachable"
    outcome = await runs.trigger(Trigger("r", "decide", None, "t"))
    assert isinstance(outcome, Refused) and outcome.code == "temporal_unreachable"


async def test_a_run_is_finished_when_temporal_has_closed_or_forgotten_it(running: Stack) -> None:
    client = await running.client()
    runs = TemporalRuns(client)
    run_id = await running.start("review")
    row = await running.run_is(run_id, "waiting")
    assert row.temporal_run_id
    assert await runs.finished(run_id, row.temporal_run_id) is False
    handle = client.get_workflow_handle(run_id)
    await handle.cancel()
    await running.run_is(run_id, "canceled")

    async def closed() -> bool:
        return (await handle.describe()).close_time is not None

    # The row ends with the last step and the workflow one task later; `finished` waits two seconds for that, no more.
    await eventually(closed, what="the close")
    assert await runs.finished(run_id, row.temporal_run_id) is True
    assert await runs.finished("nobody", row.temporal_run_id) is True
    away = await (await runs_at("127.0.0.1:1")).finished(run_id, row.temporal_run_id)
    assert isinstance(away, Refused) and away.code == "temporal_unreachable"


async def test_a_recorded_run_that_can_never_start_ends_as_failed_with_the_reason(stack: Stack) -> None:
    client = await stack.client()
    await client.start_workflow("something_else", id="taken", task_queue="elsewhere")
    stack.store.runs.create(recorded("taken", stack.app))
    stack.store.runs.create(recorded("free", stack.app))
    await stack.worker(LOOPSTACK_STARTS_AFTER="0.4")
    row = await stack.run_is("taken", "failed")
    assert row.ended_at is not None and not row.can_retry
    assert row.error and row.error.code == "run_exists" and "started by somebody else" in row.error.message
    await stack.run_is("free", "completed")
