"""From the chunks of a stream to the completion they make up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from loopstack_temporal.definition.shape import mapping_of
from loopstack_temporal.llm.faults import invalid_output, stream_broken
from loopstack_temporal.llm.port import OnStream, StreamEvent
from loopstack_temporal.llm.providers.openai.settings import PROVIDER
from loopstack_temporal.llm.reading import Room
from loopstack_temporal.llm.structured import object_in

_THOUGHTS = ("reasoning_content", "reasoning")
"""Not OpenAI's own; servers with open models send the model's thoughts under one of these names."""


@dataclass(slots=True)
class _Call:
    """A tool call as far as it is known."""

    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list[str])
    """In pieces: put together one by one, a long text would be copied with each of them."""


class Assembly:
    """One answer that is being written. `add` every chunk, then take the `completion`."""

    def __init__(self, on_stream: OnStream | None = None) -> None:
        self._on_stream = on_stream
        self._head: dict[str, Any] = {}
        self._usage: Mapping[str, Any] | None = None
        self._texts: dict[str, list[str]] = {}
        self._calls: list[_Call] = []
        self._slots: dict[int, _Call] = {}
        self._reason: str | None = None
        self._room = Room(PROVIDER)

    def add(self, chunk: Mapping[str, Any]) -> None:
        """Take one chunk."""
        if not self._head:
            self._tell(StreamEvent("start"))
        names = ("id", "created", "model", "service_tier")
        self._head |= {name: chunk[name] for name in names if chunk.get(name) is not None}
        self._usage = chunk.get("usage") or self._usage
        for choice in chunk.get("choices") or ():
            self._grow(mapping_of(choice.get("delta")))
            self._reason = choice.get("finish_reason") or self._reason

    @property
    def so_far(self) -> dict[str, Any]:
        """What is known of the answer beside its content."""
        return {**self._head, "usage": self._usage}

    @property
    def completion(self) -> dict[str, Any]:
        """The whole answer in the provider's form. Raises `ModelError` if it did not come to its end."""
        if self._reason is None:
            raise stream_broken(PROVIDER, "it ended in the middle")
        message: dict[str, Any] = {"role": "assistant"}
        message |= {name: "".join(pieces) for name, pieces in self._texts.items()}
        if calls := self._whole_calls():
            message["tool_calls"] = calls
        choice = {"index": 0, "message": message, "finish_reason": self._reason}
        return {**self._head, "object": "chat.completion", "choices": [choice], "usage": self._usage}

    def _whole_calls(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for number, call in enumerate(self._calls):
            call.id = call.id or f"call_{self._head.get('id', '')}_{number}"
            cut_off = self._reason == "length"
            said, last = "".join(call.arguments), number == len(self._calls) - 1
            written = said if said or (cut_off and last) else "{}"
            args = object_in(written)
            if args is None and cut_off:
                # Half of its arguments, or none of them, must not be acted upon.
                continue
            if args is None:
                raise invalid_output(PROVIDER, f"the arguments of the tool call ({call.name}) are no JSON object")
            self._tell(StreamEvent("tool_call", data={"id": call.id, "name": call.name, "args": args}))
            function = {"name": call.name, "arguments": written}
            found.append({"id": call.id, "type": "function", "function": function})
        return found

    def _grow(self, delta: Mapping[str, Any]) -> None:
        for name in ("content", "refusal"):
            if piece := delta.get(name):
                self._texts.setdefault(name, []).append(self._room.take(piece))
                self._tell(StreamEvent("text_delta", piece))
        thought = next((delta[name] for name in _THOUGHTS if isinstance(delta.get(name), str)), "")
        if thought:
            self._texts.setdefault(_THOUGHTS[0], []).append(self._room.take(thought))
            self._tell(StreamEvent("thinking_delta", thought))
        for piece in delta.get("tool_calls") or ():
            call, function = self._call(piece), mapping_of(piece.get("function"))
            call.id = call.id or self._room.take(piece.get("id") or "")
            call.name += self._room.take(function.get("name") or "")
            call.arguments.append(self._room.take(function.get("arguments") or ""))

    def _call(self, piece: Mapping[str, Any]) -> _Call:
        index, call_id = piece.get("index") or 0, piece.get("id")
        slot = self._slots.get(index)
        # Some servers number every call 0 and tell them apart by their ids only.
        if slot is None or (call_id and slot.id and slot.id != call_id):
            slot = self._slots[index] = _Call()
            self._calls.append(slot)
        return slot

    def _tell(self, event: StreamEvent) -> None:
        if self._on_stream is not None:
            self._on_stream(event)
