"""What the workflows of this room are asked, and what they answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from loopstack_temporal.definition.words import Words

Mode = Literal["text", "options", "confirm"]


def _in_seconds(value: object) -> object:
    return value.total_seconds() if isinstance(value, timedelta) else value


Time = Annotated[
    float | timedelta,
    Field(gt=0),
    BeforeValidator(_in_seconds),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "description": "Seconds."}),
]
"""A number of seconds or a `timedelta`, kept as seconds."""


class Patience(BaseModel):
    """How long a question may stay open."""

    remind_after: Time | None = None
    """Save a reminder when nobody answered for so long, and again after each further such time."""
    expires_after: Time | None = None
    """Give up when nobody answered for so long; until then the answer is due."""


class Question(BaseModel):
    """One question to a person."""

    question: str = Field(min_length=1, description="What to ask, as Markdown.")
    mode: Mode | None = Field(
        default=None,
        description="Answered in words, by choosing, or with yes or no. Default: options if there are any.",
    )
    options: list[Words] = Field(default=[], description="The choices of mode options.")
    allow_custom_answer: bool = Field(default=False, description="Whether words of one's own are a choice, too.")

    @property
    def asks_for(self) -> Mode:
        """The mode that applies."""
        return self.mode or ("options" if self.options else "text")

    @model_validator(mode="after")
    def _has_choices(self) -> Self:
        if self.mode == "options" and not self.options:
            raise ValueError('`mode="options"` needs `options` to choose from')
        return self


class AskUserArgs(Patience, Question):
    """Arguments of `AskUserWorkflow`."""

    # The validator above in the words of JSON Schema, so that a start is refused before anything runs.
    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"mode": {"const": "options"}}, "required": ["mode"]},
            "then": {"properties": {"options": {"minItems": 1}}, "required": ["options"]},
        }
    )


class AskUserAnswer(BaseModel):
    """A person's answer, and the result of `AskUserWorkflow`; `yes` or `no` in mode `confirm`."""

    answer: Words = Field(title="Answer")


class ConfirmUserArgs(Patience):
    """Arguments of `ConfirmUserWorkflow`."""

    markdown: str = Field(min_length=1, description="What to show, as Markdown.")


class ConfirmUserResult(BaseModel):
    """Result of `ConfirmUserWorkflow`."""

    confirmed: bool
    markdown: str


class ApproveToolCallArgs(Patience):
    """Arguments of `ApproveToolCallWorkflow`: one call of one tool."""

    tool: str
    args: dict[str, Any] = Field(default_factory=dict[str, Any])
    description: str = ""
    """What the tool does."""
    digest: str
    """Stands for the tool and exactly these arguments; an approval holds for nothing else."""
    reason: str = ""
    """Why a person has to agree."""


class ApprovalAnswer(BaseModel):
    """A person's decision about a tool call."""

    decision: Literal["approve", "deny"]
    digest: str
    """That of the call they saw."""
    reason: str = ""
    """Why not."""


class Approval(BaseModel):
    """Result of `ApproveToolCallWorkflow`."""

    approved: bool
    digest: str
    by: str | None = None
    """Who decided."""
    reason: str = ""
    """Why not."""
