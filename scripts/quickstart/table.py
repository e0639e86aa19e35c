#!/usr/bin/env python3
"""Prints a table of the quickstart's results: table.py RESULTS.

One row an experiment: requests that reached the service, and line and branch coverage before and after the tool.
It reads what gen-tf-sync has pulled, checks nothing and fails when there is nothing.
"""

import json
import pathlib
import sys

HEAD = ("service", "tool", "run", "requests", "5xx", "lines idle → final", "branches idle → final")


def rows(results):
    for path in sorted(results.glob("*/*/*/coverage.json")):
        folder = path.parent
        service, tool, run = folder.relative_to(results).parts
        if service.startswith("."):
            continue
        requests = json.loads((folder / "requests.json").read_text(encoding="utf-8"))
        coverage = json.loads(path.read_text(encoding="utf-8"))
        yield (
            service,
            tool,
            run,
            str(requests["requests"]),
            str(requests["status"]["5xx"]),
            growth(coverage, "lines"),
            growth(coverage, "branches"),
        )


def growth(coverage, what):
    idle, final = (
        100 * coverage[moment][f"{what}_covered"] / max(1, coverage[moment][f"{what}_total"])
        for moment in ("idle", "final")
    )
    return f"{idle:4.1f} → {final:4.1f} %"


def main(arguments):
    if len(arguments) != 1:
        raise SystemExit(__doc__)
    table = list(rows(pathlib.Path(arguments[0])))
    if not table:
        raise SystemExit(f"no results below {arguments[0]}")
    widths = [max(map(len, column)) for column in zip(HEAD, *table)]
    for row in (HEAD, tuple("-" * width for width in widths), *table):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    print(f"\n{len(table)} experiments")


if __name__ == "__main__":
    main(sys.argv[1:])
