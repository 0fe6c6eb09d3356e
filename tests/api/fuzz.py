"""Requests made from the API's own contract: mostly what it describes, now and then what it does not."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote

METHODS = ("get", "post", "put", "patch", "delete")
TEXTS = (
    "",
    " ",
    "a" * 5_000,
    "../../etc/passwd",
    "'; DROP TABLE run; --",
    "%00",
    "\x00",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "\u202eright\u0301",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "2026-13-45T99:99:99Z",
    "NaN",
    "null",
    "-1",
    "loopstack.retry",
)
JUNK: tuple[Any, ...] = (
    *TEXTS,
    None,
    True,
    -1,
    2**63,
    1e308,
    -0.0,
    [],
    [[[]]],
    {},
    {"": {"": [None]}},
    {"__proto__": {"a": 1}},
    ["x"] * 300,
)


@dataclass(frozen=True)
class Operation:
    """One operation of the contract."""

    id: str
    method: str
    path: str
    description: Mapping[str, Any]


@dataclass(frozen=True)
class Sent:
    """A request, ready to be sent."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None


def operations(contract: Mapping[str, Any]) -> Iterator[Operation]:
    """Every operation of a contract."""
    for path, item in contract["paths"].items():
        for method in METHODS:
            if method in item:
                yield Operation(item[method]["operationId"], method, path, item[method])


class Fuzz:
    """Makes requests. The same seed makes the same ones."""

    def __init__(self, contract: Mapping[str, Any], seed: str, known: Mapping[str, Sequence[str]]) -> None:
        """`known`: values of path and query parameters that exist, by name, so that not everything ends at a 404."""
        self._schemas: Mapping[str, Any] = contract["components"]["schemas"]
        self._random = random.Random(seed)
        self._known = known

    def request(self, operation: Operation) -> Sent:
        """One request for an operation."""
        url, query, headers = operation.path, list[str](), dict[str, str]()
        for parameter in operation.description.get("parameters", ()):
            name, place = parameter["name"], parameter["in"]
            if place != "path" and not parameter.get("required") and self._once_in(2):
                continue
            text = self._text_for(name, parameter["schema"])
            if place == "path":
                url = url.replace(f"{{{name}}}", quote(text, safe="") or "%20")
            elif place == "query":
                query.append(f"{quote(name)}={quote(text, safe='')}")
            else:
                headers[name] = text.encode("ascii", "ignore").decode().replace("\x00", "")[:300].strip() or "x"
        if self._once_in(20):
            query.append("nobody_declared=this")
        if query:
            url += "?" + "&".join(query)
        return Sent(operation.method, url, *self._body(operation, headers))

    def _body(self, operation: Operation, headers: dict[str, str]) -> tuple[dict[str, str], bytes | None]:
        wanted = operation.description.get("requestBody")
        if wanted is None:
            return headers, None
        headers["content-type"] = "text/plain" if self._once_in(25) else "application/json"
        if self._once_in(20):
            return headers, self._random.choice((b"", b"{", b"\xff\xfe", b'{"a":1,"a":2}', b"[" * 3_000, b"NaN"))
        schema = wanted["content"]["application/json"]["schema"]
        return headers, json.dumps(self._value(schema, 0)).encode()

    def _text_for(self, name: str, schema: Mapping[str, Any]) -> str:
        if name in self._known and not self._once_in(3):
            return self._random.choice(self._known[name])
        value = self._value(schema, 0)
        return value if isinstance(value, str) else json.dumps(value)

    def _value(self, schema: Any, depth: int) -> Any:
        """A value that fits the schema, or now and then one that need not."""
        if self._once_in(12) or depth > 6 or not isinstance(schema, dict):
            return self._random.choice(JUNK)
        described = cast("dict[str, Any]", schema)
        if "$ref" in described:
            return self._value(self._schemas[described["$ref"].rpartition("/")[2]], depth + 1)
        for choice in ("anyOf", "oneOf", "enum"):
            if choice in described:
                picked = self._random.choice(described[choice])
                return picked if choice == "enum" else self._value(picked, depth + 1)
        if "const" in described:
            return described["const"]
        return self._of_type(described, depth)

    def _of_type(self, schema: dict[str, Any], depth: int) -> Any:
        match schema.get("type"):
            case "object":
                return self._object(schema, depth)
            case "array":
                count = self._random.randint(0, 3)
                return [self._value(schema.get("items", {}), depth + 1) for _ in range(count)]
            case "string":
                return self._string(schema)
            case "integer":
                low, high = int(schema.get("minimum", -3)), int(schema.get("maximum", 1_000))
                return self._random.choice((low, high, self._random.randint(low, high), low - 1, high + 1))
            case "number":
                return self._random.choice((0, 0.5, -1.25, 1e10))
            case "boolean":
                return self._once_in(2)
            case "null":
                return None
            case _:
                return self._random.choice(JUNK)

    def _object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        required = set(schema.get("required", ()))
        made = {
            name: self._named(name, part, depth)
            for name, part in schema.get("properties", {}).items()
            if name in required or self._once_in(2)
        }
        if self._once_in(15):
            made["nobody_declared"] = self._random.choice(JUNK)
        return made

    def _named(self, name: str, schema: Any, depth: int) -> Any:
        if name in self._known and not self._once_in(3):
            return self._random.choice(self._known[name])
        return self._value(schema, depth + 1)

    def _string(self, schema: dict[str, Any]) -> str:
        if schema.get("format") == "date-time":
            return self._random.choice(
                ("2026-11-17T10:00:00Z", "1000-01-01T00:00:00+14:00", "2026-11-17", "9999-12-31")
            )
        length = self._random.randint(schema.get("minLength", 0), min(schema.get("maxLength", 12), 40))
        return "".join(self._random.choice("abcxyz-_.0189 é") for _ in range(length))

    def _once_in(self, chances: int) -> bool:
        return self._random.randrange(chances) == 0
