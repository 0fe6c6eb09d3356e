"""`import loopstack_temporal`: sorted, complete, and quick because nothing heavy comes with it."""

import subprocess
import sys

import loopstack_temporal

HEAVY = ("temporalio", "sqlalchemy", "fastapi", "httpx", "httpx2", "anthropic", "openai", "genai_prices", "pydantic_ai")


def test_the_public_names_are_sorted_and_exist() -> None:
    names = list(loopstack_temporal.__all__)

    assert names == sorted(names)
    assert [name for name in names if not hasattr(loopstack_temporal, name)] == []


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = f"import sys, loopstack_temporal; print([name for name in {HEAVY!r} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout.strip() == "[]"
