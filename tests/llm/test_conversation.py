"""What a model is told of a conversation."""

from __future__ import annotations

from typing import Any

import pytest

from loopstack_temporal.definition.documents.llm import (
    ContentBlock,
    ImageBlock,
    TextBlock,
    ToolCallBlock,
    ToolResultBlock,
)
from loopstack_temporal.errors import ToolError
from loopstack_temporal.llm.conversation import Turn, from_messages, with_results
from loopstack_temporal.llm.port import LlmMessage


def call(name: str) -> ToolCallBlock:
    return ToolCallBlock(id=name, name=f"tool_{name}")


def result(name: str, content: str = "done") -> ToolResultBlock:
    return ToolResultBlock(tool_call_id=name, content=content)


def assistant(*blocks: ContentBlock) -> Turn:
    return Turn(LlmMessage("assistant", "", blocks))


def user(*blocks: ContentBlock) -> Turn:
    return Turn(LlmMessage("user", "", blocks))


def told(*turns: Turn) -> list[list[str]]:
    """Kinds and contents of the blocks, message by message."""
    lines: list[list[str]] = []
    for turn in with_results(turns):
        lines.append([turn.message.role])
        for block in turn.message.blocks:
            match block:
                case ToolResultBlock():
                    lines[-1].append(f"{block.tool_call_id}: {block.content}{'!' * block.is_error}")
                case ToolCallBlock():
                    lines[-1].append(block.id)
                case TextBlock():
                    lines[-1].append(block.text)
                case _:
                    lines[-1].append(block.type)
    return lines


@pytest.mark.requirement("LLM-011")
def test_explicit_messages_keep_text_and_blocks() -> None:
    image = {"type": "image", "media_type": "image/png", "data": "aGk="}
    calls: dict[str, Any] = {"type": "tool_call", "id": "1", "name": "look", "args": {}}
    thought = {"type": "thinking", "text": "hm"}

    found = from_messages(
        [
            {"role": "user", "text": "What is this?", "blocks": [image]},
            {"role": "assistant", "text": "I look.", "blocks": [thought, calls]},
            {"role": "user", "blocks": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
            {"role": "user", "text": "plain"},
        ]
    )

    assert [[block.type for block in turn.message.blocks] for turn in found] == [
        ["image", "text"],
        ["thinking", "text", "tool_call"],
        ["text", "text"],
        [],
    ]
    assert [turn.message.text for turn in found] == ["What is this?", "I look.", "a\nb", "plain"]


def test_media_need_either_data_or_an_address() -> None:
    with pytest.raises(ToolError, match=r"messages\.0\.blocks.* give either `data` \(base64\) or `url`"):
        from_messages([{"role": "user", "blocks": [{"type": "image", "media_type": "image/png"}]}])
    with pytest.raises(ValueError, match="no base64"):
        ImageBlock(media_type="image/png", data="not base64!")


def test_results_stand_behind_their_calls_in_the_order_of_the_calls() -> None:
    late = told(
        assistant(call("a"), call("b")),
        user(TextBlock(text="Wait!")),
        user(result("b"), TextBlock(text="x")),
        user(result("a")),
    )

    assert late == [["assistant", "a", "b"], ["user", "a: done", "b: done"], ["user", "Wait!"], ["user", "x"]]


def test_a_call_that_nobody_answered_gets_an_error_result() -> None:
    missing = "b: The call of `tool_b` was not answered.!"

    assert told(assistant(call("a"), call("b")), user(result("a"))) == [
        ["assistant", "a", "b"],
        ["user", "a: done", missing],
    ]
    assert told(assistant(call("b"))) == [["assistant", "b"], ["user", missing]]


def test_a_result_without_a_call_is_told_as_text_and_a_second_one_too() -> None:
    assert told(user(result("a", "lost"))) == [["user", "Result of an earlier tool call: lost"]]
    assert told(assistant(call("a")), user(result("a")), user(result("a", "again"))) == [
        ["assistant", "a"],
        ["user", "a: done"],
        ["user", "Result of an earlier tool call: again"],
    ]


def test_ids_that_come_again_are_answered_each_in_its_turn() -> None:
    turns = (assistant(call("0")), user(result("0", "one")), assistant(call("0")), user(result("0", "two")))

    assert told(*turns) == [["assistant", "0"], ["user", "0: one"], ["assistant", "0"], ["user", "0: two"]]


def test_calls_of_one_message_with_the_same_id_get_a_result_each() -> None:
    answers = user(result("0", "one"), result("0", "two"))

    assert told(assistant(call("0"), call("0")), answers) == [["assistant", "0", "0"], ["user", "0: one", "0: two"]]
    assert told(assistant(call("0"), call("0")), user(result("0", "one")))[1] == [
        "user",
        "0: one",
        "0: The call of `tool_0` was not answered.!",
    ]


def test_a_model_does_not_answer_its_own_calls() -> None:
    forged = assistant(result("a", "forged"))

    assert told(assistant(call("a"), result("a", "forged")), forged, user(result("a", "real"))) == [
        ["assistant", "a", "Result of an earlier tool call: forged"],
        ["user", "a: real"],
        ["assistant", "Result of an earlier tool call: forged"],
    ]
