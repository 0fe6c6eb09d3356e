"""Everything beside runs and steps: triggers kept, keys, catalogue, workspaces, leases, effects."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from loopstack_temporal.errors import Conflict, Fenced, NotFound
from loopstack_temporal.store.records import (
    Claim,
    Ending,
    Fresh,
    IdempotencyKey,
    InboxWrite,
    InProgress,
    Repeated,
    Reused,
    RunRow,
    Unregistered,
)
from loopstack_temporal.store.store import Store
from tests.store.make import Making, new_run, person_wait, trigger, types


def test_a_kept_trigger_is_found_by_the_step_that_applies_it_and_noted_once(make: Making) -> None:
    make.opened()
    kept = trigger("late", {"n": 1})
    make.store.inbox.note(InboxWrite(make.run, kept, "kept"))
    make.store.inbox.note(InboxWrite(make.run, kept, "kept"))
    assert types(make.events("trigger.kept")) == ["trigger.kept"]
    assert make.store.inbox.payload(make.run, "late") == kept
    assert make.entered(0, "late").trigger == kept
    make.finish(0, "approve", trigger=kept)
    entered = make.entered(1, "late")
    assert (entered.applied_step, entered.trigger) == (0, kept)
    make.store.inbox.note(InboxWrite(make.run, kept, "rejected", "answered", "too late"))
    make.store.inbox.forget(make.run, "late")
    assert make.store.inbox.applied_step(make.run, "late") == 0


@pytest.mark.requirement("ENGINE-041")
def test_a_refused_trigger_leaves_an_event_with_its_field_errors_and_no_payload(make: Making) -> None:
    make.opened()
    fields = [{"path": ["n"], "message": "must be a number", "code": "type"}]
    refused = trigger("bad", {"n": "x"})
    make.store.inbox.note(InboxWrite(make.run, refused, "rejected", "invalid_payload", "no", fields))
    (event,) = make.events("trigger.rejected")
    assert event.data == {
        "id": "bad",
        "name": "approve",
        "by": "ann",
        "channel": "api",
        "code": "invalid_payload",
        "message": "no",
        "fields": fields,
    }
    assert make.store.inbox.payload(make.run, "bad") is None
    assert make.entered(0, "bad").trigger is None


def test_a_refusal_after_a_claim_gives_the_wait_back(make: Making) -> None:
    make.opened()
    make.wait(0)
    refused = trigger("bad")
    make.store.steps.claim(Claim(make.fence(1, attempt=2), "approve", "asked", "worker-1", refused))
    make.store.inbox.note(InboxWrite(make.run, refused, "rejected", "invalid_payload", "no"))
    run = make.store.runs.get(make.run)
    assert run is not None
    assert (run.status, run.awaiting) == ("waiting", (person_wait(),))
    assert types(make.events("task.opened", "task.closed")) == ["task.opened", "task.closed", "task.opened"]
    assert make.finish(1, "approve", "asked", "done").place == "done"


def test_a_note_that_comes_late_turns_no_trigger_back(make: Making) -> None:
    make.opened()
    refused, kept = trigger("refused"), trigger("kept")
    note = make.store.inbox.note
    note(InboxWrite(make.run, refused, "kept"), "t1")
    note(InboxWrite(make.run, refused, "rejected", "answered", "too late"), "t1")
    note(InboxWrite(make.run, refused, "kept"), "t1")
    note(InboxWrite(make.run, refused, "dropped", "run_ended", "over"), "t1")
    assert types(make.events("trigger.kept", "trigger.rejected")) == ["trigger.kept", "trigger.rejected"]
    assert make.store.inbox.payload(make.run, "refused") is None

    make.store.runs.end(make.run, 1, Ending("canceled"))
    said = len(make.events())
    note(InboxWrite(make.run, kept, "kept"), "t1")
    assert make.store.inbox.payload(make.run, "kept") is None
    assert len(make.events()) == said, "an ended run says nothing any more"


def test_after_a_reset_the_same_message_may_have_another_fate(make: Making) -> None:
    make.opened()
    note, message = make.store.inbox.note, trigger("again", {"n": 1})
    note(InboxWrite(make.run, message, "rejected", "answered", "too late"), "t1")
    assert note(InboxWrite(make.run, message, "kept"), "t2") == Unregistered(1)
    make.store.steps.register(make.run, 0, "t2", 1)
    note(InboxWrite(make.run, message, "kept"), "t2")
    assert make.store.inbox.payload(make.run, "again") == message
    with pytest.raises(Fenced):
        note(InboxWrite(make.run, message, "rejected", "answered", "too late"), "t1")
    assert make.store.inbox.payload(make.run, "again") == message


def test_of_pauses_and_resumes_the_last_one_said_counts_and_not_the_last_one_written(make: Making) -> None:
    make.opened()
    pause = make.store.runs.pause
    pause(make.run, "ann", 1, "t1")
    pause(make.run, None, 2, "t1")
    pause(make.run, "ann", 1, "t1")
    assert make.row().paused_by is None
    pause(make.run, "bob", 3, "t1")
    make.store.steps.register(make.run, 0, "t2", 1)
    assert make.row().paused_by == "bob"
    pause(make.run, None, 1, "t2")
    assert make.row().paused_by is None, "another history counts anew"
    with pytest.raises(Fenced):
        pause(make.run, "bob", 4, "t1")
    assert pause(make.run, "cem", 1, "t3") == Unregistered(2)
    assert make.row().paused_by is None
    pause(make.run, "cem", 1, "t3", unregistered=True)
    assert make.row().paused_by == "cem", "nobody has seen this history, but its word counts"
    make.store.steps.register(make.run, 0, "t3", 2)
    pause(make.run, None, 2, "t3")
    pause(make.run, "cem", 1, "t3", unregistered=True)
    assert make.row().paused_by is None, "it was written late: meanwhile the history is known"


def test_a_refused_answer_leaves_its_step_to_what_the_run_does_by_itself(make: Making) -> None:
    make.opened()
    steer, thinking = trigger("early"), make.fence(0, try_no=2)
    make.store.steps.claim(Claim(make.fence(0), "steer", "start", "worker-1", trigger=steer))
    make.claim(thinking, "think")
    assert make.store.steps.get(make.run, 0).row.trigger is None
    make.store.inbox.note(InboxWrite(make.run, steer, "rejected", "invalid_payload", "no"), "t1")
    assert make.store.steps.get(make.run, 0).row.status == "running", "a refusal written late is not about this step"
    make.store.steps.finish(make.outcome(thinking, "think", "start", "done"))
    assert make.store.steps.get(make.run, 0).row.trigger is None


def test_a_kept_trigger_can_be_forgotten_and_dropped_ones_make_no_event(make: Making) -> None:
    make.opened()
    make.store.inbox.note(InboxWrite(make.run, trigger("a"), "kept"))
    make.store.inbox.forget(make.run, "a")
    assert make.store.inbox.payload(make.run, "a") is None
    make.store.inbox.note(InboxWrite(make.run, trigger("b"), "dropped"))
    assert types(make.events("trigger.dropped")) == []
    with pytest.raises(NotFound):
        make.store.inbox.note(InboxWrite("nobody", trigger("b"), "kept"))


@pytest.mark.requirement("REL-029")
def test_a_start_that_is_repeated_with_its_key_makes_one_run(store: Store) -> None:
    key = IdempotencyKey("local POST /runs", "k1", "hash", "first")
    made = store.runs.create(new_run("a"), key)
    assert isinstance(made, RunRow)
    assert store.runs.create(new_run("a"), key) == made
    again = store.runs.create(new_run("b"), replace(key, owner="second"))
    assert isinstance(again, InProgress)
    assert again.body == {"run_id": "a"}
    store.idempotency.end(key.scope, key.key, 201, {"id": "a"})
    assert store.runs.create(new_run("c"), replace(key, owner="third")) == Repeated(201, {"id": "a"})
    assert store.runs.create(new_run("d"), replace(key, body_hash="else")) == Reused(201, {"id": "a"})
    assert store.runs.counts().total == 1


def test_a_creation_that_is_refused_gives_its_key_back(store: Store) -> None:
    key = IdempotencyKey("s", "k", "hash", "one")
    with pytest.raises(NotFound):
        store.runs.create(new_run(workspace_id="nowhere"), key)
    assert store.idempotency.begin("s", "k", "hash", "two") == Fresh()


def test_of_many_requests_with_one_key_exactly_one_goes_on(store: Store) -> None:
    def begin(number: int) -> Fresh | Repeated | InProgress | Reused:
        return store.idempotency.begin("s", "k", "hash", f"owner-{number}")

    with ThreadPoolExecutor(8) as threads:
        begun = list(threads.map(begin, range(24)))
    assert sum(isinstance(one, Fresh) for one in begun) == 1
    assert isinstance(store.idempotency.begin("s", "k", "hash"), InProgress)
    assert store.idempotency.prune() == 0


def test_the_living_worker_that_started_last_says_what_is_current(store: Store) -> None:
    catalogue = store.catalogue
    assert catalogue.current("app") is None
    assert catalogue.publish("app", "h1", {"workflows": ["a"]})
    assert not catalogue.publish("app", "h1", {"workflows": ["a"]})
    assert catalogue.current("app") is None
    catalogue.worker_seen("w1", "app", "h1", ["default"])
    catalogue.publish("app", "h2", {"workflows": ["b"]})
    catalogue.worker_seen("w2", "app", "h2", ["default", "big"])
    catalogue.worker_seen("w1", "app", "h1", ["default"])
    current = catalogue.current("app")
    assert current is not None
    assert (current.hash, current.content, current.live) == ("h2", {"workflows": ["b"]}, True)
    catalogue.worker_gone("w2")
    catalogue.worker_gone("nobody")
    assert [entry.hash for entry in catalogue.apps()] == ["h1"]
    catalogue.worker_gone("w1")
    last = catalogue.current("app")
    assert last is not None
    assert (last.hash, last.live) == ("h1", False)
    old = catalogue.by_hash("app", "h2")
    assert old is not None
    assert old.content == {"workflows": ["b"]}
    assert [(worker.id, worker.pools, worker.live) for worker in catalogue.workers()] == [
        ("w2", ("default", "big"), False),
        ("w1", ("default",), False),
    ]
    events, _ = store.events.after(None, types=["catalog.changed"])
    assert [event.data["hash"] for event in events] == ["h1", "h2", "h1"]
    assert {event.run_id for event in events} == {None}


def test_workspaces_can_be_made_renamed_marked_and_deleted_when_empty(store: Store) -> None:
    workspaces = store.workspaces
    assert [one.id for one in workspaces.list()] == ["default"]
    workspaces.create("w", "Work")
    assert workspaces.create("w", "Work").title == "Work"
    with pytest.raises(Conflict):
        workspaces.create("w", "Other")
    assert workspaces.rename("w", "Zeal").title == "Zeal"
    assert workspaces.favourite("w", True).favourite
    assert [one.id for one in workspaces.list()] == ["w", "default"]
    store.runs.create(new_run("r", workspace_id="w"))
    assert workspaces.get("w").run_count == 1
    with pytest.raises(Conflict):
        workspaces.delete("w")
    with pytest.raises(Conflict):
        workspaces.delete("default")
    for act in (workspaces.get, workspaces.delete):
        with pytest.raises(NotFound):
            act("nowhere")
    with pytest.raises(NotFound):
        workspaces.rename("nowhere", "x")
    workspaces.create("empty", "Empty")
    workspaces.delete("empty")


def test_a_lease_belongs_to_one_owner_until_it_ends(store: Store) -> None:
    assert store.leases.take("sweep", "a", 60)
    assert store.leases.take("sweep", "a", 60)
    assert not store.leases.take("sweep", "b", 60)
    store.leases.give_back("sweep", "b")
    assert not store.leases.take("sweep", "b", 60)
    assert store.leases.take("sweep", "a", -1)
    assert store.leases.take("sweep", "b", 60)
    store.leases.give_back("sweep", "b")
    assert store.leases.take("sweep", "a", 60)


def test_a_persons_first_workspace_of_an_app_is_made_once_and_then_found(store: Store) -> None:
    workspaces = store.workspaces
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(workspaces.first, "notes", "ann", "Meeting notes") for _ in range(8)]
        found = [one.result() for one in asked]
    assert {one.id for one in found} == {found[0].id}
    assert (found[0].title, found[0].app, found[0].user_id) == ("Meeting notes", "notes", "ann")
    assert workspaces.rename(found[0].id, "Mine").title == workspaces.first("notes", "ann", "Meeting notes").title
    others = {workspaces.first("notes", "bob", "Notes").id, workspaces.first("tea", "ann", "Tea").id}
    assert len(others | {found[0].id}) == 3
    assert len(workspaces.list()) == 4
