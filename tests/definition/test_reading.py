"""A decorated class becomes one frozen definition."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel
from typing_extensions import TypeVar

from loopstack_temporal import (
    BaseWorkflow,
    DefinitionError,
    Retry,
    RunContext,
    TransitionInput,
    on_cancel,
    transition,
    workflow,
)
from loopstack_temporal.definition.model import Parameter
from loopstack_temporal.definition.registry import definition_of, find_definition, with_default_timeout
from loopstack_temporal.definition.shape import Shape


class Args(BaseModel):
    topic: str = "coffee"


class State(BaseModel):
    draft: str | None = None


class Verdict(BaseModel):
    approved: bool
    note: str = ""


@workflow(title="Review", on_failure="fail", pool="slow", max_steps_without_wait=7)
class ReviewWorkflow(BaseWorkflow[Args, State, Verdict]):
    """Draft, then
    ask a person.

    More about it.
    """

    def has_draft(self, state: State) -> bool:
        return state.draft is not None

    @transition(to="waiting", retry=3, timeout=timedelta(minutes=2))
    async def generate(self, state: State, ctx: RunContext[Args]) -> None: ...

    @transition(from_="waiting", to="end", wait=True, guard=has_draft, pool="fast", title="Ask a person")
    async def decide(self, state: State, payload: Verdict) -> Verdict:
        return payload

    @transition(
        from_="waiting", to="end", after=90, priority=2, error_place="waiting", retry_delay=timedelta(seconds=9)
    )
    def expire(self) -> None: ...

    @on_cancel
    def stop(self, ctx: RunContext[Args]) -> None: ...


@pytest.mark.requirement("ENGINE-001", "ENGINE-006", "ENGINE-008", "ENGINE-013", "ENGINE-014")
def test_a_class_is_read_whole() -> None:
    definition = definition_of(ReviewWorkflow)

    assert (definition.name, definition.title) == ("review", "Review")
    assert definition.description == "Draft, then ask a person."
    assert (definition.args, definition.state, definition.result) == (Shape(Args), Shape(State), Shape(Verdict))
    assert definition.places == ("start", "waiting", "end")
    assert (definition.on_failure, definition.pool, definition.max_steps_without_wait) == ("fail", "slow", 7)
    assert (definition.on_cancel, definition.on_cancel_parameters) == ("stop", (Parameter("ctx", "ctx"),))

    generate, decide, expire = definition.transitions
    assert [each.title for each in definition.transitions] == ["Generate", "Ask a person", "Expire"]
    assert (generate.from_, generate.to, generate.pool, generate.timeout) == ("start", "waiting", "slow", 120.0)
    assert generate.parameters == (Parameter("state", "state"), Parameter("ctx", "ctx"))
    assert generate.retry == Retry(attempts=3)
    assert (decide.wait, decide.payload, decide.pool) == (True, Shape(Verdict), "fast")
    assert decide.guard is not None and decide.guard.name == "has_draft"
    assert (expire.after, expire.priority, expire.automatic) == (90.0, 2, False)
    assert expire.retry == Retry(place="waiting", delay=9.0)


@pytest.mark.requirement("ENGINE-001", "ENGINE-006")
def test_a_bare_class_with_a_bare_decorator_is_a_workflow_on_plain_dicts() -> None:
    @workflow
    class HelloWorkflow(BaseWorkflow):
        @transition(to="end")
        def hello(self, state: dict[str, Any]) -> None: ...

    definition = definition_of(HelloWorkflow)

    assert (definition.name, definition.args, definition.state, definition.result) == ("hello", None, None, None)


@pytest.mark.requirement("ENGINE-002")
@pytest.mark.parametrize(
    ("class_name", "name"),
    [
        ("ChatWorkflow", "chat"),
        ("AgentExampleWorkflow", "agent_example"),
        ("HTTPCallWorkflow", "http_call"),
        ("Publish2WebWorkflow", "publish2_web"),
        ("Workflow", "workflow"),
    ],
)
def test_the_name_is_the_class_name_in_snake_case(class_name: str, name: str) -> None:
    def go(self: object) -> None: ...

    cls: type[BaseWorkflow] = workflow(
        type(class_name, (BaseWorkflow,), {"go": transition(to="end")(go), "__module__": __name__})
    )

    assert definition_of(cls).name == name


@pytest.mark.requirement("ENGINE-006")
def test_schema_options_replace_the_generic_parameters() -> None:
    @workflow(schema=Args, state_schema=State, config_schema=Verdict)
    class LooseWorkflow(BaseWorkflow[dict[str, Any], dict[str, Any]]):
        @transition(to="end", schema=Args)
        def go(self) -> None: ...

    definition = definition_of(LooseWorkflow)

    assert (definition.args, definition.state, definition.config) == (Shape(Args), Shape(State), Shape(Verdict))


@pytest.mark.requirement("ENGINE-012")
def test_stacked_decorators_make_one_transition_each_in_the_order_written() -> None:
    @workflow
    class StackWorkflow(BaseWorkflow):
        @transition(to="a")
        @transition(from_="b", to="a")
        def top(self) -> None: ...

        @transition(from_="a", to="b", wait=True)
        @transition(from_="c", to="end")
        def bottom(self) -> None: ...

        @transition(from_="a", to="c", wait=True)
        def side(self) -> None: ...

    edges = [(edge.name, edge.from_, edge.order) for edge in definition_of(StackWorkflow).transitions]

    assert edges == [("top", "start", 0), ("top", "b", 1), ("bottom", "a", 2), ("bottom", "c", 3), ("side", "a", 4)]


StateT = TypeVar("StateT", bound=State)


class Base(BaseWorkflow[Args, StateT]):
    @transition(to="middle")
    def begin(self, state: StateT) -> None: ...

    @transition(from_="middle", to="end", timeout=1)
    def finish(self, state: StateT) -> None: ...


class Rich(State):
    extra: int = 0


@pytest.mark.requirement("ENGINE-016")
def test_a_subclass_inherits_transitions_and_type_parameters_and_may_replace_methods() -> None:
    @workflow
    class DerivedWorkflow(Base[Rich]):
        def begin(self, state: Rich) -> None: ...

        @transition(from_="middle", to="end", timeout=2)
        def finish(self, state: Rich) -> None: ...

    definition = definition_of(DerivedWorkflow)

    assert definition.state == Shape(Rich)
    assert [(edge.name, edge.to, edge.timeout) for edge in definition.transitions] == [
        ("begin", "middle", 300.0),  # replaced without a decorator: the edge of the base, the new body
        ("finish", "end", 2.0),
    ]
    assert find_definition(Base) is None


def test_asking_an_undecorated_class_for_its_definition_names_the_likely_cause() -> None:
    class Forgotten(ReviewWorkflow): ...

    with pytest.raises(
        DefinitionError, match=r"`Forgotten` is no workflow; was it decorated with `@workflow`\?"
    ) as error:
        definition_of(Forgotten)

    assert error.value.problems[0].code == "not_decorated"
    assert "only its base `ReviewWorkflow` is" in str(error.value)


@pytest.mark.requirement("ENGINE-048")
def test_the_payload_may_have_any_type_and_its_schema_three_spellings() -> None:
    @workflow
    class AnyWorkflow(BaseWorkflow):
        @transition(to="a", wait=True)
        def scalar(self, payload: str) -> None: ...

        @transition(from_="a", to="b", wait=True)
        def union(self, payload: int | Verdict) -> None: ...

        @transition(from_="b", to="c", wait=True)
        def by_envelope(self, envelope: TransitionInput[list[int]]) -> None: ...

        @transition(from_="c", to="d", wait=True, schema=Verdict)
        def by_option(self, input: TransitionInput) -> None: ...

        @transition(from_="d", to="end", wait=True)
        def unchecked(self, payload: Any) -> None: ...

    payloads = [edge.payload for edge in definition_of(AnyWorkflow).transitions]

    assert payloads == [Shape(str), Shape(int | Verdict), Shape(list[int]), Shape(Verdict), None]


@pytest.mark.requirement("ENGINE-014")
def test_parameters_are_matched_by_annotation_first_and_then_by_name() -> None:
    @workflow
    class MatchWorkflow(BaseWorkflow[Args, State]):
        @transition(to="end", wait=True)
        def go(
            self,
            where: RunContext[Args],
            _state: State,
            answer: TransitionInput[Verdict],
            payload: Verdict,
            times: int = 3,
        ) -> None: ...

    assert definition_of(MatchWorkflow).transitions[0].parameters == (
        Parameter("where", "ctx"),
        Parameter("_state", "state"),
        Parameter("answer", "input"),
        Parameter("payload", "payload"),
    )


@pytest.mark.requirement("FAILURE-008", "FAILURE-009", "FAILURE-010")
def test_both_spellings_of_a_retry_mean_the_same() -> None:
    @workflow
    class RetryWorkflow(BaseWorkflow):
        @transition(
            to="a",
            retry=Retry(
                attempts=4, delay=timedelta(seconds=2), backoff="fixed", max_delay=60, place="b", target="start"
            ),
        )
        def whole(self) -> None: ...

        @transition(
            from_="a",
            to="end",
            retry_attempts=4,
            retry_delay=2,
            retry_backoff="fixed",
            retry_max_delay=timedelta(minutes=1),
            error_place="b",
            retry_target="start",
        )
        def flat(self) -> None: ...

        @transition(from_="b", to="end", wait=True, retry=2, retry_delay=90)
        def mixed(self) -> None: ...

    whole, flat, mixed = definition_of(RetryWorkflow).transitions

    assert whole.retry == flat.retry == Retry(4, 2.0, "fixed", 60.0, "b", "start")
    assert mixed.retry == Retry(2, 90.0, max_delay=90.0)  # a delay above the default cap is meant as it is written
    assert [Retry(6).delay_before(n) for n in range(1, 8)] == [1, 2, 4, 8, 16, 30, 30]
    assert [whole.retry.delay_before(n) for n in (1, 2, 3)] == [2, 2, 2]


def test_the_default_timeout_is_the_processs_and_an_authors_own_stays() -> None:
    @workflow
    class TimeWorkflow(BaseWorkflow):
        @transition(to="a")
        def unset(self) -> None: ...

        @transition(from_="a", to="b", timeout=0)
        def off(self) -> None: ...

        @transition(from_="b", to="c", timeout=7)
        def own(self) -> None: ...

        @transition(from_="c", to="end", execution="local")
        def local(self) -> None: ...

    edges = definition_of(TimeWorkflow).transitions

    assert [edge.timeout for edge in edges] == [300.0, None, 7.0, 10.0]
    assert [with_default_timeout(edge, 60).timeout for edge in edges] == [60, None, 7.0, 10.0]
    assert [with_default_timeout(edge, 0).timeout for edge in edges] == [None, None, 7.0, 10.0]


def test_an_automatic_method_that_takes_a_payload_is_a_warning() -> None:
    @workflow
    class PayloadWorkflow(BaseWorkflow):
        @transition(to="end")
        def go(self, payload: str | None) -> None: ...

    assert len(definition_of(PayloadWorkflow).warnings) == 1
    assert "none of its transitions has `wait=True`" in definition_of(PayloadWorkflow).warnings[0]


def test_a_context_of_other_arguments_is_a_warning() -> None:
    @workflow
    class OtherWorkflow(BaseWorkflow[Args]):
        @transition(to="end")
        def go(self, ctx: RunContext[Verdict]) -> None: ...

    assert (
        definition_of(OtherWorkflow)
        .warnings[0]
        .endswith("`go` takes `RunContext[Verdict]`, but the arguments of the workflow are `Args`")
    )


def test_a_transition_of_the_base_is_taken_away_by_none() -> None:
    @workflow
    class ShortWorkflow(BaseWorkflow):
        @transition(to="middle")
        @transition(from_="middle", to="end")
        def go(self) -> None: ...

        @transition(from_="middle", to="end", wait=True)
        def ask(self) -> None: ...

    @workflow
    class ShorterWorkflow(ShortWorkflow):
        ask = None  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]

    assert [edge.name for edge in definition_of(ShorterWorkflow).transitions] == ["go", "go"]


def test_a_transition_without_a_title_is_called_by_its_name_in_words() -> None:
    @workflow
    class NamesWorkflow(BaseWorkflow):
        @transition(to="a")
        def send_reminder(self) -> None: ...

        @transition(from_="a", to="b", wait=True)
        def userResponse(self) -> None: ...

        @transition(from_="a", to="a", wait=True)
        @transition(from_="b", to="end", wait=True, title="Say no")
        def refuse(self) -> None: ...

    titles = [each.title for each in definition_of(NamesWorkflow).transitions]
    assert titles == ["Send reminder", "User response", "Say no", "Say no"]
