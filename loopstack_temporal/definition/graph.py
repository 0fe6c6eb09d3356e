"""Checks on the whole state machine: does every place have a way in and a way out, and is it clear what fires."""

from __future__ import annotations

from collections.abc import Sequence

from loopstack_temporal.definition.model import END, START, Source, TransitionDefinition
from loopstack_temporal.definition.problems import Problems, hint_for


def places_of(transitions: Sequence[TransitionDefinition]) -> tuple[str, ...]:
    """Every place: `start` first, `end` last, otherwise by first mention as source or target."""
    mentioned = dict.fromkeys(place for edge in transitions for place in (edge.from_, edge.to) if place)
    return (START, *(place for place in mentioned if place not in (START, END)), END)


def check_graph(transitions: Sequence[TransitionDefinition], class_source: Source, problems: Problems) -> None:
    """All checks that need more than one transition. Those with a wrong place are left out: they are reported."""
    sound = [edge for edge in transitions if edge.from_ and edge.to]
    places = places_of(sound)
    _check_aims(sound, places, problems)
    _check_duplicates(sound, problems)
    _check_clear(sound, places, problems)
    if len(sound) < len(transitions):
        return
    if any(edge.from_ == START for edge in sound):
        _check_ways(sound, places, problems)
    else:
        text = f"no transition leaves {START!r}; one must, for a run to begin"
        problems.add(class_source, "no_initial", text)


def _check_aims(transitions: Sequence[TransitionDefinition], places: Sequence[str], problems: Problems) -> None:
    for edge in transitions:
        aims = {"error_place": edge.retry.place, "retry_target": edge.retry.target, "stopped_to": edge.stopped_to}
        for option, place in aims.items():
            if place is not None and place not in places:
                text = f"transition `{edge.name}`: `{option}` {place!r} is no place of the workflow"
                problems.add(edge.source, "unknown_place", text + hint_for(place, places))
            elif option == "retry_target" and place == END:
                text = f"transition `{edge.name}`: `retry_target` cannot be {END!r}; there is no way back from there"
                problems.add(edge.source, "unknown_place", text)


def _check_ways(transitions: Sequence[TransitionDefinition], places: Sequence[str], problems: Problems) -> None:
    reached = _reachable(transitions)
    left = {edge.from_ for edge in transitions}
    for place in places:
        leaving = [edge for edge in transitions if edge.from_ == place]
        if place not in reached and leaving:
            problems.add(
                leaving[0].source,
                "unreachable",
                f"place {place!r} is unreachable: no transition leads to it from {START!r}"
                f"{hint_for(place, [other for other in places if other not in left and other != END])}",
            )
        if place != END and not leaving and place != START:
            arriving = next(edge for edge in transitions if edge.to == place)
            problems.add(
                arriving.source,
                "dead_end",
                f"place {place!r} is a dead end: no transition leaves it; a run that is done goes to {END!r}",
            )


def _reachable(transitions: Sequence[TransitionDefinition]) -> set[str]:
    reached: set[str] = set()
    ahead = [START]
    while ahead:
        place = ahead.pop()
        if place in reached:
            continue
        reached.add(place)
        for edge in transitions:
            if edge.from_ == place:
                ahead += [aim for aim in (edge.to, edge.retry.place, edge.retry.target, edge.stopped_to) if aim]
    return reached


def _check_duplicates(transitions: Sequence[TransitionDefinition], problems: Problems) -> None:
    seen: set[tuple[str, str]] = set()
    for edge in transitions:
        if (edge.name, edge.from_) in seen:
            problems.add(
                edge.source,
                "duplicate_transition",
                f"transition `{edge.name}` leaves {edge.from_!r} twice; use two methods, so that each has its own name",
            )
        seen.add((edge.name, edge.from_))


def _check_clear(transitions: Sequence[TransitionDefinition], places: Sequence[str], problems: Problems) -> None:
    """Where several automatic transitions are possible, it must be clear which one fires."""
    for place in places:
        free = [edge for edge in transitions if edge.from_ == place and edge.automatic and edge.guard is None]
        if place == START:
            if len(free) > 1:
                text = f"{_names(free)} leave {START!r} without a guard; at most one initial transition may"
                problems.add(free[1].source, "several_initial", text)
            continue
        first: dict[int | None, TransitionDefinition] = {}
        for edge in free:
            earlier = first.setdefault(edge.priority, edge)
            if earlier is not edge:
                problems.add(
                    edge.source,
                    "ambiguous",
                    f"{_names([earlier, edge])} leave {place!r} automatically, without a guard and with the same "
                    "priority; only the first could ever fire",
                )


def _names(transitions: Sequence[TransitionDefinition]) -> str:
    names = [f"`{edge.name}`" for edge in transitions]
    return f"{', '.join(names[:-1])} and {names[-1]}"
