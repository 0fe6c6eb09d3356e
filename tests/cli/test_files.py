"""Which app is meant, where its files are, and which changes count."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from loopstack_temporal.cli.files import app_folder, changes, choose_app
from loopstack_temporal.errors import SetupError


@pytest.mark.parametrize(
    ("app", "expected"),
    [
        ("shop/app.py", "shop"),
        ("shop/app.py:other", "shop"),
        ("shop.app:app", "shop"),
        ("shop", "shop"),
        ("shop/orders/app.py", "shop"),
        ("single:app", "."),
        ("loose/app.py", "loose"),
    ],
)
def test_the_folder_of_an_app_is_its_whole_package(tmp_path: Path, app: str, expected: str) -> None:
    for name in ("shop/__init__.py", "shop/app.py", "shop/orders/__init__.py", "shop/orders/app.py", "single.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("raise RuntimeError('looking must not import')")
    (tmp_path / "loose").mkdir()
    (tmp_path / "loose" / "app.py").touch()
    assert app_folder(app, tmp_path) == (tmp_path / expected).resolve()


@pytest.mark.parametrize("app", ["absent.py", "folder/absent.py:app", "absent_module:app", "no module"])
def test_an_app_that_is_not_there_is_named_in_the_error(tmp_path: Path, app: str) -> None:
    with pytest.raises(SetupError, match=f"Cannot find the app `{app}`"):
        app_folder(app, tmp_path)


def test_without_a_name_app_py_of_the_folder_is_meant_or_asked_for(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"there is no app\.py"):
        choose_app(None, tmp_path)
    (tmp_path / "app.py").touch()
    assert choose_app(None, tmp_path) == "app.py"
    assert choose_app("other:app", tmp_path) == "other:app"


async def test_changed_sources_come_together_and_data_does_not_come_at_all(tmp_path: Path) -> None:
    data = tmp_path / ".loopstack"
    data.mkdir()
    found = changes(tmp_path, ignored=data, debounce_ms=200)
    waiting = asyncio.create_task(anext(found))
    try:
        async with asyncio.timeout(60):
            # The watch begins some time after the call, so touch until something is seen.
            while not waiting.done():
                (data / "notes.py").write_text("1")
                (tmp_path / "loopstack.db").write_text("2")
                (tmp_path / "app.py").write_text("3")
                (tmp_path / "form.yaml").write_text("4")
                await asyncio.wait([waiting], timeout=0.1)
        assert waiting.result() <= {tmp_path / "app.py", tmp_path / "form.yaml"}
    finally:
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await found.aclose()
