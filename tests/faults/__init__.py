"""Random trials of whole runs under faults: each from one seed, each checked afterwards. `python -m tests.faults`."""
