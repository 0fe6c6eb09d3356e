"""What the product costs beside a Temporal workflow written by hand that does the same work (docs/performance.md)."""
