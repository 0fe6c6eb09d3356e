"""What a model turn and its tool calls leave in the state of a workflow: small, and complete enough to go on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_jsonable_python

from loopstack_temporal.definition.documents.llm import LlmMessageDocument, StopReason, ToolCallBlock, ToolResultBlock

LONGEST_RESULT = 64 * 1024
"""Bytes of one tool result that a model is sent."""
ALL_RESULTS = 1024 * 1024
"""Bytes of all results of one message; many calls at once get less each."""
LONGEST_KEPT = 4 * 1024 * 1024
"""Bytes of one tool result that are kept at all, as they are stored: JSON in which most alphabets are escaped."""
_PIECE = 16 * 1024
"""Characters that are kept or left out together."""


class LlmTurn(BaseModel):
    """A model's answer without its native form: for the state. The answer itself is the document `message_id`."""

    message_id: str | None = None
    stop_reason: StopReason = "end_turn"
    text: str = ""
    tool_calls: list[ToolCallBlock] = Field(default_factory=list[ToolCallBlock])

    @classmethod
    def of(cls, message: LlmMessageDocument) -> Self:
        """The turn of a message that `LlmGenerateTextTool` gave."""
        calls = [block for block in message.blocks or () if isinstance(block, ToolCallBlock)]
        return cls(
            message_id=message.id,
            stop_reason=message.stop_reason or "end_turn",
            text=message.text,
            tool_calls=calls,
        )


class ToolCallState(BaseModel):
    """One tool call of a message and how it stands."""

    model_config = ConfigDict(frozen=True)

    id: str
    tool_name: str
    status: Literal["done", "running", "approval"] = "done"
    run_id: str | None = None
    """The run that will give the result, or the one that asks for approval."""
    args: dict[str, Any] | None = None
    """Kept while a person is asked about them."""
    content: str = ""
    is_error: bool = False


class ToolCallFault(BaseModel):
    """A tool call that the model was told an error for."""

    tool_name: str
    tool_call_id: str
    message: str


class LlmDelegateResult(BaseModel):
    """How the tool calls of one message stand. Can be kept in a state; see `LlmUpdateToolResultTool`."""

    message_id: str | None = None
    calls: list[ToolCallState] = Field(default_factory=list[ToolCallState])
    """In the order of the message."""
    tools: list[str] = Field(default_factory=list[str])
    """What the model could call."""
    callback: str | None = None
    """The wait transition that is told when a pending call has ended."""
    save: bool = True
    meta: dict[str, Any] = Field(default_factory=dict[str, Any])

    @property
    def all_completed(self) -> bool:
        """Whether every call has a result."""
        return self.pending_count == 0

    @property
    def pending_count(self) -> int:
        """Calls that wait for a run or a person."""
        return len(self.pending)

    @property
    def pending(self) -> tuple[ToolCallState, ...]:
        """The calls that wait."""
        return tuple(call for call in self.calls if call.status != "done")

    @property
    def tool_results(self) -> list[ToolResultBlock]:
        """The results there are, in the order of the calls."""
        return [
            ToolResultBlock(tool_call_id=call.id, content=call.content, is_error=call.is_error)
            for call in self.calls
            if call.status == "done"
        ]

    @property
    def has_errors(self) -> bool:
        """Whether the model is told of an error."""
        return self.error_count > 0

    @property
    def error_count(self) -> int:
        """How many results are errors."""
        return len(self.errors)

    @property
    def errors(self) -> list[ToolCallFault]:
        """The results that are errors."""
        return [
            ToolCallFault(tool_name=call.tool_name, tool_call_id=call.id, message=call.content)
            for call in self.calls
            if call.status == "done" and call.is_error
        ]

    def called(self, tool_name: str) -> ToolCallState | None:
        """The first call of that tool that ended well."""
        return next((one for one in self.calls if one.tool_name == tool_name and _ended_well(one)), None)

    def replaced(self, before: ToolCallState, after: ToolCallState) -> LlmDelegateResult:
        """The same with another state of one of its calls."""
        calls = list(self.calls)
        calls[calls.index(before)] = after
        return self.model_copy(update={"calls": calls})


def content_of(data: object) -> str:
    """A tool's data as a model reads it: text as it is, anything else as JSON.

    Raises `ValueError` for what is no JSON, and for whatever the data itself raises: it may be a generator, or compute
    its fields.
    """
    if isinstance(data, str):
        return clean(data)
    try:
        return clean(json.dumps(to_jsonable_python(data), ensure_ascii=False, allow_nan=False))
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        raise ValueError(f"returned something that is no JSON: {type(error).__name__}: {error}") from error


def clean(text: str) -> str:
    """Text that every database and provider takes: no NUL, no half characters, at most 4 MiB of it as stored."""
    kept = _beginning(text)
    if len(kept) < len(text):
        text = f"{kept}\n[The rest of {len(text):,} characters was left out.]"
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def cut(content: str, limit: int, kept_as: str) -> str:
    """At most about `limit` bytes of a result, with a note that says where all of it is."""
    size = len(content.encode())
    if size <= limit:
        return content
    start = content.encode()[:limit].decode(errors="ignore")
    return f"{start}\n[Cut here: {size:,} bytes in all. The whole result is kept as the document `{kept_as}`.]"


def limit_for(calls: Sequence[object]) -> int:
    """Bytes that each result of a message with so many calls may have."""
    return max(2048, min(LONGEST_RESULT, ALL_RESULTS // max(len(calls), 1)))


def _beginning(text: str) -> str:
    size = 0
    for start in range(0, len(text), _PIECE):
        size += len(json.dumps(text[start : start + _PIECE])) - 2
        if size > LONGEST_KEPT:
            return text[:start]
    return text


def _ended_well(call: ToolCallState) -> bool:
    return call.status == "done" and not call.is_error
