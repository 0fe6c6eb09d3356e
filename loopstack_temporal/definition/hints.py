"""Reading annotations at run time: forward references, generic parameters, and what a type means as a schema."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from types import SimpleNamespace
from typing import Any, TypeVar, cast, get_args, get_origin

from pydantic import BaseModel, PydanticSchemaGenerationError, PydanticUndefinedAnnotation, PydanticUserError
from typing_extensions import (
    Format,
    NoDefault,
    get_annotations,
    get_original_bases,
    get_type_hints,
    is_typeddict,
)

from loopstack_temporal.definition.shape import Shape

Names = Mapping[str, object]
"""Local names in which a forward reference may be looked up."""


class UnresolvedHint(Exception):
    """An annotation names something that does not exist (yet). Never leaves this room."""


def annotations_of(owner: Any) -> dict[str, object]:
    """The annotations as written, not evaluated further than they are already."""
    return dict(get_annotations(owner, format=Format.FORWARDREF))


def resolve(annotation: object, globals_: Mapping[str, object], locals_: Names) -> object:
    """The type an annotation means. Raises `UnresolvedHint`."""
    holder = SimpleNamespace(__annotations__={"it": annotation})
    try:
        found = get_type_hints(holder, globalns=dict(globals_), localns=dict(locals_), include_extras=True)
    except (NameError, AttributeError, SyntaxError, TypeError) as error:
        raise UnresolvedHint(str(error)) from error
    # get_type_hints turns a bare None into NoneType, which is what pydantic wants as well.
    return found["it"]


def generic_arguments(cls: type, root: type) -> tuple[object, ...]:
    """What `cls` puts in for the type parameters of its generic base `root`; defaults where it says nothing."""
    return tuple(_default(argument) for argument in _arguments(cls, root))


def _arguments(cls: type, root: type) -> tuple[object, ...]:
    if cls is root:
        return _parameters(root)
    for base in get_original_bases(cls):
        origin = get_origin(base) or base
        if isinstance(origin, type) and issubclass(origin, root):
            given = dict(zip(_parameters(origin), get_args(base), strict=False))
            return tuple(_substitute(argument, given) for argument in _arguments(origin, root))
    return _parameters(root)


def _parameters(cls: object) -> tuple[object, ...]:
    return cast("tuple[object, ...]", getattr(cls, "__parameters__", ()))


def _substitute(argument: object, given: Mapping[object, object]) -> object:
    if isinstance(argument, TypeVar):
        return given.get(argument, argument)
    if inner := _parameters(argument):
        return cast(Any, argument)[tuple(given.get(parameter, parameter) for parameter in inner)]
    return argument


def _default(argument: object) -> object:
    if not isinstance(argument, TypeVar):
        return argument
    default: object = getattr(argument, "__default__", NoDefault)
    return Any if default is NoDefault or default is None else default


def is_open(hint: object) -> bool:
    """Whether the type says nothing: any JSON value."""
    return hint is Any or hint is object or isinstance(hint, TypeVar)


def is_plain_mapping(hint: object) -> bool:
    """Whether the type is a plain dict, which has no schema of its own."""
    origin = get_origin(hint) or hint
    if origin not in (dict, Mapping, MutableMapping):
        return False
    arguments = get_args(hint)
    return not arguments or is_open(arguments[1])


def fits(value: object, wanted: object) -> bool:
    """Whether something of type `value` can stand where `wanted` is named, as far as classes can tell."""
    if is_open(wanted) or value == wanted or not (isinstance(value, type) and isinstance(wanted, type)):
        return True
    return get_args(value) != () or get_args(wanted) != () or issubclass(value, wanted)


def is_record(hint: object) -> bool:
    """Whether the type has named fields: a pydantic model, a dataclass or a `TypedDict`."""
    if is_typeddict(get_origin(hint) or hint):
        return True
    origin: object = get_origin(hint) or hint
    if hasattr(origin, "__dataclass_fields__"):
        return True
    return isinstance(origin, type) and issubclass(origin, BaseModel)


def shape_of(hint: object) -> Shape | None:
    """The schema of a type; None for a type that accepts any JSON value or any object."""
    return None if is_open(hint) or is_plain_mapping(hint) else Shape(hint)


def why_unusable(shape: Shape) -> str | None:
    """Why pydantic cannot use a type as a schema, in one line; None if it can."""
    try:
        _ = shape.adapter.core_schema, shape.json_schema
    except PydanticUndefinedAnnotation as error:
        return f"it names {error.name!r}, which is not defined"
    except (PydanticUserError, PydanticSchemaGenerationError, TypeError, NameError) as error:
        return first_sentence(error)
    return None


def first_sentence(error: Exception) -> str:
    """What an exception says, without its advice: pydantic's texts are long."""
    return str(error).split("\n")[0].split(". ")[0].rstrip(".")


def type_name(hint: object) -> str:
    """A type as an author would write it."""
    return hint.__name__ if isinstance(hint, type) and not get_args(hint) else str(hint).replace("typing.", "")
