"""All examples in one app: `loopstack dev examples/app.py`, which is also what `make dev` starts."""

from __future__ import annotations

from examples.ask_user.workflows import AskUserConfirmWorkflow, AskUserOptionsWorkflow, AskUserTextWorkflow
from examples.batch_processing.workflow import BatchProcessingWorkflow
from examples.confirm_content.workflow import ConfirmContentWorkflow
from examples.custom_tool.tools import Calculator
from examples.custom_tool.workflow import CustomToolWorkflow
from examples.dynamic_routing.workflow import DynamicRoutingWorkflow
from examples.error_retry.workflow import ErrorRetryWorkflow
from examples.fan_out.fan_out import FanOutExampleWorkflow
from examples.fan_out.sequence import SequenceExampleWorkflow
from examples.greetings.greeter import greeter
from examples.greetings.workflows import (
    DefaultGreetingWorkflow,
    FrenchGreetingWorkflow,
    GermanGreetingWorkflow,
    NestedGreetingWorkflow,
)
from examples.hello.workflow import HelloWorkflow
from examples.inline_form.workflow import InlineFormWorkflow
from examples.meeting_notes.workflow import MeetingNotesWorkflow
from examples.prompt_chat.workflow import PromptChatWorkflow
from examples.review.workflow import ReviewWorkflow
from examples.sub_workflows.child_errors import ChildErrorsWorkflow
from examples.sub_workflows.show_modes import ShowModesWorkflow
from examples.sub_workflows.two_postcards import TwoPostcardsWorkflow
from examples.tool_errors.workflow import ToolErrorsWorkflow
from examples.ui_documents.workflow import UiDocumentsWorkflow
from examples.workflow_state.state import WorkflowStateWorkflow
from examples.workflow_state.tool_results import WorkflowToolResultsWorkflow
from loopstack_temporal.app import StudioApp

app = StudioApp(
    name="examples",
    title="Examples",
    description="Small stories: meeting notes put in order, a draft to approve, and one for each thing to know.",
    workflows=[
        MeetingNotesWorkflow,
        ReviewWorkflow,
        HelloWorkflow,
        DynamicRoutingWorkflow,
        WorkflowStateWorkflow,
        WorkflowToolResultsWorkflow,
        CustomToolWorkflow,
        BatchProcessingWorkflow,
        UiDocumentsWorkflow,
        DefaultGreetingWorkflow,
        FrenchGreetingWorkflow,
        GermanGreetingWorkflow,
        NestedGreetingWorkflow,
        ErrorRetryWorkflow,
        TwoPostcardsWorkflow,
        ShowModesWorkflow,
        ChildErrorsWorkflow,
        FanOutExampleWorkflow,
        SequenceExampleWorkflow,
        ToolErrorsWorkflow,
        AskUserTextWorkflow,
        AskUserOptionsWorkflow,
        AskUserConfirmWorkflow,
        ConfirmContentWorkflow,
        InlineFormWorkflow,
        PromptChatWorkflow,
    ],
    modules=[greeter(salutation="Welcome")],
    providers=[Calculator],
)
