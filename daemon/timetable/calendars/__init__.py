"""Calendars: which dates are holidays, weekends and make-up working days; or simply a named set of dates.

Pure: texts of ``.ics`` files are handed in, and no clock is read. What countries have comes from the ``holidays``
package, and ``.ics`` texts are taken apart by ``icalendar``; both are imported only where a schedule needs them.
"""
