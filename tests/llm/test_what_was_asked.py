"""What is kept of a question beside its answer."""

from __future__ import annotations

import json
from typing import Any

from loopstack_temporal.definition.documents import ImageBlock
from loopstack_temporal.llm.asked import LIMIT
from tests.llm.asked import adapted_openai_at, claude_at, openai_at
from tests.llm.attempts import JournaledAttempt, text_tool
from tests.llm.test_asking import get_weather
from tests.llm.test_fallbacks import OVERLOADED
from tests.support.model_servers import ModelServer


def kept(attempt: JournaledAttempt) -> dict[str, Any]:
    """What the journal has of the last question."""
    return json.loads([*attempt.journal.values()][-1])["asked"]


async def test_a_question_is_kept_with_its_answer(server: ModelServer) -> None:
    server.will("claude-text.sse")
    attempt = JournaledAttempt()
    settings = {"max_tokens": 9}
    asking = text_tool(attempt, claude_at(server), tools=(get_weather,))
    await asking.call(prompt="2 + 2?", system="Be brief.", tools=["get_weather"], provider_config=settings)

    assert kept(attempt) == {
        "origin": "prompt",
        "count": 1,
        "messages": [{"role": "user", "text": "2 + 2?", "blocks": []}],
        "system": "Be brief.",
        "tools": ["get_weather"],
        "settings": settings,
    }


async def test_files_and_what_is_very_long_are_not_kept_a_second_time(server: ModelServer) -> None:
    server.will("claude-text.sse")
    attempt = JournaledAttempt()
    image = ImageBlock(media_type="image/png", data="AAAA", name="a.png").model_dump()
    messages = [{"role": "user", "text": f"{number}" * LIMIT} for number in range(3)]
    last = {"role": "user", "text": "And this?", "blocks": [image]}
    await text_tool(attempt, claude_at(server)).call(messages=[*messages, last], system="s" * (2 * LIMIT))

    asked = kept(attempt)
    assert (asked["origin"], asked["count"], asked["system"]) == ("messages", 4, "s" * LIMIT)
    (message,) = asked["messages"]
    assert (message["text"], message["blocks"][0]["name"]) == ("And this?", "a.png")
    assert "data" not in message["blocks"][0]


async def test_settings_that_may_be_secret_are_kept_by_their_names_only(server: ModelServer) -> None:
    server.will("openai-text.sse")
    attempt = JournaledAttempt()
    settings = {
        "max_tokens": 9,
        "temperature": 0.5,
        "stop_sequences": ["three"],
        "output": "native",
        "model_settings": {"extra_headers": {"x-token": "s3cret"}, "openai_user": "s3cret"},
    }
    await text_tool(attempt, adapted_openai_at(server)).call(prompt="2 + 2?", provider_config=settings)

    assert kept(attempt)["settings"] == {**settings, "model_settings": "…"}
    assert "s3cret" not in str(attempt.journal.values())


async def test_the_settings_that_are_kept_are_those_of_the_model_that_answered(server: ModelServer) -> None:
    server.will(OVERLOADED, "openai-text.sse")
    attempt = JournaledAttempt()
    asking = text_tool(attempt, claude_at(server), openai_at(server))
    await asking.call(prompt="2 + 2?", provider_config={"cache": True}, fallback=["openai"])

    assert kept(attempt)["settings"] == {}
