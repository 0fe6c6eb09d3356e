"""Asking people, in this process: what is shown, what is refused, what comes out."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from loopstack_temporal import Document, InvalidInput, StudioApp
from loopstack_temporal.app.resolve import resolve
from loopstack_temporal.definition.registry import definition_of
from loopstack_temporal.hitl import (
    Approval,
    ApproveToolCallArgs,
    ApproveToolCallDocument,
    ApproveToolCallWorkflow,
    AskUserAnswer,
    AskUserArgs,
    AskUserConfirmDocument,
    AskUserDocument,
    AskUserOptionsDocument,
    AskUserWorkflow,
    ConfirmUserArgs,
    ConfirmUserDocument,
    ConfirmUserResult,
    ConfirmUserWorkflow,
    hitl,
)
from loopstack_temporal.testing import run_workflow, start_workflow

COLOURS = ["red", "blue"]
MODES: list[tuple[dict[str, Any], Document, str]] = [
    ({}, AskUserDocument(question="Which?"), "any"),
    ({"mode": "text", "options": COLOURS}, AskUserDocument(question="Which?"), "any"),
    ({"options": COLOURS}, AskUserOptionsDocument(question="Which?", options=COLOURS), "blue"),
    ({"mode": "options", "options": COLOURS}, AskUserOptionsDocument(question="Which?", options=COLOURS), "red"),
    ({"mode": "confirm"}, AskUserConfirmDocument(question="Which?"), "no"),
]


@pytest.mark.parametrize(("more", "shown", "answer"), MODES)
async def test_a_question_is_shown_in_its_mode_and_its_answer_in_the_same_place(
    more: dict[str, Any], shown: Document, answer: str
) -> None:
    async with start_workflow(AskUserWorkflow, AskUserArgs(question="Which?", **more)) as run:
        asked = await run.report()
        assert (asked.awaiting, [one.content for one in asked.documents]) == (("user_answered",), [shown])
        report = await run.answer("user_answered", {"answer": answer})
    assert (report.status, report.result) == ("completed", AskUserAnswer(answer=answer))
    [document] = report.documents
    assert document.content == shown.model_copy(update={"answer": answer})
    assert (document.key, document.index, document.version) == ("question", asked.documents[0].index, 2)


@pytest.mark.parametrize(
    ("more", "answer"),
    [
        ({"options": COLOURS}, "green"),
        ({"options": COLOURS}, "Red"),
        ({"mode": "confirm"}, "maybe"),
        ({"mode": "confirm", "allow_custom_answer": True}, "perhaps"),
        ({}, "   "),
    ],
)
async def test_an_answer_that_the_question_does_not_allow_is_refused_and_the_run_waits_on(
    more: dict[str, Any], answer: str
) -> None:
    async with start_workflow(AskUserWorkflow, AskUserArgs(question="Which?", **more)) as run:
        before = await run.report()
        with pytest.raises(InvalidInput) as refused:
            await run.answer("user_answered", {"answer": answer})
        assert [fault.path for fault in refused.value.fields] == [("answer",)]
        assert refused.value.reason == "invalid_payload"
        assert await run.report() == before


async def test_words_of_ones_own_are_taken_where_they_are_allowed() -> None:
    args = AskUserArgs(question="Which?", options=COLOURS, allow_custom_answer=True)
    report = await run_workflow(AskUserWorkflow, args, answers={"user_answered": {"answer": " green "}})
    assert report.result == AskUserAnswer(answer="green")


def test_choosing_from_nothing_is_refused_by_the_model_and_by_its_schema() -> None:
    with pytest.raises(ValidationError, match="needs `options`"):
        AskUserArgs(question="Which?", mode="options")
    schema = AskUserArgs.model_json_schema()
    jsonschema.validate({"question": "Which?", "mode": "confirm"}, schema)
    without: list[dict[str, Any]] = [{}, {"options": []}]
    for options in without:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"question": "Which?", "mode": "options", **options}, schema)


@pytest.mark.parametrize("confirmed", [True, False])
async def test_content_is_confirmed_or_denied(confirmed: bool) -> None:
    transition = "user_confirmed" if confirmed else "user_denied"
    async with start_workflow(ConfirmUserWorkflow, ConfirmUserArgs(markdown="# Plan")) as run:
        asked = await run.report()
        assert asked.find_all(ConfirmUserDocument) == [ConfirmUserDocument(markdown="# Plan")]
        report = await run.answer(transition, {"markdown": "# Plan"})
    assert report.result == ConfirmUserResult(confirmed=confirmed, markdown="# Plan")


CALL = ApproveToolCallArgs(tool="send_mail", args={"to": "ines"}, digest="sha256:1", reason="mail is for ever")


async def test_an_approval_says_who_decided_about_which_call() -> None:
    answer = {"decision": "approve", "digest": "sha256:1"}
    report = await run_workflow(
        ApproveToolCallWorkflow, CALL, answers={"user_decided": answer}, user_id="ann", workspace_id="w"
    )
    assert report.result == Approval(approved=True, digest="sha256:1", by="ann")
    [shown] = report.find_all(ApproveToolCallDocument)
    assert (shown.tool, shown.args, shown.policy) == ("send_mail", {"to": "ines"}, "mail is for ever")
    assert (shown.decision, shown.decided_by) == ("approved", "ann")


async def test_a_denial_carries_its_reason() -> None:
    answer = {"decision": "deny", "digest": "sha256:1", "reason": "wrong person"}
    report = await run_workflow(ApproveToolCallWorkflow, CALL, answers={"user_decided": answer})
    assert report.result == Approval(approved=False, digest="sha256:1", by="local", reason="wrong person")
    assert [shown.decision for shown in report.find_all(ApproveToolCallDocument)] == ["denied"]


async def test_an_answer_to_another_call_is_refused() -> None:
    async with start_workflow(ApproveToolCallWorkflow, CALL) as run:
        with pytest.raises(InvalidInput, match="another call") as refused:
            await run.answer("user_decided", {"decision": "approve", "digest": "sha256:2"})
        assert [fault.path for fault in refused.value.fields] == [("digest",)]
        assert (await run.report()).awaiting == ("user_decided",)


@pytest.mark.requirement("HITL-002")
def test_the_transitions_have_their_agreed_names() -> None:
    names = {
        AskUserWorkflow: [
            "start",
            "show_question_options",
            "show_question_confirm",
            "show_question_text",
            "user_answered",
        ],
        ConfirmUserWorkflow: ["show_content", "user_confirmed", "user_denied"],
        ApproveToolCallWorkflow: ["show_call", "user_decided"],
    }
    for cls, expected in names.items():
        definition = definition_of(cls)
        assert [transition.name for transition in definition.transitions][: len(expected)] == expected
    assert [definition_of(cls).name for cls in names] == ["ask_user", "confirm_user", "approve_tool_call"]


@pytest.mark.requirement("HITL-006")
def test_the_module_stands_alone_and_its_models_have_the_fields_of_the_seeds() -> None:
    app = resolve(StudioApp(title="People", modules=[hitl()]))
    assert set(app.workflows) == {"ask_user", "confirm_user", "approve_tool_call"}
    assert set(app.tools) == {"ask_clarification", "ask_for_approval"}
    assert {"question", "mode", "options", "allow_custom_answer"} <= set(AskUserArgs.model_fields)
    assert set(AskUserAnswer.model_fields) == {"answer"}
    assert "markdown" in ConfirmUserArgs.model_fields
    required = {cls: cls.model_json_schema().get("required") for cls in (AskUserArgs, AskUserAnswer, ConfirmUserArgs)}
    assert required == {AskUserArgs: ["question"], AskUserAnswer: ["answer"], ConfirmUserArgs: ["markdown"]}


@pytest.mark.requirement("DOC-040")
def test_the_documents_of_the_room_are_part_of_an_app_that_uses_it() -> None:
    app = resolve(StudioApp(title="People", modules=[hitl()]))
    expected = {
        "ask_user": ("text-prompt", ["user_answered"]),
        "ask_user_options": ("choices", ["user_answered"]),
        "ask_user_confirm": ("confirm-prompt", ["user_answered"]),
        "confirm_user": ("form", ["user_denied", "user_confirmed"]),
        "approve_tool_call": ("approval", ["user_decided"]),
    }
    for name, (widget, transitions) in expected.items():
        [found] = app.documents[name].widgets
        options = dict(found.options)
        actions = options.get("actions") or [options]
        assert (found.widget, [one["transition"] for one in actions]) == (widget, transitions)
        assert not app.documents[name].warnings
    json.dumps(app.catalogue()[1])
