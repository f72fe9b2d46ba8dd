"""What ``init`` asks, and where it gets its answers from."""
