"""Guards in every spelling: methods, names, functions, lambdas."""

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import BaseModel

from loopstack_temporal import BaseWorkflow, RunContext, guard, transition, workflow
from loopstack_temporal.definition import definition_of


class Args(BaseModel):
    topic: str = "coffee"


class State(BaseModel):
    draft: str | None = None


def free(state: Mapping[str, Any]) -> bool:
    return True


@pytest.mark.requirement("ENGINE-033")
def test_guards_are_methods_names_functions_or_lambdas_with_or_without_context() -> None:
    @workflow
    class GuardWorkflow(BaseWorkflow[Args, State]):
        def _private(self, state: State) -> bool:
            return True

        async def with_context(self, ctx: RunContext[Args], state: State) -> bool:
            return ctx.args.topic == "tea" and state.draft == "d"

        @transition(to="a", guard="_private")
        @transition(from_="b", to="a", guard=free)
        @transition(from_="c", to="a", guard=lambda state: True)
        @transition(from_="d", to="a", guard=lambda self, state: True)
        def many(self) -> None: ...

        @transition(from_="a", to="b")
        @guard(_private)
        def first(self) -> None: ...

        @transition(from_="a", to="c")
        @transition(from_="b", to="d")
        @guard(with_context)
        def second(self) -> None: ...

        @transition(from_="a", to="end", wait=True)
        @transition(from_="c", to="end", wait=True)
        @transition(from_="d", to="end", wait=True)
        @guard("_private")
        def out(self) -> None: ...

    guards = {(edge.name, edge.from_): edge.guard for edge in definition_of(GuardWorkflow).transitions}
    found = {
        key: (it.name, it.takes_self, it.takes_state, it.takes_ctx) for key, it in guards.items() if it is not None
    }

    assert found == {
        ("many", "start"): ("_private", True, True, False),
        ("many", "b"): ("free", False, True, False),
        ("many", "c"): ("lambda", False, True, False),
        ("many", "d"): ("lambda", True, True, False),
        ("first", "a"): ("_private", True, True, False),
        ("second", "a"): ("with_context", True, True, True),
        ("second", "b"): ("with_context", True, True, True),
        ("out", "a"): ("_private", True, True, False),
        ("out", "c"): ("_private", True, True, False),
        ("out", "d"): ("_private", True, True, False),
    }


async def test_a_guard_written_with_another_order_of_parameters_is_called_in_the_usual_one() -> None:
    @workflow
    class OrderWorkflow(BaseWorkflow[Args, State]):
        async def odd(self, ctx: RunContext[Args], state: State) -> bool:
            return ctx.args.topic == "tea" and state.draft == "d"

        @transition(to="end", guard=odd)
        def go(self) -> None: ...

    found = definition_of(OrderWorkflow).transitions[0].guard
    assert found is not None
    context = RunContext(run_id="r", workflow="order", args=Args(topic="tea"))

    assert await found.function(OrderWorkflow(), State(draft="d"), context) is True


def test_a_guard_by_reference_is_overridden_by_a_subclass() -> None:
    class First(BaseWorkflow):
        def ready(self) -> bool:
            return False

        @transition(to="end", guard=ready)
        def go(self) -> None: ...

    @workflow
    class SecondWorkflow(First):
        def ready(self) -> bool:
            return True

    found = definition_of(SecondWorkflow).transitions[0].guard

    assert found is not None and found.function(SecondWorkflow()) is True
