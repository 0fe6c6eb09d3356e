"""The options of a form: field order, options per field (nested), actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast, get_args

from loopstack_temporal.definition.problems import hint_for
from loopstack_temporal.definition.widgets.located import Located
from loopstack_temporal.definition.widgets.scope import JsonSchema, field_names, field_schema, item_schema
from loopstack_temporal.definition.widgets.table import ACTION, FIELD, ActionType, FieldWidgetName
from loopstack_temporal.definition.widgets.values import Checks


@dataclass(frozen=True, slots=True)
class FormChecks:
    """Checks of one form against the schema it is drawn from; `root` holds the schema's `$defs`."""

    checks: Checks
    root: JsonSchema | None

    def order(self, part: Located, schema: JsonSchema | None, key: str = "order") -> list[str]:
        """The order of fields, each spelled as in the schema."""
        names = self.checks.texts(key, part)
        if not names or isinstance(part.data, str):
            return list(names)
        known = field_names(schema, self.root or {})
        return [self.checks.field_name(name, known, part.at(index), key) for index, name in enumerate(names)]

    def fields(self, part: Located, schema: JsonSchema | None) -> dict[str, object]:
        """Options per field, keyed by the schema's field names."""
        given = part.mapping()
        if given is None:
            self.checks.wrong_type(part, "properties", "a mapping of field names")
            return {}
        known = field_names(schema, self.root or {})
        result: dict[str, object] = {}
        for name in given:
            field = part.at(name)
            own = self.checks.field_name(name, known, field, "properties")
            result[own] = self.field(name, field, field_schema(schema, own, self.root or {}))
        return result

    def field(self, name: str, part: Located, schema: JsonSchema | None) -> dict[str, object]:
        """The options of one field. Unknown ones are kept and warned about."""
        if part.data is None:
            return {}
        if part.mapping() is None:
            self.checks.wrong_type(part, name, "a mapping of field options")
            return {}
        result: dict[str, object] = {}
        for key, written in self.checks.keys(part).items():
            value = part.at(written)
            if key not in FIELD:
                near = hint_for(key, FIELD)
                self.checks.problems.warn(
                    value.where(), f"field {name!r}: the studio knows no option `{written}`{near}"
                )
                result[key] = value.data
            else:
                result[key] = self._field_option(name, key, value, schema)
        return result

    def _field_option(self, name: str, key: str, value: Located, schema: JsonSchema | None) -> object:
        match key:
            case "widget":
                known = get_args(FieldWidgetName)
                if value.data not in known:
                    near = hint_for(str(value.data), known)
                    text = f"field {name!r}: there is no field widget {value.data!r}{near}"
                    self.checks.problems.add(value.where(), "widget_unknown", text)
                return value.data
            case "items":
                return self.field(f"{name}[]", value, item_schema(schema, self.root or {}))
            case "properties":
                return self.fields(value, schema)
            case "order":
                return self.order(value, schema)
            case "enumOptions":
                return self._enum_options(value)
            case _:
                return self.checks.simple(FIELD[key], key, value)

    def _enum_options(self, part: Located) -> object:
        items = part.items()
        if items is None:
            self.checks.wrong_type(part, "enumOptions", "a list of values or of {label, value}")
            return part.data
        result: list[object] = []
        for item in items:
            option = item.mapping()
            if option is not None and "value" not in option:
                self.checks.wrong_type(item, "enumOptions", "a list of values or of {label, value}")
            elif option is not None:
                result.append({"label": str(option.get("label", option["value"])), "value": option["value"]})
            else:
                result.append({"label": str(item.data), "value": item.data})
        return result

    def actions(self, part: Located) -> list[dict[str, object]]:
        """The buttons of a form."""
        items = part.items()
        if items is None:
            self.checks.wrong_type(part, "actions", "a list of actions")
            return []
        return [self._action(item) for item in items]

    def _action(self, part: Located) -> dict[str, object]:
        if part.mapping() is None:
            self.checks.wrong_type(part, "actions", "a list of mappings with `type`, `transition` and `label`")
            return {}
        result: dict[str, object] = {"type": "button"}
        keys = self.checks.keys(part)
        for key, written in keys.items():
            value = part.at(written)
            if key not in ACTION:
                near = hint_for(key, ACTION)
                self.checks.problems.warn(value.where(), f"an action has no option `{written}`{near}")
                continue
            result[key] = self.checks.simple(ACTION[key], key, value)
        if result["type"] not in get_args(ActionType):
            self.checks.wrong_type(part.at(keys["type"]), "type", f"one of {', '.join(get_args(ActionType))}")
        if "transition" not in keys:
            text = "an action must name the `transition` it sends to"
            self.checks.problems.add(part.where(), "widget_transition", text)
        return result


def first_transition(part: Located) -> str | None:
    """The transition of a form's first action: its schema is the form's."""
    actions = part.at("actions").items() if "actions" in (part.mapping() or {}) else None
    first = actions[0].mapping() if actions else None
    return cast("str | None", first.get("transition")) if first else None
