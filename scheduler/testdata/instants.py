"""Prints when clocks first show some times of day around each change of a zone.

Usage: instants.py FOLDER ZONE...   One line each: ZONE DATE HH:MM SECONDS or -
Python's zoneinfo decides, by PEP 495; nothing here is taken from the Go code.
"""

import sys
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

UTC = timezone.utc
TIMES = [(0, 0), (0, 30), (1, 30), (2, 30), (3, 0), (7, 0), (23, 30)]
DAY = timedelta(days=1)


def load(folder, name):
    with open(f"{folder}/{name}", "rb") as f:
        return ZoneInfo.from_file(f, key=name)


def offset(zone, at):
    return at.astimezone(zone).utcoffset()


def due(zone, wall):
    """The first instant at which the zone's clocks show wall or have jumped over it."""
    early, late = (wall.replace(tzinfo=zone, fold=f).astimezone(UTC) for f in (0, 1))
    if early.astimezone(zone).replace(tzinfo=None, fold=0) == wall:
        return early
    # A gap: fold=0 counts with the offset before it and so lands behind it.
    low, high = late, early
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if offset(zone, middle) == offset(zone, late):
            low = middle
        else:
            high = middle
    return high


def exists(zone, day):
    begin = due(zone, datetime(day.year, day.month, day.day))
    return begin.astimezone(zone).date() == day


def changes(zone, first, last):
    """The dates, in UTC, on which the offset changes."""
    before = offset(zone, first)
    while first < last:
        first += DAY
        now = offset(zone, first)
        if now != before:
            yield first.date() - DAY
        before = now


def main():
    folder, names = sys.argv[1], sys.argv[2:]
    for name in names:
        zone = load(folder, name)
        days = {date(2026, 11, 23)}
        for first, last in ((2020, 2038), (2011, 2013)):
            for change in changes(zone, datetime(first, 1, 1, tzinfo=UTC), datetime(last, 1, 1, tzinfo=UTC)):
                days.update(change + DAY * i for i in range(-2, 3))
        lines = []
        for day in sorted(days):
            there = exists(zone, day)
            for hour, minute in TIMES:
                at = "-"
                if there:
                    at = round(due(zone, datetime(day.year, day.month, day.day, hour, minute)).timestamp())
                lines.append(f"{name} {day} {hour:02}:{minute:02} {at}\n")
        sys.stdout.write("".join(lines))


main()
