"""Documents, checkpoints, runs and events in SQL: the only room that knows the database."""
