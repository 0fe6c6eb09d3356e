"""The catalogue entry of a workflow: plain JSON that says everything the API and the studio need."""

import json
from datetime import timedelta

from pydantic import BaseModel

from loopstack_temporal import BaseWorkflow, Retry, guard, transition, workflow
from loopstack_temporal.definition import definition_of
from loopstack_temporal.definition.catalogue import describe_workflow, shown_warnings


class Args(BaseModel):
    topic: str = "tea"


class Verdict(BaseModel):
    approved: bool


@workflow(title="Review", widget={"widget": "button", "options": {"transition": "decide"}, "showWhen": ["waiting"]})
class ReviewWorkflow(BaseWorkflow[Args]):
    """Draft and ask."""

    def ready(self) -> bool:
        return True

    @transition(to="waiting", retry=Retry(2, place="waiting"), priority=4)
    @guard(ready)
    def generate(self) -> None: ...

    @transition(from_="waiting", to="end", wait=True, timeout=0, title="Say yes or no")
    def decide(self, payload: Verdict) -> None: ...

    @transition(from_="waiting", to="end", after=timedelta(days=2), pool="slow")
    def expire(self) -> None: ...


def test_a_workflow_is_described_as_plain_json() -> None:
    entry = describe_workflow(definition_of(ReviewWorkflow))

    assert json.loads(json.dumps(entry)) == entry
    retry = {"attempts": 0, "delay": 1.0, "backoff": "exponential", "max_delay": 30.0}
    common = {
        "guard": None,
        "priority": None,
        "timeout": 300.0,
        "after": None,
        "retry": retry,
        "error_place": None,
        "retry_target": None,
        "pool": None,
        "execution": "activity",
        "asks": True,
        "early": False,
        "stopped_to": None,
        "schema": None,
    }
    assert entry == {
        "name": "review",
        "title": "Review",
        "description": "Draft and ask.",
        "places": ["start", "waiting", "end"],
        "transitions": [
            common
            | {
                "name": "generate",
                "title": "Generate",
                "from": "start",
                "to": "waiting",
                "kind": "automatic",
                "guard": "ready",
                "priority": 4,
                "retry": retry | {"attempts": 2},
                "error_place": "waiting",
            },
            common
            | {
                "name": "decide",
                "title": "Say yes or no",
                "from": "waiting",
                "to": "end",
                "kind": "wait",
                "timeout": None,
                "schema": Verdict.model_json_schema(),
            },
            common
            | {
                "name": "expire",
                "title": "Expire",
                "from": "waiting",
                "to": "end",
                "kind": "timer",
                "after": 172800.0,
                "pool": "slow",
            },
        ],
        "args_schema": Args.model_json_schema(),
        "state_schema": None,
        "result_schema": None,
        "config_schema": None,
        "widgets": [
            {"widget": "button", "options": {"transition": "decide"}, "show_when": ["waiting"], "enabled_when": []}
        ],
        "pool": None,
        "on_failure": "park",
        "max_steps_without_wait": None,
        "warnings": [],
    }


def test_warnings_do_not_show_the_folders_of_the_worker() -> None:
    assert shown_warnings(["/srv/app/review.yaml:3: unknown key `a`: b"]) == ["review.yaml:3: unknown key `a`: b"]
