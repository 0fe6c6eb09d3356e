"""The words by which the demo model recognises what a text or a schema speaks of, in English and German."""

from __future__ import annotations

import re
from functools import lru_cache

CONCEPTS: dict[str, tuple[str, ...]] = {
    "owner": ("owner", "assignee", "assigned to", "responsible", "who", "person", "verantwortlich", "zuständig", "wer"),
    "due": ("due", "due date", "deadline", "until", "by when", "when", "frist", "fällig", "bis", "bis wann"),
    "actions": (
        *("action items", "action item", "actions", "action", "to-dos", "to-do", "todos", "todo", "tasks", "task"),
        *("next steps", "next step", "follow-ups", "follow-up", "follow ups", "follow up", "ai"),
        *("aufgaben", "aufgabe", "nächste schritte", "maßnahmen", "maßnahme"),
    ),
    "decisions": (
        *("decisions", "decision", "decided", "agreed", "agreements", "agreement", "resolutions", "outcomes"),
        *("entscheidungen", "entscheidung", "beschlüsse", "beschluss", "beschlossen", "vereinbarungen", "vereinbart"),
    ),
    "questions": (
        *("open questions", "questions", "question", "open points", "open issues", "unclear", "parking lot"),
        *("offene fragen", "fragen", "frage", "offene punkte", "ungeklärt"),
    ),
    "risks": ("risks", "risk", "blockers", "blocker", "concerns", "risiken", "risiko", "hindernisse", "bedenken"),
    "people": (
        *("participants", "participant", "attendees", "attending", "present", "people", "members", "guests", "team"),
        *("teilnehmer", "teilnehmerinnen", "teilnehmende", "anwesende", "anwesend", "dabei", "personen"),
    ),
    "summary": ("summary", "overview", "abstract", "tldr", "gist", "zusammenfassung", "überblick", "kurzfassung"),
    "title": ("title", "subject", "headline", "topic", "titel", "betreff", "thema", "überschrift"),
    "date": ("date", "day", "datum", "tag", "held on", "meeting date"),
    "place": ("location", "place", "room", "where", "ort", "raum", "wo"),
    "note": ("note", "notes", "remark", "remarks", "comment", "comments", "hinweis", "anmerkung", "bemerkung"),
    "points": ("key points", "points", "highlights", "topics", "agenda", "punkte", "themen", "tagesordnung"),
}
"""Concept → words, most telling first. A section heading or a field that is named so speaks of the concept."""

_MONTHS = (
    *(("january", "jan", "januar"), ("february", "feb", "februar"), ("march", "mar", "märz", "mrz")),
    *(("april", "apr"), ("may", "mai"), ("june", "jun", "juni"), ("july", "jul", "juli"), ("august", "aug")),
    *(("september", "sep", "sept"), ("october", "oct", "oktober", "okt"), ("november", "nov")),
    (("december", "dec", "dezember", "dez")),
)
MONTHS = {word: number for number, words in enumerate(_MONTHS, start=1) for word in words}
WEEKDAYS = {
    word: number
    for number, words in enumerate(
        (
            *(("monday", "mon", "montag"), ("tuesday", "tue", "dienstag"), ("wednesday", "wed", "mittwoch")),
            *(("thursday", "thu", "donnerstag"), ("friday", "fri", "freitag"), ("saturday", "sat", "samstag")),
            ("sunday", "sun", "sonntag"),
        )
    )
    for word in words
}
NOT_NAMES = frozenset(
    """i we you he she it they all everyone nobody somebody the this that these those there then next today tomorrow
    our my your his her its their a an and or but if when what who where why how yes no not
    wir ich er sie es alle jeder niemand der die das den dem ein eine und oder aber wenn dann heute morgen nächste ja
    nein nicht unser unsere im am in on at by for with von zu mit bei meeting protokoll notes notizen agenda minutes
    decision action todo task date team budget marketing sales""".split()
)
"""Words that open a sentence with a capital letter and are no person."""

GERMAN = frozenset(
    "der die das und ist nicht ein eine wir ich mit für auf von zu im dem den des wird werden hat bis am".split()
)
STOP_WORDS = GERMAN | frozenset(
    """the a an and or of to in on at for with by from is are was were be been it its this that these those we you they
    he she i not no as if so but will would can could should has have had do does did about into than then there their
    our your my his her them us out up what which who how when write please one two three short draft text answer give
    make some sentence sentences paragraph paragraphs summary words
    es sie er sich auch noch nur aber oder als wie bei nach vor über unter aus dass kann soll sollen haben hatte sind
    war waren einen einer einem eines mir uns ihr ihre bitte schreibe schreib kurzen kurze text satz sätze""".split()
)


def words_of(text: str) -> list[str]:
    """The words of a text or of an identifier, in lower case: `dueDate` and `due_date` → `due`, `date`."""
    split = re.sub(r"(?<=[a-zäöü0-9])(?=[A-ZÄÖÜ])", " ", text)
    return re.findall(r"[a-zäöüß0-9]+", split.lower())


_SPOKEN = tuple(
    (concept, f" {' '.join(words_of(word))} ", len(words_of(word)))
    for concept, known in CONCEPTS.items()
    for word in known
)


@lru_cache(maxsize=2_000)
def concept_of(text: str) -> str | None:
    """What a heading, label or field name speaks of; None if no known word is in it."""
    spoken = f" {' '.join(words_of(text))} "
    best: tuple[int, int, str] | None = None
    for concept, word, length in _SPOKEN:
        at = spoken.find(word)
        # The longest match wins; of equal ones the later, for names end in what they are: `decision_date`.
        if at >= 0 and (best is None or (length, at) >= best[:2]):
            best = (length, at, concept)
    return best[2] if best else None


def is_german(text: str) -> bool:
    """Whether a text reads like German rather than English."""
    words = words_of(text)
    return sum(word in GERMAN for word in words) > max(1, len(words) // 12)
