"""What notes say about one field: by its name, by what the name speaks of, by its format."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from loopstack_temporal.llm.providers.demo.compose import key_sentences, note_for
from loopstack_temporal.llm.providers.demo.dates import dates_in, day_of, when_in
from loopstack_temporal.llm.providers.demo.notes import Action, Notes
from loopstack_temporal.llm.providers.demo.schema import MISSING
from loopstack_temporal.llm.providers.demo.words import words_of

_FORMATS = {
    "email": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    "uri": re.compile(r"https?://[^\s<>\"')]+"),
}
_NUMBER = re.compile(r"-?\d+(?:[.,' ]\d{3})*(?:[.,]\d+)?")
_YES = frozenset({"yes", "true", "ja", "x", "ok", "done", "wahr"})
_NO = frozenset({"no", "not", "never", "false", "nein", "nicht", "kein", "keine", "ohne", "without", "n't"})
_WHOLE_TEXT = frozenset({"text", "content", "body", "markdown", "raw", "input", "inhalt"})


def texts_for(notes: Notes, name: str, concept: str | None) -> list[str]:
    """The entries of a list field; empty when the text has none."""
    by_concept: Mapping[str, Callable[[], list[str]]] = {
        "people": lambda: notes.people,
        "decisions": lambda: notes.decisions,
        "actions": lambda: [text_of_action(action) for action in notes.actions],
        "questions": lambda: notes.questions,
        "points": lambda: notes.under("points") or _plain_bullets(notes) or key_sentences(notes, 5),
        "date": lambda: [found.text for found in dates_in(notes.text, 2000)],
    }
    named = notes.labelled(name)
    if named is not None and concept not in {"actions", "decisions"}:
        return [part.strip(" .") for part in re.split(r"[,;]", named) if part.strip(" .")]
    if concept is not None and concept in by_concept:
        return by_concept[concept]()
    if concept is not None and (listed := notes.under(concept)):
        return listed
    return [line.text for line in notes.lines if line.heading and words_of(line.heading) == words_of(name)]


def string_for(notes: Notes, name: str, concept: str | None, form: str | None) -> str | None:
    """The value of a text field, in its format; None when the text has none."""
    if form in _FORMATS:
        found = _FORMATS[form].search(notes.text)
        return found.group() if found else None
    if form in {"date", "date-time"}:
        day = _day(notes, name)
        return None if day is None else day.isoformat() + ("T00:00:00Z" if form == "date-time" else "")
    named = notes.labelled(name)
    if named is not None:
        return named
    if set(words_of(name)) & _WHOLE_TEXT:
        return notes.text.strip()
    return _by_concept(notes, concept)


def number_in(notes: Notes, name: str, *, whole: bool) -> Any:
    """The number behind a label, or beside the field's own words; `MISSING` without one."""
    words = [word for word in words_of(name) if len(word) > 2]
    near = "|".join(re.escape(word) for word in words)
    for text in filter(None, (notes.labelled(name), *_sentences_with(notes, words))):
        beside = re.search(rf"(?:{near})\D{{0,20}}({_NUMBER.pattern})", text, re.I) if near else None
        found = beside.group(1) if beside else (match.group() if (match := _NUMBER.search(text)) else None)
        if found is not None:
            value = _parsed(found)
            return round(value) if whole else value
    return MISSING


def flag_in(notes: Notes, name: str) -> Any:
    """Yes or no behind a label, or whether the field's words are mentioned without a "not" in the same sentence."""
    said = notes.labelled(name)
    if said is not None:
        words = set(words_of(said))
        return bool(words & _YES) and not words & _NO
    meant = [word for word in words_of(name) if word not in {"is", "has", "was", "needs", "ist", "hat"}]
    for text in _sentences_with(notes, meant):
        return not set(words_of(text.replace("n't", " not"))) & _NO
    return MISSING


def spoken_of(notes: Notes, name: str, values: Sequence[Any]) -> Any:
    """The first of the values that the text mentions, beside the field's name first; `MISSING` if none."""
    for text in filter(None, (notes.labelled(name), *_sentences_with(notes, words_of(name)), notes.text)):
        said = f" {' '.join(words_of(text))} "
        places = [(said.find(f" {' '.join(words_of(str(value)))} "), at) for at, value in enumerate(values)]
        mentioned = sorted(place for place in places if place[0] >= 0)
        if mentioned:
            return values[mentioned[0][1]]
    return MISSING


def text_of_action(action: Action) -> str:
    """An action in one line: `Ask two haulers (Marek, Friday)`."""
    beside = [part for part in (action.owner, action.due) if part and part not in action.text]
    return f"{action.text} ({', '.join(beside)})" if beside else action.text


def _by_concept(notes: Notes, concept: str | None) -> str | None:
    if concept == "title":
        return notes.title or _headline(notes)
    if concept == "summary":
        return " ".join(notes.under("summary") or key_sentences(notes, 2)) or None
    if concept == "note":
        return " ".join(notes.under("note")) or note_for(notes.text)
    if concept in {"date", "due"}:
        return next(iter(notes.under(concept)), None) or when_in(notes.text)
    if concept == "owner":
        return next((action.owner for action in notes.actions if action.owner), None)
    listed = texts_for(notes, "", concept) if concept is not None else []
    return (", " if concept == "people" else "\n").join(listed) or None


def _headline(notes: Notes) -> str | None:
    plain = [line.text for line in notes.lines if line.label is None] or [line.text for line in notes.lines]
    first = next(iter(plain), None)
    if first is None or len(first) <= 80:
        return first.rstrip(" .,:;") if first else None
    return f"{first[:80].rsplit(' ', 1)[0].rstrip(' .,:;')}…"


def _day(notes: Notes, name: str) -> date | None:
    named = notes.labelled(name)
    found = day_of(named, notes.day) if named else None
    return found or notes.day


def _plain_bullets(notes: Notes) -> list[str]:
    return [line.text for line in notes.lines if line.bullet and not line.box and line.heading is None]


def _sentences_with(notes: Notes, words: Sequence[str]) -> list[str]:
    return [
        line.text for line in notes.lines if words and set(words) <= set(words_of(f"{line.label or ''} {line.text}"))
    ]


def _parsed(text: str) -> float:
    """`12.000`, `12,000`, `12 000` are twelve thousand; `1,5` and `1.5` are one and a half."""
    plain = re.sub(r"(?<=\d)[.,' ](?=\d{3}(?!\d))", "", text)
    return float(plain.replace(",", "."))
