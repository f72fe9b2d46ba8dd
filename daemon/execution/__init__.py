"""What happens to one run: gate, attempt, back off, supersede, look, recover (docs/protocol.md)."""
