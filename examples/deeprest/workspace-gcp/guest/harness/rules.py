"""The rules of RESTgym's check.py, with what each wanted and found: rules.py FOLDER SERVICE TOOL OUT.json.

It decides nothing: check.py itself, run on the synced results, comes to the same. It deletes nothing either.
"""

import contextlib
import json
import pathlib
import re
import sqlite3
import sys

# Requests a minute, samples of coverage a minute, and how much of its time a tool must have been sending.
REQUESTS, SLOW_REQUESTS, SAMPLES, SPAN = 130, 50, 12, 0.9


def minutes(folder):
    """The budget, as check.py reads it."""
    found = re.search(r"Time budget:\s*(\d+)", (folder / "time-budget.txt").read_text(encoding="utf-8"))
    return int(found[1]) if found and int(found[1]) > 0 else 60


def database(folder):
    """What check.py asks of the database: integrity, the table, the number of requests, their span."""
    path = folder / "results.db"
    found = {"db_integrity": None, "interactions_table": False, "requests": None, "time_span": None}
    if not path.is_file():
        return found
    with contextlib.closing(sqlite3.connect(path)) as connection:
        try:
            found["db_integrity"] = connection.execute("PRAGMA integrity_check").fetchone()[0]
            table = connection.execute("SELECT COUNT(*) FROM sqlite_master WHERE type='table' AND name='interactions'")
            found["interactions_table"] = table.fetchone()[0] > 0
            if found["interactions_table"]:
                query = "SELECT COUNT(*), MAX(request_timestamp) - MIN(request_timestamp) FROM interactions"
                found["requests"], found["time_span"] = connection.execute(query).fetchone()
        except sqlite3.DatabaseError as error:
            found["db_integrity"] = str(error)
    return found


def rules(folder, service, tool):
    """Every rule: its name in check.py, what it wants, what there is, and whether that is enough."""
    budget = minutes(folder)
    slow = service == "genome-nexus" and tool == "schemathesis"
    coverage = folder / "code-coverage"
    found = database(folder)
    there = [("started", "started.txt"), ("completed", "completed.txt"), ("db", "results.db")]
    result = [{"rule": name, "wanted": True, "found": (folder / path).exists()} for name, path in there]
    result += [
        {"rule": "db_integrity", "wanted": "ok", "found": found["db_integrity"]},
        {"rule": "interactions_table", "wanted": True, "found": found["interactions_table"]},
        {"rule": "requests", "at_least": (SLOW_REQUESTS if slow else REQUESTS) * budget, "found": found["requests"]},
        {"rule": "time_span", "at_least": int(60 * budget * SPAN), "found": found["time_span"]},
        {"rule": "coverage_dir", "wanted": True, "found": coverage.is_dir()},
    ]
    for suffix in ("exec", "csv"):
        number = len(list(coverage.glob(f"*.{suffix}")))
        result.append({"rule": f"{suffix}_count", "at_least": SAMPLES * budget, "found": number})
    for rule in result:
        least = rule.pop("at_least", None)
        if least is None:
            rule["ok"] = rule["found"] == rule["wanted"]
        else:
            rule["wanted"] = f">= {least}"
            rule["ok"] = (rule["found"] or 0) >= least
    return {"format": 1, "budget_minutes": budget, "ok": all(rule["ok"] for rule in result), "rules": result}


def main(arguments):
    if len(arguments) != 4:
        raise SystemExit(__doc__)
    folder, service, tool, out = arguments
    result = rules(pathlib.Path(folder), service, tool)
    pathlib.Path(out).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    for rule in result["rules"]:
        if not rule["ok"]:
            print(f"check.py's rule {rule['rule']} does not hold: wanted {rule['wanted']}, found {rule['found']}")


if __name__ == "__main__":
    main(sys.argv[1:])
