"""What a person says to a model: words, and small files that come with them."""

from __future__ import annotations

from base64 import b64decode
from typing import Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from loopstack_temporal.definition.documents import FileBlock, ImageBlock, LlmMessageDocument

MediaType: TypeAlias = Literal[
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "application/pdf",
    "text/plain",
    "text/markdown",
    "text/csv",
]
"""Kinds of files that every provider can show its model."""

MOST_FILES = 10
"""Files of one message. Together they also have to fit into a payload, which has 512 KiB at most."""

_BEGINNINGS: dict[str, bytes] = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
    "application/pdf": b"%PDF-",
}


class Attachment(BaseModel):
    """A file with its content. A wait whose payload has a list of these can be given files in the studio."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=255)
    media_type: MediaType
    data: str = Field(min_length=1, json_schema_extra={"contentEncoding": "base64"})
    """The bytes in base64."""

    @model_validator(mode="after")
    def _is_what_it_says(self) -> Self:
        # A provider refuses the whole conversation, with this message and every later one, if it cannot read a file.
        try:
            content = b64decode(self.data, validate=True)
        except ValueError:
            raise ValueError(f"the content of {self.name!r} is no base64") from None
        beginning = _BEGINNINGS.get(self.media_type)
        readable = _is_text(content) if beginning is None else content.startswith(beginning)
        if not readable:
            raise ValueError(f"{self.name!r} cannot be read as {self.media_type}")
        return self

    def block(self) -> ImageBlock | FileBlock:
        """The file as a part of a message to a model."""
        kind = ImageBlock if self.media_type.startswith("image/") else FileBlock
        return kind(media_type=self.media_type, data=self.data, name=self.name)


class UserMessage(BaseModel):
    """Words with files. In place of it, words alone can be sent as a plain text: `payload: Words | UserMessage`."""

    model_config = ConfigDict(extra="forbid")

    text: str = ""
    files: list[Attachment] = Field(default_factory=list[Attachment], max_length=MOST_FILES)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.text.strip() and not self.files:
            raise ValueError("write something, or attach a file")
        return self

    def document(self, key: str) -> LlmMessageDocument:
        """The message as the model is told it and people see it; save it under `key`."""
        blocks = [file.block() for file in self.files]
        return LlmMessageDocument(role="user", text=self.text, blocks=[*blocks] or None, id=key)


def _is_text(content: bytes) -> bool:
    try:
        return "\x00" not in content.decode()
    except UnicodeDecodeError:
        return False
