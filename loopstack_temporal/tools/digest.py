"""What an approval is bound to: one call of one tool with exactly these arguments."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def digest_of(tool: str, args: Mapping[str, Any]) -> str:
    """`"sha256:"` and the hash of the call as canonical JSON: keys sorted, no spaces, text as UTF-8.

    Arguments are JSON data. Raises `ValueError` for a number that JSON cannot say (NaN, infinity).
    """
    call = {"tool": tool, "args": args}
    text = json.dumps(call, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    # A model may write half a surrogate pair, which UTF-8 has no bytes for.
    return f"sha256:{hashlib.sha256(text.encode(errors='surrogatepass')).hexdigest()}"
