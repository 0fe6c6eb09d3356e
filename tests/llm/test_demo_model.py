"""The demo model: what it makes of the texts people paste first, and that its answers always fit."""

from __future__ import annotations

import datetime
from enum import Enum
from typing import Any, Literal

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from loopstack_temporal.errors import ModelError
from loopstack_temporal.llm import DemoProvider, LlmMessage, LlmRequest


class Item(BaseModel):
    task: str
    owner: str | None = None
    due: str | None = None
    done: bool = False


class Minutes(BaseModel):
    title: str
    date: datetime.date | None = None
    summary: str
    participants: list[str] = []
    decisions: list[str] = []
    action_items: list[Item] = []
    open_questions: list[str] = []


async def minutes_of(text: str) -> Minutes:
    prompt = f"Put the notes of this meeting in order.\n\n<notes>\n{text}\n</notes>"
    return Minutes.model_validate(await answer(prompt, Minutes.model_json_schema()))


async def answer(prompt: str, schema: dict[str, Any]) -> Any:
    return (await DemoProvider().generate_object(LlmRequest((LlmMessage("user", prompt),)), schema)).object


async def written(prompt: str) -> str:
    return (await DemoProvider().generate_text(LlmRequest((LlmMessage("user", prompt),)))).message.text


async def test_minutes_with_headings_and_boxes() -> None:
    minutes = await minutes_of(
        """# Weekly product meeting
Date: 12 May 2026
Attendees: Ann Lee, Bob (Sales), Carla

We talked about the launch of the new shop. The payment page is still slow on a phone.
We decided to launch on 1 June without the gift cards.
Bob will call the print shop by Friday.

## Action items
- [ ] Measure the payment page (Ann, Thursday)
- [x] Order the flyers (Carla)
- Write the newsletter - Bob, by end of May
TODO: ask legal about the terms

Who will answer customer mails at the weekend?"""
    )

    assert (minutes.title, minutes.date) == ("Weekly product meeting", datetime.date(2026, 5, 12))
    assert minutes.summary.startswith("We talked about the launch of the new shop.")
    assert minutes.participants == ["Ann Lee", "Bob", "Carla"]
    assert minutes.decisions == ["We decided to launch on 1 June without the gift cards."]
    assert minutes.action_items == [
        Item(task="Bob will call the print shop by Friday", owner="Bob", due="Friday"),
        Item(task="Measure the payment page", owner="Ann", due="Thursday"),
        Item(task="Order the flyers", owner="Carla", done=True),
        Item(task="Write the newsletter", owner="Bob", due="end of May"),
        Item(task="Ask legal about the terms"),
    ]
    assert minutes.open_questions == ["Who will answer customer mails at the weekend?"]


async def test_notes_typed_in_a_hurry() -> None:
    minutes = await minutes_of(
        "Tuesday, workshop. Ines, Marek, Joana, Tom till 14:20. Moving on one weekend, 12/13 Dec. Old number stays "
        "till March. Marek asks two haulers, fixed price, Friday. Floor plan to electrician, Ines, today"
    )

    assert minutes.title == "Tuesday, workshop"
    assert minutes.participants == ["Ines", "Marek", "Joana", "Tom"]
    assert minutes.action_items == [
        Item(task="Marek asks two haulers, fixed price", owner="Marek", due="Friday"),
        Item(task="Floor plan to electrician", owner="Ines", due="today"),
    ]


async def test_german_minutes() -> None:
    minutes = await minutes_of(
        """Protokoll Teamsitzung vom 3. März 2026
Teilnehmer: Anna Schmidt, Jörg, Fatma
Jörg berichtet über den Stand der Werkstatt. Der Umzug verschiebt sich um zwei Wochen.
Beschlüsse:
- Der Umzug findet am 12. und 13. Dezember statt.
Aufgaben:
- Anna schickt den Grundriss an den Elektriker bis Freitag
- Angebote einholen (Jörg, 10.03.2026)
Offene Fragen:
- Wer informiert die Lieferanten?"""
    )

    assert (minutes.title, minutes.date) == ("Protokoll Teamsitzung vom 3. März 2026", datetime.date(2026, 3, 3))
    assert minutes.participants == ["Anna Schmidt", "Jörg", "Fatma"]
    assert minutes.decisions == ["Der Umzug findet am 12. und 13. Dezember statt."]
    assert minutes.action_items == [
        Item(task="Anna schickt den Grundriss an den Elektriker bis Freitag", owner="Anna", due="Freitag"),
        Item(task="Angebote einholen", owner="Jörg", due="10.03.2026"),
    ]
    assert minutes.open_questions == ["Wer informiert die Lieferanten?"]


async def test_a_conversation_with_speakers() -> None:
    minutes = await minutes_of(
        "Ann: I will send the offer by Friday.\nBob: We agreed to raise the budget.\nAnn: Who pays?"
    )

    assert minutes.participants == ["Ann", "Bob"]
    assert minutes.decisions == ["We agreed to raise the budget."]
    assert minutes.action_items == [Item(task="I will send the offer by Friday", owner="Ann", due="Friday")]
    assert minutes.open_questions == ["Who pays?"]


async def test_numbers_flags_enums_and_formats() -> None:
    class Size(Enum):
        SMALL = "small"
        LARGE = "large"

    class Order(BaseModel):
        budget: int
        rate: float
        urgent: bool
        size: Size
        channel: Literal["mail", "phone"]
        email: str = Field(json_schema_extra={"format": "email"})
        delivery: datetime.date
        city: str
        kind: Literal["order"] = "order"

    found = await answer(
        "Budget: 12.000 Euro. The rate is 1,5 percent. It is not urgent. We want the large one; call us by phone.\n"
        "Write to ann@example.org.\nDelivery: 2026-07-01\nCity: Rome",
        Order.model_json_schema(),
    )

    assert Order.model_validate(found) == Order(
        budget=12_000,
        rate=1.5,
        urgent=False,
        size=Size.LARGE,
        channel="phone",
        email="ann@example.org",
        delivery=datetime.date(2026, 7, 1),
        city="Rome",
    )


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("Say hello to Ann.", "Hello, Ann!"),
        ("Begrüße Jörg", "Hallo, Jörg!"),
        ("Write two sentences about coffee.", "**Coffee**\n\nA first draft about coffee."),
        ("Schreibe bitte einen Text über die Vorteile von Tee", "**Die Vorteile von Tee**\n\nEin erster Entwurf"),
    ],
)
async def test_texts_are_made_of_the_words_of_the_prompt_and_say_that_it_is_the_demo(
    prompt: str, expected: str
) -> None:
    text = await written(prompt)

    assert text.startswith(expected)
    assert "Demo" in text and text == await written(prompt)


async def test_a_long_text_is_digested() -> None:
    material = "The harbour was quiet. " + "Nobody spoke of the storm that was coming to the harbour that night. " * 8

    text = await written(f"Summarise this text:\n\n{material}")

    assert text.startswith("The harbour was quiet.") and "Recurring words: " in text and len(text) < len(material)


@pytest.mark.parametrize("text", ["<a>\n", "- [ ] Write (Ann, ", "A, ", "1.1.", "x:", "Ann: I will go by Friday.\n"])
async def test_very_long_texts_are_answered_quickly(text: str) -> None:
    await minutes_of(text * 20_000)
    await written(text * 20_000)


async def test_a_schema_that_plain_rules_cannot_meet_is_a_clear_error() -> None:
    schema = {
        "type": "object",
        "properties": {"code": {"type": "string", "pattern": "^[A-Z]{3}-\\d{4}$"}},
        "required": ["code"],
    }

    with pytest.raises(ModelError, match=r"cannot meet this schema\. Configure a real model provider"):
        await answer("no code here", schema)


NAMES = st.sampled_from(
    ["title", "date", "participants", "budget", "is_open", "action_items", "colour", "notes", "due"]
)
LEAVES: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {"type": "string"},
        {"type": "string", "minLength": 3, "maxLength": 5},
        {"type": "string", "format": "date"},
        {"type": "integer", "minimum": 3, "maximum": 9},
        {"type": "number", "exclusiveMinimum": 0},
        {"type": "boolean"},
        {"enum": ["red", 7, None]},
        {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 2},
        {"type": ["string", "null"]},
    ]
)


def objects(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    properties = st.dictionaries(NAMES, inner, min_size=1, max_size=4)
    return properties.flatmap(
        lambda found: st.sampled_from([[], sorted(found)]).map(
            lambda required: {
                "type": "object",
                "properties": found,
                "required": required,
                "additionalProperties": False,
            }
        )
    ) | inner.map(lambda items: {"type": "array", "items": items})


@settings(max_examples=80, deadline=None)
@given(schema=objects(st.recursive(LEAVES, objects, max_leaves=6)), text=st.text(max_size=120))
async def test_whatever_the_text_the_answer_fits_the_schema(schema: dict[str, Any], text: str) -> None:
    for material in (text, f"Red budget: 12\nDate: 1 May 2026\nAnn, Bob\n- [ ] {text} (Ann, Friday)\nWho?"):
        found = await answer(f"Fill:\n\n{material}", schema)
        jsonschema.validate(found, schema, format_checker=jsonschema.FormatChecker())
