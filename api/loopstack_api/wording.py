"""Moments, lengths of time and lists of names as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from loopstack_temporal.definition.names import default_title, snake_case

_UNITS = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MACHINE = {"loopstack.open": "Opening", "loopstack.cancel": "Stopping"}
"""Steps that are the machine's own."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def length(seconds: float) -> str:
    """`4 min 10 s`: the two largest units; tenths below ten seconds."""
    if 0 < seconds < 9.95:
        return f"{max(seconds, 0.1):.1f} s".replace(".0 s", " s")
    rest = round(max(seconds, 0))
    parts: list[str] = []
    for unit, size in _UNITS:
        amount, rest = divmod(rest, size)
        if amount:
            parts.append(f"{amount} {unit}")
        elif parts:
            break
    return " ".join(parts[:2]) or "0 s"


def moment(at: datetime, now: datetime) -> str:
    """`Tue 14:02 UTC` within six days of `now`, else `3 Nov 14:02 UTC`."""
    at = at.astimezone(UTC)
    days = abs((now - at).total_seconds()) / 86_400
    day = _DAYS[at.weekday()] if days < 6 else f"{at.day} {_MONTHS[at.month - 1]}"
    return f"{day} {at:%H:%M} UTC"


def transition_title(name: str, titles: Mapping[str, str]) -> str:
    """The title of a transition: of its definition if that is known, else its name in words."""
    return titles.get(name) or _MACHINE.get(name) or default_title(snake_case(name))


def times(count: int) -> str:
    """`once`, `twice`, `3 times`."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def one_line(text: str, limit: int = 200) -> str:
    """The first line, cut at `limit` characters, without a full stop at its end."""
    lines = text.strip().splitlines()
    line = lines[0].strip() if lines else ""
    return (line if len(line) <= limit else line[: limit - 1].rstrip() + "…").removesuffix(".")


def either(names: Sequence[str]) -> list[str]:
    """What stands before each name in a list of choices: nothing, commas, a last `or`."""
    return ["" if n == 0 else " or " if n == len(names) - 1 else ", " for n in range(len(names))]
