"""Runs the command line as ``python -m daemon``."""

from daemon.cli.main import main

if __name__ == "__main__":
    main()
