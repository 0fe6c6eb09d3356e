"""Workflows about how documents and widgets depend on places, levels, MIME types and field options."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from loopstack_temporal import BaseWorkflow, Document, document, transition, workflow
from loopstack_temporal.definition.document_class import LEVELS, MIME_TYPES


class Nothing(BaseModel):
    pass


@document(
    title="Late form",
    widget={"widget": "form", "options": {"actions": [{"transition": "send", "label": "Send it"}]}},
    meta={"enableAtPlaces": ["second"]},
)
class LateDocument(Document):
    note: str = "not yet"


@document(title="Early notice", widget={"widget": "markdown"}, meta={"hideAtPlaces": ["second"]})
class EarlyDocument(Document):
    markdown: str = "Only at the first place."


@workflow(
    title="Places",
    widget=[
        {"widget": "button", "options": {"transition": "go_on", "label": "Go on"}, "showWhen": ["first"]},
        {"widget": "button", "options": {"transition": "finish", "label": "Finish"}, "enabledWhen": ["second"]},
    ],
)
class PlacesWorkflow(BaseWorkflow[Nothing, Nothing, str]):
    """Everything is awaited at both places: only the widgets' own rules say what is possible where."""

    @transition(to="first")
    async def show(self) -> None:
        await self.document_store.save(LateDocument())
        await self.document_store.save(EarlyDocument())

    @transition(from_="second", to="second", wait=True)
    @transition(from_="first", to="second", wait=True)
    async def go_on(self) -> None: ...

    @transition(from_="second", to="end", wait=True)
    @transition(from_="first", to="end", wait=True)
    async def finish(self) -> str:
        return "finished"

    @transition(from_="second", to="end", wait=True)
    @transition(from_="first", to="end", wait=True)
    async def send(self, payload: LateDocument) -> str:
        return payload.note


class RawDocument(Document):
    raw: str


def _raw(title: str, **meta: str) -> type[RawDocument]:
    """A document class with static meta."""
    name = "".join(letter if letter.isalnum() else "_" for letter in title.lower())
    made = type(f"{title.title()}Document", (RawDocument,), {"__module__": __name__})
    return document(name=name, title=title, meta=meta)(made)


TEXTS = {"text/markdown": "# Headline", "application/json": '{"deep": {"deeper": [1, 2]}}'}
SOURCE = "<b>as it is</b>"
BY_MIME = {mime: _raw(mime, mimeType=mime) for mime in MIME_TYPES}
BY_LEVEL = {level: _raw(f"level {level}", mimeType="text/plain", level=level) for level in LEVELS}


@workflow(title="Kinds of text")
class KindsWorkflow(BaseWorkflow[Nothing, Nothing, str]):
    """One text under every MIME type and every level."""

    @transition(to="end")
    async def show(self) -> str:
        for mime, cls in BY_MIME.items():
            await self.document_store.save(cls(raw=TEXTS.get(mime, SOURCE)))
        for level, cls in BY_LEVEL.items():
            await self.document_store.save(cls(raw=f"this is {level}"))
        return "shown"


class Inner(BaseModel):
    street: str = "Long Lane"


PROPERTIES: dict[str, Any] = {
    "labelled": {"label": "By label"},
    "titled": {"title": "By title", "placeholder": "Type here"},
    "described": {"description": "What it is for"},
    "helped": {"help": "How to fill it"},
    "tall": {"widget": "textarea", "rows": 9},
    "beside": {"widget": "radio", "inline": True},
    "below": {"widget": "radio", "inline": False, "enumOptions": ["a", "b"]},
    "named": {"widget": "radio", "enumOptions": [{"label": "Small one", "value": "a"}, {"label": "Big", "value": "b"}]},
    "picked": {"widget": "select", "enumOptions": ["x", "y"]},
    "fast": {"readonly": True},
    "off": {"disabled": True},
    "secret": {"hidden": True},
    "folded": {"collapsed": True},
    "tags": {"fixed": True, "items": {"placeholder": "one tag"}},
    "home": {"properties": {"street": {"label": "Street and number"}}},
}


@document(
    title="Options",
    widget={
        "widget": "form",
        "options": {
            "order": ["titled", "labelled"],
            "properties": PROPERTIES,
            "actions": [{"transition": "send", "label": "Send it"}],
        },
    },
)
class OptionsDocument(Document):
    labelled: str = "one"
    titled: str = ""
    described: str = "three"
    helped: str = "four"
    tall: str = "five"
    beside: Literal["a", "b"] = "a"
    below: str = "a"
    named: Literal["a", "b"] = "a"
    picked: str = "x"
    fast: str = "fixed"
    off: str = "off"
    secret: str = "kept"
    folded: dict[str, int] = {"one": 1}
    tags: list[str] = ["first"]
    home: Inner = Inner()


@workflow(title="Field options")
class OptionsWorkflow(BaseWorkflow[Nothing, Nothing, dict[str, Any]]):
    """A form with every option a field can have."""

    @transition(to="filling")
    async def show(self) -> None:
        await self.document_store.save(OptionsDocument())

    @transition(from_="filling", to="end", wait=True)
    async def send(self, payload: dict[str, Any]) -> dict[str, Any]:
        return payload


DOCUMENT_FLOWS = [PlacesWorkflow, KindsWorkflow, OptionsWorkflow]
