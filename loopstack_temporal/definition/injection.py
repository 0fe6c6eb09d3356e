"""What a class asks to be given: annotated attributes, constructor parameters, `inject(...)`."""

from __future__ import annotations

import importlib
import inspect
import sys
from dataclasses import dataclass
from types import UnionType
from typing import Any, ClassVar, TypeVar, Union, cast, get_origin, overload

from loopstack_temporal.definition.hints import Names, UnresolvedHint, annotations_of, resolve, type_name
from loopstack_temporal.definition.model import Injection, Source
from loopstack_temporal.definition.problems import Problems
from loopstack_temporal.definition.source_tree import attribute_lines, file_of
from loopstack_temporal.errors import ContextClosed, DefinitionError, Problem

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Late:
    """An annotation that could not be resolved when its class was made; tried again when the app starts."""

    text: str
    module: str


class Injected:
    """What `inject(...)` leaves on the class until the app hands out the real thing."""

    def __init__(self, wanted: type[Any] | str) -> None:
        self.wanted = wanted
        self.name = "?"

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self.name = name

    def __get__(self, instance: object, owner: type[Any]) -> Injected:
        # Only reached when the instance holds nothing under this name: it was not made by the framework.
        if instance is None:
            return self
        raise ContextClosed(
            f"`{self.name}` of {owner.__name__} was not injected; list the workflow in an app and start it there"
        )


@overload
def inject(wanted: type[_T], /) -> _T: ...


@overload
def inject(wanted: str, /) -> Any: ...


def inject(wanted: type[Any] | str, /) -> Any:
    """Ask for a tool, child workflow or service: `child = inject(Child)`.

    The text form `inject("package.module:Child")` is for classes whose import would be circular; it is looked up when
    the app starts.
    """
    return Injected(wanted)


def read_injections(
    cls: type[Any], root: type[Any], source: Source, names: Names, problems: Problems
) -> tuple[Injection, ...]:
    """Everything a class and its bases below `root` ask for; a subclass's entry replaces its base's."""
    reader = _Reader(source, names, problems, {})
    for base in reversed(cls.__mro__):
        if not issubclass(root, base):
            reader.attributes(base)
    return (*reader.found.values(), *reader.constructor(cls, root))


def resolve_wanted(injection: Injection) -> type[Any]:
    """The class an injection asks for, now that everything is imported. Raises `DefinitionError`."""
    wanted = injection.wanted
    try:
        if isinstance(wanted, Late):
            wanted = resolve(wanted.text, vars(sys.modules[wanted.module]), {})
        elif isinstance(wanted, str):
            module, _, path = wanted.partition(":")
            wanted = importlib.import_module(module)
            for part in path.split("."):
                wanted = getattr(wanted, part)
    except (UnresolvedHint, ImportError, AttributeError, ValueError) as error:
        text = f"`{injection.name}` asks for {_wanted_text(injection.wanted)}, which cannot be found: {error}"
        raise DefinitionError(
            f"injection of `{injection.name}`",
            [Problem(injection.source.file, injection.source.line, text, "unresolved_hint")],
        ) from error
    # `Generic[Args]` is asked for by its class: arguments of a generic do not exist at run time.
    return cast("type[Any]", get_origin(wanted) or wanted)


@dataclass(frozen=True, slots=True)
class _Reader:
    source: Source
    names: Names
    problems: Problems
    found: dict[str, Injection]

    def attributes(self, base: type[Any]) -> None:
        """Annotated attributes without a value, and values made by `inject`."""
        lines = attribute_lines(base) if _asks(base) else dict[str, int]()
        for name, annotation in annotations_of(base).items():
            if name in vars(base) or _is_class_var(annotation):
                self.found.pop(name, None)
            else:
                self._attribute(base, name, annotation, _place(base, lines.get(name), self.source))
        for name, value in vars(base).items():
            if isinstance(value, Injected):
                self.found[name] = Injection(
                    name, value.wanted, "attribute", _place(base, lines.get(name), self.source)
                )

    def _attribute(self, base: type[Any], name: str, annotation: object, source: Source) -> None:
        try:
            hint = resolve(annotation, vars(sys.modules[base.__module__]), self.names)
        except UnresolvedHint:
            text = (
                annotation if isinstance(annotation, str) else str(getattr(annotation, "__forward_arg__", annotation))
            )
            self.found[name] = Injection(name, Late(text, base.__module__), "attribute", source)
            return
        if _is_class_var(hint):
            self.found.pop(name, None)
        elif _can_be_injected(hint):
            self.found[name] = Injection(name, hint, "attribute", source)
        else:
            self.problems.add(
                source,
                "not_injectable",
                f"attribute `{name}: {type_name(hint)}` has no value, and nothing of that type can be injected; "
                "give it a value, make it a `ClassVar`, or keep it in the state",
            )

    def constructor(self, cls: type[Any], root: type[Any]) -> list[Injection]:
        """Parameters of `__init__`, all to be injected unless they have a default."""
        init = cls.__init__
        if not inspect.isfunction(init) or init is getattr(root, "__init__", None):
            return []
        place = Source(init.__code__.co_filename, init.__code__.co_firstlineno)
        annotations = annotations_of(init)
        found: list[Injection] = []
        for parameter in list(inspect.signature(init).parameters.values())[1:]:
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                continue
            try:
                hint = resolve(annotations.get(parameter.name, Any), init.__globals__, self.names)
            except UnresolvedHint:
                late = Late(str(annotations[parameter.name]), init.__module__)
                found.append(Injection(parameter.name, late, "constructor", place))
                continue
            if _can_be_injected(hint):
                found.append(Injection(parameter.name, hint, "constructor", place))
            elif parameter.default is parameter.empty:
                self.problems.add(
                    place,
                    "not_injectable",
                    f"constructor parameter `{parameter.name}` needs the class of what is to be injected as "
                    "annotation, or a default",
                )
        return found


def _can_be_injected(hint: object) -> bool:
    origin = get_origin(hint) or hint
    if origin in (Any, Union, UnionType):
        return False
    return isinstance(origin, type) and origin.__module__ != "builtins"


def _is_class_var(annotation: object) -> bool:
    if isinstance(annotation, str):
        return annotation.replace("typing.", "").replace("t.", "").startswith("ClassVar")
    return (get_origin(annotation) or annotation) is ClassVar


def _wanted_text(wanted: object) -> str:
    return repr(wanted.text) if isinstance(wanted, Late) else repr(wanted)


def _place(base: type[Any], line: int | None, otherwise: Source) -> Source:
    file = file_of(base)
    return Source(file, line) if file and line else otherwise


def _asks(base: type[Any]) -> bool:
    """Whether the class body may ask for anything: reading its source takes milliseconds."""
    return bool(annotations_of(base)) or any(isinstance(value, Injected) for value in vars(base).values())
