"""Keeping a conversation as short as a model should read it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from loopstack_temporal.agents.values import ContextWindow
from loopstack_temporal.definition.document import DocumentEntity, DocumentStore
from loopstack_temporal.definition.documents import FileBlock, ImageBlock, LlmMessageDocument
from loopstack_temporal.llm.tools import LlmConfig, LlmGenerateTextTool

_NOTE = "window_note"
_LEFT_OUT = "left_out"
"""The tag of messages that models are not sent any more; people still see them."""
_REST = 0.7
"""Part of the window that is filled after turns were left out."""
_CONTENTS = {"blocks": {"__all__": {"data"}}}
_PICTURE = 1_600
"""Tokens of a picture, which providers scale down to much the same size."""
_PDF = 40
"""Bytes of a PDF that make about one token."""
_SUMMARISE = (
    "Summarise this part of a conversation for the assistant that goes on with it. Keep facts, decisions, names,"
    " numbers and open questions.\n\n"
)


@dataclass(frozen=True, slots=True)
class _Message:
    entity: DocumentEntity[Any]
    document: LlmMessageDocument

    @property
    def tokens(self) -> int:
        files = [block for block in self.document.blocks or () if isinstance(block, ImageBlock | FileBlock)]
        return len(self.document.model_dump_json(exclude=_CONTENTS)) // 4 + sum(map(_tokens_of, files))

    @property
    def answers_tools(self) -> bool:
        return any(block.type == "tool_result" for block in self.document.blocks or ())


async def keep_within(
    window: ContextWindow, documents: DocumentStore, llm: LlmGenerateTextTool, config: LlmConfig
) -> None:
    """Take the oldest turns out of the conversation once it is too long, and say so in a document.

    What is told first stays: hidden context, and the first message of a person. So does the last turn. Tool calls and
    their results go together. With room for further turns, so that not each of them is a reason to do it again.
    """
    messages = _messages(await documents.find_by_tag("message"))
    total = sum(message.tokens for message in messages)
    if total <= window.tokens:
        return
    former = next((message for message in messages if message.entity.key == _NOTE), None)
    out: list[_Message] = []
    for turn in _turns([message for message in messages if message is not former])[1:-1]:
        if total <= window.tokens * _REST:
            break
        if all(message.entity.key is not None for message in turn):
            out += turn
            total -= sum(message.tokens for message in turn)
    if not out:
        return
    # The former note goes into the new one: nobody else remembers what it says.
    summary = None if window.rule == "drop" else await _summary(out if former is None else [former, *out], llm, config)
    for message in out:
        await documents.save(message.document, key=message.entity.key, tags=[_LEFT_OUT], meta=message.entity.meta)
    head = _head(_messages(await documents.find_by_tag(_LEFT_OUT)))
    said = head if summary is None else f"{head}\nWhat was said there, in short:\n{summary}"
    await documents.save(LlmMessageDocument(role="user", text=said, id=_NOTE), key=_NOTE)


def _head(gone: Sequence[_Message]) -> str:
    tokens = sum(message.tokens for message in gone)
    return f"[{len(gone)} earlier messages, about {tokens:,} tokens, were left out of the conversation here.]"


async def _summary(out: Sequence[_Message], llm: LlmGenerateTextTool, config: LlmConfig) -> str:
    text = "\n\n".join(f"{one.document.role}: {_readable(one.document)}" for one in out)
    reply = await llm.call(prompt=_SUMMARISE + text, config={**config, "save": False})
    return reply.data.message.text


def _tokens_of(block: ImageBlock | FileBlock) -> int:
    if isinstance(block, ImageBlock):
        return _PICTURE
    size = len(block.data or "") * 3 // 4
    return size // 4 if block.media_type.startswith("text/") else size // _PDF


def _readable(message: LlmMessageDocument) -> str:
    blocks = [block.model_dump(mode="json") for block in message.blocks or () if block.type.startswith("tool")]
    return "\n".join([message.text, *(json.dumps(block, ensure_ascii=False) for block in blocks)]).strip()


def _messages(entities: Sequence[DocumentEntity[Any]]) -> list[_Message]:
    found = [one for one in entities if one.document_name == "llm_message"]
    return [
        _Message(one, LlmMessageDocument.model_validate(one.content.model_dump()))
        for one in sorted(found, key=lambda one: one.index)
    ]


def _turns(messages: Sequence[_Message]) -> list[list[_Message]]:
    """Messages that stand and go together: an answer of the model with the results of its tool calls."""
    turns: list[list[_Message]] = []
    for message in messages:
        if turns and message.answers_tools:
            turns[-1].append(message)
        else:
            turns.append([message])
    return turns
