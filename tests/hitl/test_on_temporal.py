"""Questions on a real server: asked, listed, answered once, by the API and by hand."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.support.requests import accepted, answer, get, post, start
from tests.support.stack import Stack, eventually

COLOURS = ["red", "blue"]


async def asked(stack: Stack, workflow: str, args: dict[str, Any], **more: Any) -> str:
    """Start a run and wait until it waits."""
    run_id = await start(stack, workflow, args, **more)
    await stack.run_is(run_id, "waiting")
    return run_id


async def child_of(stack: Stack, run_id: str) -> str:
    """The newest child of a run, once it waits for a person."""

    async def look() -> str | None:
        found = (await get(stack, "/runs", parent_id=run_id))["items"]
        waiting: list[str] = [one["id"] for one in found if one["status"] == "waiting"]
        return waiting[0] if waiting else None

    return await eventually(look, what="the question")


async def documents(stack: Stack, run_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await get(stack, f"/runs/{run_id}/documents"))["items"]
    return found


@pytest.mark.requirement("HITL-001", "HITL-003")
@pytest.mark.parametrize(
    ("more", "name", "widget", "said"),
    [
        ({}, "ask_user", "text-prompt", "anything"),
        ({"options": COLOURS}, "ask_user_options", "choices", "blue"),
        ({"mode": "options", "options": COLOURS}, "ask_user_options", "choices", "red"),
        ({"mode": "text", "options": COLOURS}, "ask_user", "text-prompt", "green"),
        ({"mode": "confirm"}, "ask_user_confirm", "confirm-prompt", "no"),
    ],
)
async def test_a_question_shows_its_document_and_then_the_answer_in_its_place(
    people: Stack, more: dict[str, Any], name: str, widget: str, said: str
) -> None:
    run_id = await asked(people, "ask_user", {"question": "Which?", **more})
    [before] = await documents(people, run_id)
    [awaited] = (await get(people, f"/runs/{run_id}"))["awaiting"]
    assert (before["name"], before["widgets"][0]["widget"], before["content"]["answer"]) == (name, widget, None)
    assert (awaited["transition"], awaited["document_ids"]) == ("user_answered", [before["id"]])
    assert awaited["question"] == "Which?"

    await accepted(people, run_id, "user_answered", {"answer": said})
    run = await people.run_is(run_id, "completed")
    assert run.result == {"answer": said}
    [after] = await documents(people, run_id)
    assert after["content"] == {**before["content"], "answer": said}
    assert [after[fact] for fact in ("key", "position", "name")] == ["question", before["position"], name]
    late = await answer(people, run_id, "user_answered", {"answer": said}, step=awaited["step"])
    assert late.status_code == 409


@pytest.mark.requirement("HITL-001")
async def test_choosing_from_nothing_is_refused_before_a_run_exists(people: Stack) -> None:
    body = {"workflow": "ask_user", "args": {"question": "Which?", "mode": "options"}}
    refused = await post(people, "/runs", body)
    assert refused.status_code == 422, refused.text


@pytest.mark.requirement("HITL-004")
async def test_an_answer_that_is_no_option_is_refused_with_422_and_the_run_waits_on(people: Stack) -> None:
    strict = await asked(people, "ask_user", {"question": "Which?", "options": COLOURS})
    confirm = await asked(people, "ask_user", {"question": "Sure?", "mode": "confirm"})
    for run_id, wrong in ((strict, "green"), (confirm, "maybe")):
        before = await people.run_is(run_id, "waiting")
        refused = await answer(people, run_id, "user_answered", {"answer": wrong})
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_payload"), refused.text
        assert [field["path"] for field in refused.json()["fields"]] == [["answer"]]
        after = await people.run_is(run_id, "waiting")
        assert (after.place, after.next_step, after.document_seq) == (before.place, before.next_step, 1)
    for run_id, right in ((strict, "red"), (confirm, "yes")):
        await accepted(people, run_id, "user_answered", {"answer": right})
        assert (await people.run_is(run_id, "completed")).result == {"answer": right}

    custom = {"question": "Which?", "options": COLOURS, "allow_custom_answer": True}
    free = await asked(people, "ask_user", custom)
    await accepted(people, free, "user_answered", {"answer": "green"})
    assert (await people.run_is(free, "completed")).result == {"answer": "green"}


@pytest.mark.requirement("HITL-005")
@pytest.mark.parametrize("confirmed", [True, False])
async def test_content_is_shown_with_two_buttons_and_confirmed_or_denied(people: Stack, confirmed: bool) -> None:
    run_id = await asked(people, "confirm_user", {"markdown": "# Plan"})
    [shown] = await documents(people, run_id)
    actions = shown["widgets"][0]["options"]["actions"]
    assert [(one["label"], one["transition"]) for one in actions] == [
        ("Deny", "user_denied"),
        ("Confirm", "user_confirmed"),
    ]
    chosen = actions[1 if confirmed else 0]["transition"]
    await accepted(people, run_id, chosen, shown["content"])
    assert (await people.run_is(run_id, "completed")).result == {"confirmed": confirmed, "markdown": "# Plan"}


async def test_of_many_answers_the_first_valid_one_wins_and_the_others_learn_who_was_faster(people: Stack) -> None:
    run_id = await asked(people, "ask_user", {"question": "Which?", "options": COLOURS})
    [awaited] = (await get(people, f"/runs/{run_id}"))["awaiting"]
    said = ["green", "red", "blue", "red", "violet", "blue"]
    told: dict[int, list[str]] = {200: [], 202: [], 409: [], 422: []}
    # Whoever comes while a wrong answer is looked at is told that somebody is answering, and tries again.
    while (row := await people.run_is(run_id, "waiting", "running", "completed")).status != "completed":
        replies = await asyncio.gather(
            *(answer(people, run_id, "user_answered", {"answer": word}, step=awaited["step"]) for word in said)
        )
        for word, reply in zip(said, replies, strict=True):
            told[reply.status_code].append(word)
        said = [word for word in said if word in COLOURS]
    won = told[200] or [word for word in told[202] if row.result == {"answer": word}][:1]
    assert [{"answer": word} for word in won] == [row.result]
    late = await answer(people, run_id, "user_answered", {"answer": "red"}, step=awaited["step"])
    body = late.json()
    assert (late.status_code, body["code"], body["answered_by"]) == (409, "answered", "local"), body
    assert body["transition"] == "user_answered" and body["at"]


async def test_a_parent_hears_the_answer_and_shows_the_question_in_its_place(people: Stack) -> None:
    run_id = await asked(people, "parent", {"question": "Who?"})
    [link] = await documents(people, run_id)
    child = await child_of(people, run_id)
    assert (link["content"]["run_id"], link["content"]["embed"], link["content"]["label"]) == (
        child,
        True,
        "A question",
    )
    await accepted(people, child, "user_answered", {"answer": "Ada"})
    assert (await people.run_is(run_id, "completed")).result == "Ada"


async def test_a_question_reminds_and_expires_and_its_parent_hears_of_it(people: Stack) -> None:
    run_id = await asked(people, "parent", {"question": "Who?", "remind_after": 0.5, "expires_after": 10})
    child = await child_of(people, run_id)

    async def listed() -> dict[str, Any] | None:
        return next((one for one in (await get(people, "/tasks"))["items"] if one["run"]["id"] == child), None)

    task = await eventually(listed, what="the task, which is away while it reminds")
    assert task["awaiting"]["due"] is not None and task["awaiting"]["question"] == "Who?"
    assert (task["origin"]["id"], task["origin"]["workflow"]) == (run_id, "parent")
    row = await people.run_is(child, "failed")
    assert row.error is not None and row.error.code == "unanswered"
    assert (await people.run_is(run_id, "completed")).result == "failed: Nobody answered within 10 s."
    reminders = [one["content"]["text"] for one in await documents(people, child) if one["name"] == "message"]
    assert len(reminders) == 1 and reminders[0].startswith("Still waiting for an answer (reminder ")
    asked_since = {data["transition"] for kind, data in people.events(child) if kind == "step.committed"}
    assert {"remind"} <= asked_since


async def test_an_approval_is_given_by_a_plain_signal_and_only_for_the_call_that_was_shown(people: Stack) -> None:
    call = {"tool": "send_mail", "args": {"to": "ines"}, "digest": "sha256:1"}
    run_id = await asked(people, "guarded", call)
    child = await child_of(people, run_id)
    other = {"decision": "approve", "digest": "sha256:2"}
    refused = await answer(people, child, "user_decided", other)
    assert (refused.status_code, [field["path"] for field in refused.json()["fields"]]) == (422, [["digest"]])

    signal = ("workflow", "signal", "--workflow-id", child, "--name", "user_decided", "--input")
    await people.temporal_cli(*signal, '{"decision": "approve", "digest": "sha256:2"}')
    await eventually(lambda: "trigger.rejected" in [kind for kind, _ in people.events(child)], what="the refusal")
    await people.run_is(child, "waiting")
    await people.temporal_cli(*signal, '{"decision": "approve", "digest": "sha256:1"}')
    approval = {"approved": True, "digest": "sha256:1", "by": "local", "reason": ""}
    assert (await people.run_is(run_id, "completed")).result == approval


async def test_the_tools_of_a_model_ask_inline_and_tell_it_what_was_said(people: Stack) -> None:
    run_id = await asked(people, "consulting", {})
    child = await child_of(people, run_id)
    assert (await answer(people, child, "user_answered", {"answer": "up"})).status_code == 422
    await accepted(people, child, "user_answered", {"answer": "left"})
    await people.run_is(run_id, "waiting", place="approving")
    child = await child_of(people, run_id)
    await accepted(people, child, "user_denied")
    result = (await people.run_is(run_id, "completed")).result
    assert result == ["left", {"approved": False, "concept": "# Turn"}]
    links = [one["content"] for one in await documents(people, run_id)]
    assert [(link["label"], link["embed"]) for link in links] == [
        ("Waiting for user answer...", True),
        ("Waiting for approval...", True),
    ]


@pytest.mark.requirement("HITL-014")
async def test_one_query_lists_what_waits_for_a_person_in_a_workspace(people: Stack) -> None:
    made = await post(people, "/workspaces", {"title": "Desk"})
    desk = made.json()["id"]
    parent = await asked(people, "parent", {"question": "Who?"}, workspace_id=desk)
    question = await child_of(people, parent)
    content = await asked(people, "confirm_user", {"markdown": "# Plan", "expires_after": 3600}, workspace_id=desk)
    await asked(people, "ask_user", {"question": "Elsewhere?"})
    answered = await asked(people, "ask_user", {"question": "Answered?"}, workspace_id=desk)
    await accepted(people, answered, "user_answered", {"answer": "yes"})
    await people.run_is(answered, "completed")

    listed = await get(people, "/tasks", workspace_id=desk)
    waits = {(task["run"]["id"], task["awaiting"]["transition"]) for task in listed["items"]}
    assert waits == {(question, "user_answered"), (content, "user_confirmed"), (content, "user_denied")}
    assert listed["count"] == 2
    for task in listed["items"]:
        row = await people.run_is(task["run"]["id"], "waiting")
        assert task["awaiting"]["since"] is not None and task["awaiting"]["step"] == row.next_step
        assert (task["awaiting"]["due"] is None) == (task["run"]["id"] == question)
