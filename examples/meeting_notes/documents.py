"""The two documents of the example: notes as somebody typed them, and the same in order."""

from __future__ import annotations

from pydantic import BaseModel, Field

from loopstack_temporal import Document, document


@document(title="Raw notes", widget="raw_notes.yaml")
class RawNotesDocument(Document):
    text: str = Field(min_length=1, title="Raw notes")


class ActionItem(BaseModel):
    task: str = Field(min_length=1, title="Task")
    owner: str | None = Field(default=None, title="Who")
    due: str | None = Field(default=None, title="Until")


@document(title="Meeting notes", widget="meeting_notes.yaml")
class MeetingNotesDocument(Document):
    title: str = Field(title="Title", description="A short title of the meeting.")
    summary: str = Field(title="Summary", description="What the meeting was about, in two sentences.")
    participants: list[str] = Field(default=[], title="Participants")
    decisions: list[str] = Field(default=[], title="Decisions", description="What was decided, one sentence each.")
    action_items: list[ActionItem] = Field(default=[], title="Action items")
    open_questions: list[str] = Field(default=[], title="Open questions")
