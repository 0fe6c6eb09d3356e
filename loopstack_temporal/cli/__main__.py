"""`python -m loopstack_temporal.cli` is `loopstack`."""

from __future__ import annotations

import sys

from loopstack_temporal.cli.main import main

sys.exit(main())
