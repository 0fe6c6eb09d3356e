"""The rules for answers that arrive from outside, without Temporal: who is taken, held, kept or refused.

A commit is visible to people before the workflow knows of it, and several messages can sit in one workflow task. So
a sender says which step the answer is for (`at_step`), the handler itself takes the wait, and an answer that is one
step ahead of a step in flight is held until that step has settled (docs/protocol.md, "Answers").
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal, TypedDict

from loopstack_temporal.machine.decisions import MOVE
from loopstack_temporal.temporal.messages import Carry, NotedTrigger, Received, Rejection

MOST_KEPT = 1_000
MOST_REPORTS = 5_000
MOST_SEEN = 2_000
MOST_OUTCOMES = 200
MOST_NOTED = 1024 * 1024

Phase = Literal["opening", "moving", "settled", "resting", "paused", "ended"]
Outcome = Literal["kept", "rejected", "dropped"]


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a trigger: applied by a step, refused, or queued until its turn."""

    step: int
    place: str = ""
    refused: Rejection | None = None
    queued: bool = False


class Standing(TypedDict):
    """The triggers of a run between two histories."""

    step: int
    kept: tuple[Received, ...]
    seen: tuple[str, ...]
    """Ids of recent triggers, oldest first."""
    since: dict[str, int]


@dataclass(slots=True)
class Triggers:
    """All triggers of one run. Every method is deterministic and never waits."""

    step: int = 0
    """Moving: the number of the step in flight. Else: the number the next firing will get."""
    phase: Phase = "opening"
    rested: bool = False
    """Whether a rest was reached in this Temporal run."""
    waits: frozenset[str] = frozenset()
    taken: Received | None = None
    held: list[Received] = field(default_factory=list[Received])
    kept: list[Received] = field(default_factory=list[Received])
    notes: list[NotedTrigger] = field(default_factory=list[NotedTrigger])
    late: list[NotedTrigger] = field(default_factory=list[NotedTrigger])
    """What was in hand when the run ended; see `drop_late`."""
    since: dict[str, int] = field(default_factory=dict[str, int])
    """The first step number an answer to each wait may name: reminders pass and the wait stays open."""
    _stays: str | None = None
    """Where the step in flight comes back to, if it is a reminder: a deadline's that leaves the waits as they are."""
    _seen: dict[str, None] = field(default_factory=dict[str, None])
    _outcomes: dict[str, Settled] = field(default_factory=dict[str, Settled])

    # --- messages arrive ---------------------------------------------------------------------------------------------

    def refusal(self, received: Received) -> Rejection | None:
        """Why an update cannot be accepted now; `None`: it is taken or held. Changes nothing (an update validator)."""
        if received.id in self._seen:
            return None  # The same click again: its handler reports what became of the first.
        if self.phase == "ended":
            return ENDED
        if received.unfit is not None:
            return _unfit(received.unfit)
        if received.queue:
            return _FULL if self._count(reports=False) >= MOST_KEPT else self._stale(received)
        if not self.rested:
            return self._stale(received)  # Nobody can know yet what will be awaited: it is held until that is known.
        if self._stands:
            return self._stale(received) or self._unawaited(received)
        ahead = self.step + (self.phase != "settled")
        if received.at_step == ahead or self._outlasts(received):
            return None  # The sender saw the commit of the step in flight before this workflow did, or will not care.
        return self._stale(received) or self._unawaited(received)

    def offer_update(self, received: Received) -> None:
        """An accepted update: it takes its wait at once, is held until the step in flight settles, or is queued."""
        if self._know(received):
            return
        if self._at_rest and self._fits(received):
            self._take(received)
        elif self.phase == "paused" or received.queue:
            self._queue(received)
        else:
            self.held.append(received)

    def offer_signal(self, received: Received) -> None:
        """A signal: taken, kept until its place is reached, or refused because it answers a step that is over."""
        if self._know(received):
            return
        stale = self._stale(received)
        if received.unfit is not None:
            self.refuse(received, _unfit(received.unfit))
        elif stale is not None:
            self.refuse(received, stale)
        elif self._at_rest and self._fits(received):
            self._take(received)
        elif received.reports and self._count(reports=True) < MOST_REPORTS:
            self.kept.append(received)  # SQL knows it; a note would say nothing new.
        elif received.reports or self._count(reports=False) >= MOST_KEPT:
            self._note(received, "dropped", _FULL)
        else:
            self.kept.append(received)
            self._note(received, "kept")

    def is_new(self, received: Received) -> bool:
        """Whether a message is no repetition of one that came before; from now on it is known."""
        return not self._know(received)

    def refuse(self, received: Received, rejection: Rejection) -> None:
        """A message comes to nothing; people can see why."""
        self._settle(received, Settled(self.step, refused=rejection))
        self._note(received, "rejected", rejection)
        if received.reports:
            self._seen.pop(received.id, None)  # Whoever made it up must not keep the child from telling the truth.

    def done(self, received: Received, place: str) -> None:
        """A message did what it was sent for, to the step in flight."""
        self._settle(received, Settled(self.step, place))

    def outcome(self, trigger_id: str) -> Settled | None:
        """What became of a trigger, as far as this Temporal run remembers."""
        return self._outcomes.get(trigger_id)

    def will_settle(self, trigger_id: str) -> bool:
        """Whether the outcome of a trigger is still to come, and soon.

        One that came as a signal may be kept for a place the run reaches in weeks; nobody waits for that.
        """
        if trigger_id in self._outcomes:
            return False
        near = [*self.held, *(self.kept if self.phase in ("opening", "moving", "settled") else ())]
        return any(one.id == trigger_id for one in (*near, *((self.taken,) if self.taken else ())))

    # --- the run moves -----------------------------------------------------------------------------------------------

    def rest(self, waits: Collection[str]) -> None:
        """The run stands still and `waits` are enabled: held updates get their turn, then kept signals."""
        if self.taken is not None:
            return  # Taken while the loop was busy with something else; its turn comes now.
        self._stand("resting", waits)
        held, self.held = self.held, []
        for received in held:
            if self._at_rest and self._fits(received):
                self._take(received)
            else:
                refused = self._stale(received) or self._unawaited(received)
                self._settle(received, Settled(self.step, refused=refused or ANSWERED))
        for received in list(self.kept):
            if not self._at_rest:
                return
            stale = self._stale(received)
            if stale is not None:
                self.kept.remove(received)
                self.refuse(received, stale)
            elif self._fits(received):
                self.kept.remove(received)
                self._take(received)

    def take_early(self, early: Collection[str]) -> str | None:
        """Before a step that nobody set off: takes the first kept signal for one of `early`, and gives its name.

        Those that answer a step which is over are refused on the way.
        """
        for received in list(self.kept):
            if received.name not in early:
                continue
            if received.at_step is None or received.at_step == self.step:
                self.kept.remove(received)
                self._take(received)
                return received.name
            if received.at_step < self.step:
                self.kept.remove(received)
                self.refuse(received, ANSWERED)
        return None

    def pause(self, waits: Collection[str]) -> None:
        """The run stands still and nothing starts: held updates that fit are queued, with all that come."""
        self._stand("paused", waits)
        held, self.held = self.held, []
        for received in held:
            refused = self._stale(received) or self._unawaited(received)
            if refused:
                self._settle(received, Settled(self.step, refused=refused))
            else:
                self._queue(received)

    def depart(self, stays: str | None = None) -> Received | None:
        """A step begins; returns the trigger that set it off, if one did. `stays`: a reminder's place."""
        self._stays = stays
        if self.phase != "ended":  # What runs while a canceled run winds down lets nobody in any more.
            self.phase, self.waits = "moving", frozenset()
        return self.taken

    def settle(self, place: str, rejected: Rejection | None = None, *, moved: bool = True) -> None:
        """The step in flight is over: its trigger applied, or refused. Unless the run moved, its number comes again."""
        if self.taken is not None:
            if rejected is not None:
                self.refuse(self.taken, rejected)
            else:
                self._settle(self.taken, Settled(self.step, place))
            self.taken = None
        if moved:
            self.step += 1
            if place != self._stays:
                self.since.clear()

    def between(self) -> None:
        """The step that was in flight is settled, and something is done before the run rests or goes on.

        People see the next wait already: who answers it is held for that moment.
        """
        self.phase = "settled"

    def take_notes(self) -> tuple[NotedTrigger, ...]:
        """What has to be written down next; a kept trigger that was taken meanwhile needs no note any more.

        At most `MOST_NOTED` bytes, or one note: more than two mebibytes would never get through to an activity.
        """
        kept = {one.id for one in self.kept if not one.reports}
        wanted = [note for note in self.notes if note.outcome != "kept" or note.received.id in kept]
        size = count = 0
        for note in wanted:
            size += len(note.model_dump_json())
            if count and size > MOST_NOTED:
                break
            count += 1
        self.notes = wanted[count:]
        return tuple(wanted[:count])

    def stored(self, ids: Collection[str], unknown: Collection[str]) -> None:
        """The kept triggers with these ids are written to SQL; `unknown` ones no transition will ever take."""
        self.kept = [
            one.model_copy(update={"payload": None, "stored": True}) if one.id in ids else one
            for one in self.kept
            if one.id not in unknown
        ]

    def end(self, rejection: Rejection) -> None:
        """The run is over: everything still open is refused."""
        self.phase = "ended"
        for received in (*self.held, *((self.taken,) if self.taken else ())):
            self._settle(received, Settled(self.step, refused=rejection))
        for received in self.kept:
            self._note(received, "dropped", rejection)
        if self.taken is not None:
            self.late.append(_noted(self.taken, "dropped", rejection))
        self.held, self.kept, self.taken = [], [], None

    @property
    def has_late(self) -> bool:
        """Whether something was in hand when the run ended, or came after that, and was not written down."""
        return bool(self.late or self.kept or self.notes)

    def drop_late(self, rejection: Rejection) -> None:
        """Make notes of that. Apart from `end`, because histories of earlier releases tell nothing of it."""
        self.end(rejection)
        self.notes, self.late = [*self.notes, *self.late], []

    @property
    def next_step(self) -> int | None:
        """The step the run stands before; `None`: one is in flight, or none will follow."""
        return self.step if self.phase in ("settled", "resting", "paused") else None

    @property
    def awaited(self) -> list[str]:
        """Names of the enabled triggers, without the one that is always possible."""
        return sorted(self.waits - {MOVE})

    @property
    def carry(self) -> Standing:
        """What continue-as-new takes along; see `carried`."""
        return {"step": self.step, "kept": tuple(self.kept), "seen": tuple(self._seen), "since": self.since}

    @classmethod
    def carried(cls, carry: Carry) -> Triggers:
        """The triggers of a run that goes on in a new history."""
        return cls(step=carry.step, kept=list(carry.kept), since=dict(carry.since), _seen=dict.fromkeys(carry.seen))

    # --- inside ------------------------------------------------------------------------------------------------------

    @property
    def _at_rest(self) -> bool:
        return self.phase == "resting" and self.taken is None

    @property
    def _stands(self) -> bool:
        """Whether what the run awaits is known: it is at rest, or would be if it were not paused."""
        return self._at_rest or self.phase == "paused"

    def _fits(self, received: Received) -> bool:
        at_step, first = received.at_step, self.since.get(received.name, self.step)
        return received.name in self.waits and (at_step is None or first <= at_step <= self.step)

    def _stand(self, phase: Phase, waits: Collection[str]) -> None:
        self.phase, self.rested, self.waits = phase, True, frozenset(waits)
        self.since = {name: self.since.get(name, self.step) for name in waits}

    def _outlasts(self, received: Received) -> bool:
        """Whether an answer may wait for the step in flight, because that is a reminder of its own question."""
        first = self.since.get(received.name)
        asked = received.at_step is not None and first is not None and first <= received.at_step <= self.step
        return asked and self._stays is not None and self.phase == "moving" and self.taken is None

    def _stale(self, received: Received) -> Rejection | None:
        """Refuse an answer to a step that is over, or in flight with the answer of somebody else."""
        if received.at_step is None or self._outlasts(received):
            return None
        gone = received.at_step < self.since.get(received.name, self.step)
        busy = self.phase == "moving" or self.taken is not None
        return ANSWERED if gone or (busy and received.at_step <= self.step) else None

    def _unawaited(self, received: Received) -> Rejection | None:
        if self._stands and self._fits(received):
            return None
        awaited = ", ".join(f"`{name}`" for name in self.awaited) if self._stands else "nothing, a step is running"
        return Rejection(
            code="not_awaited", message=f"`{received.name}` is not awaited now; awaited: {awaited or 'nothing'}."
        )

    def _know(self, received: Received) -> bool:
        if received.id in self._seen:
            return True
        self._seen[received.id] = None
        while len(self._seen) > MOST_SEEN:
            del self._seen[next(iter(self._seen))]
        return False

    def _count(self, *, reports: bool) -> int:
        return sum((one.reports is not None) == reports for one in self.kept)

    def _queue(self, received: Received) -> None:
        self.kept.append(received)
        self._note(received, "kept")
        self._settle(received, Settled(self.step, queued=True))

    def _take(self, received: Received) -> None:
        self.taken, self.waits = received, frozenset()

    def _settle(self, received: Received, outcome: Settled) -> None:
        self._outcomes[received.id] = outcome
        while len(self._outcomes) > MOST_OUTCOMES:
            del self._outcomes[next(iter(self._outcomes))]

    def _note(self, received: Received, outcome: Outcome, rejection: Rejection | None = None) -> None:
        self.notes.append(_noted(received, outcome, rejection))


def _noted(received: Received, outcome: Outcome, rejection: Rejection | None) -> NotedTrigger:
    if rejection is None:
        return NotedTrigger(received=received, outcome=outcome)
    return NotedTrigger(
        received=received, outcome=outcome, code=rejection.code, message=rejection.message, fields=rejection.fields
    )


def _unfit(code: str) -> Rejection:
    return Rejection(code=code, message="The payload is no plain JSON, or larger than 512 KiB.")


_FULL = Rejection(code="inbox_full", message=f"{MOST_KEPT} triggers are kept.")
ENDED = Rejection(code="run_ended", message="The run has ended.")
ANSWERED = Rejection(code="answered", message="This question was answered already.")
