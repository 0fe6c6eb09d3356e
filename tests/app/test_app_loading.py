"""Finding the app a command line names."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from loopstack_temporal.app.loading import load_app
from loopstack_temporal.errors import DefinitionError, SetupError

SHOP = "from loopstack_temporal.app import StudioApp\napp = StudioApp(title='Shop')\nother = StudioApp(title='Other')\n"


@pytest.fixture(autouse=True)
def _leave_no_modules() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    modules, path = set(sys.modules), list(sys.path)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("reference", "title"),
    [("shop1.py", "Shop"), ("shop1.py:other", "Other"), ("shop1", "Shop"), ("shop1:other", "Other")],
)
def test_an_app_is_found_by_file_or_module(tmp_path: Path, reference: str, title: str) -> None:
    (tmp_path / "shop1.py").write_text(SHOP)

    assert load_app(reference, folder=tmp_path).title == title


def test_a_file_in_a_package_is_imported_under_its_full_name(tmp_path: Path) -> None:
    package = tmp_path / "pack1" / "inner"
    package.mkdir(parents=True)
    (tmp_path / "pack1" / "__init__.py").touch()
    (package / "__init__.py").touch()
    (package / "titles.py").write_text("TITLE = 'Deep'\n")
    (package / "app.py").write_text(
        "from loopstack_temporal.app import StudioApp\nfrom .titles import TITLE\napp = StudioApp(title=TITLE)\n"
    )

    by_file = load_app("pack1/inner/app.py", folder=tmp_path)

    assert by_file.title == "Deep" and load_app("pack1.inner.app", folder=tmp_path) is by_file


def test_a_file_whose_name_is_taken_by_another_module_is_loaded_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text(SHOP)

    assert load_app("json.py", folder=tmp_path).title == "Shop"


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "shop2.py").write_text(SHOP.replace("app =", "shop =") + "number = 3\n")

    for reference, why in {
        "gone.py": "there is no file .*gone.py",
        "gone_module:app": "there is no module `gone_module`",
        "shop2.py": r"has no `app`; it has `other`, `shop`: write `shop2\.py:other`",
        "shop2:number": "`number` in .* is a int, not a StudioApp",
        "a b": "'a b' is neither a module name nor a path",
    }.items():
        with pytest.raises(SetupError, match=why) as raised:
            load_app(reference, folder=tmp_path)
        assert raised.value.reason == "app_not_found"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1\ndef broken(:\n", "bad.py:2: syntax error: "),
        ("\n\nprint(1 / 0)\n", "bad.py:3: ZeroDivisionError: division by zero"),
        ("import nothing_of_this_name\n", "bad.py:1: ModuleNotFoundError: No module named 'nothing_of_this_name'"),
    ],
)
@pytest.mark.parametrize("reference", ["bad.py", "bad:app"])
def test_mistakes_in_the_authors_file_come_with_their_line(
    tmp_path: Path, reference: str, text: str, expected: str
) -> None:
    (tmp_path / "bad.py").write_text(text)

    with pytest.raises(DefinitionError) as raised:
        load_app(reference, folder=tmp_path)

    assert expected in str(raised.value)
    assert raised.value.__cause__ is None and raised.value.__suppress_context__


def test_definition_mistakes_of_a_workflow_arrive_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text(
        "from loopstack_temporal import BaseWorkflow, transition, workflow\n\n@workflow\nclass W(BaseWorkflow):\n"
        "    @transition(to='nowhere')\n    async def go(self) -> None: ...\n"
    )

    with pytest.raises(DefinitionError, match=r"wrong\.py:\d+: .*nowhere"):
        load_app("wrong.py", folder=tmp_path)
