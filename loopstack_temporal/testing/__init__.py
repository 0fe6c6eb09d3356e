"""Tests of workflows: the real machine in this process, answers by script, time that passes only when it is told to.

```text
report = await run_workflow(ReviewWorkflow, ReviewArgs(topic="tea"), answers={"decide": Verdict(approved=True)})
assert report.result == Verdict(approved=True)
```

Nothing is stored. Tries and limits count as in production, but the delay of a retry takes no time, and neither does a
deadline (`after=`) that a test lets pass. Sub-workflows are refused, as in every stateless run. `ScriptedModel` answers
in place of a language model. pytest offers the runner, its clock and the model as fixtures (`pytest_plugin`).
"""

from __future__ import annotations

from loopstack_temporal.testing.clock import SkippingClock
from loopstack_temporal.testing.runner import Runner
from loopstack_temporal.testing.runs import RunReport, RunUnderTest, run_workflow, start_workflow
from loopstack_temporal.testing.scripted import Says, ScriptedModel

__all__ = [
    "RunReport",
    "RunUnderTest",
    "Runner",
    "Says",
    "ScriptedModel",
    "SkippingClock",
    "run_workflow",
    "start_workflow",
]
