"""What people look at, put together from SQL: never asks Temporal, never wakes a worker."""
