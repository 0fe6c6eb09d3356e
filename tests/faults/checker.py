"""What must hold after a trial, read from the store, the event stream, the clients' log and the histories.

Nothing here looks at how the trial went: the same evidence can be judged again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json

from loopstack_temporal.store.database import Database
from loopstack_temporal.store.tables import document, effect, event, inbox, run, run_epoch, step
from tests.faults.clients import Click
from tests.faults.flows import BETWEEN
from tests.faults.graphs import Edge, Graph
from tests.faults.outside import Account, Called, Deed

Row = Any
_RESERVED = "loopstack."


@dataclass(frozen=True, slots=True)
class Followed:
    """What a workflow was told of a step, as its history has it."""

    run_id: str
    temporal_run_id: str
    step: int
    decision: Mapping[str, Any]


@dataclass
class Evidence:
    """Everything a trial leaves behind."""

    graphs: Mapping[str, Graph]
    clicks: Sequence[Click] = ()
    followed: Sequence[Followed] = ()
    statuses: Mapping[str, str] = field(default_factory=dict[str, str])
    """How each run ended by its server's account."""
    revisions: Mapping[str, int] = field(default_factory=dict[str, int])
    """The last event number of each run in the moment when it had ended everywhere."""
    seen: Sequence[tuple[str, int]] = ()
    """Run and number of each event that a reader of the stream saw."""
    disturbed: frozenset[str] = frozenset()
    """Runs that were reset: what a click was told there may have been undone."""
    stuck: Sequence[str] = ()
    calls: Sequence[Called] = ()
    """What the world outside was asked."""
    deeds: Sequence[Deed] = ()
    """What the journal of these calls did, in order; unknown of other processes."""


@dataclass
class Tables:
    """The rows of one run."""

    run: Row
    steps: list[Row]
    undone: list[Row]
    documents: list[Row]
    events: list[Row]
    inbox: dict[str, Row]
    effects: list[Row]
    epochs: dict[str, int]
    children: list[Row]


def violations(database: Database, evidence: Evidence) -> list[str]:
    """Every broken promise, as a sentence."""
    found = [f"stuck: {one}" for one in evidence.stuck]
    with database.read() as connection:
        runs = connection.execute(sa.select(run)).all()
        for row in runs:
            tables = _tables(connection, row)
            graph = evidence.graphs.get(row.workflow)
            checks: list[Iterator[str]] = [
                _steps(tables),
                _documents(tables, graph),
                _keys(tables),
                _events(tables),
                _clicks(tables, evidence),
                _queue(tables, evidence),
                _inbox(tables),
                _histories(tables, evidence),
                _ends(tables, evidence),
            ]
            if graph is not None:
                checks += [_walk(tables, graph), _children(tables, graph, evidence), _calls(tables, graph, evidence)]
            found += [f"{row.id}: {text}" for check in checks for text in check]
        found += _stream(connection.execute(sa.select(event.c.run_id, event.c.rev)).all(), evidence)
    return found


def _tables(connection: sa.Connection, row: Row) -> Tables:
    def rows(table: sa.Table, *order: Any) -> list[Row]:
        return list(connection.execute(sa.select(table).where(table.c.run_id == row.id).order_by(*order)).all())

    steps = rows(step, step.c.step, step.c.epoch)
    return Tables(
        run=row,
        steps=[one for one in steps if not one.superseded],
        undone=[one for one in steps if one.superseded],
        documents=rows(document, document.c.step, document.c.position, document.c.version),
        events=rows(event, event.c.rev),
        inbox={one.trigger_id: one for one in rows(inbox)},
        effects=rows(effect),
        epochs={one.temporal_run_id: one.epoch for one in rows(run_epoch)},
        children=list(connection.execute(sa.select(run).where(run.c.parent_id == row.id)).all()),
    )


def _steps(tables: Tables) -> Iterator[str]:
    """Numbered without gap, each with an outcome."""
    if not tables.epochs:  # A child that was canceled before it was started.
        return
    numbers = [one.step for one in tables.steps]
    if numbers != list(range(-1, tables.run.next_step)):
        yield f"steps {numbers} before step {tables.run.next_step}"
    for one in tables.steps:
        if one.status not in ("committed", "failed", "closed"):
            yield f"step {one.step} is {one.status}"


def _documents(tables: Tables, graph: Graph | None) -> Iterator[str]:
    """Of a committed step all its body wrote, by one attempt; of any other none but one error for each failed try."""
    live: dict[int, list[Row]] = defaultdict(list)
    for one in tables.documents:
        if not one.superseded:
            live[one.step].append(one)
    for one in tables.steps:
        found = live.pop(one.step, [])
        errors = [row for row in found if row.name == "error"]
        written = [str(row.content["markdown"]).split(BETWEEN) for row in found if row.name == "markdown"]
        if len(errors) < one.failure_no:
            yield f"step {one.step} has {len(errors)} errors after {one.failure_no} failed tries"
        if len({row.key for row in errors}) != len(errors):
            yield f"step {one.step} has two errors of one try"
        edge = graph.find(one.transition, one.from_place) if graph else None
        count = len(edge.documents) + bool(edge.calls) if edge and one.status == "committed" else 0
        if one.transition == "farewell" and one.status == "committed":
            count = 1
        if sorted(int(text[2]) for text in written) != list(range(count)):
            yield f"step {one.step} ({one.transition}, {one.status}) has documents {written}, not {count}"
        if len({text[3] for text in written}) > 1 or any(text[0] not in (str(one.step), "?") for text in written):
            yield f"step {one.step} mixes attempts: {written}"
    if live:
        yield f"documents of steps {sorted(live)} that do not exist"


def _keys(tables: Tables) -> Iterator[str]:
    """One current version of each key, the newest."""
    versions: dict[str, list[Row]] = defaultdict(list)
    for one in tables.documents:
        if one.key is not None and not one.superseded:
            versions[one.key].append(one)
    for key, rows in versions.items():
        current = [row for row in rows if row.live]
        if len(current) != 1 or current[0].step != max(row.step for row in rows):
            yield f"key {key} has current versions of steps {[row.step for row in current]}"


def _events(tables: Tables) -> Iterator[str]:
    """Numbered without gap; one for each committed step and each saved document, and no other."""
    if [one.rev for one in tables.events] != list(range(1, tables.run.event_seq + 1)):
        yield f"events are not 1 to {tables.run.event_seq}: {[one.rev for one in tables.events]}"
    told = Counter(one.data["step"] for one in tables.events if one.type == "step.committed")
    committed = [one for one in (*tables.steps, *tables.undone) if one.status == "committed" and one.step >= 0]
    if told != Counter(one.step for one in committed):
        yield f"committed steps {sorted(one.step for one in committed)}, announced {sorted(told.elements())}"
    saved = sum(one.type == "document.saved" for one in tables.events)
    if saved != len(tables.documents):
        yield f"{len(tables.documents)} documents, {saved} announced"


def _walk(tables: Tables, graph: Graph) -> Iterator[str]:
    """The model: from `start`, each step was the one that had to come, and left the state that it should."""
    place, trail, state = "start", list[str](), list[str]()
    for one in tables.steps:
        state = state if one.state is None else one.state["trail"]
        if one.step < 0:
            continue
        if one.from_place != place:
            yield f"step {one.step} left {one.from_place}, but the run stood at {place}"
        edge = graph.find(one.transition, one.from_place)
        if one.status == "committed" and edge is not None:
            yield from _firing(one, edge, graph.automatic(place, trail))
            trail.append(f"{edge.name}:{_payload(one, edge)}")
        place = one.to_place or place
    if trail != state:
        yield f"the state is {state}, the steps say {trail}"
    if place != tables.run.place:
        yield f"the run stands at {tables.run.place}, its steps lead to {place}"


def _firing(one: Row, edge: Edge, must: Edge | None) -> Iterator[str]:
    """What fired is what had to; a move or a retry may choose otherwise."""
    chosen = one.failure_no > 0 or one.trigger_id is not None
    waited = edge.wait or edge.after is not None
    if not chosen and (must is not None if waited else edge is not must):
        yield f"step {one.step} fired {edge.name}, not {must.name if must else 'nothing'}"
    if one.to_place != edge.to:
        yield f"step {one.step} went to {one.to_place}, not {edge.to}"


def _payload(row: Row, edge: Edge) -> str:
    if not edge.wait or row.trigger is None:
        return ""
    payload = row.trigger["payload"]
    if not edge.heard:
        return str(payload)
    return str(payload["child_id"]) if row.trigger["channel"] == "child" else str(row.run_id)


def _clicks(tables: Tables, evidence: Evidence) -> Iterator[str]:
    """An accepted click was applied once, with its payload, by the step that was named; a refused one nowhere."""
    applied: dict[str, list[Row]] = defaultdict(list)
    for one in tables.steps:
        if _applied(one):
            applied[one.trigger_id].append(one)
    for trigger_id, rows in applied.items():
        if len(rows) > 1:
            yield f"{trigger_id} was applied by steps {[row.step for row in rows]}"
    if tables.run.id in evidence.disturbed:
        return
    mine: dict[str, list[Click]] = defaultdict(list)
    for click in evidence.clicks:
        if click.run_id == tables.run.id and not click.name.startswith(_RESERVED):
            mine[click.id].append(click)
    for trigger_id, clicks in mine.items():
        yield from _told(trigger_id, clicks, applied.get(trigger_id, []))


def _told(trigger_id: str, clicks: Sequence[Click], rows: Sequence[Row]) -> Iterator[str]:
    """What became of a message is what its senders were told."""
    if rows and all(click.outcome == "fail" for click in clicks):
        yield f"{trigger_id} was refused ({clicks[0].code}) and applied by step {rows[0].step}"
    for click in clicks:
        if click.step is None:
            continue
        if [row.step for row in rows] != [click.step]:
            yield f"{trigger_id} was to be step {click.step}, found in {[row.step for row in rows]}"
        elif rows[0].trigger["payload"] != click.payload:
            yield f"{trigger_id} was applied with {rows[0].trigger['payload']}, sent was {click.payload}"


def _queue(tables: Tables, evidence: Evidence) -> Iterator[str]:
    """A signal that was accepted leaves a trace, and signals of one name are applied in the order they came."""
    if tables.run.id in evidence.disturbed:
        return
    mine = [one for one in evidence.clicks if one.run_id == tables.run.id and not one.name.startswith(_RESERVED)]
    times = Counter(one.id for one in mine)
    latest: dict[str, int] = {}
    for click in mine:
        if click.channel != "signal" or click.outcome != "ok":
            continue
        found = tables.inbox.get(click.id)
        answered = any(one.type == "trigger.rejected" and one.data["id"] == click.id for one in tables.events)
        if found is None or (found.outcome == "kept" and found.applied_step is None and not answered):
            yield f"the signal {click.id} ({click.name}) was lost: {found and found.outcome}"
        elif found.applied_step is not None and click.at_step is None and times[click.id] == 1:
            if found.applied_step < latest.get(click.name, -1):
                yield f"the signal {click.id} jumped the queue of {click.name}"
            latest[click.name] = found.applied_step


def _applied(row: Row) -> bool:
    """Whether the step applied its trigger. One that was closed by a cancel had it in hand when it ended."""
    return row.trigger_id is not None and (row.status in ("committed", "failed") or _stopped(row))


def _stopped(row: Row) -> bool:
    """Closed by a person, who may retry it: its trigger is spent as with a failure."""
    return row.status == "closed" and row.error is not None and row.error["code"] == "stopped"


def _inbox(tables: Tables) -> Iterator[str]:
    """What the inbox calls applied is what a step carries."""
    steps = {one.step: one for one in tables.steps}
    for one in tables.inbox.values():
        if one.applied_step is not None:
            row = steps.get(one.applied_step)
            if row is None or row.trigger_id != one.trigger_id:
                yield f"inbox says step {one.applied_step} applied {one.trigger_id}"
    for one in tables.steps:
        if _applied(one):
            noted = tables.inbox.get(one.trigger_id)
            if noted is None or noted.applied_step != one.step:
                yield f"step {one.step} applied {one.trigger_id}, the inbox says {noted and noted.applied_step}"


def _children(tables: Tables, graph: Graph, evidence: Evidence) -> Iterator[str]:
    """A committed step has the children it asked for, any other step none; each reports at most once."""
    wanted: Counter[int] = Counter()
    for one in tables.steps:
        edge = graph.find(one.transition, one.from_place)
        if edge is not None and one.status == "committed" and edge.children:
            wanted[one.step] = edge.children
    found = Counter(one.parent_step for one in tables.children if not one.superseded)
    if wanted != found:
        yield f"children wanted by steps {dict(wanted)}, found {dict(found)}"
    for one in tables.children:
        ended = one.ended_at is not None
        if not one.superseded and one.id not in evidence.statuses and not ended:
            yield f"the child {one.id} was never started"


def _calls(tables: Tables, graph: Graph, evidence: Evidence) -> Iterator[str]:
    """What left for the outside world is what the journal says."""
    mine = [one for one in evidence.calls if one.run_id == tables.run.id]
    # Of a run that was reset, the retry of a step that was not undone makes its calls anew.
    deeds: Sequence[Deed] = () if tables.run.id in evidence.disturbed else evidence.deeds
    account = Account(
        graph=graph,
        steps=[*tables.steps, *tables.undone],
        documents=[one for one in tables.documents if not one.superseded],
        effects=tables.effects,
        calls=mine,
        deeds=[one for one in deeds if one.run_id == tables.run.id],
    )
    return account.violations()


def _histories(tables: Tables, evidence: Evidence) -> Iterator[str]:
    """What Temporal was told of a step is what the store says of it."""
    rows = {(one.step, one.epoch): one for one in (*tables.steps, *tables.undone)}
    for one in evidence.followed:
        if one.run_id != tables.run.id:
            continue
        row = rows.get((one.step, tables.epochs.get(one.temporal_run_id, 0)))
        if row is None or row.decision is None:
            yield f"step {one.step} of {one.temporal_run_id} is not in the store"
        elif _plain(row.decision) != one.decision:
            yield f"step {one.step} decided {row.decision}, Temporal was told {one.decision}"


def _plain(decision: str) -> Mapping[str, Any]:
    return from_json(decision)


def _ends(tables: Tables, evidence: Evidence) -> Iterator[str]:
    """The row and Temporal agree on the end, and nothing was written after it."""
    row = tables.run
    status = evidence.statuses.get(row.id)
    expected = {"complete": "completed", "fail": "failed", "cancel": "canceled"}.get(status or "")
    if status is not None and (expected != row.status or row.ended_at is None):
        yield f"ended as {status} by Temporal, {row.status} (ended: {row.ended_at is not None}) in the store"
    last = evidence.revisions.get(row.id)
    if last is not None and row.event_seq != last:
        yield f"written after its end: {[(one.type, one.data) for one in tables.events if one.rev > last]}"


def _stream(rows: Sequence[Row], evidence: Evidence) -> list[str]:
    """A reader of the stream saw each committed event once, those of a run in order."""
    committed = Counter((one.run_id, one.rev) for one in rows if one.run_id is not None)
    seen = Counter(evidence.seen)
    found = [f"event {one} was seen {seen[one]} times, committed {committed[one]}" for one in committed | seen]
    wrong = [text for text, one in zip(found, committed | seen, strict=True) if seen[one] != committed[one]]
    last: dict[str, int] = {}
    for run_id, rev in evidence.seen:
        if rev <= last.get(run_id, 0):
            wrong.append(f"{run_id}: event {rev} was seen after {last[run_id]}")
        last[run_id] = rev
    return wrong[:5]
