"""The one true sentence about a run: what it waits for or does, since when, and what happens next.

Pure: the same run and facts give the same words, for the studio, the command line and every list. A sentence is a
*core*, true whenever it is read, and a *tail* of moments that tick. Lists show the core, `why` shows both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from loopstack_api import wording
from loopstack_temporal.contracts.why import (
    ActionCode,
    DurationPart,
    ErrorPart,
    Part,
    PersonPart,
    PlacePart,
    RunPart,
    TextPart,
    TimePart,
    TransitionPart,
    Why,
    WhyAction,
    WhyCode,
)
from loopstack_temporal.store.records import Awaiting, RunRow, StepRow

STARTING_SECONDS = 5.0
"""How long a start may take before it is worth a word."""


SHOWN_CHILDREN = 3
"""Child runs that the whole sentence names."""


@dataclass(frozen=True, slots=True)
class Children:
    """Open child runs: how many, and the first of them by id with what people call them."""

    count: int
    first: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known beside the run row."""

    now: datetime
    titles: Mapping[str, str] = field(default_factory=dict[str, str])
    """Titles of transitions by name; one that is missing is put in words."""
    worker_alive: bool | None = None
    """Whether a worker that can take the run's next step was seen in the last minute; `None`: not asked."""
    pool: str | None = None
    """The pool that worker would have to serve; `None`: no worker of the app lives at all."""
    worker_seen: datetime | None = None
    unserved: Mapping[str, str] = field(default_factory=dict[str, str])
    """Transitions whose pool has no living worker, with that pool."""
    step: StepRow | None = None
    """The step that is running now, if one claimed itself."""
    children: Children | None = None
    """The open child runs that a run waits for, if it waits for any."""


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence before it is joined."""

    code: WhyCode
    core: tuple[Part, ...]
    tail: tuple[Part, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    actions: tuple[WhyAction, ...] = ()


def sentence(run: RunRow, facts: Facts) -> str:
    """The short sentence of lists: nothing in it goes stale by mere passing of time."""
    return _text(tell(run, facts).core) + "."


def why(run: RunRow, facts: Facts) -> Why:
    """The whole sentence in parts."""
    told = tell(run, facts)
    parts = (*told.core, *told.tail, TextPart(text="."))
    return Why(code=told.code, text=_text(parts), parts=parts, since=told.since, until=told.until, actions=told.actions)


def tell(run: RunRow, facts: Facts) -> Told:
    """The first of these that is true of the run, the more telling ones first."""
    if run.ended_at is not None:
        return _ended(run, facts)
    if run.cancel_requested:
        return Told("canceling", _words("Stopping"), since=run.updated_at)
    if run.status == "paused":
        return _paused(run, facts)
    if run.can_retry:
        return _parked(run, facts)
    if run.retry is not None:
        return _retrying(run, facts)
    return _waiting(run, facts) if run.status == "waiting" else _moving(run, facts)


def _moving(run: RunRow, facts: Facts) -> Told:
    if facts.worker_alive is False:
        return _no_worker(run, facts)
    if run.status == "pending":
        return _pending(run, facts)
    return _running(run, facts)


def _ended(run: RunRow, facts: Facts) -> Told:
    ended = run.ended_at or run.updated_at
    seconds = (ended - run.created_at).total_seconds()
    duration = DurationPart(text=wording.length(seconds), seconds=seconds)
    again = _actions("rerun")
    if run.status == "completed":
        return Told("completed", (*_words("Completed in "), duration), since=ended, actions=again)
    if run.status == "canceled":
        return Told("canceled", (*_words("Canceled after "), duration), since=ended, actions=again)
    return Told("ended_failed", _failed(run, facts.titles), _words(". The run has ended"), since=ended, actions=again)


def _paused(run: RunRow, facts: Facts) -> Told:
    by = (TextPart(text=" by "), PersonPart(text=run.paused_by, id=run.paused_by)) if run.paused_by else ()
    core = (*_words("Paused"), *by, *_words(" at "), PlacePart(text=f"“{run.place}”", name=run.place))
    at = run.paused_at
    tail = (TextPart(text=" since "), _time(at, facts)) if at else ()
    return Told("paused", core, tail, since=at, actions=_actions("resume", "cancel"))


def _parked(run: RunRow, facts: Facts) -> Told:
    tail = _words(". Nothing happens until somebody retries")
    return Told("failed", _failed(run, facts.titles), tail, since=run.updated_at, actions=_actions("retry", "cancel"))


def _failed(run: RunRow, titles: Mapping[str, str]) -> tuple[Part, ...]:
    name = run.error_transition
    subject: Part = _transition(name, titles) if name else TextPart(text="The run")
    count = run.failures.get(name, 0) if name else 0
    often = f" failed {wording.times(count)}" if count > 1 else " failed"
    if run.error is None:
        return (subject, TextPart(text=often))
    return (
        subject,
        TextPart(text=f"{often}: "),
        ErrorPart(text=wording.one_line(run.error.message), code=run.error.code),
    )


def _retrying(run: RunRow, facts: Facts) -> Told:
    assert run.retry is not None
    retry = run.retry
    message = wording.one_line(retry.error.message)
    core = (
        _transition(retry.transition, facts.titles),
        TextPart(text=f" failed {retry.attempt - 1} of {retry.max} times ("),
        ErrorPart(text=message, code=retry.error.code),
        TextPart(text=")"),
    )
    tail = (TextPart(text="; next try "), _time(retry.next_at, facts, relative=True))
    return Told("retry", core, tail, since=run.updated_at, until=retry.next_at, actions=_actions("cancel"))


def _waiting(run: RunRow, facts: Facts) -> Told:
    told = _waiting_for(run, facts)
    pools = sorted({facts.unserved[one.transition] for one in run.awaiting if one.transition in facts.unserved})
    if not pools:
        return told
    names = " and ".join(f"“{pool}”" for pool in pools)
    return replace(told, tail=(*told.tail, TextPart(text=f"; no worker for pool {names} is running")))


def _waiting_for(run: RunRow, facts: Facts) -> Told:
    kinds = {kind: [one for one in run.awaiting if one.kind == kind] for kind in ("person", "child", "signal", "timer")}
    if kinds["person"]:
        return _for_person(kinds["person"], kinds["timer"], facts)
    if kinds["child"]:
        return _for_children(kinds["child"], kinds["timer"], facts)
    if kinds["signal"]:
        core = (*_words("Waiting for an outside trigger "), *_names(kinds["signal"], facts))
        return _told_wait("signal", core, kinds["signal"], kinds["timer"], facts)
    if kinds["timer"]:
        return _for_timer(kinds["timer"], facts)
    # Nothing can happen any more by itself; it is better said than left blank.
    core = (*_words("Waiting at "), PlacePart(text=f"“{run.place}”", name=run.place))
    return Told("signal", core, since=run.updated_at, actions=_actions("cancel"))


def _for_person(asked: Sequence[Awaiting], timers: Sequence[Awaiting], facts: Facts) -> Told:
    core = (*_words("Waiting for an answer to "), *_names(asked, facts))
    told = _told_wait("person", core, asked, timers, facts)
    answers = tuple(WhyAction(code="answer", transition=one.transition) for one in asked)
    due = min((one.due for one in asked if one.due), default=None)
    if due is None:
        return Told("person", told.core, told.tail, told.since, told.until, (*answers, *told.actions))
    late = due < facts.now
    # A deadline that was told already is what the answer is due for.
    told_already = due == told.until and not late
    tail = told.tail if told_already else (*told.tail, TextPart(text=", due "), _time(due, facts, relative=late))
    code: WhyCode = "person_overdue" if late else "person"
    return Told(code, told.core, tail, told.since, min(due, told.until or due), (*answers, *told.actions))


def _for_children(waits: Sequence[Awaiting], timers: Sequence[Awaiting], facts: Facts) -> Told:
    """How many child runs; the whole sentence leads to the first of them."""
    children = facts.children or Children(1)
    amount = "a child run" if children.count <= 1 else f"{children.count} child runs"
    told = _told_wait("child", _words(f"Waiting for {amount}"), waits, timers, facts)
    named: list[Part] = []
    for run_id, name in children.first[:SHOWN_CHILDREN]:
        named += [TextPart(text=", " if named else ": "), RunPart(text=f"“{name}”", run_id=run_id)]
    if 0 < len(children.first[:SHOWN_CHILDREN]) < children.count:
        named.append(TextPart(text=", …"))
    return replace(told, tail=(*named, *told.tail))


def _for_timer(timers: Sequence[Awaiting], facts: Facts) -> Told:
    first = min(timers, key=lambda one: one.due or facts.now)
    until = first.due
    core = (*_words("Nothing to do before "), _transition(first.transition, facts.titles))
    tail = (TextPart(text=" at "), _time(until, facts)) if until else ()
    return Told("timer", core, tail, since=first.since, until=until, actions=_actions("cancel"))


def _told_wait(
    code: WhyCode, core: tuple[Part, ...], waits: Sequence[Awaiting], timers: Sequence[Awaiting], facts: Facts
) -> Told:
    since = min(one.since for one in waits)
    tail: tuple[Part, ...] = (TextPart(text=" since "), _time(since, facts))
    timer = min((one for one in timers if one.due), key=lambda one: one.due or since, default=None)
    if timer is not None and timer.due is not None:
        tail = (
            *tail,
            TextPart(text="; goes on with "),
            _transition(timer.transition, facts.titles),
            TextPart(text=" at "),
            _time(timer.due, facts),
        )
    return Told(code, core, tail, since, timer.due if timer else None, _actions("cancel"))


def _no_worker(run: RunRow, facts: Facts) -> Told:
    ready = "Ready to start" if run.status == "pending" else "Ready to go on"
    pool = f"pool “{facts.pool}” of " if facts.pool else ""
    core = _words(f"{ready}, but no worker for {pool}“{run.app}” is running")
    seen = facts.worker_seen
    tail = (TextPart(text=" (last seen "), _time(seen, facts), TextPart(text=")")) if seen else ()
    return Told("no_worker", core, tail, since=seen or run.updated_at, actions=_actions("cancel"))


def _pending(run: RunRow, facts: Facts) -> Told:
    late = (facts.now - run.created_at).total_seconds() > STARTING_SECONDS
    core = _words("Recorded; it starts as soon as Temporal takes it" if late else "Starting")
    return Told("not_started", core, since=run.created_at, actions=_actions("cancel"))


def _running(run: RunRow, facts: Facts) -> Told:
    step = facts.step
    if step is None or step.transition.startswith("loopstack."):
        core = (*_words("Running at "), PlacePart(text=f"“{run.place}”", name=run.place))
        return Told("running", core, since=run.updated_at, actions=_actions("cancel"))
    seconds = max((facts.now - step.started_at).total_seconds(), 0)
    duration = DurationPart(text=wording.length(seconds), seconds=seconds, since=step.started_at)
    worker = _words(f" on worker {step.worker}") if step.worker else ()
    core = (*_words("Running "), _transition(step.transition, facts.titles))
    return Told(
        "running", core, (TextPart(text=" for "), duration, *worker), since=step.started_at, actions=_actions("cancel")
    )


def _names(waits: Sequence[Awaiting], facts: Facts) -> tuple[Part, ...]:
    parts: list[Part] = []
    for before, one in zip(wording.either([one.transition for one in waits]), waits, strict=True):
        if before:
            parts.append(TextPart(text=before))
        parts.append(_transition(one.transition, facts.titles))
    return tuple(parts)


def _transition(name: str, titles: Mapping[str, str]) -> TransitionPart:
    return TransitionPart(text=f"“{wording.transition_title(name, titles)}”", name=name)


def _time(at: datetime, facts: Facts, *, relative: bool = False) -> TimePart:
    if not relative:
        return TimePart(text=wording.moment(at, facts.now), at=at)
    seconds = (at - facts.now).total_seconds()
    text = f"in {wording.length(seconds)}" if seconds >= 0 else f"{wording.length(-seconds)} ago"
    return TimePart(text=text, at=at, relative=True)


def _words(text: str) -> tuple[Part, ...]:
    return (TextPart(text=text),)


def _actions(*codes: ActionCode) -> tuple[WhyAction, ...]:
    return tuple(WhyAction(code=code) for code in codes)


def _text(parts: Sequence[Part]) -> str:
    return "".join(part.text for part in parts)
