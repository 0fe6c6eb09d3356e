"""From the events of a stream to the message they make up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loopstack_temporal.definition.shape import mapping_of
from loopstack_temporal.llm.faults import invalid_output, stream_broken
from loopstack_temporal.llm.port import OnStream, StreamEvent
from loopstack_temporal.llm.providers.claude.settings import PROVIDER
from loopstack_temporal.llm.reading import Room
from loopstack_temporal.llm.structured import object_in

_ADDED = {"text_delta": "text", "thinking_delta": "thinking", "signature_delta": "signature"}
_CALLS = ("tool_use", "server_tool_use")
_CUT_OFF = ("max_tokens", "model_context_window_exceeded")
"""Reasons to stop that leave the last block half written."""


class Assembly:
    """One answer that is being written. `add` every event, then take the `message`."""

    def __init__(self, on_stream: OnStream | None = None) -> None:
        self._on_stream = on_stream
        self._message: dict[str, Any] = {}
        self._blocks: dict[int, dict[str, Any]] = {}
        self._json: dict[int, list[str]] = {}
        self._texts: dict[int, dict[str, list[str]]] = {}
        self._readable: set[int] = set()
        """Calls that were closed, with arguments that are a JSON object."""
        self._room = Room(PROVIDER)

    def add(self, event: Mapping[str, Any]) -> None:
        """Take one event; kinds that are not known are left out."""
        match event.get("type"):
            case "message_start":
                self._message = dict(event["message"])
                self._tell(StreamEvent("start"))
            case "content_block_start":
                self._room.take(str(event["content_block"]))
                self._blocks[event["index"]] = dict(event["content_block"])
            case "content_block_delta":
                self._grow(event["index"], event["delta"])
            case "content_block_stop":
                self._close(event["index"])
            case "message_delta":
                known = {name: value for name, value in event["delta"].items() if value is not None}
                usage = {name: value for name, value in mapping_of(event.get("usage")).items() if value is not None}
                self._message |= {**known, "usage": {**self._message.get("usage", {}), **usage}}
            case _:
                pass

    @property
    def so_far(self) -> dict[str, Any]:
        """What is known of the answer beside its content."""
        return self._message

    @property
    def message(self) -> dict[str, Any]:
        """The whole answer in the provider's form. Raises `ModelError` if it did not come to its end."""
        reason = self._message.get("stop_reason")
        if reason is None:
            raise stream_broken(PROVIDER, "it ended in the middle")
        unusable = self._unusable(cut_off=reason in _CUT_OFF)
        if unusable and reason not in _CUT_OFF:
            names = ", ".join(str(self._blocks[index].get("name")) for index in sorted(unusable))
            raise invalid_output(PROVIDER, f"the arguments of the tool call ({names}) are no JSON object")
        # A call that was cut off by the limit is none: half of its arguments must not be acted upon.
        blocks = [self._whole(index) for index in sorted(self._blocks) if index not in unusable]
        return {**self._message, "content": blocks}

    def _unusable(self, *, cut_off: bool) -> set[int]:
        """Calls whose arguments are broken, never ended, or were cut off before they began."""
        calls = {index for index, block in self._blocks.items() if block.get("type") in _CALLS}
        found = calls - self._readable
        last = max(self._blocks, default=-1)
        # A tool without arguments looks the same; whoever was cut off behind it asks again.
        if cut_off and last in calls and not self._blocks[last].get("input"):
            if not "".join(self._json.get(last, [])).strip():
                found.add(last)
        return found

    def _whole(self, index: int) -> dict[str, Any]:
        """A block with what was added to it. Joined here, once: an answer may come in a hundred thousand pieces."""
        block, grown = self._blocks[index], self._texts.get(index, {})
        return block | {name: "".join([str(block.get(name) or ""), *pieces]) for name, pieces in grown.items()}

    def _grow(self, index: int, delta: Mapping[str, Any]) -> None:
        block, kind = self._blocks[index], str(delta.get("type"))
        if kind in _ADDED:
            name = _ADDED[kind]
            self._texts.setdefault(index, {}).setdefault(name, []).append(self._room.take(str(delta[name])))
            if kind == "text_delta":
                self._tell(StreamEvent("text_delta", str(delta["text"])))
            elif kind == "thinking_delta":
                self._tell(StreamEvent("thinking_delta", str(delta["thinking"])))
        elif kind == "input_json_delta":
            self._json.setdefault(index, []).append(self._room.take(str(delta["partial_json"])))
        elif kind == "citations_delta":
            block["citations"] = [*(block.get("citations") or []), delta["citation"]]

    def _close(self, index: int) -> None:
        block = self._blocks[index]
        if block.get("type") not in _CALLS:
            return
        written = "".join(self._json.get(index, []))
        if written.strip():
            found = object_in(written)
            if found is None:
                return
            block["input"] = found
        self._readable.add(index)
        if block["type"] == "tool_use":
            call = {"id": block.get("id"), "name": block.get("name"), "args": block["input"]}
            self._tell(StreamEvent("tool_call", data=call))

    def _tell(self, event: StreamEvent) -> None:
        if self._on_stream is not None:
            self._on_stream(event)
