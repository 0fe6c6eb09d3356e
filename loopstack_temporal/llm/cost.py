"""What a call cost, by public price lists."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields
from decimal import Decimal
from importlib import import_module
from typing import Any

from loopstack_temporal.definition.shape import mapping_of
from loopstack_temporal.errors import ModelError
from loopstack_temporal.llm.port import Usage

_LISTED = {"claude": "anthropic"}
"""Our names of providers, where the price list has another one."""


def tokens(usage: Usage) -> dict[str, Any]:
    """The tokens as they are shown and summed: what the provider does not tell is left out."""
    return {name: value for name, value in asdict(usage).items() if value is not None and value is not False}


async def cost_of(provider: str, model: str, usage: Usage) -> dict[str, Any]:
    """`cost` as `{"amount", "currency"}`; for a model without a known price `None`, and `cost_note` says so."""
    # In a thread: reading the price list takes most of a second the first time.
    amount = None if usage.estimated else await asyncio.to_thread(_price, provider, model, usage)
    if amount is None:
        return {"cost": None, "cost_note": f"No price is known for the model `{model}` of `{provider}`."}
    return {"cost": {"amount": float(amount), "currency": "USD"}}


@contextmanager
def counted(
    usage_of: Callable[[Mapping[str, Any]], Usage | None],
    response: Callable[[], Mapping[str, Any]],
    *,
    model: str = "model",
    vendor: str = "vendor",
) -> Generator[None]:
    """Tell with a `ModelError` what the answer took that cannot be used, as far as it came.

    `model` and `vendor`: under which names the provider's answer has the model that wrote, and whose prices hold.
    """
    try:
        yield
    except ModelError as error:
        came = response()
        if not error.usage and (counts := _counts(usage_of, came)):
            said = {"model": came.get(model), "vendor": came.get(vendor)}
            error.usage = (counts | {name: value for name, value in said.items() if value},)
        raise


def _counts(
    usage_of: Callable[[Mapping[str, Any]], Usage | None], response: Mapping[str, Any]
) -> dict[str, Any] | None:
    try:
        usage = usage_of(response)
    except (TypeError, ValueError):
        return None  # What is no number must not hide why the call failed.
    found = {} if usage is None else tokens(usage)
    return found if all(isinstance(one, int) for one in found.values()) else None


async def bills(provider: str, error: ModelError) -> list[dict[str, Any]]:
    """What a failed call cost, as it is summed for a run."""
    found: list[dict[str, Any]] = []
    for one in error.usage:
        used = mapping_of(one)
        counts: dict[str, Any] = {"input_tokens": 0, "output_tokens": 0}
        counts |= {field.name: used[field.name] for field in fields(Usage) if field.name in used}
        usage = Usage(**counts)
        model = str(used.get("model") or "")
        cost = (await cost_of(str(used.get("vendor") or provider), model, usage))["cost"]
        found.append({**tokens(usage), "provider": provider, "model": model, "cost": cost})
    return found


def summed(parts: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Usage and cost of several calls as of one."""
    used = [part["usage"] for part in parts if part.get("usage")]
    if not used:
        return {}
    usage = {name: sum(one.get(name, 0) for one in used) for name in dict.fromkeys(key for one in used for key in one)}
    if "estimated" in usage:
        usage["estimated"] = True
    costs = [part.get("cost") for part in parts if part.get("usage")]
    if any(cost is None for cost in costs):
        note = next(part["cost_note"] for part in parts if part.get("cost_note"))
        return {"usage": usage, "cost": None, "cost_note": note}
    amount = sum(Decimal(str(cost["amount"])) for cost in costs if cost is not None)
    return {"usage": usage, "cost": {"amount": float(amount), "currency": "USD"}}


def _price(provider: str, model: str, usage: Usage) -> Decimal | None:
    prices = import_module("genai_prices")  # A large table, loaded by those who call models.
    read, written = usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0
    counted = prices.Usage(
        input_tokens=usage.input_tokens + read + written,
        cache_read_tokens=read,
        cache_write_tokens=written,
        output_tokens=usage.output_tokens,
    )
    try:
        return prices.calc_price(counted, model, provider_id=_LISTED.get(provider, provider)).total_price
    except (LookupError, ValueError):
        return None
