"""The version in force as the ledger knows it: the timetable, and the numbers of its pools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from sqlalchemy import func, select

from daemon.ledger import overriding, schema

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from daemon.timetable.timetable import Timetable


@dataclass(frozen=True, slots=True)
class Book:
    """A version in force.

    Attributes:
        timetable: what it means.
        version: its row in the ledger.
        accepted_at: the instant from which it is in force (protocol 3.1).
        numbers: ``pools.no`` of every pool, by (project, key).
    """

    timetable: Timetable
    version: int
    accepted_at: datetime
    numbers: Mapping[tuple[str, str], int]


class StaleBookError(Exception):
    """A unit was made with a version that is no longer the ledger's newest: make it again with the one in force."""


@dataclass(frozen=True, slots=True)
class Reached:
    """How far things have come.

    Attributes:
        watermark: the instant up to which every occurrence has a run.
        hold_ends_at: when the first hold ends whose end has still to call for a word; None where there is none.
    """

    watermark: datetime
    hold_ends_at: datetime | None


_in_force = select(
    schema.heart.c.watermark,
    select(func.max(schema.versions.c.id)).scalar_subquery(),
    overriding.NEXT_END.scalar_subquery(),
)


def check_in_force(conn: Connection, book: Book) -> Reached:
    """How far things have come, once it is certain that ``book`` is in force in this very transaction (3.1).

    A unit is made on the event loop and carried out in the writer's thread; an acceptance may come between the two.

    Raises:
        StaleBookError: another version has been accepted since the unit was made.
    """
    watermark, version, hold_ends_at = conn.execute(_in_force).one()
    if version != book.version or watermark is None:
        raise StaleBookError
    return Reached(watermark, hold_ends_at)


def watermark(conn: Connection) -> datetime | None:
    """The instant up to which every occurrence has a run; None before the first acceptance (1.7)."""
    return cast("datetime | None", conn.execute(select(schema.heart.c.watermark)).scalar_one())


def move_watermark(conn: Connection, to: datetime) -> None:
    """Say that every occurrence up to here has a run; it never moves back this way (protocol 1.2)."""
    heart = schema.heart
    conn.execute(
        heart.update().where((heart.c.watermark.is_(None)) | (heart.c.watermark < to)).values(watermark=to),
    )
