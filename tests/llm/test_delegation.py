"""Carrying out what a model wants called, whatever the model or the tools do."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from loopstack_temporal import PlainDocument, ServerTool, ToolError, tool
from loopstack_temporal.definition.session import EffectCall
from loopstack_temporal.errors import EffectUnknown
from loopstack_temporal.llm import LlmTurn, delegation
from tests.llm.delegating import asking, attempt, delegated, made, told


@pytest.mark.requirement("LLM-021", "LLM-022")
async def test_all_calls_run_and_a_failing_one_does_not_concern_the_others() -> None:
    async with attempt() as (loop, session):
        result = await delegated(
            loop,
            ("shout", {"text": "a"}),
            ("nothing", {}),
            ("shout", {"text": "b", "times": "many"}),
            ("wild", {"text": "raise"}),
            ("give", {"text": "reported"}),
            ("shout", {"text": "c"}),
        )

    assert result.all_completed and result.pending_count == 0 and result.has_errors and result.error_count == 4
    contents = told(result)
    assert contents[0] == ("A", False) and contents[5] == ("C", False)
    assert contents[1][0].startswith("There is no tool `nothing`. You can call: `shout`, `give`,")
    assert "times: Input should be a valid integer" in contents[2][0]
    assert contents[3][0] == "The tool `wild` failed: ValueError: wild"
    assert contents[4] == ("no such city", True)
    assert [(one.tool_name, one.tool_call_id) for one in result.errors] == [
        ("nothing", "c1"),
        ("shout", "c2"),
        ("wild", "c3"),
        ("give", "c4"),
    ]
    (saved,) = session.documents.saved
    assert (saved.key, saved.content.role, saved.tags) == ("msg_1_results", "user", ("message",))
    assert [block.tool_call_id for block in saved.content.blocks] == ["c0", "c1", "c2", "c3", "c4", "c5"]


@pytest.mark.requirement("LLM-021")
async def test_calls_run_at_the_same_time_and_keep_their_order() -> None:
    meeting = asyncio.Barrier(8)

    @tool(description="Waits for the others.")
    async def meet(name: str) -> str:
        await meeting.wait()
        return name

    async with attempt() as (loop, _):
        message = asking(*[("meet", {"name": f"n{n}"}) for n in range(16)])
        result = (await loop.delegate.call(message=message, tools=[meet])).data

    assert [one.content for one in result.tool_results] == [f"n{n}" for n in range(16)]


@pytest.mark.requirement("LLM-022")
async def test_a_message_without_calls_completes_at_once_and_saves_nothing() -> None:
    async with attempt() as (loop, session):
        result = await delegated(loop)

    assert result.all_completed and result.tool_results == [] and not result.has_errors
    assert session.documents.saved == []


@pytest.mark.requirement("LLM-023")
async def test_the_model_reads_text_as_it_is_and_other_data_as_json() -> None:
    async with attempt() as (loop, _):
        names = ["plain text", "zero", "no", "empty", "none", "list", "odd", "nan"]
        result = await delegated(loop, *[("give", {"text": name}) for name in names])

    contents = told(result)
    assert contents[:6] == [(text, False) for text in ("plain text", "0", "false", "", "null", '[1, "ä"]')]
    assert all(is_error and "returned something that is no JSON" in text for text, is_error in contents[6:])


@pytest.mark.requirement("TOOL-027")
async def test_a_tool_of_the_provider_is_never_run_here_whatever_the_model_asks_for() -> None:
    @tool(description="Searches the web at the provider.")
    class WebSearchTool(ServerTool):
        def to_server_tool_config(self, config: Any) -> Mapping[str, Any]:
            made.append("described")
            return {"type": "web_search"}

    async with attempt() as (loop, _):
        message = asking(("web_search", {"query": "tea"}))
        result = (await loop.delegate.call(message=message, tools=[WebSearchTool()])).data

    assert told(result) == [
        (
            "The tool `web_search` cannot be called for a model: either the code of a workflow calls it, or the model's"
            " provider runs it.",
            True,
        )
    ]
    assert made == []


@pytest.mark.requirement("TOOL-024")
async def test_only_tools_on_offer_can_be_called_even_if_there_are_others() -> None:
    async with attempt() as (loop, _):
        result = await delegated(loop, ("secret", {}), ("llm_delegate_tool_calls", {}))
        with pytest.raises(ToolError, match="no tool `unheard_of` here; there are `llm_delegate_tool_calls`"):
            await loop.delegate.call(message=asking(), tools=["unheard_of"])

    assert result.error_count == 2 and made == []
    assert "secret" not in result.errors[0].message.split("You can call")[1]


async def test_a_tool_that_hangs_exits_or_cancels_is_an_error_for_the_model_only() -> None:
    async with attempt() as (loop, session):
        result = await delegated(
            loop, ("wild", {"text": "hang"}), ("wild", {"text": "exit"}), ("wild", {"text": "cancel"})
        )

    assert [text for text, _ in told(result)] == [
        "The tool `wild` did not end within its limit of 0.05 s.",
        "The tool `wild` failed: SystemExit: 3",
        "The tool `wild` canceled itself.",
    ]
    assert [(call.name, call.repeatable) for call in session.calls] == [("tool:wild", False)] * 3


async def test_ten_thousand_calls_of_one_message_all_get_a_result_and_few_are_made() -> None:
    async with attempt() as (loop, _):
        result = await delegated(loop, *[("shout", {"text": "x"})] * 10_000)

    assert len(made) == 128 and len(result.tool_results) == 10_000 and result.error_count == 10_000 - 128
    assert len(result.model_dump_json()) < 4_000_000


async def test_a_call_whose_outcome_is_unknown_lets_the_others_end_and_cuts_off_only_those_that_hang(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delegation, "LINGER", 2)
    unknown, ended = asyncio.Event(), list[str]()

    @tool(description="Ends when something else has gone wrong.")
    async def linger(forever: bool) -> str:
        await unknown.wait()
        try:
            await asyncio.sleep(3600 if forever else 0.05)
        finally:
            ended.append(f"{forever}")
        return "ended"

    async with attempt() as (loop, session):
        record = session.effect

        async def effect(call: EffectCall, perform: Any) -> Any:
            if call.name == "tool:wild":
                unknown.set()
                raise EffectUnknown("nobody knows", name=call.name)
            return await record(call, perform)

        monkeypatch.setattr(session, "effect", effect)
        message = asking(("linger", {"forever": False}), ("wild", {}), ("linger", {"forever": True}))
        with pytest.raises(EffectUnknown):
            await loop.delegate.call(message=message, tools=[linger, "wild"])

    assert ended == ["False", "True"]
    assert [answer["content"] for answer in session.journal.values()] == ["ended"], "the one that ended is recorded"


@pytest.mark.requirement("LLM-028")
async def test_a_long_result_is_cut_for_the_model_and_kept_as_a_document() -> None:
    async with attempt() as (loop, session):
        result = await delegated(loop, ("shout", {"text": "ä" * 100_000}), ("shout", {"text": "b\x00c"}))

    (long, _), (odd, _) = told(result)
    assert len(long.encode()) < 66_000 and "Cut here: 200,000 bytes in all." in long
    (kept,) = [one for one in session.documents.saved if isinstance(one.content, PlainDocument)]
    assert kept.content.text == "Ä" * 100_000 and str(kept.key) in long
    assert odd == "B\ufffdC"


async def test_a_repeated_step_takes_recorded_answers_and_saves_what_the_calls_saved() -> None:
    journal: dict[str, Any] = {}
    calls = (("note", {"text": "n1"}), ("give", {"text": "x"}), ("wild", {"text": "raise"}))
    async with attempt(journal) as (loop, first):
        before = await delegated(loop, *calls)
    async with attempt(journal) as (loop, again):
        after = await delegated(loop, *calls)

    assert after == before and made == []
    assert {entity.key for entity in again.documents.saved} == {"n1", None, "msg_1_results"}
    for session in (first, again):
        (conversation,) = await session.documents.find_by_tag("message")
        assert conversation.key == "msg_1_results", "what a tool says stands between no call and its result"


async def test_save_false_stores_no_results_and_the_turn_stands_for_its_message() -> None:
    async with attempt() as (loop, session):
        turn = LlmTurn.of(asking(("shout", {"text": "a"})))
        kept = (await loop.delegate.call(message=turn, tools=["shout"], config={"save": False})).data
        assert session.documents.saved == []
        await loop.delegate.call(message=turn, tools=["shout"], config={"meta": {"mark": 1}})

    assert turn.stop_reason == "tool_use" and kept.all_completed
    assert session.documents.saved[0].meta == {"mark": 1}
