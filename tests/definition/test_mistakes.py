"""One golden text per kind of definition mistake: the whole message, with file and true line."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import loopstack_temporal.definition
from loopstack_temporal import DefinitionError
from tests.definition.author_files import FOLDER, import_file, load_case, write_files

CASES = sorted(FOLDER.glob("*.txt"))


@pytest.mark.requirement(
    "ENGINE-010", "ENGINE-013", "ENGINE-014", "ENGINE-021", "ENGINE-022", "ENGINE-023", "ENGINE-024", "ENGINE-025",
    "ENGINE-026", "FAILURE-008", "FAILURE-010", "FAILURE-019", "DOC-028", "DOC-033",
)  # fmt: skip
@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_a_mistake_is_reported_with_file_line_and_what_to_do(path: Path, tmp_path: Path) -> None:
    case = load_case(path)
    write_files(tmp_path, case.files)

    with pytest.raises(DefinitionError) as caught:
        import_file(tmp_path / "case.py")

    assert str(caught.value).replace(f"{tmp_path}/", "") == case.error


def test_every_kind_of_mistake_has_a_golden_text(tmp_path: Path) -> None:
    # Not met by making a class: see test_reading.py and test_widgets.py.
    seen = {"not_decorated", "widget_workflow"}
    for path in CASES:
        case = load_case(path)
        folder = tmp_path / case.name
        write_files(folder, case.files)
        with pytest.raises(DefinitionError) as caught:
            import_file(folder / "case.py")
        seen |= {problem.code for problem in caught.value.problems}

    assert codes_in_the_room() == seen


def codes_in_the_room() -> set[str]:
    """The second argument of every call that records a problem."""
    found: set[str] = set()
    for file in Path(loopstack_temporal.definition.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            position = {"add": 1, "wrong": 0, "refuse": 0, "Problem": 3}.get(called)
            if position is not None and len(node.args) > max(position, 1):
                code = node.args[position]
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    found.add(code.value)
    return found
