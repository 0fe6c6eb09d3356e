"""Query parameters nobody declared are refused: a misspelt filter must not silently show everything."""

from typing import Any

from fastapi import Request

from loopstack_temporal.errors import FieldError, InvalidInput


def known_parameters_only(request: Request) -> None:
    """Raises `InvalidInput` for a query parameter that the contract of the route does not name."""
    if not request.query_params:
        return
    declared: dict[str, frozenset[str]] | None = getattr(request.app.state, "query_names", None)
    if declared is None:
        # Once per application, at the first request that has a query: making the contract takes a moment.
        declared = request.app.state.query_names = query_names(request.app.openapi())
    known = declared[request.scope["route"].operation_id]
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        listed = ", ".join(f"`{name}`" for name in sorted(known)) or "none"
        raise InvalidInput(
            f"Unknown query parameter `{unknown[0][:100]}`. Known here: {listed}.",
            [FieldError((name[:100],), "unknown query parameter", "extra_forbidden") for name in unknown],
        )


def query_names(document: dict[str, Any]) -> dict[str, frozenset[str]]:
    """Operation id -> names of query parameters, read from the contract itself."""
    return {
        operation["operationId"]: frozenset(
            item["name"] for item in operation.get("parameters", ()) if item["in"] == "query"
        )
        for operations in document["paths"].values()
        for operation in operations.values()
    }
