"""`python -m loopstack_temporal.cli` is `loopstack`."""

from __future__ import annotations

from loopstack_temporal.cli.main import program

program()
