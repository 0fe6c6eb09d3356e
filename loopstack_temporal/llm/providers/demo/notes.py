"""Reads free text the way people write notes: headings, bullets, `Label: value`, and sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import islice

from loopstack_temporal.llm.providers.demo.dates import dates_in, when_in
from loopstack_temporal.llm.providers.demo.words import MONTHS, NOT_NAMES, concept_of, words_of

_BULLET = re.compile(r"^\s*(?:[-*•\u2013]|\d{1,2}[.)])\s+")
_BOX = re.compile(r"^\[( |x|X)\]\s*")
_HEADING = re.compile(
    r"^\s*(?:#{1,6}\s+(?P<hash>.+?)#*|\*\*(?P<bold>[^*]+)\*\*:?|(?P<colon>[^\W\d][^:.!?]{1,48}):)\s*$"
)
_LABEL = re.compile(r"^(?P<label>[^\W\d][^\s:]*(?: [^\s:]+){0,3}):\s+(?P<value>\S.*)$")
_SENTENCE = re.compile(
    r"(?<=[.!?])(?<!\b[A-Z]\.)(?<!\d\.)\s+(?=[\"“„(]?[A-ZÄÖÜ0-9])"
    # After a number the full stop may be that of "3. März".
    rf"|(?<=\d\.)\s+(?!(?i:{'|'.join(MONTHS)})\b)(?=[A-ZÄÖÜ])"
)
_NAME = r"[A-ZÄÖÜ][a-zäöüßéèáíóçñ'\u2019-]+(?: (?:von |van |de )?[A-ZÄÖÜ][a-zäöüßéèáíóçñ'\u2019-]+)?"
_AFTER_NAME = (
    r"(?:will|should|must|shall|has to|is going to|to|takes?|asks?|sends?|writes?|checks?|prepares?|calls?|books?|"
    r"updates?|creates?|organi[sz]es?|contacts?|reviews?|fixes|shares?|schedules?|talks?|follows?|tells?|orders?|makes?|"
    r"wird|soll|muss|übernimmt|schickt|macht|schreibt|prüft|klärt|bereitet|ruft|bucht|organisiert|erstellt|kümmert|"
    r"fragt|sendet|bestellt|informiert|plant|spricht|testet|liefert)"
)
_ACTOR = re.compile(rf"^(?P<who>{_NAME})(?: (?:and|und) {_NAME})? {_AFTER_NAME}\b")
_DECIDED = re.compile(
    r"\b(?:decided|agreed|decision is|settled on|resolved to|approved|beschlossen|entschieden|vereinbart|beschließen|"
    r"einigen uns|einigten)\b",
    re.I,
)
_I_WILL = re.compile(
    r"^(?:I will|I['\u2019]ll|I am going to|I['\u2019]m going to|I can|"
    r"ich (?:werde|schicke|mache|übernehme|prüfe|schreibe|rufe|kläre|frage))\b",
    re.I,
)
_OPENING = re.compile(r"^[ \t]*(?:<(\w+)>|(```|\"\"\"|''')\w*)[ \t]*$", re.M)
_TODO = re.compile(
    r"^(?:todo|to-do|to do|action(?: item)?|task|ai|next step|aufgabe|maßnahme)\b\s*[:\-\u2013]\s*", re.I
)


LONGEST = 20_000
"""Plain rules look at every line in the light of all others; nobody's first meeting is longer than this."""


@dataclass(frozen=True, slots=True)
class Line:
    """One bullet, label or sentence, with the heading it stands under."""

    text: str
    heading: str | None = None
    label: str | None = None
    """The word before the colon, `text` being what follows it."""
    bullet: bool = False
    box: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """Something somebody has to do."""

    text: str
    owner: str | None = None
    due: str | None = None
    done: bool = False


@dataclass(frozen=True)
class Notes:
    """What a text says, as far as plain rules can tell."""

    text: str
    lines: tuple[Line, ...] = field(default=())
    title: str | None = None

    def under(self, concept: str) -> list[str]:
        """What stands under headings or behind labels that speak of a concept."""
        return [line.text for line in self.lines if self._speaks_of(line, concept)]

    def labelled(self, name: str) -> str | None:
        """The value behind the label that has just these words."""
        wanted = words_of(name)
        return next((line.text for line in self.lines if line.label and words_of(line.label) == wanted), None)

    @cached_property
    def people(self) -> list[str]:
        """Who took part: a list of them if there is one, else whoever speaks or has to do something."""
        listed = [name for text in self.under("people") for name in _names(text)]
        for line in self.lines if not listed else ():
            if line.label is None and not line.bullet and _is_list_of_names(line.text):
                listed += _names(line.text)
        speakers = [line.label for line in self.lines if line.label and self._is_speaker(line)]
        actors = [action.owner for action in self.actions if action.owner] if not listed else []
        return list(dict.fromkeys([*listed, *(speakers if not listed else []), *actors]))

    @cached_property
    def actions(self) -> list[Action]:
        """What has to be done, in the order of the text."""
        known = {name for line in self.lines if _is_list_of_names(line.text) for name in _names(line.text)}
        known |= {name for text in self.under("people") for name in _names(text)}
        found = (_action(line, self._speaks_of(line, "actions"), self._is_speaker(line), known) for line in self.lines)
        return [action for action in found if action is not None]

    @cached_property
    def decisions(self) -> list[str]:
        """What was decided: listed under that heading, or said so."""
        said = [line.text for line in self.lines if _DECIDED.search(line.text) and not self._speaks_of(line, "actions")]
        listed = self.under("decisions")
        return list(dict.fromkeys([*listed, *(text for text in said if not line_is_question(text))]))

    @cached_property
    def questions(self) -> list[str]:
        """What stayed open."""
        asked = [line.text for line in self.lines if line_is_question(line.text)]
        return list(dict.fromkeys([*self.under("questions"), *asked]))

    @cached_property
    def day(self) -> date | None:
        """The day the text is about: behind a label, in the title, else the first full date."""
        for text in [*self.under("date"), self.title or "", self.text]:
            for found in dates_in(text):
                return found.day
        return None

    @cached_property
    def prose(self) -> list[str]:
        """Sentences that are neither a list nor one of the facts above, for summaries."""
        used = {action.text for action in self.actions} | {_bare(text) for text in self.questions}
        free = [line for line in self.lines if not line.bullet and line.label is None]
        plain = [line.text for line in free if _bare(line.text) not in used]
        return [text for text in plain if len(words_of(text)) > 3 and not _is_list_of_names(text)]

    def _speaks_of(self, line: Line, concept: str) -> bool:
        named = line.label if line.label is not None and not self._is_speaker(line) else line.heading
        return named is not None and concept_of(named) == concept

    def _is_speaker(self, line: Line) -> bool:
        label = line.label or ""
        return concept_of(label) is None and _is_name(label) and len(words_of(line.text)) > 2


def read_notes(text: str) -> Notes:
    """A text, taken apart."""
    title: str | None = None
    heading: str | None = None
    lines: list[Line] = []
    rows = [row for row in text.splitlines() if row.strip()]
    if len(rows) > 1 and _is_title(rows[0]):
        title = rows.pop(0).strip()
    for raw in rows:
        found = _HEADING.match(raw)
        if found and not _BULLET.match(raw):
            words = str(next(filter(None, found.groups()))).strip()
            if title is None and not lines and concept_of(words) is None:
                title = words
            else:
                heading = words
            continue
        lines += _read_line(raw, heading)
    return Notes(text, tuple(lines), title)


def _is_title(row: str) -> bool:
    """A short first line that is no sentence, list or label."""
    plain = not (_BULLET.match(row) or _HEADING.match(row) or _LABEL.match(row) or _is_list_of_names(row))
    return plain and len(row) <= 80 and row.rstrip()[-1] not in ".!?,;"


def material_of(prompt: str) -> str:
    """The text a prompt speaks of, without the instruction around it.

    Taken from `<tags>`, code fences or triple quotes on lines of their own if there are any, else from behind a first
    paragraph that ends with a colon; else all of it. Of very long prompts only the first `LONGEST` letters are read.
    """
    prompt = prompt[:LONGEST]
    for opening in islice(_OPENING.finditer(prompt), 20):
        tag, fence = opening.groups()
        end = prompt.find(f"</{tag}>" if tag else fence, opening.end())
        if end > opening.end():
            return prompt[opening.end() : end].strip("\n")
    head, _, rest = prompt.strip().partition("\n\n")
    return rest if rest.strip() and head.rstrip().endswith(":") and len(head) < 600 else prompt


def _bare(text: str) -> str:
    stripped = text.strip(" ,.;")
    return stripped[:1].upper() + stripped[1:]


def line_is_question(text: str) -> bool:
    """Whether a line ends as a question does."""
    return text.rstrip(" )\"'").endswith("?")


def _read_line(raw: str, heading: str | None) -> Iterator[Line]:
    bullet = _BULLET.match(raw)
    text = raw[bullet.end() :].strip() if bullet else raw.strip()
    text = text.replace("**", "")
    if bullet and _BOX.match(text):
        yield Line(text, heading, bullet=True, box=True)
        return
    labelled = _LABEL.match(text)
    if labelled:
        yield Line(labelled["value"].strip(), heading, label=labelled["label"].strip(), bullet=bullet is not None)
    elif bullet:
        yield Line(text, heading, bullet=True)
    else:
        yield from (Line(part.strip(), heading) for part in _SENTENCE.split(text) if part.strip())


def _action(line: Line, listed: bool, spoken: bool, known: set[str]) -> Action | None:
    box = _BOX.match(line.text) if line.box else None
    marked = box or _TODO.match(line.text)
    text = line.text[marked.end() :] if marked else line.text
    actor = _ACTOR.match(text)
    named = [part for part in _parts(text) if part in known]
    promised = spoken and _I_WILL.match(text)
    owner = line.label if spoken and (listed or promised) else None
    said = (
        promised or (actor and _may_be_name(actor["who"])) or (named and when_in(text) and not _is_list_of_names(text))
    )
    if line_is_question(text) or not (listed or marked or said):
        return None
    return _detailed(text, owner, actor["who"] if actor else None, named, done=bool(box and box.group(1).strip()))


def _detailed(text: str, owner: str | None, actor: str | None, named: Sequence[str], *, done: bool) -> Action:
    """The parts of an action: `Ask two haulers (Marek, Friday)`, `… - Marek, by Friday`, `@marek`, `Marek will …`."""
    due = when_in(text)
    tail = re.search(
        r"\s*(?:\((?P<in>[^()]+)\)|\s[\u2013\u2014-]\s(?P<dash>[^\u2013\u2014]+)|→\s*(?P<arrow>.+))\s*[.;]?\s*$", text
    )
    at = re.search(r"(?:^|\s)@(?P<who>\w+)", text)
    if tail:
        inside = next(group for group in tail.groups() if group)
        people = [part for part in _parts(inside) if _is_name(part) and not when_in(part)]
        if people or when_in(inside):
            owner = owner or (people[0] if people else None)
            text = text[: tail.start()]
    if at:
        owner = owner or at["who"].capitalize()
        text = text[: at.start()] + text[at.end() :]
    if owner is None and actor and _may_be_name(actor):
        owner = actor
    if owner is None and named:
        owner = named[0]
    if owner is None and (before := re.match(rf"^(?P<who>{_NAME}):\s+", text)):
        owner, text = before["who"], text[before.end() :]
    return Action(_shortened(text, owner if not actor else None, due), owner, due, done)


def _shortened(text: str, owner: str | None, due: str | None) -> str:
    """The text without owner and date where they stand as parts of their own: `Floor plan, Ines, today`."""
    parts = text.split(", ")
    kept = [part for part in parts if part.strip(" .") not in {owner, due}]
    return _bare(", ".join(kept)) or text.strip()


def _parts(text: str) -> list[str]:
    return [part.strip(" .()") for part in re.split(r",|;|/|\band\b|\bund\b|&|\|", text) if part.strip(" .()")]


def _names(text: str) -> list[str]:
    parts = _parts(re.sub(r"\([^)]*\)", "", text))
    found = [match.group() for part in parts if (match := re.match(_NAME, part)) and _may_be_name(match.group())]
    return [name for name in found if not when_in(name)]


def _is_list_of_names(text: str) -> bool:
    parts = _parts(text)
    fitting = [part for part in parts if re.match(rf"{_NAME}(?: (?:till|until|bis|from|ab) \S+)?$", part)]
    return len(parts) >= 2 and len(fitting) == len(parts) == len(_names(text))


def _is_name(text: str) -> bool:
    return re.fullmatch(_NAME, text.strip()) is not None and _may_be_name(text)


def _may_be_name(text: str) -> bool:
    return not any(word in NOT_NAMES for word in words_of(text))
