"""One folder per provider; they do not know each other."""
