"""The same work without the product: Temporal workflows and SQL written by hand, as a good engineer would."""
