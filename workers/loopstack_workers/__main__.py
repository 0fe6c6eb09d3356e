"""`python -m loopstack_workers APP`."""

from __future__ import annotations

import sys

from loopstack_workers.main import main

if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
