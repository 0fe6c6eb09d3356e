"""Model calls as parts of an attempt: recorded, watched, billed, repaired, and with models to fall back to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from loopstack_temporal.definition.documents.llm import LlmMessageDocument, ToolCallBlock
from loopstack_temporal.errors import ModelError, ToolError
from loopstack_temporal.llm import LlmConfig, LlmGenerateTextTool
from loopstack_temporal.llm.cost import cost_of
from loopstack_temporal.llm.port import Usage
from loopstack_temporal.tools.base import ToolResult
from loopstack_temporal.tools.call import BaseTool
from loopstack_temporal.tools.decorator import tool
from loopstack_temporal.tools.server import ServerTool
from tests.llm.asked import EVERY, City, adapted_openai_at, claude_at, every_provider, openai_at, wire_of
from tests.llm.attempts import JournaledAttempt, object_tool, text_tool
from tests.support.model_servers import ModelServer, Scripted, recorded


@tool
def get_weather(city: str) -> str:
    """The weather of a city."""
    return f"sunny in {city}"


@tool
class GetTimeTool(BaseTool):
    """The time."""

    def handle(self) -> ToolResult[str]:
        return ToolResult(data="noon")


@tool
def silent(city: str) -> str:
    return city


@tool
class MuteTool(BaseTool):
    def handle(self) -> ToolResult[str]:
        return ToolResult(data="")


@tool(name="web_search")
class WebSearchTool(ServerTool):
    def to_server_tool_config(self, config: Any) -> Mapping[str, Any]:
        return {"type": "web_search_20260209", "name": "web_search"}


@pytest.mark.requirement("LLM-009", "LLM-013", "LLM-016", "LLM-037")
async def test_an_answer_tells_who_gave_it_what_it_took_and_what_it_cost(server: ModelServer) -> None:
    server.will("claude-tools.sse")
    attempt = JournaledAttempt()

    reply = await text_tool(attempt, claude_at(server)).call(prompt="Weather?", meta={"mine": 1})

    message = reply.data.message
    assert (message.role, message.text, message.stop_reason) == ("assistant", "I look it up.", "tool_use")
    assert [block.type for block in message.blocks or ()] == ["text", "tool_call", "tool_call"]
    usage = {
        "input_tokens": 25,
        "output_tokens": 60,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
    }
    cost = (await cost_of("claude", "claude-sonnet-5", Usage(25, 60)))["cost"]
    assert reply.metadata == {"provider": "claude", "model": "claude-sonnet-5", "usage": usage, "cost": cost}
    (saved,) = attempt.documents.saved
    assert saved.key == message.id == saved.content.id
    assert saved.meta == {"response": reply.data.response, "mine": 1, **reply.metadata}
    assert saved.meta["response"]["id"] == "msg_01Tools"
    assert attempt.usages == [{**usage, "provider": "claude", "model": "claude-sonnet-5", "cost": cost}]


async def test_a_recorded_answer_gives_what_a_fresh_one_gave_without_asking(server: ModelServer) -> None:
    server.will("claude-thinking.sse")
    first = JournaledAttempt()
    again = JournaledAttempt(first.journal)

    fresh = await text_tool(first, claude_at(server)).call(prompt="2 + 2?")
    recorded_one = await text_tool(again, claude_at(server)).call(prompt="2 + 2?")

    assert (recorded_one, len(server.seen)) == (fresh, 1)
    assert [one.key for one in again.documents.saved] == [one.key for one in first.documents.saved]
    assert again.watched == []
    assert (first.calls[0].name, first.calls[0].anew, first.calls[0].repeatable) == ("llm:claude", True, True)


@pytest.mark.parametrize(
    "other",
    [{"prompt": "3 + 3?"}, {"system": "Be brief."}, {"model": "claude-opus-5"}, {"provider_config": {"max_tokens": 9}}],
)
async def test_whatever_the_answer_depends_on_makes_another_call(server: ModelServer, other: dict[str, Any]) -> None:
    server.will("claude-text.sse")
    asking = text_tool(JournaledAttempt(), claude_at(server))

    await asking.call(prompt="2 + 2?")
    question: dict[str, Any] = {"prompt": "2 + 2?", **other}
    await asking.call(**question)

    assert len(server.seen) == 2


@pytest.mark.requirement("LLM-031")
async def test_people_watch_the_answer_under_the_id_of_its_document(server: ModelServer) -> None:
    server.will("claude-thinking.sse", "openai-tools.sse", "claude-half.sse", "claude-text.sse")
    attempt = JournaledAttempt()
    asking = text_tool(attempt, claude_at(server), openai_at(server))

    first = await asking.call(prompt="2 + 2?")
    await asking.call(prompt="Weather?", provider="openai")
    with pytest.raises(ModelError, match="broke off"):
        await asking.call(prompt="Half?")
    await asking.call(prompt="Nobody keeps this", save=False)

    (first_id, thought), (_, called), (_, broken) = attempt.watched
    assert first_id == first.data.message.id
    assert thought == [("thinking", "First I "), ("thinking", "add."), ("text", "It is 4."), ("end", None)]
    assert called[0] == ("tool_call", ("call_A", "get_weather", {"city": "Rome"}))
    assert broken[0] == ("text", "Hel") and "broke off" in broken[-1][1]


@pytest.mark.requirement("LLM-023")
async def test_tools_are_offered_by_name_class_or_object(server: ModelServer) -> None:
    server.will("claude-text.sse")
    asking = text_tool(JournaledAttempt(), claude_at(server), tools=(get_weather, GetTimeTool(), silent))

    await asking.call(prompt="Weather?", tools=["get_weather", GetTimeTool, WebSearchTool()])

    weather, time, search = server.bodies[0]["tools"]
    assert (weather["name"], weather["description"]) == ("get_weather", "The weather of a city.")
    assert weather["input_schema"]["required"] == ["city"]
    assert time["input_schema"] == {"type": "object", "properties": {}}
    assert search == {"type": "web_search_20260209", "name": "web_search"}
    with pytest.raises(ToolError, match="There is no tool `get_money` here"):
        await asking.call(prompt="Weather?", tools=["get_money"])


@pytest.mark.requirement("TOOL-006")
@pytest.mark.parametrize(("wanted", "name"), [("silent", "silent"), (silent, "silent"), (MuteTool, "mute")])
async def test_a_tool_that_says_nothing_of_itself_is_not_offered(server: ModelServer, wanted: Any, name: str) -> None:
    asking = text_tool(JournaledAttempt(), claude_at(server), tools=(get_weather, silent, MuteTool()))

    with pytest.raises(
        ToolError, match=rf"`{name}` has no description.*give it a docstring or `@tool\(description=…\)`"
    ):
        await asking.call(prompt="Weather?", tools=["get_weather", wanted])
    assert server.seen == []


@pytest.mark.requirement("TOOL-027")
async def test_a_tool_of_the_provider_is_sent_as_it_is_to_one_that_knows_it(server: ModelServer) -> None:
    server.will("claude-server-tool.sse")
    attempt = JournaledAttempt()
    asking = text_tool(
        attempt, claude_at(server), openai_at(server), adapted_openai_at(server), tools=(WebSearchTool(),)
    )

    reply = await asking.call(prompt="Tea?", tools=["web_search"])
    with pytest.raises(ToolError, match="`openai` runs no tools of its own; leave `web_search` out"):
        await asking.call(prompt="Tea?", tools=["web_search"], provider="openai")
    with pytest.raises(ToolError, match="`web_search` is none that Pydantic AI knows"):
        await asking.call(prompt="Tea?", tools=["web_search"], provider="adapted_openai")

    assert [body["tools"] for body in server.bodies] == [[{"type": "web_search_20260209", "name": "web_search"}]]
    blocks = [block.type for block in reply.data.message.blocks or ()]
    assert blocks[:2] == ["server_tool_use", "server_tool_result"] and attempt.calls[0].name == "llm:claude"


@pytest.mark.requirement("LLM-016")
async def test_a_conversation_goes_on_natively_with_its_provider_and_complete_with_another(server: ModelServer) -> None:
    server.will("claude-thinking.sse", "claude-tools.sse", "openai-text.sse", "claude-text.sse")
    attempt = JournaledAttempt()
    asking = text_tool(attempt, claude_at(server), openai_at(server))
    await attempt.documents.save(LlmMessageDocument(role="user", text="2 + 2?"))
    await asking.call()
    await attempt.documents.save(LlmMessageDocument(role="user", text="And the weather?"))
    await asking.call()

    await asking.call(provider="openai", save=False)
    await asking.call(provider="anthropic", save=False)

    _, _, by_openai, by_claude = server.bodies
    roles = ["user", "assistant", "user", "assistant", "tool", "tool"]
    assert [one["role"] for one in by_openai["messages"]] == roles
    assert by_openai["messages"][1] == {"role": "assistant", "content": "It is 4."}
    assert [call["id"] for call in by_openai["messages"][3]["tool_calls"]] == ["toolu_01A", "toolu_01B"]
    assert by_openai["messages"][4]["content"] == "Error: The call of `get_weather` was not answered."
    native = by_claude["messages"][1]["content"]
    assert [part["type"] for part in native] == ["thinking", "redacted_thinking", "text"]
    assert by_claude["messages"][3]["content"][1]["caller"] == {"type": "direct"}
    assert [part["is_error"] for part in by_claude["messages"][4]["content"]] == [True, True]


@pytest.mark.requirement("LLM-018", "LLM-019")
@pytest.mark.parametrize("provider", EVERY)
async def test_data_is_the_same_from_all_providers(server: ModelServer, provider: str) -> None:
    server.will(f"{wire_of(provider)}-object.sse")
    asking = object_tool(JournaledAttempt(), *every_provider(server))

    made = await asking.call(prompt="Rome?", output_schema=City, provider=provider)
    plain = await asking.call(prompt="Rome!", output_schema=City.model_json_schema(), provider=provider)

    assert made.data.object == City(name="Rome", people=2_800_000)
    assert plain.data.object == {"name": "Rome", "people": 2_800_000}


@pytest.mark.requirement("LLM-020")
@pytest.mark.parametrize("provider", EVERY)
async def test_data_that_does_not_fit_goes_back_with_what_is_wrong(server: ModelServer, provider: str) -> None:
    server.will(f"{wire_of(provider)}-object-wrong.sse", f"{wire_of(provider)}-object.sse")
    attempt = JournaledAttempt()
    asking = object_tool(attempt, *every_provider(server))

    reply = await asking.call(prompt="Rome?", output_schema=City, provider=provider)

    assert reply.data.object == City(name="Rome", people=2_800_000)
    asked, told = server.bodies[1]["messages"][1:]
    assert '"people": "many"' in str(asked["content"]) and "people: Input should be a valid integer" in str(told)
    assert len(attempt.calls) == 2
    assert reply.metadata["usage"]["input_tokens"] == {"claude": 50, "openai": 60}[wire_of(provider)]


@pytest.mark.requirement("LLM-020")
async def test_data_that_never_fits_is_an_error_with_the_last_faults(server: ModelServer) -> None:
    server.will("openai-object-malformed.sse", "openai-object-wrong.sse")
    asking = object_tool(JournaledAttempt(), openai_at(server))

    with pytest.raises(ModelError, match=r"asked 3 times:\n  people: Input should be a valid integer") as raised:
        await asking.call(prompt="Rome?", output_schema=City)
    assert (raised.value.code, raised.value.retryable, len(server.seen)) == ("answer_invalid", True, 3)
    assert '{"name": "Rome", people' in str(server.bodies[1]["messages"])

    with pytest.raises(ModelError, match=r"does not fit the schema:\n  \$\.people: 'many' is not of type 'integer'"):
        await asking.call(prompt="Rome!", output_schema=City.model_json_schema(), max_repairs=0)
    assert len(server.seen) == 4


async def test_a_schema_that_is_none_is_the_authors_mistake(server: ModelServer) -> None:
    asking = object_tool(JournaledAttempt(), openai_at(server))

    with pytest.raises(ToolError, match=r"is no JSON Schema: \$\.type"):
        await asking.call(prompt="Rome?", output_schema={"type": "town"})
    with pytest.raises(ToolError, match="A call for data offers no tools"):
        await asking.call(prompt="Rome?", output_schema=City, tools=[get_weather])
    assert server.seen == []


@pytest.mark.parametrize("provider", EVERY)
async def test_half_letters_and_control_characters_do_not_poison_a_conversation(
    server: ModelServer, provider: str
) -> None:
    halves = (
        recorded(f"{wire_of(provider)}-text.sse")
        .replace('"Hello"', '"\\ud83d"')
        .replace('" there, "', '"\\ude00 \\u0000\\ud83d"')
    )
    server.will(Scripted(halves), f"{wire_of(provider)}-text.sse")
    attempt = JournaledAttempt()
    asking = text_tool(attempt, *every_provider(server))
    await attempt.documents.save(LlmMessageDocument(role="user", text="Smile!"))

    smile = await asking.call(provider=provider)
    await attempt.documents.save(LlmMessageDocument(role="user", text="Again!"))
    await asking.call(provider=provider)

    assert smile.data.message.text == "😀 \x00\ufffdZoë — 你好"
    assert "😀" in str(server.bodies[1]["messages"][1])


async def test_prices_of_cached_tokens_are_lower_and_unknown_models_have_none() -> None:
    plain = await cost_of("claude", "claude-sonnet-5", Usage(1_000_000, 0))
    cached = await cost_of("claude", "claude-sonnet-5", Usage(0, 0, cache_read_input_tokens=1_000_000))
    unknown = await cost_of("openai", "home-made-7b", Usage(1, 1))

    assert plain["cost"]["currency"] == "USD" and plain["cost"]["amount"] > cached["cost"]["amount"] > 0
    assert unknown == {"cost": None, "cost_note": "No price is known for the model `home-made-7b` of `openai`."}


async def test_a_call_of_many_pieces_is_put_together_however_they_are_cut(server: ModelServer) -> None:
    long = recorded("claude-tools.sse").replace('{\\"ci', '{\\"note\\": \\"' + "ä" * 5_000 + '\\", \\"ci')
    server.will(Scripted(long))

    reply = await text_tool(JournaledAttempt(), claude_at(server)).call(prompt="Weather?")

    call = next(block for block in reply.data.message.blocks or () if isinstance(block, ToolCallBlock))
    assert call.args == {"note": "ä" * 5_000, "city": "Rome"}


def test_the_catalogue_describes_every_option_of_a_model_call() -> None:
    config = LlmGenerateTextTool().definition.config
    assert config is not None

    described = config.json_schema["properties"]

    assert described["tools"]["items"] == {"type": "string"}
    assert set(described) == set(LlmConfig.__annotations__)
