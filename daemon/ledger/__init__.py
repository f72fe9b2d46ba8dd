"""The ledger: what was due, what was sent for it, and what became of it."""
