"""All examples in one app: `loopstack dev examples/app.py`, which is also what `make dev` starts."""

from __future__ import annotations

from examples.agent import script as agent_script
from examples.agent.tools import calculator, weather_lookup
from examples.agent.workflows import AgentExampleWorkflow, CustomAgentExampleWorkflow
from examples.agent_asks import script as asking_script
from examples.agent_asks.workflows import AgentAskClarificationWorkflow, AgentAskForApprovalWorkflow
from examples.ask_user.workflows import AskUserConfirmWorkflow, AskUserOptionsWorkflow, AskUserTextWorkflow
from examples.batch_processing.workflow import BatchProcessingWorkflow
from examples.chat import workflow as chat
from examples.confirm_content.workflow import ConfirmContentWorkflow
from examples.custom_tool.tools import Calculator
from examples.custom_tool.workflow import CustomToolWorkflow
from examples.dynamic_routing.workflow import DynamicRoutingWorkflow
from examples.error_retry.workflow import ErrorRetryWorkflow
from examples.fan_out.fan_out import FanOutExampleWorkflow
from examples.fan_out.sequence import SequenceExampleWorkflow
from examples.greetings.workflows import (
    GREETINGS,
    DefaultGreetingWorkflow,
    FrenchGreetingWorkflow,
    GermanGreetingWorkflow,
    NestedGreetingWorkflow,
)
from examples.hello.workflow import HelloFailingWorkflow, HelloWorkflow
from examples.inline_form.workflow import InlineFormWorkflow
from examples.meeting_notes.workflow import MeetingNotesWorkflow
from examples.multi_provider import workflow as multi_provider
from examples.offline import models
from examples.prompt import workflow as prompt
from examples.prompt_chat.workflow import PromptChatWorkflow
from examples.review.workflow import ReviewWorkflow
from examples.structured_output import workflow as structured_output
from examples.sub_workflows.child_errors import ChildErrorsWorkflow
from examples.sub_workflows.show_modes import ShowModesWorkflow
from examples.sub_workflows.two_postcards import TwoPostcardsWorkflow
from examples.tool_calling import workflow as tool_calling
from examples.tool_errors import workflow as tool_errors
from examples.tool_errors.tools import NightTrainTool, ask_station, book_seats
from examples.ui_documents.workflow import UiDocumentsWorkflow
from examples.workflow_state.state import WorkflowStateWorkflow
from examples.workflow_state.tool_results import WorkflowToolResultsWorkflow
from loopstack_temporal.app import StudioApp
from loopstack_temporal.hitl import hitl

SCRIPTS = [
    prompt.script,
    structured_output.script,
    chat.script,
    multi_provider.script,
    tool_calling.script,
    agent_script.script,
    asking_script.script,
    tool_errors.script,
]
"""What models say in the stories as long as there is no key."""

app = StudioApp(
    name="examples",
    title="Examples",
    description="Small stories: meeting notes put in order, a draft to approve, and one for each thing to know.",
    workflows=[
        MeetingNotesWorkflow,
        ReviewWorkflow,
        HelloWorkflow,
        HelloFailingWorkflow,
        prompt.PromptWorkflow,
        structured_output.StructuredOutputWorkflow,
        chat.ChatWorkflow,
        multi_provider.MultiProviderWorkflow,
        tool_calling.ToolCallingWorkflow,
        AgentExampleWorkflow,
        CustomAgentExampleWorkflow,
        AgentAskClarificationWorkflow,
        AgentAskForApprovalWorkflow,
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
        tool_errors.AgentErrorHandlingWorkflow,
        AskUserTextWorkflow,
        AskUserOptionsWorkflow,
        AskUserConfirmWorkflow,
        ConfirmContentWorkflow,
        InlineFormWorkflow,
        PromptChatWorkflow,
    ],
    tools=[weather_lookup, calculator, book_seats, ask_station, NightTrainTool],
    modules=[*models(SCRIPTS), *GREETINGS, hitl()],
    providers=[Calculator],
)
