"""The providers of one app, by name."""

from __future__ import annotations

from collections.abc import Sequence

from loopstack_temporal.errors import ModelError
from loopstack_temporal.llm.port import ModelProvider
from loopstack_temporal.llm.providers.demo import DemoProvider

ALIASES = {"anthropic": "claude"}
_SETUP = {
    "claude": "the module `claude(...)` in the app's `modules`, and the variable `ANTHROPIC_API_KEY`",
    "openai": "the module `openai(...)` in the app's `modules`, and the variable `OPENAI_API_KEY`",
    "demo": "`DemoProvider()` in the app's `providers`: it answers by itself only where nothing else is configured",
}


class Models:
    """The model providers of an app. The first one is the default; without any, `demo` answers."""

    def __init__(self, providers: Sequence[ModelProvider] = ()) -> None:
        found = tuple(providers) or (DemoProvider(),)
        self._default = found[0]
        self._by_id = {provider.provider_id: provider for provider in found}

    @property
    def names(self) -> tuple[str, ...]:
        """The ids of the configured providers, the default first."""
        return tuple(self._by_id)

    def get(self, name: str | None = None) -> ModelProvider:
        """The provider of that name or alias; without a name the default. Raises `ModelError` that says what to add."""
        if name is None:
            return self._default
        wanted = ALIASES.get(name, name)
        provider = self._by_id.get(wanted)
        if provider is None:
            needs = _SETUP.get(wanted)
            advice = f"it needs {needs}" if needs else "no such provider is known; list it in the app's `providers`"
            raise ModelError(
                f"The model provider {name!r} is not configured: {advice}. Configured here: {', '.join(self.names)}."
            )
        return provider
