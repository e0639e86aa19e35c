"""results.db: is it sound, and what was asked? interactions.py DATABASE NOTES OUT.json writes requests.json.

It fails where nothing was measured: no database, a damaged one, no table, no request within the tool's time.
Opening the database also completes it: SQLite rolls back what the end of the recorder has left half written.
"""

import json
import pathlib
import sqlite3
import sys


class Unsound(Exception):
    """Why a database is no result."""


def open_sound(path):
    """A connection to a database that is whole and has RESTgym's table."""
    if not path.is_file():
        raise Unsound(f"{path.name} is not there: the recorder was never started")
    connection = sqlite3.connect(path)
    try:
        (answer,) = connection.execute("PRAGMA integrity_check").fetchone()
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.DatabaseError as error:
        raise Unsound(f"{path.name} is damaged: {error}") from error
    if answer != "ok":
        raise Unsound(f"{path.name} is damaged: {answer}")
    if "interactions" not in tables:
        raise Unsound(f"{path.name} has no table interactions")
    return connection


def moment(path, otherwise):
    """A time that tool.sh has noted."""
    return float(path.read_text(encoding="utf-8").replace(",", ".")) if path.is_file() else otherwise


def count(connection, end):
    """requests.json: the requests of the tool's time by status; those that came later apart."""
    status = dict.fromkeys(("2xx", "3xx", "4xx", "5xx", "other"), 0)
    late = 0
    query = "SELECT request_timestamp > ?, response_status_code / 100, COUNT(*) FROM interactions GROUP BY 1, 2"
    for is_late, hundreds, number in connection.execute(query, (end,)):
        if is_late:
            late += number
        else:
            status[f"{hundreds}xx" if hundreds in (2, 3, 4, 5) else "other"] += number
    # What the recorder answers itself, because the service is dead, it does not record.
    return {"requests": sum(status.values()), "answered_by_proxy": 0, "after_budget": late, "status": status}


def main(arguments):
    if len(arguments) != 3:
        raise SystemExit(__doc__)
    database, notes, out = map(pathlib.Path, arguments)
    try:
        with open_sound(database) as connection:
            counted = count(connection, moment(notes / "tool-ended", float("inf")))
        connection.close()
    except Unsound as error:
        raise SystemExit(str(error)) from error
    out.write_text(json.dumps(counted, separators=(",", ":")) + "\n", encoding="utf-8")
    if not counted["requests"]:
        raise SystemExit("no request of the tool was recorded")


if __name__ == "__main__":
    main(sys.argv[1:])
