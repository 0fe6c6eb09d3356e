"""The process that answers HTTP: reads SQL, asks Temporal only to start and move runs, serves the studio."""
