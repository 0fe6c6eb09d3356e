"""Tools: what an author declares with `@tool`, and how a call is checked and answered."""
