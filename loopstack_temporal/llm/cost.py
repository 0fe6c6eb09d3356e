"""What a call cost, by public price lists."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from importlib import import_module
from typing import Any

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
