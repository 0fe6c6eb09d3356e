"""`loopstack dev examples/hello/app.py` starts this example alone."""

from __future__ import annotations

from examples.hello.workflow import HelloFailingWorkflow, HelloWorkflow
from loopstack_temporal.app import StudioApp

app = StudioApp(
    name="hello",
    title="Hello",
    description="The smallest workflow there is, and one that fails.",
    workflows=[HelloWorkflow, HelloFailingWorkflow],
)
