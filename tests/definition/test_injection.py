"""What a workflow asks to be given."""

from pathlib import Path
from typing import Any, ClassVar

import pytest

from loopstack_temporal import BaseWorkflow, ContextClosed, DefinitionError, inject, transition, workflow
from loopstack_temporal.definition import definition_of, resolve_wanted
from loopstack_temporal.definition.model import Injection, Source


class Mailer: ...


@workflow
class ChildWorkflow(BaseWorkflow):
    @transition(to="end")
    def go(self) -> None: ...


@workflow
class ParentWorkflow(BaseWorkflow):
    limit: ClassVar[int] = 3
    mailer: Mailer
    late: "DeclaredLater"
    child = inject(ChildWorkflow)
    other: Any = inject(f"{__name__}:ChildWorkflow")
    fixed: int = 4

    def __init__(self, clock: Mailer, retries: int = 2) -> None:
        self.clock = clock
        self.retries = retries

    @transition(to="end")
    def go(self) -> None: ...


class DeclaredLater: ...


def test_annotated_attributes_constructor_parameters_and_inject_are_asked_for_with_their_lines() -> None:
    found = definition_of(ParentWorkflow).injections

    assert [(it.name, it.into) for it in found] == [
        ("mailer", "attribute"),
        ("late", "attribute"),
        ("child", "attribute"),
        ("other", "attribute"),
        ("clock", "constructor"),
    ]
    assert [resolve_wanted(it) for it in found] == [Mailer, DeclaredLater, ChildWorkflow, ChildWorkflow, Mailer]
    lines = [it.source.line for it in found]
    assert all(it.source.file == __file__ for it in found) and lines == sorted(lines)
    assert Path(__file__).read_text().splitlines()[lines[0] - 1].strip() == "mailer: Mailer"


def test_a_text_that_leads_nowhere_is_a_definition_error_with_its_line() -> None:
    with pytest.raises(DefinitionError) as caught:
        resolve_wanted(Injection("child", "nowhere.at_all:Child", "attribute", Source("app.py", 7)))

    assert str(caught.value) == (
        "injection of `child` is not valid:\n"
        "  app.py:7: `child` asks for 'nowhere.at_all:Child', which cannot be found: No module named 'nowhere'"
    )


def test_using_an_injected_attribute_of_an_object_made_by_hand_says_so() -> None:
    with pytest.raises(ContextClosed, match=r"`child` of ParentWorkflow was not injected"):
        _ = ParentWorkflow(Mailer()).child
