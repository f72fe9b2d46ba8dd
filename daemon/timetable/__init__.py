"""What is due when, worked out from a schedule file: pure values and functions, without clock, ledger or cloud."""
