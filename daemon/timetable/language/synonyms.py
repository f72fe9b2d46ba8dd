"""Words and phrases that people write for words of the language, and day names of other languages."""

from __future__ import annotations

from typing import Final

PHRASES: Final[dict[tuple[str, ...], str]] = {
    ("each",): "every",
    ("any",): "every",
    ("täglich",): "daily",
    ("jeden", "tag"): "daily",
    ("werktags",): "weekdays",
    ("wochenende",): "weekends",
    ("business", "days"): "workdays",
    ("business", "day"): "workdays",
    ("working", "days"): "workdays",
    ("working", "day"): "workdays",
    ("work", "days"): "workdays",
    ("week", "days"): "weekdays",
    ("week", "day"): "weekdays",
    ("workweek",): "weekdays",
    ("nonworking", "days"): "holidays",
    ("week", "end"): "weekends",
    ("week", "ends"): "weekends",
    ("public", "holidays"): "holidays",
    ("bank", "holidays"): "holidays",
    ("@",): "at",
    ("um",): "at",
    ("around",): "at",
    ("but", "not", "on"): "except",
    ("but", "not"): "except",
    ("but",): "except",
    ("not", "on"): "except",
    ("not",): "except",
    ("excluding",): "except",
    ("excepting",): "except",
    ("excl",): "except",
    ("without",): "except",
    ("unless", "on"): "except",
    ("apart", "from"): "except",
    ("other", "than"): "except",
    ("except", "for"): "except",
    ("since",): "from",
    ("starting", "from"): "from",
    ("starting", "on"): "from",
    ("starting",): "from",
    ("beginning", "on"): "from",
    ("beginning",): "from",
    ("as", "of"): "from",
    ("valid", "from"): "from",
    ("ending", "on"): "until",
    ("ending",): "until",
    ("softly",): "SOFT",
    ("gracefully",): "SOFT",
    ("graceful",): "SOFT",
    ("gently",): "SOFT",
    ("forcefully",): "HARD",
    ("forcibly",): "HARD",
    ("-", "-", "force"): "HARD",
    ("-", "f"): "HARD",
    ("stagger",): "spread",
    ("staggered",): "spread",
    ("jitter",): "spread",
    ("splay",): "spread",
    ("randomly",): "spread",
    ("random",): "spread",
    ("try", "again", "for"): "retry",
    ("retrying",): "retry",
    ("with", "warning"): "warn",
    ("tz",): "in",
    ("timezone",): "in",
    ("zone",): "in",
    ("time", "zone"): "in",
}
"""Phrases to the one word of the language that says the same."""

JOINTS: Final = {
    "or": "and",
    "&": "and",
    "+": "and",
    ";": "and",
    "/": "and",
    "plus": "and",
    "und": "and",
    "et": "and",
    "oder": "and",
}
"""What people put between the items of a list, where a comma or "and" belongs."""

LEFT_OUT: Final = frozenset(
    {"only", "always", "just", "please", "sharp", "type", "mode", "as", "=", "once", "whole", "entire", ":"}
)
"""What says nothing that the rest of the sentence does not say."""

FOREIGN_DAYS: Final[dict[str, int]] = {
    word: number
    for number, words in enumerate(
        (
            "mo montag montags lun lundi lunedì lunedi lunes m",
            "di dienstag dienstags mardi martedì martedi martes tu",
            "mi mittwoch mittwochs mer mercredi mercoledì mercoledi mié miércoles miercoles we w",
            "do donnerstag donnerstags jeu jeudi gio giovedì giovedi jue jueves th",
            "fr freitag freitags ven vendredi venerdì venerdi vie viernes f",
            "sa samstag samstags sonnabend sam samedi sab sabato sáb sábado sabado",
            "so sonntag sonntags dim dimanche dom domenica domingo su",
        )
    )
    for word in words.split()
}
"""Day names of German, French, Italian and Spanish, and English ones of one or two letters, Monday being 0."""

RANGE_WORDS: Final = frozenset({"bis", "à", "a", "to", "through", "thru", "till"})
"""What stands between the ends of a range of foreign days."""
