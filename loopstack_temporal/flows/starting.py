"""Starting the children of a fan-out or a sequence."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from loopstack_temporal.definition.workflow import BaseWorkflow
from loopstack_temporal.flows.items import ChildItem, FlowArgs
from loopstack_temporal.flows.progress import KEY, Progress

Owner = BaseWorkflow[Any, Any, Any]


def check(owner: Owner, args: FlowArgs) -> None:
    """All items before the first one starts, also those whose turn comes later. Raises what `run_named` raises."""
    for _, item in args.entries():
        owner.check_named(item.workflow, item.args, config=item.config)


async def start(
    owner: Owner, state: Progress, items: Iterable[tuple[str, ChildItem]], callback: Callable[..., Any]
) -> None:
    """Start these children with the commit of the transition; `callback` is told of each end."""
    for key, item in items:
        label = item.label or key
        told = {KEY: key}
        ref = await owner.run_named(
            item.workflow,
            item.args,
            callback=callback,
            metadata=told,
            show=item.show,
            label=label,
            config=item.config,
        )
        state.pending[key] = ref.run_id
