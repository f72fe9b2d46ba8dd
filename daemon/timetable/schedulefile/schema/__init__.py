"""The schedule file as JSON Schema, for editors: they complete its keys, explain them, and mark what cannot be right.

It is made from what the program itself knows (the clauses of the language, its words, the warnings), in the part of
draft 2020-12 that means the same in draft 7, because the TOML language servers of editors understand no more. What a
schema cannot say (names that must exist, sentences that must make sense) only `check` tells: a file that the schema
accepts may be invalid, but what `check` accepts the schema accepts.
"""

from __future__ import annotations

from daemon.timetable.schedulefile.schema.document import schedule_schema, schema_text

__all__ = ["schedule_schema", "schema_text"]
