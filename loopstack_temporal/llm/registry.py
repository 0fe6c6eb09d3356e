"""The providers of one app, by name."""

from __future__ import annotations

from collections.abc import Sequence

from loopstack_temporal.errors import DefinitionError, ModelError, Problem
from loopstack_temporal.llm.port import LlmProvider
from loopstack_temporal.llm.providers.demo import DemoProvider
from loopstack_temporal.tools.base import line_of

ALIASES = {"anthropic": "claude"}
_SETUP = {
    "claude": "the module `claude(...)` in the app's `modules`, and the variable `ANTHROPIC_API_KEY`",
    "openai": "the module `openai(...)` in the app's `modules`, and the variable `OPENAI_API_KEY`",
    "demo": "`DemoProvider()` in the app's `providers`: it answers by itself only where nothing else is configured",
}


class LlmProviderRegistry:
    """The model providers of an app. The first one is the default; without any, `demo` answers."""

    def __init__(self, providers: Sequence[LlmProvider] = ()) -> None:
        self._by_id: dict[str, LlmProvider] = {}
        for provider in tuple(providers) or (DemoProvider(),):
            self.register(provider)

    @property
    def names(self) -> tuple[str, ...]:
        """The ids of the configured providers, the default first."""
        return tuple(self._by_id)

    def register(self, provider: LlmProvider) -> None:
        """Add a provider. Raises `DefinitionError` if another one has its id."""
        if self.has(provider.provider_id):
            where = line_of(type(provider))
            text = f"another model provider is named {provider.provider_id!r} too"
            raise DefinitionError("Model providers", [Problem(where.file, where.line, text, "provider_clash")])
        self._by_id[provider.provider_id] = provider

    def has(self, name: str) -> bool:
        """Whether a provider of that name or alias is configured."""
        return ALIASES.get(name, name) in self._by_id

    def knows(self, name: str) -> bool:
        """Whether it is the name or alias of a provider: of a configured one, or of one that could be."""
        return self.has(name) or ALIASES.get(name, name) in _SETUP

    def get(self, name: str | None = None) -> LlmProvider:
        """The provider of that name or alias; without a name the default. Raises `ModelError` that says what to add."""
        if name is None:
            return next(iter(self._by_id.values()))
        wanted = ALIASES.get(name, name)
        provider = self._by_id.get(wanted)
        if provider is None:
            needs = _SETUP.get(wanted)
            advice = f"it needs {needs}" if needs else "no such provider is known; list it in the app's `providers`"
            raise ModelError(
                f"The model provider {name!r} is not configured: {advice}. Configured here: {', '.join(self.names)}.",
                code="model_not_configured",
                provider=wanted,
                retryable=False,
            )
        return provider
