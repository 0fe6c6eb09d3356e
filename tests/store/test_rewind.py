"""A reset on Temporal takes the run back; what was undone is gone from view, what it replaced is back."""

from __future__ import annotations

from loopstack_temporal.machine.decisions import Finish
from loopstack_temporal.store.records import OPENING, Checkpoint, Ending, Entered
from tests.store.make import BROKEN, Making, document, finished, open_run, person_wait, trigger, types


def _chain(make: Making, steps: int) -> None:
    make.opened()
    for step in range(steps):
        make.finish(
            step,
            frm=f"p{step}",
            to=f"p{step + 1}",
            checkpoint=Checkpoint({"n": step}),
            documents=(document("shared", f"v{step}"), document(None, f"own{step}")),
        )


def test_after_a_reset_to_any_step_the_visible_documents_and_the_state_are_those_of_before(make: Making) -> None:
    for target in range(5):
        _chain(make, 5)
        assert make.store.steps.register(make.run, target, "t2", seen_epoch=1) == 2
        entered = make.store.steps.enter(make.run, target, "t2")
        assert isinstance(entered, Entered)
        assert entered.recorded is None
        assert make.row().next_step == target
        assert make.row().place == (f"p{target}" if target else "start")
        assert entered.checkpoint == Checkpoint({"n": target - 1} if target else {})
        shown = [content for _, _, content in make.documents()]
        expected = [f"v{target - 1}"] if target else []
        assert shown == expected + [f"own{step}" for step in range(target)]
        assert len(make.store.steps.page(make.run).items) == target


def test_a_rewound_run_goes_on_with_new_versions_at_the_old_position(make: Making) -> None:
    _chain(make, 3)
    make.store.steps.register(make.run, 1, "t2", seen_epoch=1)
    make.finish(1, frm="p1", to="q", documents=(document("shared", "again"),))
    assert make.documents() == [(1, 2, "again"), (2, 1, "own0")]
    events = make.events("run.rewound", "run.changed")
    assert types(events)[-3:] == ["run.rewound", "run.changed", "run.changed"]
    assert events[-3].data == {"step": 1, "epoch": 2}


def test_a_run_that_was_paused_after_the_point_it_is_reset_to_is_not_paused(make: Making) -> None:
    _chain(make, 2)
    make.store.runs.pause(make.run, "ann", 1, "t1")
    make.store.steps.register(make.run, 1, "t2", seen_epoch=1)
    run = make.store.runs.get(make.run)
    assert run is not None
    assert (run.status, run.paused_at, run.paused_by) == ("running", None, None)


def test_a_step_that_was_begun_where_a_reset_lands_is_undone_and_the_run_waits_again(make: Making) -> None:
    make.opened()
    make.wait(0)
    make.claim(make.fence(1), "approve", "asked")
    assert make.row().status == "running"
    make.store.steps.register(make.run, 1, "t2", seen_epoch=1)
    make.store.steps.undo_begun(make.run, 1, "t2")
    row = make.row()
    assert (row.status, row.next_step, [one.transition for one in row.awaiting]) == ("waiting", 1, ["approve"])
    make.claim(make.fence(1), "approve", "asked")
    make.store.steps.undo_begun(make.run, 1, "t2")
    assert make.row().status == "running", "this history has begun it itself"


def test_a_completed_run_is_open_again_after_a_reset(make: Making) -> None:
    make.opened()
    make.finish(0)
    make.finish(
        1, frm="done", to="end", decision=Finish(status="completed", place="end"), ending=Ending("completed", {"a": 1})
    )
    ended = make.store.runs.get(make.run)
    assert ended is not None
    assert (ended.status, ended.result) == ("completed", {"a": 1})
    make.store.steps.register(make.run, 1, "t2", seen_epoch=1)
    run = make.store.runs.get(make.run)
    assert run is not None
    assert (run.status, run.result, run.ended_at, run.place) == ("running", None, None, "done")


def test_continuing_as_new_after_the_end_leaves_the_end_alone(make: Making) -> None:
    make.opened()
    make.finish(0, decision=finished(), ending=Ending("completed", 1))
    make.store.steps.register(make.run, 1, "t2", seen_epoch=1)
    run = make.store.runs.get(make.run)
    assert run is not None
    assert (run.status, run.result) == ("completed", 1)


def test_a_run_canceled_at_a_wait_waits_again_after_a_reset_to_it(make: Making) -> None:
    make.opened()
    make.wait(0)
    make.store.runs.end(make.run, 1, Ending("canceled"))
    make.store.steps.register(make.run, 1, "t2", seen_epoch=1)
    run = make.store.runs.get(make.run)
    assert run is not None
    assert (run.status, run.ended_at, run.awaiting) == ("waiting", None, (person_wait(),))
    assert types(make.events("task.opened", "task.closed")) == ["task.opened", "task.closed", "task.opened"]


def test_a_reset_to_the_beginning_asks_for_the_opening_again(make: Making) -> None:
    _chain(make, 2)
    opened = make.store.runs.open(open_run(make.run, "t2", first="t1"))
    assert (opened.kind, opened.epoch, opened.recorded) == ("taken", 2, None)
    assert (opened.run.status, opened.run.next_step, opened.run.place) == ("running", 0, "start")
    assert make.documents() == []
    make.finish(OPENING, "loopstack.open", "start", "start", checkpoint=Checkpoint({"fresh": True}))
    again = make.store.runs.open(open_run(make.run, "t2", first="t1"))
    assert again.recorded is not None
    make.temporal = "t2"
    assert make.entered(0).checkpoint == Checkpoint({"fresh": True})


def test_an_answer_that_only_an_undone_step_applied_may_apply_again(make: Making) -> None:
    make.opened()
    make.wait(0)
    make.finish(1, "approve", "asked", "asked", trigger=trigger("click-1", {"ok": 1}))
    make.finish(2, "approve", "asked", "done", trigger=trigger("click-2", {"ok": 2}))
    make.store.steps.register(make.run, 2, "t2", seen_epoch=1)
    make.temporal = "t2"
    assert make.entered(2, "click-1").applied_step == 1
    again = make.entered(2, "click-2")
    assert again.applied_step is None
    assert again.trigger == trigger("click-2", {"ok": 2}), "a kept answer's payload is still there"
    make.finish(2, "approve", "asked", "done", trigger=trigger("click-2", {"ok": 2}))
    assert make.store.inbox.applied_step(make.run, "click-2") == 2


def test_failures_and_errors_go_back_with_the_run(make: Making) -> None:
    make.opened()
    make.finish(0)
    make.park(1)
    run = make.store.runs.get(make.run)
    assert run is not None
    assert (run.status, run.can_retry, run.error, run.failures) == ("failed", True, BROKEN, {"work": 1})
    make.store.steps.register(make.run, 1, "t2", seen_epoch=1)
    run = make.store.runs.get(make.run)
    assert run is not None
    assert (run.status, run.can_retry, run.has_error, run.error, run.failures) == ("running", False, False, None, {})
