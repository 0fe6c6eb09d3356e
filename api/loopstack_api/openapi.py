"""Writes the contract: `python -m loopstack_api.openapi [folder]` makes `openapi.json` and `events.json` there."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from pydantic import TypeAdapter
from starlette.types import Lifespan

from loopstack_api.errors import PROBLEM_TYPE
from loopstack_api.routes import api_router
from loopstack_temporal.contracts.events import StudioEvent

PREFIX = "/api/v1"


def new_app(lifespan: Lifespan[FastAPI] | None = None) -> FastAPI:
    """An application with all routes and nothing behind them."""
    app = FastAPI(
        lifespan=lifespan,
        title="loopstack-temporal",
        version="1",
        description="Runs, documents and events of loopstack-temporal applications.",
        openapi_url=f"{PREFIX}/openapi.json",
        # The stock documentation pages load their scripts from other hosts.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.include_router(api_router(PREFIX))
    generate = app.openapi
    # The first requests with a query ask for it from several threads at once, and making it twice at a time fails.
    alone = threading.Lock()

    def openapi() -> dict[str, Any]:
        with alone:
            if app.openapi_schema is None:
                app.openapi_schema = _with_problem_type(generate())
            return app.openapi_schema

    app.openapi = openapi
    return app


def contract() -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    return new_app().openapi()


def events() -> dict[str, Any]:
    """JSON Schema of everything an event stream says."""
    adapter: TypeAdapter[Any] = TypeAdapter(StudioEvent)
    return adapter.json_schema(mode="serialization")


def text(document: dict[str, Any]) -> str:
    """A document as it is committed."""
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=False) + "\n"


def write(folder: Path) -> None:
    """Write both files."""
    (folder / "openapi.json").write_text(text(contract()), encoding="utf-8")
    (folder / "events.json").write_text(text(events()), encoding="utf-8")


def _with_problem_type(document: dict[str, Any]) -> dict[str, Any]:
    """FastAPI describes every model as `application/json`; ours for errors has its own media type."""
    for path in document["paths"].values():
        for operation in path.values():
            default = operation["responses"]["default"]
            default["content"] = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return document


def main() -> int:
    """Write the contract into the folder named on the command line, by default the studio's."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "studio"
    write(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
