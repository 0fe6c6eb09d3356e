"""Text of people that says something."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""Text without the space around it; one that is blank is refused. No provider takes a message that says nothing."""
