"""What a model is asked: a prompt, explicit messages, or the run's own documents, in this order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast, get_args

from pydantic import TypeAdapter, ValidationError

from loopstack_temporal.definition.document import DocumentEntity
from loopstack_temporal.definition.documents import LlmMessageDocument
from loopstack_temporal.definition.documents.llm import ContentBlock, LlmRole
from loopstack_temporal.definition.shape import field_errors
from loopstack_temporal.errors import ToolError
from loopstack_temporal.llm.port import LlmMessage

Message = LlmMessageDocument | Mapping[str, Any]
"""A message document, or the same as a mapping: `{"role": "user", "text": "…"}`."""


def from_prompt(prompt: str) -> tuple[LlmMessage, ...]:
    """One question without any history. Raises `ToolError` if it is blank."""
    if not prompt.strip():
        raise ToolError("The prompt of a model call is empty; leave `prompt` out to send the run's messages instead.")
    return (LlmMessage("user", prompt),)


def from_messages(messages: Sequence[Message]) -> tuple[LlmMessage, ...]:
    """Explicit messages. Raises `ToolError` that says which of them is wrong."""
    found: list[LlmMessage] = []
    for position, message in enumerate(messages):
        try:
            document = LlmMessageDocument.model_validate(message)
        except ValidationError as error:
            first = field_errors(error)[0]
            where = ".".join(str(part) for part in (position, *first.path))
            raise ToolError(f"`messages.{where}` of a model call does not fit: {first.message}") from None
        found.append(LlmMessage(document.role, document.text or "", tuple(document.blocks or ())))
    return tuple(found)


def from_documents(entities: Sequence[DocumentEntity[Any]], tag: str) -> tuple[LlmMessage, ...]:
    """The run's messages in feed order, as far as they have a role. Raises `ToolError` if there are none."""
    found: list[LlmMessage] = []
    for entity in sorted(entities, key=lambda entity: entity.index):
        role, text = getattr(entity.content, "role", None), getattr(entity.content, "text", None)
        if role in get_args(LlmRole) and isinstance(text, str):
            found.append(LlmMessage(cast("LlmRole", role), text, _blocks(getattr(entity.content, "blocks", None))))
    if not found:
        raise ToolError(
            f"A model call has nothing to send: it was given neither `prompt` nor `messages`, and no document of this"
            f" run is a message with the tag {tag!r}."
        )
    return tuple(found)


def _blocks(stored: object) -> tuple[ContentBlock, ...]:
    """Blocks of a stored message: plain data, where the document was written by an earlier step."""
    return tuple(_BLOCKS.validate_python(stored)) if isinstance(stored, list) else ()


_BLOCKS: TypeAdapter[list[ContentBlock]] = TypeAdapter(list[ContentBlock])
