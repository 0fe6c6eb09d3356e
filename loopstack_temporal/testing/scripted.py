"""A model provider that says what a test wants it to say, and remembers what it was asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from loopstack_temporal.definition.documents.llm import (
    ContentBlock,
    StopReason,
    TextBlock,
    ThinkingBlock,
    ToolCallBlock,
)
from loopstack_temporal.errors import ModelError
from loopstack_temporal.llm.port import LlmMessage, LlmReply, LlmRequest, OnStream, StreamEvent, Usage


@dataclass(frozen=True, slots=True)
class Says:
    """One answer: a text, tool calls, or data."""

    text: str = ""
    calls: Sequence[tuple[str, Mapping[str, Any]]] = ()
    """Names and arguments of tools."""
    thinking: str = ""
    object: Any = None
    """What an object call gives."""
    stop_reason: StopReason | None = None
    """Default: `tool_use` with tool calls, else `end_turn`."""
    usage: Usage | None = None
    """Default: an estimate of four characters a token."""


Answer: TypeAlias = str | Says | Exception
"""A text, an answer with more in it, or an error to be raised."""
Script: TypeAlias = Sequence[Answer] | Callable[[LlmRequest], Answer]


class ScriptedModel:
    """Answers by script: `providers=[ScriptedModel([Says(calls=[("search", {"q": "tea"})]), "Tea is a drink."])]`.

    A sequence is said one answer after the other; with `by_turn=True` the place in it is the number of answers in the
    conversation so far, which holds for many runs at once and for a worker that was killed. A function gets the
    request. `requests` is everything that was asked. Texts are streamed word by word. Raises `ModelError` when it is
    asked more often than its script says.
    """

    def __init__(
        self, script: Script, *, provider_id: str = "scripted", model: str = "scripted-1", by_turn: bool = False
    ) -> None:
        self.provider_id = provider_id
        self.requests: list[LlmRequest] = []
        self._script = script
        self._model = model
        self._by_turn = by_turn

    async def generate_text(self, request: LlmRequest, on_stream: OnStream | None = None) -> LlmReply:
        """The next answer of the script."""
        said = self._next(request)
        if on_stream is not None:
            _stream(said, on_stream)
        return self._reply(said, request)

    async def generate_object(
        self, request: LlmRequest, schema: Mapping[str, Any], on_stream: OnStream | None = None
    ) -> LlmReply:
        """The next answer of the script, as data."""
        return self._reply(self._next(request), request)

    def extract_usage(self, response: Mapping[str, Any]) -> Usage | None:
        """What `usage` of the answer says, else an estimate."""
        return Usage(**response["usage"]) if "usage" in response else None

    def to_provider_message(self, message: LlmMessage) -> Mapping[str, Any]:
        """Role and blocks as they are."""
        return {"role": message.role, "text": message.text, "blocks": [one.model_dump() for one in message.blocks]}

    def _next(self, request: LlmRequest) -> Says:
        place = sum(one.role == "assistant" for one in request.messages) if self._by_turn else len(self.requests)
        self.requests.append(request)
        if callable(self._script):
            said = self._script(request)
        elif place < len(self._script):
            said = self._script[place]
        else:
            raise ModelError(
                f"The script of the model `{self.provider_id}` has {len(self._script)} answers and no more."
            )
        if isinstance(said, Exception):
            raise said
        return Says(said) if isinstance(said, str) else said

    def _reply(self, said: Says, request: LlmRequest) -> LlmReply:
        turn = sum(one.role == "assistant" for one in request.messages) + 1
        message = LlmMessage("assistant", said.text, _blocks(said, turn))
        usage = said.usage or Usage(sum(len(one.text) for one in request.messages) // 4, len(said.text) // 4)
        return LlmReply(
            message,
            request.model or self._model,
            said.stop_reason or ("tool_use" if said.calls else "end_turn"),
            response={
                **self.to_provider_message(message),
                "usage": {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens},
            },
            object=said.object,
        )


def _blocks(said: Says, turn: int) -> tuple[ContentBlock, ...]:
    blocks: list[ContentBlock] = []
    if said.thinking:
        blocks.append(ThinkingBlock(text=said.thinking))
    if said.text:
        blocks.append(TextBlock(text=said.text))
    # Ids are told apart by the turn, and the same when the same turn is asked for again.
    calls = enumerate(said.calls, 1)
    blocks += [ToolCallBlock(id=f"call_{turn}_{n}", name=name, args=dict(args)) for n, (name, args) in calls]
    return tuple(blocks)


def _stream(said: Says, on_stream: OnStream) -> None:
    on_stream(StreamEvent("start"))
    for piece in _pieces(said.thinking):
        on_stream(StreamEvent("thinking_delta", piece))
    for piece in _pieces(said.text):
        on_stream(StreamEvent("text_delta", piece))
    on_stream(StreamEvent("done"))


def _pieces(text: str) -> list[str]:
    """Words with the space behind them; together the whole text."""
    return re.findall(r"\S*\s+|\S+", text)
