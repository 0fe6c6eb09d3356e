"""The types a workflow names: arguments, state, result, configuration, payloads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from loopstack_temporal.definition.hints import (
    Names,
    UnresolvedHint,
    generic_arguments,
    is_open,
    is_plain_mapping,
    is_record,
    resolve,
    shape_of,
    type_name,
    why_unusable,
)
from loopstack_temporal.definition.marks import TransitionMark
from loopstack_temporal.definition.model import START, Source
from loopstack_temporal.definition.parameters import Signature
from loopstack_temporal.definition.problems import Problems
from loopstack_temporal.definition.shape import Shape


@dataclass(frozen=True, slots=True)
class SchemaReader:
    """Turns what an author wrote as a type into a `Shape`; what cannot be one goes into `problems`."""

    globals_: Mapping[str, object]
    names: Names
    source: Source
    problems: Problems

    def resolved(self, what: str, hint: object, source: Source | None = None) -> object:
        """The type behind a forward reference; `Any` if there is none."""
        try:
            return resolve(hint, self.globals_, self.names)
        except UnresolvedHint as reason:
            text = f"the type of the {what} cannot be resolved: {reason}"
            self.problems.add(source or self.source, "unresolved_hint", text)
            return Any

    def shape(self, what: str, hint: object, source: Source | None = None) -> Shape | None:
        """The schema; `None` for a type that says nothing."""
        shape = shape_of(hint)
        if shape and (reason := why_unusable(shape)):
            text = f"`{type_name(hint)}` cannot be used as schema of the {what}: {reason}"
            self.problems.add(source or self.source, "bad_schema", text)
            return None
        return shape

    def state(self, hint: object) -> Shape | None:
        """The schema of the state, which must have named fields with defaults."""
        if not (is_open(hint) or is_plain_mapping(hint) or is_record(hint)):
            text = f"the state must be a model with named fields or a dict, not `{type_name(hint)}`"
            self.problems.add(self.source, "bad_schema", text)
            return None
        shape = self.shape("state", hint)
        if shape is None:
            return None
        try:
            shape.validate({})
        except ValidationError as error:
            name = type_name(hint)
            missing = ", ".join(f"`{'.'.join(map(str, item['loc'])) or name}`" for item in error.errors())
            text = f"a run starts with an empty state, but `{name}` requires {missing}; give every field a default"
            self.problems.add(self.source, "state_required", text)
        return shape


@dataclass(frozen=True, slots=True)
class Schemas:
    """The schemas of one workflow."""

    args: Shape | None
    state: Shape | None
    result: Shape | None
    config: Shape | None
    reader: SchemaReader

    def payload(self, name: str, mark: TransitionMark, signature: Signature, *, wait: bool) -> Shape | None:
        """The payload's schema; `schema=` of an initial transition speaks of the arguments instead."""
        named = (
            self.reader.resolved("payload", mark.options["schema"], mark.source) if "schema" in mark.options else None
        )
        if wait:
            hint = signature.payload
            if named is not None and not is_open(hint) and hint != named:
                text = f"`schema={type_name(named)}` differs from the annotation `{type_name(hint)}`"
                self.reader.problems.add(mark.source, "schema_conflict", f"transition `{name}`: {text}")
            return self.reader.shape("payload", hint if named is None else named, mark.source)
        if named is not None:
            self._check_args(name, mark, named)
        return None

    def _check_args(self, name: str, mark: TransitionMark, named: object) -> None:
        if mark.from_ != START:
            text = f"transition `{name}`: `schema=` is for wait transitions and for the one that leaves {START!r}"
            self.reader.problems.add(mark.source, "misplaced_schema", text)
        elif self.args is None or self.args.type != named:
            have = type_name(self.args.type) if self.args else "a plain dict"
            text = f"transition `{name}`: `schema={type_name(named)}` differs from the workflow's arguments, {have}"
            self.reader.problems.add(mark.source, "schema_conflict", text)


def read_schemas(
    cls: type[Any], root: type[Any], options: tuple[object, object, object], reader: SchemaReader
) -> Schemas:
    """From the generic parameters of `root`, or from `schema=`, `state_schema=` and `config_schema=` instead."""
    args, state, result = generic_arguments(cls, root)
    args_option, state_option, config_option = options
    config = Any if config_option is None else config_option
    return Schemas(
        reader.shape("arguments", reader.resolved("arguments", args if args_option is None else args_option)),
        reader.state(reader.resolved("state", state if state_option is None else state_option)),
        reader.shape("result", reader.resolved("result", result)),
        reader.shape("configuration", reader.resolved("configuration", config)),
        reader,
    )
