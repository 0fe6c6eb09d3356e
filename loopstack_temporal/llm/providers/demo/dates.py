"""Dates in running text, English and German."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from loopstack_temporal.llm.providers.demo.words import MONTHS, WEEKDAYS

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DAY_NAME = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_FORMS = (
    re.compile(r"\b(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b"),
    re.compile(r"\b(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4}|\d{2})?(?!\d)"),
    re.compile(
        rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?(?P<n>{_MONTH})\b\.?,?(?:\s+(?P<y>\d{{4}}))?", re.I
    ),
    re.compile(rf"\b(?P<n>{_MONTH})\b\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<y>\d{{4}}))?", re.I),
    re.compile(r"\b(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})\b"),
)
RELATIVE = re.compile(
    rf"\b(?:(?:next|this|kommenden?|nächsten?|diesen)\s+)?(?:{_DAY_NAME})\b"
    r"|\b(?:next|this|end of(?: the| this| next)?|early next|nächste[rn]?|diese[rn]?|ende der)"
    r"\s+(?:week|month|year|quarter|woche|monats?|jahr(?:es)?)\b"
    rf"|\b(?:end of|ende|mid|mitte|anfang|early|late)\s+(?:{_MONTH})\b"
    r"|\b(?:today|tomorrow|tonight|asap|heute|übermorgen|sofort|eod|eow)\b|\bmorgen\b(?!s)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date as written, and the day it means; a missing year is taken from `default_year`."""

    text: str
    start: int
    day: date


def dates_in(text: str, default_year: int | None = None) -> Iterator[FoundDate]:
    """All full dates of a text in order. Without a year and without `default_year` a date does not count."""
    found: list[FoundDate] = []
    for form in _FORMS:
        for match in form.finditer(text):
            day = _day(match, default_year)
            overlaps = any(one.start < match.end() and match.start() < one.start + len(one.text) for one in found)
            if day is not None and not overlaps:
                found.append(FoundDate(match.group().strip(" ,"), match.start(), day))
    yield from sorted(found, key=lambda one: one.start)


def when_in(text: str) -> str | None:
    """The first point in time a text names, as written: a date, a weekday, `next week`, `Ende Mai`."""
    dated = next(iter(dates_in(text, 2000)), None)
    loose = RELATIVE.search(text)
    if dated is not None and (loose is None or dated.start <= loose.start()):
        return dated.text
    return loose.group() if loose else None


def day_of(text: str, today: date | None) -> date | None:
    """The day a phrase means, counted from `today` where it is relative."""
    dated = next(iter(dates_in(text, today.year if today else None)), None)
    if dated is not None or today is None:
        return dated.day if dated else None
    lowered = text.lower()
    if re.search(r"\b(today|tonight|heute|asap|sofort|eod)\b", lowered):
        return today
    if re.search(r"\b(tomorrow|morgen)\b", lowered):
        return today + timedelta(days=1)
    named = re.search(rf"\b({_DAY_NAME})\b", lowered)
    if named:
        return today + timedelta(days=(WEEKDAYS[named.group(1)] - today.weekday() - 1) % 7 + 1)
    return None


def _day(match: re.Match[str], default_year: int | None) -> date | None:
    parts = match.groupdict()
    month = MONTHS[parts["n"].lower()] if parts.get("n") else int(parts["m"])
    year = int(parts["y"]) if parts.get("y") else default_year
    if year is None:
        return None
    try:
        return date(year + 2000 if year < 100 else year, month, int(parts["d"]))
    except ValueError:
        return None
