"""Widget files and inline widgets, checked and brought into one normal form."""

from __future__ import annotations

from loopstack_temporal.definition.widgets.reading import WidgetSet, read_widgets
from loopstack_temporal.definition.widgets.scope import Scope
from loopstack_temporal.definition.widgets.table import WidgetName

__all__ = ["Scope", "WidgetName", "WidgetSet", "read_widgets"]
