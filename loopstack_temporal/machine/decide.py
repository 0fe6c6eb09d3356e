"""What a run does next, as a pure function of its definition and of the answers its guards gave.

Two drivers use it: the activity that runs a transition, and the in-process runner. Both first ask `questions` which
guards to evaluate, evaluate them in that order, stop as soon as `settled` says so, and then call `decide`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from loopstack_temporal.definition.model import DEFAULT_POOL, END, Inquiry, TransitionDefinition, WorkflowDefinition
from loopstack_temporal.machine.decisions import Await, Deadlines, Fire, Timer


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay that goes on: a deadline set off a transition that came back to its own place, such as a reminder."""

    fired: str
    """That transition; only its own clock starts again."""
    deadlines: Deadlines
    """The other deadlines of the stay. One that is missing was spent."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A run that has just come to `place`."""

    definition: WorkflowDefinition
    place: str
    now: float
    """Seconds since the epoch by the server's clock; deadlines count from here."""
    answers: Mapping[int, bool] = field(default_factory=dict[int, bool])
    """What the guards said, by the `order` of their transition. Absent: not asked."""
    stay: Stay | None = None
    """`None`: a new stay, which starts every clock of the place."""
    delays: Mapping[int, float] = field(default_factory=dict[int, float])
    """What functions given as `after=` said, in seconds, by the `order` of their transition. Absent: no deadline."""

    def due(self, transition: TransitionDefinition) -> float | None:
        """When an `after=` transition of the place fires; `None`: not in this stay."""
        if transition.after is None:
            return None
        if not self.begins(transition):
            return self.stay.deadlines.get(transition.name) if self.stay else None
        delay = self.delays.get(transition.order) if isinstance(transition.after, Inquiry) else transition.after
        return None if delay is None else self.now + delay

    def begins(self, transition: TransitionDefinition) -> bool:
        """Whether the clock of an `after=` transition starts with this arrival."""
        return self.stay is None or transition.name == self.stay.fired


def automatic(definition: WorkflowDefinition, place: str) -> tuple[TransitionDefinition, ...]:
    """Automatic transitions leaving `place` in the order they are considered.

    Highest priority first, those without one last, equal ones as declared.
    """
    return tuple(
        sorted(
            (t for t in definition.leaving(place) if t.automatic),
            key=lambda t: (t.priority is None, -(t.priority or 0), t.order),
        )
    )


def questions(definition: WorkflowDefinition, place: str) -> Iterator[TransitionDefinition]:
    """The guarded transitions of `place`, in the order in which their guards are asked.

    Early waits come first, because they may go before whatever fires by itself. The others come last, and not at all
    after an automatic transition without a guard: it fires if nothing before it does. The caller stops by itself at the
    first automatic guard that is true.
    """
    waits = [t for t in definition.leaving(place) if t.wait and t.guard is not None]
    yield from (t for t in waits if t.early)
    for transition in automatic(definition, place):
        if transition.guard is None:
            return
        yield transition
    yield from (t for t in waits if not t.early)


def decide(arrival: Arrival) -> Fire | Await | None:
    """The next decision at the place of `arrival`; `None`: the place is the end.

    An `Await` without waits and timers is possible (every guard said no): the run then waits for a move or a cancel.
    """
    if arrival.place == END:
        return None
    leaving = arrival.definition.leaving(arrival.place)
    for transition in automatic(arrival.definition, arrival.place):
        if _allowed(transition, arrival.answers):
            early = [t for t in leaving if t.early and _allowed(t, arrival.answers)]
            chosen = fire(arrival.definition, transition)
            waits = {t.name: fire(arrival.definition, t) for t in early}
            return chosen.model_copy(update={"early": waits}) if waits else chosen
    return Await(
        place=arrival.place,
        waits=tuple(fire(arrival.definition, t) for t in leaving if t.wait and _allowed(t, arrival.answers)),
        timers=tuple(
            sorted(
                (
                    Timer(fire=fire(arrival.definition, t), due=due)
                    for t in leaving
                    if (due := arrival.due(t)) is not None
                ),
                key=lambda timer: timer.due,
            )
        ),
    )


def fire(definition: WorkflowDefinition, transition: TransitionDefinition) -> Fire:
    """The decision to run `transition`, with the options its activity needs."""
    pool = definition.pool_of(transition)
    return Fire(
        transition=transition.name,
        place=transition.from_,
        to=transition.to,
        timeout=transition.timeout,
        pool=None if pool == DEFAULT_POOL else pool,
        local=transition.execution == "local",
        asks=transition.asks,
    )


def _allowed(transition: TransitionDefinition, answers: Mapping[int, bool]) -> bool:
    return transition.guard is None or answers.get(transition.order, False)
