"""The long-running process: alarm clock, reload, signals, readiness, control API, status page."""
