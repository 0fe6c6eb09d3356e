"""Applications: what an author writes down (here), how it is resolved (`resolve`) and found (`loading`).

Only the plain values are imported here, so that `import loopstack_temporal` stays quick.
"""

from __future__ import annotations

from loopstack_temporal.modules import Module, StudioApp

__all__ = ["Module", "StudioApp"]
