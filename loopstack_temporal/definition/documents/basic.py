"""Text, messages, errors and links. Unknown fields are refused, so that a typing mistake is not lost silently."""

from __future__ import annotations

from pydantic import ConfigDict

from loopstack_temporal.definition.document import Document
from loopstack_temporal.definition.document_class import document


@document(name="markdown", title="Text", widget={"widget": "markdown"})
class MarkdownDocument(Document):
    """Formatted text."""

    model_config = ConfigDict(extra="forbid")

    markdown: str


@document(name="plain", title="Text", widget={"widget": "plain"})
class PlainDocument(Document):
    """Text shown literally, character by character."""

    model_config = ConfigDict(extra="forbid")

    text: str


@document(name="message", title="Message", widget={"widget": "message"}, tags=["ui-message"])
class MessageDocument(Document):
    """A chat bubble for people; it is no part of what a model is told."""

    model_config = ConfigDict(extra="forbid")

    role: str
    """Who speaks: `user`, `assistant`, `system`, or any other name."""
    text: str = ""


@document(name="error", title="Error", widget={"widget": "error"}, tags=["error"], meta={"level": "error"})
class ErrorDocument(Document):
    """What went wrong in one attempt. The framework writes it when a transition fails; authors may, too."""

    model_config = ConfigDict(extra="forbid")

    error: str
    type: str | None = None
    """Name of the exception's class."""
    code: str | None = None
    """Stable code, see `loopstack_temporal.errors`."""
    transition: str | None = None
    step: int | None = None
    attempt: int | None = None


@document(name="link", title="Link", widget={"widget": "link"})
class LinkDocument(Document):
    """A link to another run."""

    model_config = ConfigDict(extra="forbid")

    run_id: str
    label: str | None = None
    embed: bool = False
    """Show the run inside this one's feed."""
    expanded: bool = False
    """With `embed`: opened from the start."""
