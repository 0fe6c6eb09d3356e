"""One file per provider; they do not know each other."""
