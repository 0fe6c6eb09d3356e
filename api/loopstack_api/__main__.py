"""`python -m loopstack_api`."""

from __future__ import annotations

import sys

from loopstack_api.main import main

sys.exit(main())
