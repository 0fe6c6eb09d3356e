"""Worker pools: which ones an app has, and the task queue of each."""

from __future__ import annotations

from collections.abc import Sequence

from loopstack_temporal.app.application import App
from loopstack_temporal.definition.model import DEFAULT_POOL
from loopstack_temporal.errors import SetupError


def pools_of(app: App) -> tuple[str, ...]:
    """The app's own queue, `default`, then every pool that some transition is routed to."""
    routed = {definition.pool_of(t) for definition in app.workflows.values() for t in definition.transitions}
    return (DEFAULT_POOL, *sorted(routed - {DEFAULT_POOL}))


def chosen_pools(app: App, wanted: Sequence[str]) -> tuple[str, ...]:
    """The pools a process serves: `wanted`, or all of the app's.

    Raises:
        SetupError: `unknown_pool` for a pool no transition is routed to; its worker would wait for ever.
    """
    known = pools_of(app)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        names = ", ".join(f"`{name}`" for name in unknown)
        raise SetupError(
            f"App `{app.name}` routes no transition to the pool {names}, so a worker of it would never get work. "
            f"Its pools are: {', '.join(known)}. Correct --pool, or write `pool=` at a transition or workflow.",
            code="unknown_pool",
        )
    return tuple(wanted) or known


def queue_of(app: str, pool: str) -> str:
    """The name of a pool's task queue."""
    return app if pool == DEFAULT_POOL else f"{app}.{pool}"
