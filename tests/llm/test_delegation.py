"""Carrying out what a model wants called, whatever the model or the tools do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, cast

import pytest
from pydantic import BaseModel

from loopstack_temporal import (
    BaseTool,
    BaseWorkflow,
    LlmMessageDocument,
    MarkdownDocument,
    PlainDocument,
    StudioApp,
    ToolError,
    ToolOptions,
    ToolResult,
    TransitionInput,
    tool,
    transition,
    workflow,
)
from loopstack_temporal.app.resolve import resolve
from loopstack_temporal.definition.context import RunContext
from loopstack_temporal.definition.session import EffectAnswer, EffectCall, attach
from loopstack_temporal.hitl.approving import Approval, ApproveToolCallArgs, ApproveToolCallWorkflow
from loopstack_temporal.llm import (
    LlmCancelPendingToolsTool,
    LlmDelegateResult,
    LlmDelegateToolCallsTool,
    LlmTurn,
    LlmUpdateToolResultTool,
)
from loopstack_temporal.tools.digest import digest_of
from tests.tools.attempts import OneAttempt


class Journaled(OneAttempt):
    """An attempt that takes the answers of a former one."""

    def __init__(self, journal: dict[str, Any]) -> None:
        super().__init__(RunContext(run_id="run-7", workflow="loop", args={}))
        self.journal = journal
        self.calls: list[EffectCall] = []
        self.canceled: list[str] = []

    async def effect(self, call: EffectCall, perform: Callable[[str], Awaitable[EffectAnswer]]) -> Any:
        self.calls.append(call)
        key = json.dumps([call.name, call.request])
        if key not in self.journal:
            self.journal[key] = json.loads(json.dumps((await perform(key)).value))
        return self.journal[key]

    def cancel_child(self, run_id: str) -> None:
        self.canceled.append(run_id)


class Text(BaseModel):
    text: str = ""


made: list[str] = []


@tool
def shout(text: str, times: int = 1) -> str:
    """Says something louder."""
    made.append(text)
    return text.upper() * times


@tool(description="Gives back whatever it is told to.")
class GiveTool(BaseTool[Text]):
    async def handle(self, args: Text) -> ToolResult[Any]:
        made.append(args.text)
        values = {
            "zero": 0,
            "no": False,
            "empty": "",
            "none": None,
            "list": [1, "ä"],
            "odd": object(),
            "nan": float("nan"),
        }
        if args.text == "reported":
            return ToolResult(error="no such city")
        return ToolResult(data=values.get(args.text, args.text))


@tool(description="Writes a note.")
class NoteTool(BaseTool[Text, None]):
    async def handle(self, args: Text) -> ToolResult[None]:
        made.append(args.text)
        await self.document_store.save(MarkdownDocument(markdown=args.text), key=args.text)
        await self.document_store.save(LlmMessageDocument(role="assistant", text="said inside a tool"))
        return ToolResult()


@tool(description="Misbehaves.", timeout=0.05, repeatable=False)
class WildTool(BaseTool[Text, None]):
    async def handle(self, args: Text) -> ToolResult[None]:
        match args.text:
            case "hang":
                await asyncio.Event().wait()
            case "exit":
                raise SystemExit(3)
            case "cancel":
                raise asyncio.CancelledError
            case _:
                raise ValueError("wild")
        return ToolResult()


@workflow
class ErrandWorkflow(BaseWorkflow[Text, dict[str, Any], str]):
    @transition(to="end")
    def go(self) -> str:
        return "done"


@tool(description="Has an errand run.")
class ErrandTool(BaseTool[Text, str]):
    errand: ErrandWorkflow

    async def handle(self, args: Text, options: ToolOptions) -> ToolResult[str]:
        made.append(f"errand of {options.offered}")
        return ToolResult(pending=await self.errand.run(args, callback=options.callback))

    async def complete(self, result: TransitionInput[Any]) -> ToolResult[Any]:
        if result.data == "break":
            raise RuntimeError("cannot read that")
        return ToolResult(error="bad news") if result.data == "bad" else ToolResult(data=f"errand: {result.data}")


@tool(description="Sends a letter.", needs_approval=True)
class SendTool(BaseTool[Text, str]):
    async def handle(self, args: Text) -> ToolResult[str]:
        made.append(f"sent {args.text}")
        return ToolResult(data="sent")


@tool(description="Is never offered.")
class SecretTool(BaseTool[Text, str]):
    async def handle(self, args: Text) -> ToolResult[str]:
        made.append("secret")
        return ToolResult(data="secret")


@workflow
class LoopWorkflow(BaseWorkflow):
    delegate: LlmDelegateToolCallsTool
    update: LlmUpdateToolResultTool
    cancel: LlmCancelPendingToolsTool

    @transition(to="end")
    def go(self) -> None: ...


TOOLS = [shout, GiveTool, NoteTool, WildTool, ErrandTool, SendTool, SecretTool]
OFFERED = ["shout", "give", "note", "wild", "errand", "send"]


@asynccontextmanager
async def attempt(journal: dict[str, Any] | None = None) -> AsyncGenerator[tuple[LoopWorkflow, Journaled]]:
    made.clear()
    app = resolve(StudioApp(title="Loop", workflows=[LoopWorkflow], tools=TOOLS))
    session = Journaled({} if journal is None else journal)
    async with app.build(app.workflows["loop"]) as found:
        attach(found, session)
        yield cast(LoopWorkflow, found), session
    await app.aclose()


def asking(*calls: tuple[str, Mapping[str, Any]]) -> LlmMessageDocument:
    blocks = [{"type": "tool_call", "id": f"c{n}", "name": name, "args": args} for n, (name, args) in enumerate(calls)]
    return LlmMessageDocument.model_validate(
        {"role": "assistant", "blocks": blocks, "stop_reason": "tool_use", "id": "msg_1"}
    )


async def delegated(loop: LoopWorkflow, *calls: tuple[str, Mapping[str, Any]]) -> LlmDelegateResult:
    return (await loop.delegate.call(message=asking(*calls), tools=OFFERED, callback="heard")).data


def told(result: LlmDelegateResult) -> list[tuple[str, bool]]:
    return [(one.content, one.is_error) for one in result.tool_results]


@pytest.mark.requirement("LLM-021", "LLM-022")
async def test_all_calls_run_and_a_failing_one_does_not_concern_the_others() -> None:
    async with attempt() as (loop, session):
        result = await delegated(
            loop,
            ("shout", {"text": "a"}),
            ("nothing", {}),
            ("shout", {"text": "b", "times": "many"}),
            ("wild", {"text": "raise"}),
            ("give", {"text": "reported"}),
            ("shout", {"text": "c"}),
        )

    assert result.all_completed and result.pending_count == 0 and result.has_errors and result.error_count == 4
    contents = told(result)
    assert contents[0] == ("A", False) and contents[5] == ("C", False)
    assert contents[1][0].startswith("There is no tool `nothing`. You can call: `shout`, `give`,")
    assert "times: Input should be a valid integer" in contents[2][0]
    assert contents[3][0] == "The tool `wild` failed: ValueError: wild"
    assert contents[4] == ("no such city", True)
    assert [(one.tool_name, one.tool_call_id) for one in result.errors] == [
        ("nothing", "c1"),
        ("shout", "c2"),
        ("wild", "c3"),
        ("give", "c4"),
    ]
    (saved,) = session.documents.saved
    assert (saved.key, saved.content.role, saved.tags) == ("msg_1_results", "user", ("message",))
    assert [block.tool_call_id for block in saved.content.blocks] == ["c0", "c1", "c2", "c3", "c4", "c5"]


@pytest.mark.requirement("LLM-021")
async def test_calls_run_at_the_same_time_and_keep_their_order() -> None:
    meeting = asyncio.Barrier(8)

    @tool(description="Waits for the others.")
    async def meet(name: str) -> str:
        await meeting.wait()
        return name

    async with attempt() as (loop, _):
        message = asking(*[("meet", {"name": f"n{n}"}) for n in range(16)])
        result = (await loop.delegate.call(message=message, tools=[meet])).data

    assert [one.content for one in result.tool_results] == [f"n{n}" for n in range(16)]


@pytest.mark.requirement("LLM-022")
async def test_a_message_without_calls_completes_at_once_and_saves_nothing() -> None:
    async with attempt() as (loop, session):
        result = await delegated(loop)

    assert result.all_completed and result.tool_results == [] and not result.has_errors
    assert session.documents.saved == []


@pytest.mark.requirement("LLM-023")
async def test_the_model_reads_text_as_it_is_and_other_data_as_json() -> None:
    async with attempt() as (loop, _):
        names = ["plain text", "zero", "no", "empty", "none", "list", "odd", "nan"]
        result = await delegated(loop, *[("give", {"text": name}) for name in names])

    contents = told(result)
    assert contents[:6] == [(text, False) for text in ("plain text", "0", "false", "", "null", '[1, "ä"]')]
    assert all(is_error and "returned something that is no JSON" in text for text, is_error in contents[6:])


@pytest.mark.requirement("TOOL-024")
async def test_only_tools_on_offer_can_be_called_even_if_there_are_others() -> None:
    async with attempt() as (loop, _):
        result = await delegated(loop, ("secret", {}), ("llm_delegate_tool_calls", {}))
        with pytest.raises(ToolError, match="no tool `unheard_of` here; there are `llm_delegate_tool_calls`"):
            await loop.delegate.call(message=asking(), tools=["unheard_of"])

    assert result.error_count == 2 and made == []
    assert "secret" not in result.errors[0].message.split("You can call")[1]


async def test_a_tool_that_hangs_exits_or_cancels_is_an_error_for_the_model_only() -> None:
    async with attempt() as (loop, session):
        result = await delegated(
            loop, ("wild", {"text": "hang"}), ("wild", {"text": "exit"}), ("wild", {"text": "cancel"})
        )

    assert [text for text, _ in told(result)] == [
        "The tool `wild` did not end within its limit of 0.05 s.",
        "The tool `wild` failed: SystemExit: 3",
        "The tool `wild` canceled itself.",
    ]
    assert [(call.name, call.repeatable) for call in session.calls] == [("tool:wild", False)] * 3


async def test_ten_thousand_calls_of_one_message_all_get_a_result_and_few_are_made() -> None:
    async with attempt() as (loop, _):
        result = await delegated(loop, *[("shout", {"text": "x"})] * 10_000)

    assert len(made) == 128 and len(result.tool_results) == 10_000 and result.error_count == 10_000 - 128
    assert len(result.model_dump_json()) < 4_000_000


@pytest.mark.requirement("LLM-028")
async def test_a_long_result_is_cut_for_the_model_and_kept_as_a_document() -> None:
    async with attempt() as (loop, session):
        result = await delegated(loop, ("shout", {"text": "ä" * 100_000}), ("shout", {"text": "b\x00c"}))

    (long, _), (odd, _) = told(result)
    assert len(long.encode()) < 66_000 and "Cut here: 200,000 bytes in all." in long
    (kept,) = [one for one in session.documents.saved if isinstance(one.content, PlainDocument)]
    assert kept.content.text == "Ä" * 100_000 and str(kept.key) in long
    assert odd == "B\ufffdC"


async def test_a_repeated_step_takes_recorded_answers_and_saves_what_the_calls_saved() -> None:
    journal: dict[str, Any] = {}
    calls = (("note", {"text": "n1"}), ("give", {"text": "x"}), ("wild", {"text": "raise"}))
    async with attempt(journal) as (loop, first):
        before = await delegated(loop, *calls)
    async with attempt(journal) as (loop, again):
        after = await delegated(loop, *calls)

    assert after == before and made == []
    assert {entity.key for entity in again.documents.saved} == {"n1", None, "msg_1_results"}
    for session in (first, again):
        (conversation,) = await session.documents.find_by_tag("message")
        assert conversation.key == "msg_1_results", "what a tool says stands between no call and its result"


@pytest.mark.requirement("TOOL-018")
async def test_a_pending_call_stays_open_and_is_noted_again_by_the_next_attempt() -> None:
    journal: dict[str, Any] = {}
    for _ in range(2):
        async with attempt(journal) as (loop, session):
            result = await delegated(loop, ("errand", {"text": "e"}), ("shout", {"text": "a"}))
            assert [target for target, _ in session.children] == [ErrandWorkflow]
            assert not result.all_completed and result.pending_count == 1 and told(result) == [("A", False)]
            assert session.documents.saved == []
            assert LlmDelegateResult.model_validate_json(result.model_dump_json()) == result

    assert made == [f"errand of {tuple(OFFERED)}"], "the finished call was not made again"


@pytest.mark.requirement("LLM-025", "TOOL-017")
async def test_the_result_is_filled_in_when_the_run_has_ended() -> None:
    for data, expected in {
        "home": ("errand: home", False),
        "bad": ("bad news", True),
        "break": ("The tool `errand` failed: RuntimeError: cannot read that", True),
    }.items():
        async with attempt() as (loop, session):
            open_ = await delegated(loop, ("errand", {}), ("shout", {"text": "a"}))
            ended = TransitionInput(run_id="child-1", value=data)
            result = (await loop.update.call(delegate_result=open_, completed_tool=ended)).data

        assert result.all_completed and told(result) == [expected, ("A", False)]
        (saved,) = session.documents.saved
        assert [block.content for block in saved.content.blocks] == [expected[0], "A"]


@pytest.mark.requirement("LLM-026")
async def test_a_run_that_failed_or_was_canceled_is_an_error_that_names_tool_and_status() -> None:
    async with attempt() as (loop, _):
        open_ = await delegated(loop, ("errand", {}), ("errand", {"text": "2"}))
        failed = TransitionInput[Any](run_id=str(open_.calls[0].run_id), status="failed", error_message="no road")
        half = (await loop.update.call(delegate_result=open_, completed_tool=failed)).data
        canceled = TransitionInput[Any](run_id=str(open_.calls[1].run_id), status="canceled")
        result = (await loop.update.call(delegate_result=half, completed_tool=canceled)).data

    assert half.pending_count == 1
    assert told(result) == [
        ("The run of `errand` failed: no road", True),
        ("The run of `errand` was canceled.", True),
    ]


@pytest.mark.requirement("REL-017")
async def test_results_that_come_twice_late_or_from_elsewhere_change_nothing() -> None:
    async with attempt() as (loop, session):
        open_ = await delegated(loop, ("errand", {}), ("errand", {"text": "2"}))
        first = TransitionInput(run_id=str(open_.calls[0].run_id), value="one")
        result = (await loop.update.call(delegate_result=open_, completed_tool=first)).data
        assert result.pending_count == 1
        for odd in (first, replace(first, value="other"), TransitionInput(run_id="run-7", value="forged")):
            assert (await loop.update.call(delegate_result=result, completed_tool=odd)).data == result
        second = TransitionInput(run_id=str(open_.calls[1].run_id), value="two")
        result = (await loop.update.call(delegate_result=result, completed_tool=second)).data
        saved = list(session.documents.saved)
        for late in (first, second):
            assert (await loop.update.call(delegate_result=result, completed_tool=late)).data == result

        assert result.all_completed and told(result) == [("errand: one", False), ("errand: two", False)]
        assert session.documents.saved == saved and len(saved) == 1


async def test_a_call_that_needs_approval_is_made_only_with_an_approval_of_exactly_these_arguments() -> None:
    args = {"text": "to Ann"}
    digest = digest_of("send", args)
    for approval, expected, sent in (
        (Approval(approved=True, digest=digest), ("sent", False), ["sent to Ann"]),
        (
            Approval(approved=True, digest=digest_of("send", {"text": "to Bob"})),
            ("was approved, so it was not", True),
            [],
        ),
        (
            Approval(approved=False, digest=digest, reason="too early"),
            ("denied this call of `send`: too early", True),
            [],
        ),
    ):
        async with attempt() as (loop, session):
            open_ = await delegated(loop, ("send", args))
            assert open_.pending_count == 1 and made == []
            ((target, asked),) = session.children
            assert target is ApproveToolCallWorkflow and asked == ApproveToolCallArgs(
                tool="send", args=args, description="Sends a letter.", digest=digest
            )
            ended = TransitionInput(run_id="child-1", value=approval.model_dump(mode="json"))
            result = (await loop.update.call(delegate_result=open_, completed_tool=ended)).data

        ((content, is_error),) = told(result)
        assert expected[0] in content and is_error is expected[1] and made == sent


async def test_a_direct_call_of_a_tool_that_needs_approval_is_the_authors_decision() -> None:
    assert (await SendTool().call(text="x")).data == "sent"


@pytest.mark.requirement("LLM-027")
async def test_canceling_gives_every_open_call_a_result_and_cancels_its_run() -> None:
    async with attempt() as (loop, session):
        open_ = await delegated(loop, ("errand", {}), ("shout", {"text": "a"}), ("send", {}))
        result = (await loop.cancel.call(delegate_result=open_)).data
        late = TransitionInput[Any](run_id="child-1", status="canceled")
        assert (await loop.update.call(delegate_result=result, completed_tool=late)).data == result

    assert sorted(session.canceled) == ["child-1", "child-2"] and result.all_completed
    assert told(result) == [
        ("The call of `errand` was canceled.", True),
        ("A", False),
        ("The call of `send` was canceled.", True),
    ]
    (saved,) = session.documents.saved
    assert len(saved.content.blocks) == 3


async def test_save_false_stores_no_results_and_the_turn_stands_for_its_message() -> None:
    async with attempt() as (loop, session):
        turn = LlmTurn.of(asking(("shout", {"text": "a"})))
        kept = (await loop.delegate.call(message=turn, tools=["shout"], config={"save": False})).data
        assert session.documents.saved == []
        await loop.delegate.call(message=turn, tools=["shout"], config={"meta": {"mark": 1}})

    assert turn.stop_reason == "tool_use" and kept.all_completed
    assert session.documents.saved[0].meta == {"mark": 1}
