"""Answers that nobody would send in earnest, as real HTTP: each has an outcome, and none takes long."""

from __future__ import annotations

import pytest

from loopstack_temporal import LlmMessageDocument
from loopstack_temporal.errors import ModelError
from loopstack_temporal.llm import LlmReply
from loopstack_temporal.llm.reading import LONGEST_ANSWER
from tests.llm.asked import ASK, EVERY, claude_at, every_provider, failure, openai_at, wire_of
from tests.llm.attempts import JournaledAttempt, text_tool
from tests.llm.wire import Call, answer
from tests.support.model_servers import ModelServer, Scripted, recorded

BOTH = pytest.mark.parametrize("provider", ["claude", "openai"])
AT = {"claude": claude_at, "openai": openai_at}


async def asked(server: ModelServer, provider: str, scripted: Scripted) -> LlmReply:
    server.will(scripted)
    return await AT[provider](server).generate_text(ASK)


async def broken(server: ModelServer, provider: str, scripted: Scripted) -> ModelError:
    return await failure(AT[provider](server), server, scripted)


@BOTH
async def test_ten_thousand_tool_calls_of_one_message_are_read(server: ModelServer, provider: str) -> None:
    calls: list[Call] = [(f"c{number}", "look", f'{{"at": {number}}}') for number in range(10_000)]

    reply = await asked(server, provider, answer(provider, calls=calls))

    assert [(call.id, call.args) for call in reply.message.tool_calls] == [(f"c{n}", {"at": n}) for n in range(10_000)]


@BOTH
async def test_a_text_of_megabytes_comes_whole_however_small_its_pieces_are(server: ModelServer, provider: str) -> None:
    pieces = [f"{number:06} " + "ä" * 193 for number in range(15_000)]

    assert (await asked(server, provider, answer(provider, pieces))).message.text == "".join(pieces)


@BOTH
async def test_arguments_of_megabytes_come_whole(server: ModelServer, provider: str) -> None:
    written = '{"note": "' + "x" * 3_000_000 + '"}'

    (call,) = (await asked(server, provider, answer(provider, calls=[("c", "keep", written)]))).message.tool_calls

    assert len(call.args["note"]) == 3_000_000


@BOTH
async def test_an_answer_without_an_end_is_left_and_not_asked_for_again(server: ModelServer, provider: str) -> None:
    pieces = ["y" * 500_000] * (LONGEST_ANSWER // 500_000 + 1)

    for endless in (answer(provider, pieces), answer(provider, calls=[("c", "keep", one) for one in pieces])):
        error = await broken(server, provider, endless)
        assert (error.code, error.retryable) == ("model_answer_too_long", False)
        assert "it has more than 8,388,608 characters and was not read to its end" in str(error)


@BOTH
@pytest.mark.parametrize(
    "written",
    [
        '{"city": "Rome"',
        '["Rome"]',
        '"Rome"',
        '{"city": NaN}',
        '{"city": -Infinity}',
        '{"city": ' + "[" * 200 + "]" * 200 + "}",
        '{"city": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"number": ' + "9" * 10_000 + "}",
        '{"number": 1e999}',
        '{"number": [-1e999]}',
        "\x00",
    ],
)
async def test_arguments_that_nobody_could_write_as_json_again_make_no_call(
    server: ModelServer, provider: str, written: str
) -> None:
    error = await broken(server, provider, answer(provider, ["Let me look."], [("c", "look", written)]))

    assert (error.code, error.retryable) == ("model_invalid_output", True)
    assert "(look) are no JSON object" in str(error)


@BOTH
async def test_texts_with_control_characters_and_half_letters_can_be_sent_again(
    server: ModelServer, provider: str
) -> None:
    odd = "\x00\x07\x1b[31m\u202e\ufeff\ud83d \udc00 \x7f\u2028"
    server.will(answer(provider, [odd]), answer(provider, ["Fine."]))
    attempt = JournaledAttempt()
    asking = text_tool(attempt, claude_at(server), openai_at(server))
    await attempt.documents.save(LlmMessageDocument(role="user", text="Go!"))

    first = await asking.call(provider=provider)
    await attempt.documents.save(LlmMessageDocument(role="user", text="Again!"))
    second = await asking.call(provider=provider)

    assert first.data.message.text == odd.replace("\ud83d", "\ufffd").replace("\udc00", "\ufffd")
    assert second.data.message.text == "Fine."


@pytest.mark.parametrize("provider", EVERY)
async def test_a_call_that_was_cut_off_before_its_arguments_began_is_none(server: ModelServer, provider: str) -> None:
    (asking,) = [one for one in every_provider(server) if one.provider_id == provider]
    begun = recorded(f"{wire_of(provider)}-length.sse").replace('{\\"city\\": \\"Par', "")
    server.will(Scripted(begun))

    reply = await asking.generate_text(ASK)

    assert "get_weather" in begun and 'Par"' not in begun
    assert (reply.stop_reason, reply.message.text) == ("max_tokens", "Once upon a")
    assert reply.message.tool_calls == ()


async def test_a_call_that_was_cut_off_because_the_context_is_full_is_none(server: ModelServer) -> None:
    full = recorded("claude-length.sse").replace('"max_tokens"', '"model_context_window_exceeded"')

    reply = await asked(server, "claude", Scripted(full))

    assert (reply.stop_reason, reply.message.tool_calls) == ("max_tokens", ())


@pytest.mark.parametrize("begun", ["", '{\\"city\\": \\"Rome\\"}'])
async def test_a_call_that_was_never_closed_is_no_call_without_arguments(server: ModelServer, begun: str) -> None:
    whole = recorded("claude-length.sse").replace('{\\"city\\": \\"Par', begun).replace('"max_tokens"', '"tool_use"')
    stop = 'event: content_block_stop\ndata: {"type": "content_block_stop", "index": 1}\n\n'
    assert stop in whole

    error = await broken(server, "claude", Scripted(whole.replace(stop, "")))

    assert (error.code, error.retryable) == ("model_invalid_output", True)
    assert "the arguments of the tool call (get_weather) are no JSON object" in str(error)
