"""The application the windows look at: some of the examples, and workflows that are each about one thing."""

from __future__ import annotations

import os

from pydantic import BaseModel, Field, model_validator

from examples.hello.workflow import HelloWorkflow
from examples.inline_form.workflow import InlineFormWorkflow
from examples.meeting_notes.workflow import MeetingNotesWorkflow
from examples.offline import ScriptedDemo
from examples.review.workflow import ReviewWorkflow
from examples.ui_documents.workflow import UiDocumentsWorkflow
from loopstack_temporal import BaseWorkflow, MarkdownDocument, RunContext, transition, workflow
from loopstack_temporal.app import StudioApp
from loopstack_temporal.hitl import ApproveToolCallWorkflow, AskUserWorkflow, ConfirmUserWorkflow, hitl
from tests.hitl.people_app import OwnQuestionsWorkflow, ParentWorkflow
from tests.studio import family_flows, widget_flows
from tests.studio.document_flows import BY_LEVEL, BY_MIME, DOCUMENT_FLOWS
from tests.support.apps import ChainWorkflow, FlakyWorkflow, RoundsWorkflow, StagesWorkflow
from tests.support.busy import TalkWorkflow


class Topic(BaseModel):
    topic: str = "coffee"


class Nothing(BaseModel):
    pass


class Verdict(BaseModel):
    approved: bool
    note: str = ""

    @model_validator(mode="after")
    def refusals_need_a_reason(self) -> Verdict:
        if self.note == "without reason":
            raise ValueError("say why")
        return self


@workflow(title="Plain review")
class PlainReviewWorkflow(BaseWorkflow[Topic, Nothing, Verdict]):
    """A wait nobody wrote a widget for."""

    @transition(to="waiting_for_approval")
    async def generate(self, ctx: RunContext[Topic]) -> None:
        await self.document_store.save(MarkdownDocument(markdown=f"All about **{ctx.args.topic}**."), key="draft")

    @transition(from_="waiting_for_approval", to="end", wait=True)
    async def decide(self, payload: Verdict) -> Verdict:
        return payload


class Order(BaseModel):
    amount: int = Field(ge=1)
    password: str = Field(min_length=1, json_schema_extra={"format": "password"})


@workflow(title="Order")
class OrderWorkflow(BaseWorkflow[Nothing, Nothing, int]):
    """A wait with a secret field; the words of its refusals are the server's."""

    @transition(to="ordering")
    async def begin(self) -> None:
        return None

    @transition(from_="ordering", to="end", wait=True)
    async def order(self, payload: Order) -> int:
        return payload.amount


@workflow(title="Patient")
class PatientWorkflow(BaseWorkflow[Nothing, Nothing, None]):
    """Fails, and waits a good while before it tries again."""

    @transition(to="end", retry=2, retry_delay=600)
    async def call(self) -> None:
        raise ConnectionError("busy")


@workflow(title="Invoice", widget={"widget": "button", "options": {"transition": "send_reminder"}})
class InvoiceWorkflow(BaseWorkflow[Nothing, Nothing, Verdict]):
    """One transition with a title of its own, one whose name has to do."""

    @transition(to="sent", title="Write the invoice")
    async def write(self) -> None:
        return None

    @transition(from_="sent", to="sent", wait=True)
    async def send_reminder(self) -> None:
        return None

    @transition(from_="sent", to="end", wait=True, title="Book the payment")
    async def pay(self, payload: Verdict) -> Verdict:
        return payload


app = StudioApp(
    name=os.environ.get("LOOPSTACK_TEST_APP", "pages"),
    title="Pages",
    workflows=[
        HelloWorkflow,
        ReviewWorkflow,
        TalkWorkflow,
        MeetingNotesWorkflow,
        PlainReviewWorkflow,
        OrderWorkflow,
        InvoiceWorkflow,
        PatientWorkflow,
        FlakyWorkflow,
        ChainWorkflow,
        RoundsWorkflow,
        StagesWorkflow,
        *widget_flows.FLOWS,
        *family_flows.FLOWS,
        *DOCUMENT_FLOWS,
        UiDocumentsWorkflow,
        InlineFormWorkflow,
        OwnQuestionsWorkflow,
        ParentWorkflow,
        AskUserWorkflow,
        ConfirmUserWorkflow,
        ApproveToolCallWorkflow,
    ],
    modules=[hitl()],
    providers=[ScriptedDemo([family_flows.script])],
    documents=[*BY_MIME.values(), *BY_LEVEL.values()],
)
