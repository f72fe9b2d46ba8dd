"""One module a command group; none is imported before its command is invoked."""
