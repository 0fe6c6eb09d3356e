"""What authors import speaks of no Temporal type."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import FunctionType

import pytest

import loopstack_temporal


@pytest.mark.requirement("ENGINE-019")
def test_nothing_authors_meet_is_or_mentions_a_type_of_temporal() -> None:
    wrong = [where for where, text in _annotations() if "temporalio" in text]
    assert wrong == []
    kinds = {name: inspect.getmro(cls) for name in loopstack_temporal.__all__ if inspect.isclass(cls := _offered(name))}
    assert len(kinds) > 20
    assert [
        name for name, bases in kinds.items() if any(base.__module__.startswith("temporalio") for base in bases)
    ] == []


def _offered(name: str) -> object:
    return getattr(loopstack_temporal, name)


def test_the_walk_sees_the_annotations_of_classes_and_functions() -> None:
    seen = [where for where, _ in _annotations()]
    assert len(seen) > 20


def _annotations() -> Iterator[tuple[str, str]]:
    for name in loopstack_temporal.__all__:
        offered: object = getattr(loopstack_temporal, name)
        if isinstance(offered, FunctionType):
            yield from _of(name, offered, offered)
        elif inspect.isclass(offered):
            yield from _of(name, offered, None)
            for key, member in vars(offered).items():
                plain = inspect.unwrap(member) if isinstance(member, FunctionType) else None
                if plain is not None and not key.startswith("_"):
                    yield from _of(f"{name}.{key}", plain, plain)


def _of(where: str, holder: object, function: FunctionType | None) -> Iterator[tuple[str, str]]:
    written = inspect.get_annotations(holder) if inspect.isclass(holder) or callable(holder) else {}
    names = function.__globals__ if function is not None else {}
    for key, annotation in written.items():
        # An annotation is text here; what its names stand for tells where they come from.
        words = annotation.replace("[", " ").replace("]", " ").replace("|", " ").replace(",", " ").split(" ")
        origins = [getattr(names.get(word.partition(".")[0]), "__module__", "") or "" for word in words if word]
        yield f"{where}({key})", " ".join([annotation, *map(str, origins)])
