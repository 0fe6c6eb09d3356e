"""Between values of `records` and the JSON in their columns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from loopstack_temporal.errors import ErrorInfo
from loopstack_temporal.store.records import Awaiting, RetryPending, TriggerRow


def time_text(moment: datetime | None) -> str | None:
    """A time as in events and the API: RFC 3339, UTC, microseconds."""
    return (
        None if moment is None else f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
    )


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def dump_error(error: ErrorInfo | None) -> dict[str, Any] | None:
    if error is None:
        return None
    return {"code": error.code, "type": error.type, "message": error.message, "details": dict(error.details)}


def load_error(data: Any) -> ErrorInfo | None:
    if data is None:
        return None
    return ErrorInfo(data["code"], data["type"], data["message"], data.get("details") or {})


def dump_awaiting(awaiting: Sequence[Awaiting]) -> list[dict[str, Any]]:
    return [
        {"transition": one.transition, "kind": one.kind, "since": time_text(one.since), "due": time_text(one.due)}
        | ({} if one.step is None else {"step": one.step})
        for one in awaiting
    ]


def load_awaiting(data: Any) -> tuple[Awaiting, ...]:
    return tuple(_awaiting(one) for one in data or ())


def _awaiting(one: dict[str, Any]) -> Awaiting:
    since, due = datetime.fromisoformat(one["since"]), _time(one["due"])
    return Awaiting(one["transition"], one["kind"], since, due, one.get("step"))


def dump_retry(retry: RetryPending | None) -> dict[str, Any] | None:
    if retry is None:
        return None
    return {
        "transition": retry.transition,
        "attempt": retry.attempt,
        "max": retry.max,
        "next_at": time_text(retry.next_at),
        "error": dump_error(retry.error),
    }


def load_retry(data: Any) -> RetryPending | None:
    if data is None:
        return None
    error = load_error(data["error"])
    if error is None:
        return None
    return RetryPending(
        data["transition"], data["attempt"], data["max"], datetime.fromisoformat(data["next_at"]), error
    )


def dump_trigger(trigger: TriggerRow | None) -> dict[str, Any] | None:
    if trigger is None:
        return None
    return {
        "id": trigger.id,
        "name": trigger.name,
        "payload": trigger.payload,
        "by": trigger.by,
        "channel": trigger.channel,
    }


def load_trigger(data: Any) -> TriggerRow | None:
    if data is None:
        return None
    return TriggerRow(data["id"], data["name"], data["payload"], data["by"], data["channel"])
