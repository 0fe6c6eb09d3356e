"""What the outside calls of a run cost, summed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from loopstack_temporal.contracts.usage import ModelUsage, RunUsage
from loopstack_temporal.definition.shape import mapping_of
from loopstack_temporal.store.records import EffectUsage

_DOLLARS = "USD"


def run_usage(calls: Iterable[EffectUsage]) -> RunUsage:
    """The sums, and those of each model in order of its first call."""
    by_model: dict[tuple[str | None, str | None], list[Mapping[str, Any]]] = defaultdict(list)
    for call in calls:
        model = (_text(call.usage.get("provider")), _text(call.usage.get("model")))
        by_model[model].append(call.usage)
    models = tuple(
        ModelUsage(provider=provider, model=model, **_sums(used)) for (provider, model), used in by_model.items()
    )
    return RunUsage(models=models, **_sums([one for used in by_model.values() for one in used]))


def _sums(used: list[Mapping[str, Any]]) -> dict[str, Any]:
    prices = [price for one in used if (price := _price(one)) is not None]
    return {
        "calls": len(used),
        "input_tokens": _tokens(used, "input_tokens"),
        "output_tokens": _tokens(used, "output_tokens"),
        "cache_creation_input_tokens": _tokens(used, "cache_creation_input_tokens"),
        "cache_read_input_tokens": _tokens(used, "cache_read_input_tokens"),
        "reasoning_tokens": _tokens(used, "reasoning_tokens"),
        "cost": round(sum(prices), 9) if prices else None,
        "unpriced": len(used) - len(prices),
    }


def _tokens(used: list[Mapping[str, Any]], name: str) -> int:
    counts = (one.get(name) for one in used)
    return sum(count for count in counts if isinstance(count, int))


def _price(used: Mapping[str, Any]) -> float | None:
    cost = mapping_of(used.get("cost"))
    amount = cost.get("amount")
    return float(amount) if cost.get("currency") == _DOLLARS and isinstance(amount, int | float) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
