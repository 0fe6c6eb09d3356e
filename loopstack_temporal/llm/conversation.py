"""What a model is asked: a prompt, explicit messages, or the run's own documents, in this order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any, cast, get_args

from pydantic import ValidationError
from pydantic_core import to_json

from loopstack_temporal.definition.document import StoredDocument
from loopstack_temporal.definition.documents import LlmMessageDocument
from loopstack_temporal.definition.documents.llm import (
    ContentBlock,
    LlmRole,
    TextBlock,
    ThinkingBlock,
    ToolCallBlock,
    ToolResultBlock,
    text_of,
)
from loopstack_temporal.definition.shape import field_errors, mapping_of
from loopstack_temporal.errors import ToolError
from loopstack_temporal.llm.port import BLOCKS, LlmMessage
from loopstack_temporal.llm.sound import sound

Message = LlmMessageDocument | Mapping[str, Any]
"""A message document, or the same as a mapping: `{"role": "user", "text": "…"}`."""


@dataclass(frozen=True)
class Turn:
    """One message, and if a model wrote it the answer as its provider gave it."""

    message: LlmMessage
    provider: str | None = None
    native: Mapping[str, Any] | None = None

    @cached_property
    def digest(self) -> str:
        """Stands for all of it. Of a stored message it is made once: a long conversation is asked about often."""
        blocks = BLOCKS.dump_python(self.message.blocks, mode="json")
        whole = [self.message.role, self.message.text, blocks, self.provider, self.native]
        return sha256(to_json(sound(whole))).hexdigest()

    @cached_property
    def is_plain(self) -> bool:
        """Whether it has nothing to do with tools: most messages of long conversations have not."""
        return not any(isinstance(block, ToolCallBlock | ToolResultBlock) for block in self.message.blocks)

    def sent_to(self, provider: str) -> LlmMessage:
        """The message for a provider: native answers go back only to where they came from."""
        if self.native is None or self.provider != provider:
            return self.message
        return LlmMessage(self.message.role, self.message.text, self.message.blocks, self.native)


def from_prompt(prompt: str) -> tuple[Turn, ...]:
    """One question without any history. Raises `ToolError` if it is blank."""
    if not prompt.strip():
        raise ToolError("The prompt of a model call is empty; leave `prompt` out to send the run's messages instead.")
    return (Turn(LlmMessage("user", prompt)),)


def from_messages(messages: Sequence[Message]) -> tuple[Turn, ...]:
    """Explicit messages. Raises `ToolError` that says which of them is wrong."""
    found: list[Turn] = []
    for position, message in enumerate(messages):
        try:
            document = LlmMessageDocument.model_validate(message)
        except ValidationError as error:
            first = field_errors(error)[0]
            where = ".".join(str(part) for part in (position, *first.path))
            raise ToolError(f"`messages.{where}` of a model call does not fit: {first.message}") from None
        found.append(Turn(_message(document.role, document.text, document.blocks)))
    return tuple(found)


def from_documents(documents: Sequence[StoredDocument], tag: str) -> tuple[Turn, ...]:
    """The run's messages in feed order, as far as they have a role. Raises `ToolError` if there are none."""
    found = tuple(turn for one in documents if (turn := one.derived(_stored_turn)) is not None)
    if not found:
        raise ToolError(
            f"A model call has nothing to send: it was given neither `prompt` nor `messages`, and no document of this"
            f" run is a message with the tag {tag!r}."
        )
    return found


def _stored_turn(stored: StoredDocument) -> Turn | None:
    content: Mapping[str, Any] = mapping_of(stored.content)
    role, text = content.get("role"), content.get("text")
    if role not in get_args(LlmRole) or not isinstance(text, str):
        return None
    message = _message(cast("LlmRole", role), text, content.get("blocks"))
    native, provider = stored.meta.get("response"), stored.meta.get("provider")
    if role == "assistant" and isinstance(native, Mapping) and isinstance(provider, str):
        return Turn(message, provider, cast("Mapping[str, Any]", native))
    return Turn(message)


def with_results(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The same with the results of each message's tool calls right behind it, in the order of the calls.

    Providers refuse anything else. A call that nobody answered gets an error result; a result that belongs to no call
    is told as text.
    """
    taken: set[tuple[int, int]] = set()
    involved = [(place, turn) for place, turn in enumerate(turns) if not turn.is_plain]
    results = {place: _results(turns, place, taken) for place, turn in involved if turn.message.tool_calls}
    found: list[Turn] = []
    for place, turn in enumerate(turns):
        if turn.is_plain:
            found.append(turn)
            continue
        blocks = turn.message.blocks
        kept = tuple(_left(block) for number, block in enumerate(blocks) if (place, number) not in taken)
        if kept == blocks:
            found.append(turn)
        elif kept:
            found.append(Turn(_message(turn.message.role, text_of(kept), kept)))
        if place in results:
            found.append(Turn(LlmMessage("user", "", results[place])))
    return tuple(found)


def _results(turns: Sequence[Turn], place: int, taken: set[tuple[int, int]]) -> tuple[ToolResultBlock, ...]:
    """A result for every call of the message at `place`. Lazy servers repeat ids, in later messages and within one."""
    calls = turns[place].message.tool_calls
    left = Counter(call.id for call in calls)
    answers: dict[str, list[ToolResultBlock]] = {name: [] for name in left}
    for later in range(place + 1, len(turns)):
        message = turns[later].message
        if not left.total() or any(call.id in answers for call in message.tool_calls):
            break
        # A model does not answer its own calls, whatever it writes.
        for number, block in enumerate(message.blocks if message.role == "user" else ()):
            if isinstance(block, ToolResultBlock) and left[block.tool_call_id] and (later, number) not in taken:
                left[block.tool_call_id] -= 1
                answers[block.tool_call_id].append(block)
                taken.add((later, number))
    found = {name: iter(blocks) for name, blocks in answers.items()}
    return tuple(next(found[call.id], None) or _unanswered(call) for call in calls)


def _unanswered(call: ToolCallBlock) -> ToolResultBlock:
    text = f"The call of `{call.name}` was not answered."
    return ToolResultBlock(tool_call_id=call.id, content=text, is_error=True)


def _left(block: ContentBlock) -> ContentBlock:
    if isinstance(block, ToolResultBlock):
        return TextBlock(text=f"Result of an earlier tool call: {block.content}")
    return block


def _message(role: LlmRole, text: str, blocks: object) -> LlmMessage:
    """A message whose blocks, if there are any, hold all of its text."""
    found = _blocks(blocks)
    if not found or not text.strip() or any(isinstance(block, TextBlock) for block in found):
        return LlmMessage(role, text or text_of(found), found)
    said = TextBlock(text=text)
    if role == "user":
        return LlmMessage(role, text, (*found, said))
    # What a model says stands between its thoughts and its calls.
    thoughts = tuple(block for block in found if isinstance(block, ThinkingBlock))
    others = tuple(block for block in found if not isinstance(block, ThinkingBlock))
    return LlmMessage(role, text, (*thoughts, said, *others))


def _blocks(found: object) -> tuple[ContentBlock, ...]:
    """Blocks of a message; in documents of earlier steps they are plain data."""
    if not isinstance(found, list | tuple):
        return ()
    try:
        return BLOCKS.validate_python(found)
    except ValidationError:
        return ()  # Documents of authors may carry anything under that name.
