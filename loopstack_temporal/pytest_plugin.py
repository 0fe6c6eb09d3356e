"""Fixtures for tests of workflows. pytest finds them because the package is installed.

| fixture | what it is |
|---|---|
| `workflow_runner` | `await workflow_runner.run(Workflow, args, answers=…)`; or `.start(Workflow)`, step by step |
| `skipping_clock` | the clock of those runs: waiting takes no time on it |
| `scripted_model` | makes models that answer by script: `scripted_model(["Tea is a drink."])` |

Everything else is loaded with the first fixture that is used: where the package is merely installed, it costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from loopstack_temporal.testing import Runner, ScriptedModel, SkippingClock


@pytest.fixture
def skipping_clock() -> SkippingClock:
    """The clock of `workflow_runner`; `await skipping_clock.sleep(3600)` makes it an hour later at once."""
    from loopstack_temporal.testing import SkippingClock  # noqa: PLC0415

    return SkippingClock()


@pytest.fixture
def workflow_runner(skipping_clock: SkippingClock) -> Runner:
    """Runs workflows in this process, all on one clock."""
    from loopstack_temporal.testing import Runner  # noqa: PLC0415

    return Runner(skipping_clock)


@pytest.fixture
def scripted_model() -> type[ScriptedModel]:
    """The class: call it with a script, and give what it makes to an app as a provider."""
    from loopstack_temporal.testing import ScriptedModel  # noqa: PLC0415

    return ScriptedModel
