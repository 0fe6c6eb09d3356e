"""What a run is given when it starts: its arguments and its configuration, checked and completed with defaults."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from loopstack_temporal.definition.model import WorkflowDefinition
from loopstack_temporal.definition.shape import Shape, field_errors
from loopstack_temporal.errors import ErrorInfo, InvalidInput
from loopstack_temporal.execution.faults import clean, describe, told

BAD_ARGS = "invalid_args"
BAD_CONFIG = "invalid_config"


def complete(shape: Shape | None, given: Any) -> Any:
    """What was given, as JSON data with the defaults.

    As it was given if it does not fit, which is told later, or if its stored form would be something else: a secret,
    say, is written as asterisks.
    """
    if shape is None:
        return given
    try:
        value = shape.from_json({} if given is None else given)
        whole = shape.to_json(value)
        return whole if shape.from_json(whole) == value else given
    except Exception:  # An author's validator may raise anything; `misfit` says what.
        return given


def misfit(definition: WorkflowDefinition, args: Any, config: Any, unfit: str | None) -> ErrorInfo | None:
    """Why a run cannot begin with what it was given; `unfit`: the code of a refusal that came before."""
    if unfit:
        why = "take more than 512 KiB" if unfit == "too_large" else "cannot be read; send them as JSON"
        return ErrorInfo(BAD_ARGS, "InvalidArgs", f"The arguments of `{definition.name}` {why}")
    return _bad_args(definition, args) or _bad_config(definition, config)


def configuration(definition: WorkflowDefinition, given: object) -> Any:
    """A configuration as it is stored, with defaults; `None` for a workflow that takes none.

    Raises `InvalidInput` (`invalid_config`) with every wrong field.
    """
    if definition.config is None:
        if given is not None:
            raise InvalidInput(_takes_none(definition), code=BAD_CONFIG)
        return None
    try:
        value = definition.config.validate({} if given is None else given)
    except ValidationError as error:
        faults = field_errors(error)
        text = f"the configuration of `{definition.name}` does not fit: {told(faults)}"
        raise InvalidInput(text, faults, code=BAD_CONFIG) from None
    return definition.config.to_json(value)


def _bad_args(definition: WorkflowDefinition, given: Any) -> ErrorInfo | None:
    shape = definition.args
    if shape is not None:
        fits = f"The arguments of `{definition.name}` do not fit"
        return _bad(lambda: shape.from_json({} if given is None else given), BAD_ARGS, "InvalidArgs", fits)
    if given is not None and not isinstance(given, dict):
        return ErrorInfo(BAD_ARGS, "InvalidArgs", f"`{definition.name}` takes an object of arguments")
    return None


def _bad_config(definition: WorkflowDefinition, given: Any) -> ErrorInfo | None:
    shape = definition.config
    if shape is not None:
        fits = f"The configuration of `{definition.name}` does not fit"
        return _bad(lambda: shape.from_json({} if given is None else given), BAD_CONFIG, "InvalidConfig", fits)
    return None if given is None else ErrorInfo(BAD_CONFIG, "InvalidConfig", _takes_none(definition))


def _bad(read: Callable[[], Any], code: str, type_: str, text: str) -> ErrorInfo | None:
    try:
        read()
    except ValidationError as error:
        faults = field_errors(error)
        fields = [{"path": list(fault.path), "message": fault.message, "code": fault.code} for fault in faults]
        return ErrorInfo(code, type_, clean(f"{text}: {told(faults)}"), {"fields": fields})
    except Exception as error:  # An author's validator may raise anything; a run that cannot open must say so.
        return ErrorInfo(code, type(error).__name__, describe(error).message)
    return None


def _takes_none(definition: WorkflowDefinition) -> str:
    return f"`{definition.name}` takes no configuration; `config_schema=` of its `@workflow` would say which"
