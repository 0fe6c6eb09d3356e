"""Private stores: in memory, each alone, and empty whatever was in them before."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from loopstack_temporal.store.private import PrivateStores
from tests.store.make import new_run


def test_a_private_store_is_empty_even_when_another_was_closed_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    stores = PrivateStores()
    for _ in range(3):
        store = stores.open()
        assert store.runs.counts().total == 0
        assert [one.id for one in store.workspaces.list()] == ["default"]
        assert store.runs.create(new_run("same")).number == 1
        store.close()
    assert os.listdir(tmp_path) == []


async def test_private_stores_that_are_open_at_once_know_nothing_of_each_other() -> None:
    stores = PrivateStores()
    one, other = stores.open(), stores.open()
    await one.do(one.runs.create, new_run("mine"))
    assert await other.do(other.runs.get, "mine") is None
    assert (await one.do(one.runs.get, "mine")) is not None
    one.close()
    other.close()
