"""Data from both providers: how it is asked for, and what happens when it does not come."""

from __future__ import annotations

from typing import Any, Literal

import jsonschema
import pytest
from pydantic import BaseModel, Field

from loopstack_temporal.errors import ModelError
from loopstack_temporal.llm.providers.openai.strict import strict, without_nulls
from tests.llm.asked import ASK, City, claude_at, openai_at
from tests.support.model_servers import ModelServer, Scripted, recorded


class Town(BaseModel):
    name: str = Field(min_length=2, pattern="^[A-Z]")
    people: int
    mayor: str | None = None
    nickname: str = "none"
    kind: Literal["town"] = "town"


@pytest.mark.requirement("LLM-019", "LLM-042")
async def test_data_comes_by_one_tool_that_the_model_has_to_call(server: ModelServer) -> None:
    server.will("claude-object.sse")

    reply = await claude_at(server).generate_object(ASK, City.model_json_schema())

    assert reply.object == {"name": "Rome", "people": 2_800_000}
    (body,) = server.bodies
    assert [(tool["name"], tool["input_schema"]["required"]) for tool in body["tools"]] == [
        ("structured_output", ["name", "people"])
    ]
    assert body["tool_choice"] == {"type": "tool", "name": "structured_output", "disable_parallel_tool_use": True}


@pytest.mark.requirement("LLM-019")
@pytest.mark.parametrize(
    ("stream", "code", "text"),
    [
        ("claude-object-missing.sse", "model_no_output", "answered in words: I would rather talk."),
        ("claude-refusal.sse", "model_no_output", "it refused: This could do harm."),
        ("claude-length.sse", "model_invalid_output", "cut off at the token limit"),
    ],
)
async def test_data_that_does_not_come_is_an_error_that_says_so(
    server: ModelServer, stream: str, code: str, text: str
) -> None:
    server.will(stream)

    with pytest.raises(ModelError, match=text) as raised:
        await claude_at(server).generate_object(ASK, City.model_json_schema())
    assert raised.value.code == code


async def test_a_list_is_asked_for_within_an_object(server: ModelServer) -> None:
    stream = recorded("claude-object.sse").replace('"{\\"name\\"', '"{\\"value\\": [1, 2], \\"name\\"')
    server.will(Scripted(stream))

    reply = await claude_at(server).generate_object(ASK, {"type": "array", "items": {"$ref": "#/$defs/n"}, "$defs": {}})

    assert reply.object == [1, 2]
    schema = server.bodies[0]["tools"][0]["input_schema"]
    assert schema["properties"]["value"] == {"type": "array", "items": {"$ref": "#/$defs/n"}} and "$defs" in schema


@pytest.mark.requirement("LLM-019", "LLM-042")
async def test_data_comes_in_the_format_of_a_strict_schema(server: ModelServer) -> None:
    server.will("openai-object-nulls.sse")

    reply = await openai_at(server).generate_object(ASK, Town.model_json_schema())

    assert Town.model_validate(reply.object) == Town(name="Rome", people=2_800_000)
    form = server.bodies[0]["response_format"]
    assert (form["type"], form["json_schema"]["name"], form["json_schema"]["strict"]) == (
        "json_schema",
        "structured_output",
        True,
    )
    assert form["json_schema"]["schema"] == {
        "title": "Town",
        "type": "object",
        "properties": {
            "name": {"title": "Name", "type": "string"},
            "people": {"title": "People", "type": "integer"},
            "mayor": {"title": "Mayor", "anyOf": [{"type": "string"}, {"type": "null"}]},
            "nickname": {"anyOf": [{"title": "Nickname", "type": "string"}, {"type": "null"}]},
            "kind": {"anyOf": [{"title": "Kind", "type": "string", "enum": ["town"]}, {"type": "null"}]},
        },
        "required": ["name", "people", "mayor", "nickname", "kind"],
        "additionalProperties": False,
    }


@pytest.mark.requirement("LLM-019")
async def test_a_schema_that_cannot_be_strict_is_sent_as_it_is(server: ModelServer) -> None:
    server.will("openai-object.sse")
    schema = {
        "type": "object",
        "properties": {"names": {"type": "object", "additionalProperties": {"type": "integer"}}},
    }

    await openai_at(server).generate_object(ASK, schema)

    form = server.bodies[0]["response_format"]["json_schema"]
    assert (form["strict"], form["schema"]) == (False, schema)


@pytest.mark.requirement("LLM-019")
@pytest.mark.parametrize(
    ("stream", "code", "text"),
    [
        ("openai-refusal.sse", "model_no_output", "it refused: I cannot help with that."),
        ("openai-tools.sse", "model_no_output", "its answer is empty"),
        ("openai-object-length.sse", "model_invalid_output", "cut off at the token limit"),
    ],
)
async def test_data_that_openai_does_not_give_is_an_error_that_says_so(
    server: ModelServer, stream: str, code: str, text: str
) -> None:
    server.will(stream)

    with pytest.raises(ModelError, match=text) as raised:
        await openai_at(server).generate_object(ASK, Town.model_json_schema())
    assert raised.value.code == code


class Leaf(BaseModel):
    size: int = 1
    colour: str | None = "green"


class Tree(BaseModel):
    leaves: list[Leaf] = []
    branch: Tree | None = None
    fruit: Leaf | str = "none"


def test_a_strict_schema_of_nested_and_recursive_models_accepts_what_the_author_accepts() -> None:
    schema = Tree.model_json_schema()
    adapted = strict({"type": "object", "properties": {"value": {"$ref": "#/$defs/Tree"}}, "$defs": schema["$defs"]})
    assert adapted is not None
    value = {
        "leaves": [{"size": None, "colour": None}],
        "branch": {"leaves": None, "branch": None, "fruit": None},
        "fruit": {"size": None, "colour": "red"},
    }

    jsonschema.validate({"value": value}, adapted)
    cleaned = without_nulls(value, schema)

    assert cleaned == {"leaves": [{"colour": None}], "branch": {"branch": None}, "fruit": {"colour": "red"}}
    assert Tree.model_validate(cleaned).leaves == [Leaf(size=1, colour=None)]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object"},
        {"type": "object", "properties": {"a": {}}},
        {"type": "object", "properties": {"a": {"type": "array"}}},
        {"type": "object", "properties": {}, "additionalProperties": True},
        {"type": "object", "properties": {"a": {"allOf": [{"type": "string"}, {"type": "integer"}]}}},
    ],
)
def test_what_strict_rules_cannot_say_is_not_made_strict(schema: dict[str, Any]) -> None:
    assert strict(schema) is None
