"""A child that can only fail."""

from __future__ import annotations

from loopstack_temporal import BaseWorkflow, transition, workflow


@workflow(title="Failing child", description="Always fails.")
class ErrorRetryFailingChildWorkflow(BaseWorkflow):
    @transition(to="end")
    def fail(self) -> None:
        raise RuntimeError("children do that")
