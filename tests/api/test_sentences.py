"""Golden texts: the one true sentence for every situation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from loopstack_api import wording
from loopstack_api.sentences import Children, Facts, sentence, why

from loopstack_temporal.errors import ErrorInfo
from loopstack_temporal.store.records import Awaiting, RetryPending, RunRow, StepRow

NOW = datetime(2026, 3, 3, 16, 0, tzinfo=UTC)
"""A Tuesday."""
TWO = NOW - timedelta(hours=2)
ERROR = ErrorInfo("http", "HTTPError", "HTTP 529.\nsecond line")

RUN = RunRow(
    id="r-1",
    app="desk",
    workflow="review",
    title=None,
    number=1,
    workspace_id="default",
    user_id="local",
    status="running",
    place="drafting",
    next_step=1,
    epoch=1,
    rev=3,
    engine=1,
    has_error=False,
    error=None,
    error_transition=None,
    can_retry=False,
    retry=None,
    args={},
    result=None,
    awaiting=(),
    path=("start",),
    catalogue_hash="h1",
    parent_id=None,
    root_id="r-1",
    start_token=None,
    first_execution_run_id="t",
    temporal_run_id="t",
    cancel_requested=False,
    paused_at=None,
    paused_by=None,
    created_at=TWO,
    started_at=TWO,
    updated_at=TWO,
    ended_at=None,
)
STEP = StepRow(
    run_id="r-1",
    step=1,
    epoch=1,
    superseded=False,
    transition="summarise",
    from_place="drafting",
    to_place=None,
    status="running",
    try_no=1,
    attempt=1,
    failure_no=0,
    worker="w-2",
    trigger=None,
    error=None,
    started_at=NOW - timedelta(seconds=12),
    ended_at=None,
    duration_ms=None,
    document_count=0,
)


def waits(*waiting: Awaiting) -> Mapping[str, Any]:
    return {"status": "waiting", "awaiting": waiting}


def person(name: str, due: datetime | None = None) -> Awaiting:
    return Awaiting(name, "person", TWO, due)


def timer(name: str, due: datetime) -> Awaiting:
    return Awaiting(name, "timer", TWO, due)


TOMORROW = NOW + timedelta(hours=17)
GOLDEN: list[tuple[str, Mapping[str, Any], Facts, str, str]] = [
    ("not_started", {"status": "pending", "created_at": NOW}, Facts(NOW), "Starting.", "Starting."),
    (
        "not_started",
        {"status": "pending"},
        Facts(NOW, worker_alive=True),
        "Recorded; it starts as soon as Temporal takes it.",
        "Recorded; it starts as soon as Temporal takes it.",
    ),
    (
        "no_worker",
        {"status": "pending"},
        Facts(NOW, worker_alive=False),
        "Ready to start, but no worker for “desk” is running.",
        "Ready to start, but no worker for “desk” is running.",
    ),
    (
        "no_worker",
        {},
        Facts(NOW, worker_alive=False, worker_seen=TWO),
        "Ready to go on, but no worker for “desk” is running.",
        "Ready to go on, but no worker for “desk” is running (last seen Tue 14:00 UTC).",
    ),
    (
        "no_worker",
        {},
        Facts(NOW, worker_alive=False, pool="gpu"),
        "Ready to go on, but no worker for pool “gpu” of “desk” is running.",
        "Ready to go on, but no worker for pool “gpu” of “desk” is running.",
    ),
    ("running", {}, Facts(NOW, worker_alive=True), "Running at “drafting”.", "Running at “drafting”."),
    (
        "running",
        {},
        Facts(NOW, step=STEP, titles={"summarise": "Write a summary"}),
        "Running “Write a summary”.",
        "Running “Write a summary” for 12 s on worker w-2.",
    ),
    (
        "retry",
        {"retry": RetryPending("fetch", 4, 5, NOW + timedelta(seconds=32), ERROR), "has_error": True},
        Facts(NOW),
        "“Fetch” failed 3 of 5 times (HTTP 529).",
        "“Fetch” failed 3 of 5 times (HTTP 529); next try in 32 s.",
    ),
    (
        "person",
        waits(person("decide")),
        Facts(NOW),
        "Waiting for an answer to “Decide”.",
        "Waiting for an answer to “Decide” since Tue 14:00 UTC.",
    ),
    (
        "person",
        waits(person("approve"), person("reject"), person("ask"), timer("escalate", TOMORROW)),
        Facts(NOW, titles={"ask": "Ask back"}),
        "Waiting for an answer to “Approve”, “Reject” or “Ask back”.",
        "Waiting for an answer to “Approve”, “Reject” or “Ask back” since Tue 14:00 UTC; goes on with “Escalate” at "
        "Wed 09:00 UTC.",
    ),
    (
        "person",
        waits(person("decide", TOMORROW)),
        Facts(NOW),
        "Waiting for an answer to “Decide”.",
        "Waiting for an answer to “Decide” since Tue 14:00 UTC, due Wed 09:00 UTC.",
    ),
    (
        "person",
        waits(person("decide", TOMORROW), timer("give_up", TOMORROW)),
        Facts(NOW),
        "Waiting for an answer to “Decide”.",
        "Waiting for an answer to “Decide” since Tue 14:00 UTC; goes on with “Give up” at Wed 09:00 UTC.",
    ),
    (
        "person",
        waits(person("decide", TOMORROW), timer("remind", NOW + timedelta(hours=1)), timer("give_up", TOMORROW)),
        Facts(NOW),
        "Waiting for an answer to “Decide”.",
        "Waiting for an answer to “Decide” since Tue 14:00 UTC; goes on with “Remind” at Tue 17:00 UTC, due Wed 09:00 "
        "UTC.",
    ),
    (
        "person_overdue",
        waits(person("decide", NOW - timedelta(hours=1))),
        Facts(NOW),
        "Waiting for an answer to “Decide”.",
        "Waiting for an answer to “Decide” since Tue 14:00 UTC, due 1 h ago.",
    ),
    (
        "timer",
        waits(timer("escalate", TOMORROW)),
        Facts(NOW),
        "Nothing to do before “Escalate”.",
        "Nothing to do before “Escalate” at Wed 09:00 UTC.",
    ),
    (
        "signal",
        waits(Awaiting("payment_received", "signal", TWO)),
        Facts(NOW),
        "Waiting for an outside trigger “Payment received”.",
        "Waiting for an outside trigger “Payment received” since Tue 14:00 UTC.",
    ),
    (
        "child",
        waits(Awaiting("on_done", "child", TWO)),
        Facts(NOW),
        "Waiting for a child run.",
        "Waiting for a child run since Tue 14:00 UTC.",
    ),
    (
        "child",
        waits(Awaiting("cancel_them", "signal", TWO), Awaiting("on_done", "child", TWO)),
        Facts(NOW),
        "Waiting for a child run.",
        "Waiting for a child run since Tue 14:00 UTC.",
    ),
    (
        "child",
        waits(Awaiting("on_done", "child", TWO)),
        Facts(NOW, children=Children(1, (("r-1-0-0", "Job 0"),))),
        "Waiting for a child run.",
        "Waiting for a child run: “Job 0” since Tue 14:00 UTC.",
    ),
    (
        "child",
        waits(Awaiting("on_done", "child", TWO)),
        Facts(NOW, children=Children(4, tuple((f"r-1-0-{n}", f"Job {n}") for n in range(3)))),
        "Waiting for 4 child runs.",
        "Waiting for 4 child runs: “Job 0”, “Job 1”, “Job 2”, … since Tue 14:00 UTC.",
    ),
    ("signal", waits(), Facts(NOW), "Waiting at “drafting”.", "Waiting at “drafting”."),
    (
        "paused",
        {"status": "paused", "paused_at": TWO, "paused_by": "anna"},
        Facts(NOW),
        "Paused by anna at “drafting”.",
        "Paused by anna at “drafting” since Tue 14:00 UTC.",
    ),
    ("canceling", {"cancel_requested": True}, Facts(NOW), "Stopping.", "Stopping."),
    (
        "failed",
        {
            "status": "failed",
            "can_retry": True,
            "error": ERROR,
            "error_transition": "deploy",
            "failures": {"deploy": 3},
        },
        Facts(NOW),
        "“Deploy” failed 3 times: HTTP 529.",
        "“Deploy” failed 3 times: HTTP 529. Nothing happens until somebody retries.",
    ),
    (
        "failed",
        {"status": "failed", "can_retry": True},
        Facts(NOW),
        "The run failed.",
        "The run failed. Nothing happens until somebody retries.",
    ),
    (
        "ended_failed",
        {"status": "failed", "ended_at": NOW, "error": ERROR, "error_transition": "deploy", "failures": {"deploy": 1}},
        Facts(NOW),
        "“Deploy” failed: HTTP 529.",
        "“Deploy” failed: HTTP 529. The run has ended.",
    ),
    (
        "completed",
        {"status": "completed", "ended_at": TWO + timedelta(seconds=250)},
        Facts(NOW),
        "Completed in 4 min 10 s.",
        "Completed in 4 min 10 s.",
    ),
    (
        "canceled",
        {"status": "canceled", "ended_at": TWO + timedelta(seconds=0.84)},
        Facts(NOW),
        "Canceled after 0.8 s.",
        "Canceled after 0.8 s.",
    ),
]


@pytest.mark.parametrize(("code", "changes", "facts", "short", "whole"), GOLDEN, ids=[row[4][:60] for row in GOLDEN])
def test_the_sentence_is(code: str, changes: Mapping[str, Any], facts: Facts, short: str, whole: str) -> None:
    run = replace(RUN, **changes)
    told = why(run, facts)

    assert sentence(run, facts) == short
    assert told.text == whole
    assert told.code == code
    assert "".join(part.text for part in told.parts) == whole


def test_the_parts_of_a_wait_can_tick_and_be_clicked() -> None:
    told = why(replace(RUN, **waits(person("decide"), timer("escalate", TOMORROW))), Facts(NOW))

    assert [part.kind for part in told.parts] == [
        "text", "transition", "text", "time", "text", "transition", "text", "time", "text",
    ]  # fmt: skip
    assert told.since == TWO
    assert told.until == TOMORROW
    assert [(one.code, one.transition) for one in told.actions] == [("answer", "decide"), ("cancel", None)]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (0.04, "0.1 s"), (1, "1 s"), (1.75, "1.8 s"), (59.6, "1 min"), (61, "1 min 1 s"), (3600, "1 h"),
     (3660, "1 h 1 min"), (3601, "1 h"), (90_000, "1 d 1 h"), (-5, "0 s")],
)  # fmt: skip
def test_a_length_of_time_reads(seconds: float, text: str) -> None:
    assert wording.length(seconds) == text


def test_a_moment_far_away_has_its_date() -> None:
    assert wording.moment(NOW - timedelta(days=10), NOW) == "21 Feb 16:00 UTC"
    assert wording.one_line("x" * 300) == "x" * 199 + "…"
    assert wording.one_line("") == ""
