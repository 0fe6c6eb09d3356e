"""Answers in words, made of the words of the question."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from loopstack_temporal.llm.providers.demo.notes import LONGEST, Notes, material_of, read_notes
from loopstack_temporal.llm.providers.demo.words import STOP_WORDS, is_german, words_of

_GREETING = re.compile(
    r"\b(?:say (?:hello|hi) to|greet|welcome|begrüße|grüße|sag hallo zu)\s+(?P<who>[^.!?\n]{1,100}?)\s*(?:[.!?\n]|$)",
    re.I,
)
_TOPIC = re.compile(
    r"\b(?:about|on the (?:topic|subject) of|on|über|zum thema|regarding)\s+(?P<what>[^.!?\n:]{2,100})", re.I
)
_LONG = 400
"""Letters from which on a prompt is taken for a text to work on rather than a question."""


def note_for(prompt: str) -> str:
    """The sentence that says who answers, in the language of the prompt."""
    if is_german(prompt):
        return "Demo-Modell: Diese Antwort entstand nach einfachen Regeln aus Ihrem Text, ohne ein Sprachmodell."
    return "Demo model: this answer was put together from your own text by plain rules, without a language model."


def compose(prompt: str) -> str:
    """A greeting for a greeting, a digest for a long text, a first draft for a topic; always with the note."""
    note = f"_{note_for(prompt)}_"
    prompt = prompt[:LONGEST]
    greeting = _GREETING.search(prompt)
    if greeting:
        hello = "Hallo" if is_german(prompt) or re.search(r"begrüß|grüße|hallo", prompt, re.I) else "Hello"
        return f"{hello}, {greeting['who'].strip()}!\n\n{note}"
    material = material_of(prompt)
    body = _digest(material) if len(material) > _LONG else _draft(prompt, material)
    return f"{body}\n\n{note}"


def key_sentences(notes: Notes, count: int) -> list[str]:
    """The sentences that hold most of the words the text keeps coming back to, in the order of the text."""
    sentences = notes.prose or [line.text for line in notes.lines]
    weight = Counter(word for word in words_of(notes.text) if word not in STOP_WORDS and len(word) > 2)

    def score(sentence: str) -> float:
        words = [word for word in words_of(sentence) if word in weight]
        return sum(weight[word] for word in words) / (len(words) + 4)

    best = sorted(range(len(sentences)), key=lambda at: (-score(sentences[at]), at))[:count]
    # The opening sentence nearly always says what a text is about.
    chosen = sorted({0, *best[: count - 1]} if sentences else set())
    return [sentences[at] for at in chosen]


def _digest(material: str) -> str:
    notes = read_notes(material)
    words = _frequent(material, 5, at_least=2)
    lines = [f"**{notes.title}**", ""] if notes.title else []
    lines.append(" ".join(_ended(sentence) for sentence in key_sentences(notes, 3)))
    if words:
        lines += ["", f"{'Häufige Wörter' if is_german(material) else 'Recurring words'}: {', '.join(words)}."]
    return "\n".join(lines)


def _draft(prompt: str, material: str) -> str:
    german = is_german(prompt)
    topic = _TOPIC.search(prompt)
    what = (topic["what"] if topic else " ".join(_frequent(material, 3)) or material).strip(" .,\"'")
    title = what[:1].upper() + what[1:]
    asked = _ended(" ".join(prompt.split()))
    shown = asked if len(asked) <= 200 else f"{asked[:200].rstrip()}…"
    if german:
        return f"**{title}**\n\nEin erster Entwurf über {what}. Gefragt war: „{shown}“"
    return f"**{title}**\n\nA first draft about {what}. The request was: “{shown}”"


def _frequent(text: str, count: int, at_least: int = 1) -> Sequence[str]:
    telling = (word for word in words_of(text) if word not in STOP_WORDS and len(word) > 3 and not word.isdigit())
    return [word for word, often in Counter(telling).most_common(count) if often >= at_least]


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?", "…", ":")) else f"{sentence}."
