"""What a run's calls of language models cost."""

from loopstack_temporal.contracts.base import Answer


class Usage(Answer):
    """Sums over calls."""

    calls: int
    """Those that were answered, or paid for all the same."""
    input_tokens: int
    """Without those that were read from or written to a cache."""
    output_tokens: int
    """Those of reasoning included."""
    cache_creation_input_tokens: int
    cache_read_input_tokens: int
    reasoning_tokens: int
    cost: float | None
    """US dollars, of the calls whose price is known; null if it is of none."""
    unpriced: int
    """Calls whose price is not known."""


class ModelUsage(Usage):
    """The part of one model."""

    provider: str | None
    model: str | None


class RunUsage(Usage):
    """All calls of a run, also of steps that were undone or failed; not those of its child runs."""

    models: tuple[ModelUsage, ...]
