"""All examples in one app: `loopstack dev examples/app.py`, which is also what `make dev` starts."""

from __future__ import annotations

from examples.hello.workflow import HelloWorkflow
from examples.meeting_notes.workflow import MeetingNotesWorkflow
from examples.review.workflow import ReviewWorkflow
from loopstack_temporal.app import StudioApp

app = StudioApp(
    name="examples",
    title="Examples",
    description="Three small stories: a greeting, a draft to approve, and meeting notes put in order.",
    workflows=[MeetingNotesWorkflow, ReviewWorkflow, HelloWorkflow],
)
