"""The examples without children, in this process: no server, no database."""

from __future__ import annotations

import pytest

from examples.app import app
from examples.batch_processing.workflow import BatchProcessingWorkflow, LettersArgs, LettersResult
from examples.custom_tool.workflow import CustomToolWorkflow, NumbersResult
from examples.dynamic_routing.workflow import ClaimArgs, DynamicRoutingWorkflow
from examples.greetings.workflows import (
    DefaultGreetingWorkflow,
    FrenchGreetingWorkflow,
    GermanGreetingWorkflow,
    NestedGreetingWorkflow,
)
from examples.ui_documents.workflow import UiDocumentsWorkflow
from examples.workflow_state.state import WorkflowStateWorkflow
from examples.workflow_state.tool_results import WorkflowToolResultsWorkflow
from loopstack_temporal import ErrorDocument, MarkdownDocument, MessageDocument, PlainDocument
from loopstack_temporal.testing import run_workflow


@pytest.mark.requirement("EXAMPLE-003")
@pytest.mark.parametrize(
    ("value", "place"),
    [(0, "petty_cash"), (100, "petty_cash"), (101, "accounting"), (200, "accounting"), (201, "director")],
)
async def test_a_claim_goes_the_way_of_its_amount(value: float, place: str) -> None:
    report = await run_workflow(DynamicRoutingWorkflow, ClaimArgs(value=value))
    assert report.path[-2:] == (place, "end")
    assert [message.text for message in report.find_all(MessageDocument)] == [report.result]


@pytest.mark.requirement("EXAMPLE-004")
async def test_what_one_step_keeps_the_next_one_reads() -> None:
    assert (await run_workflow(WorkflowStateWorkflow)).result == "2 cakes for Ann, Bob, Carla"
    assert (await run_workflow(WorkflowToolResultsWorkflow)).result == "500 g flour, 6 eggs"


@pytest.mark.requirement("EXAMPLE-005")
async def test_a_tool_goes_on_counting_after_a_click() -> None:
    report = await run_workflow(CustomToolWorkflow, app=app, answers={"user_continue": None})
    assert report.result == NumbersResult(total=3, count=4)


@pytest.mark.requirement("EXAMPLE-006")
async def test_letters_are_stamped_in_rounds() -> None:
    report = await run_workflow(BatchProcessingWorkflow, LettersArgs(total_items=25, batch_size=5))
    assert (report.result, report.state.rounds) == (LettersResult(stamped=25, rounds=5), [5] * 5)
    assert len(report.find_all(MarkdownDocument)) == 1


async def test_documents_of_every_kind_are_saved() -> None:
    report = await run_workflow(UiDocumentsWorkflow)
    kinds = (MessageDocument, MarkdownDocument, PlainDocument, ErrorDocument)
    assert [type(one.content) for one in report.documents] == list(kinds)


async def test_one_greeter_greets_in_four_ways() -> None:
    workflows = (DefaultGreetingWorkflow, FrenchGreetingWorkflow, GermanGreetingWorkflow, NestedGreetingWorkflow)
    assert [(await run_workflow(one, app=app)).result for one in workflows] == [
        "Welcome, Ada!",
        "Bonjour, Ada!",
        "Guten Tag, Ada!",
        "Good morning, Ada! How do you do?",
    ]
