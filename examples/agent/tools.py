"""What the agents may use: the weather, and a calculator that can do four things."""

from __future__ import annotations

from typing import Literal

from loopstack_temporal import tool


@tool
def weather_lookup(city: str) -> str:
    """Tells the temperature in a city, in degrees Celsius."""
    return {"Rome": "24", "Oslo": "8"}.get(city, "15")


@tool
def calculator(a: float, does: Literal["+", "-", "*", "/"], b: float) -> float:
    """Calculates with two numbers."""
    return {"+": a + b, "-": a - b, "*": a * b}[does] if does != "/" else a / b
