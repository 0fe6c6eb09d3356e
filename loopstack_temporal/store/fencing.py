"""Which attempt may write: the fence of a step, and its place in the run."""

from __future__ import annotations

from loopstack_temporal.errors import Fenced
from loopstack_temporal.store.entering import behind
from loopstack_temporal.store.locked import LockedRun
from loopstack_temporal.store.records import OPENING, Fence
from loopstack_temporal.store.rows import Row


def rank(row: Row) -> tuple[int, int, int]:
    return row.epoch, row.try_no, row.attempt


def overtaken(fence: Fence) -> Fenced:
    return Fenced(
        f"step {fence.step} of run {fence.run_id!r} belongs to another attempt (this one was try {fence.try_no}, "
        f"attempt {fence.attempt}): nothing was written"
    )


def check_owner(fence: Fence, row: Row | None) -> None:
    """A short attempt need not claim: then an older attempt's claim does not stop it, an equal or newer one does."""
    if row is None or row.nonce == fence.nonce:
        return
    if rank(row) >= (fence.epoch, fence.try_no, fence.attempt):
        raise overtaken(fence)


def check_position(locked: LockedRun, fence: Fence, row: Row | None) -> None:
    """A new step row may only be the next one, and no step of a run that was ended from outside it goes on."""
    if locked.row.ended_at is not None:
        raise Fenced(
            f"run {locked.id!r} has ended ({locked.row.status}) while step {fence.step} ran: nothing was written"
        )
    expected = locked.row.next_step
    if row is not None or fence.step == expected or (fence.step == OPENING and expected == 0):
        return
    if fence.step > expected:
        raise behind(locked.id, fence.step, expected)
    raise overtaken(fence)
