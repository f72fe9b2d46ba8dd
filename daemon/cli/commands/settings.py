"""``poolpower settings``: what is in force, and from where."""

from __future__ import annotations

import dataclasses

import click

from daemon.cli import output


@click.command()
@output.json_option
def settings(as_json: bool) -> None:
    """Show the settings in force in this shell and where each comes from, secrets masked.

    A daemon that was started elsewhere may have others.

    Highest first: environment, environment file, secret files of systemd and the container, the names of the vendor's
    SDK, default.
    """
    from daemon.settings import load_settings  # noqa: PLC0415 - pydantic takes a moment to import
    from daemon.settings.listing import in_force  # noqa: PLC0415

    loaded = load_settings()
    rows = in_force(loaded)
    if as_json:
        output.print_json([dataclasses.asdict(row) for row in rows])
        return
    table = output.table("VARIABLE", "VALUE", "FROM", "MEANING")
    for row in rows:
        value = "-" if row.value is None else output.printable(row.value)
        table.add_row(row.variable, value, output.printable(row.origin), row.meaning)
    output.print_table(table)
    output.note("these are the settings of this shell; a daemon that was started elsewhere may have others")
    for unreadable in loaded.unreadable:
        output.note(unreadable)
