"""Everything of this room for an app's `modules`."""

from __future__ import annotations

from loopstack_temporal.hitl import documents
from loopstack_temporal.hitl.approving import ApproveToolCallWorkflow
from loopstack_temporal.hitl.asking import AskUserWorkflow
from loopstack_temporal.hitl.confirming import ConfirmUserWorkflow
from loopstack_temporal.hitl.tools import AskClarificationTool, AskForApprovalTool
from loopstack_temporal.modules import Module


def hitl() -> Module:
    """Workflows, tools and documents that ask people. It needs no settings and no other module."""
    return Module(
        name="hitl",
        workflows=[AskUserWorkflow, ConfirmUserWorkflow, ApproveToolCallWorkflow],
        tools=[AskClarificationTool, AskForApprovalTool],
        documents=[
            documents.AskUserDocument,
            documents.AskUserOptionsDocument,
            documents.AskUserConfirmDocument,
            documents.ConfirmUserDocument,
            documents.ApproveToolCallDocument,
        ],
    )
