"""`python -m loopstack_api`."""

from __future__ import annotations

import gc
import logging
import os
import sys

from loopstack_api.main import main

if __name__ == "__main__":
    code = main()
    # The Temporal SDK can abort an interpreter that ends in the ordinary way, and nothing is left to tidy up.
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    gc.collect()
    os._exit(code)
