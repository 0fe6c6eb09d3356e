"""What fan-out and sequence are asked, and what they answer, without any server."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from loopstack_temporal import (
    ChildFailed,
    ChildItem,
    FanOut,
    FanOutArgs,
    FanOutResult,
    Sequence,
    SequenceArgs,
    StudioApp,
    TransitionInput,
)
from loopstack_temporal.app.resolve import resolve
from loopstack_temporal.definition import definition_of
from loopstack_temporal.flows.progress import Progress
from tests.support.family import Number, NumberWorkflow
from tests.support.flows import FanOutParentWorkflow

TEA, MILK = ChildItem(workflow="job", label="tea"), ChildItem(workflow="job")


def told(key: str, run_id: str, status: str = "completed", error: str | None = None) -> TransitionInput[str]:
    facts = {"run_id": run_id, "status": status, "error_message": error, "value": key.upper(), "meta": {"key": key}}
    return TransitionInput(**facts)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@pytest.mark.requirement("CHILD-020")
def test_items_are_keyed_by_their_mapping_their_label_or_their_place() -> None:
    assert [key for key, _ in FanOutArgs(items=[TEA, MILK, MILK]).entries()] == ["tea", "1", "2"]
    assert [key for key, _ in SequenceArgs(items={"b": TEA, "a": MILK}).entries()] == ["b", "a"]


@pytest.mark.requirement("CHILD-020")
@pytest.mark.parametrize(
    ("args", "text"),
    [
        ({"items": [{"workflow": "job", "label": "1"}, {"workflow": "job"}]}, "two items have the key '1'"),
        ({"items": [{"label": "tea"}]}, "workflow"),
        ({"items": [{"workflow": "job", "shw": "link"}]}, "shw"),
        ({"items": [], "mode": "some"}, "mode"),
        ({"items": [], "concurrency": 0}, "concurrency"),
    ],
)
def test_items_that_cannot_work_are_refused(args: dict[str, object], text: str) -> None:
    with pytest.raises(ValidationError, match=text):
        FanOutArgs.model_validate(args)


def test_an_item_may_be_made_of_the_class() -> None:
    item = ChildItem.of(NumberWorkflow, Number(number=2), label="two", show="hidden")

    assert (item.workflow, item.label, item.show) == ("number", "two", "hidden")
    assert FanOutArgs(items=[item]).model_dump(mode="json")["items"][0]["args"] == {"number": 2}


@pytest.mark.requirement("CHILD-023")
def test_both_need_no_registration_and_are_not_offered_to_people() -> None:
    app = resolve(StudioApp(title="Numbers", workflows=[FanOutParentWorkflow]))

    assert (list(app.workflows), app.listed) == (["fan_out_parent", "fan_out"], ("fan_out_parent",))
    assert [definition_of(cls).name for cls in (FanOut, Sequence)] == ["fan_out", "sequence"]


@pytest.mark.requirement("CHILD-024")
def test_a_report_counts_once_and_only_from_the_run_that_was_started() -> None:
    args, progress = FanOutArgs(items=[TEA, MILK]), Progress(pending={"tea": "r1", "1": "r2"})

    assert progress.took(told("tea", "r2")) is None, "another run cannot speak for it"
    assert progress.took(told("tea", "r1")) == "completed"
    assert progress.took(told("tea", "r1", "failed", "no")) is None
    assert progress.took(told("milk", "r3")) is None

    assert (progress.pending, progress.outcomes["tea"].data) == ({"1": "r2"}, "TEA")
    assert progress.unstarted(args) == []


@pytest.mark.requirement("CHILD-022")
def test_every_outcome_says_why_there_is_no_result() -> None:
    items = {name: ChildItem(workflow="job") for name in ("by_a_person", "broken", "sibling", "late")}
    args = FanOutArgs(items=items)
    progress = Progress(pending={"by_a_person": "r1", "broken": "r2", "sibling": "r3"})

    progress.took(told("by_a_person", "r1", "canceled", "The child run `job` was canceled."))
    progress.took(told("broken", "r2", "failed", "no tea left"))
    progress.stopped = True
    progress.took(told("sibling", "r3", "canceled", "The child run `job` was canceled."))
    result = progress.result(args, FanOutResult)

    assert [(one.key, one.status, one.error) for one in result.outcomes()] == [
        ("by_a_person", "canceled", "The child run `job` was canceled."),
        ("broken", "failed", "no tea left"),
        ("sibling", "canceled", "A sibling's failure canceled this child."),
        ("late", "skipped", "An earlier item failed, so this one was not started."),
    ]
    assert (result.has_errors, result.error_count) == (True, 4)


def test_results_are_found_by_key_and_read_as_types() -> None:
    progress = Progress(pending={"tea": "r1", "1": "r2"})
    progress.took(told("tea", "r1"))
    progress.took(told("1", "r2", "failed", "no milk"))
    result = progress.result(FanOutArgs(items=[TEA, MILK]), FanOutResult)

    assert FanOutResult.model_validate_json(result.model_dump_json()) == result
    assert result["tea"].data_as(str) == "TEA"
    with pytest.raises(ChildFailed, match="`1` is failed: no milk"):
        result["1"].data_as(str)
    with pytest.raises(ValidationError):
        result["tea"].data_as(int)
    with pytest.raises(KeyError):
        _ = result["milk"]
