"""Tools that say how their calls are drawn, and a conversation in which they were called."""

from __future__ import annotations

import json

from loopstack_temporal import BaseWorkflow, LlmMessageDocument, tool, transition, workflow
from tests.studio.widget_flows import Nothing


@tool(widget={"widget": "table", "options": {"columns": ["supplier", "late"]}})
def late_orders(since: str) -> list[dict[str, object]]:
    """Lists late orders."""
    return [{"supplier": "North Glass", "late": 9, "since": since}]


@tool(widget={"widget": "diff"})
def edit_note(before: str, after: str) -> str:
    """Changes a note."""
    return f"{before} became {after}."


@tool(widget={"widget": "form", "options": {"properties": {"to": {"label": "Addressee"}}}})
def send_letter(to: str) -> dict[str, bool]:
    """Sends a letter."""
    return {"sent": bool(to)}


@tool
def weather(city: str) -> str:
    """Tells the weather."""
    return f"Sun in {city}."


TOOLS = [late_orders, edit_note, send_letter, weather]

CALLS = [
    ("c1", "late_orders", {"since": "May"}, json.dumps([{"supplier": "North Glass", "late": 9, "secret": "x"}]), False),
    ("c2", "edit_note", {"before": "one\ntwo", "after": "one\nthree"}, "done", False),
    ("c3", "send_letter", {"to": "Ines"}, '{"sent": true}', False),
    ("c4", "weather", {"city": "Rome"}, "Sun in Rome.", False),
    ("c5", "late_orders", {"since": "never"}, "no such month", True),
    ("c6", "edit_note", {"before": "a", "after": "b"}, None, False),
]


@workflow(title="Tools at work")
class ToolsAtWorkWorkflow(BaseWorkflow[Nothing, Nothing, None]):
    """What was called and what came back, without a model."""

    @transition(to="end")
    async def talk(self) -> None:
        calls = [{"type": "tool_call", "id": key, "name": name, "args": args} for key, name, args, _, _ in CALLS]
        asked = {"role": "assistant", "blocks": calls, "stop_reason": "tool_use"}
        await self.document_store.save(LlmMessageDocument.model_validate(asked))
        results = [
            {"type": "tool_result", "tool_call_id": key, "content": content, "is_error": failed}
            for key, _, _, content, failed in CALLS
            if content is not None
        ]
        await self.document_store.save(LlmMessageDocument.model_validate({"role": "user", "blocks": results}))
