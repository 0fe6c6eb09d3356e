"""Questions as people see them: what is asked, and once they have answered, the answer."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import ConfigDict, Field

from loopstack_temporal.definition.document import Document
from loopstack_temporal.definition.document_class import document

ANSWERED: Final = "user_answered"
"""The wait transition that the three kinds of question are answered through, also in a workflow of one's own."""

_DECISION: Final[dict[str, Any]] = {
    "widget": "form",
    "options": {
        "order": ["markdown"],
        "properties": {"markdown": {"widget": "markdown-view", "title": "To confirm"}},
        "actions": [
            {"type": "button", "transition": "user_denied", "label": "Deny", "variant": "outline"},
            {"type": "button", "transition": "user_confirmed", "label": "Confirm", "variant": "primary"},
        ],
    },
}


@document(title="Question", widget={"widget": "text-prompt", "options": {"transition": ANSWERED}})
class AskUserDocument(Document):
    """A question that is answered in words; `question` is Markdown."""

    model_config = ConfigDict(extra="forbid")

    question: str
    answer: str | None = None


@document(title="Question", widget={"widget": "choices", "options": {"transition": ANSWERED}})
class AskUserOptionsDocument(Document):
    """A question that is answered by choosing."""

    model_config = ConfigDict(extra="forbid")

    question: str
    options: list[str]
    allow_custom_answer: bool = False
    """Offers words of one's own as one more choice."""
    answer: str | None = None


@document(title="Question", widget={"widget": "confirm-prompt", "options": {"transition": ANSWERED}})
class AskUserConfirmDocument(Document):
    """A question that is answered with `yes` or `no`."""

    model_config = ConfigDict(extra="forbid")

    question: str
    answer: str | None = None


@document(title="Please confirm", widget=_DECISION)
class ConfirmUserDocument(Document):
    """Markdown with two buttons, through the wait transitions `user_confirmed` and `user_denied`."""

    model_config = ConfigDict(extra="forbid")

    markdown: str


@document(title="Approval", widget={"widget": "approval", "options": {"transition": "user_decided"}})
class ApproveToolCallDocument(Document):
    """A tool call with its arguments, to be approved or denied, and later what was decided."""

    model_config = ConfigDict(extra="forbid")

    tool: str
    args: dict[str, Any] = Field(default_factory=dict[str, Any])
    digest: str
    description: str = ""
    policy: str | None = None
    """Why a person has to agree."""
    decision: Literal["approved", "denied"] | None = None
    decided_by: str | None = None
    reason: str | None = None
    """Why it was denied."""
