"""Examples, one folder per story. `examples/app.py` holds all of them in one app."""
