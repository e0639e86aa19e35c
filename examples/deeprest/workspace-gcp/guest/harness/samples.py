"""Coverage samples: jacoco_<time>.exec and .csv, which the API container writes every five seconds. Takes none itself.

    samples.py next FOLDER SECONDS            waits for a sample that begins from now on, and prints its name
    samples.py set-aside FOLDER ASIDE         moves samples that the end has cut off out of the way of RESTgym's scripts
    samples.py report FOLDER IDLE OUT.json    coverage.json from the sample IDLE and the last one
"""

import csv
import json
import pathlib
import sys
import time

# Columns of JaCoCo's report, the first being 0, as RESTgym's process_results.py reads them.
COLUMNS = 13
COUNTED = {"branches": (5, 6), "lines": (7, 8), "methods": (11, 12)}
# A report is written in one go: one that has not grown for so long is whole.
STILL_SECONDS = 0.5


def names(folder):
    """All samples that have been begun, oldest first."""
    return sorted({path.stem for path in folder.glob("jacoco_*") if path.suffix in (".exec", ".csv")})


def rows(path):
    """The classes of a report; ValueError when it is not whole."""
    text = path.read_text(encoding="utf-8")
    if not text.endswith("\n"):
        raise ValueError(f"{path.name} ends within a line")
    table = list(csv.reader(text.splitlines()))[1:]
    if not table:
        raise ValueError(f"{path.name} has no classes")
    if any(len(row) != COLUMNS for row in table):
        raise ValueError(f"{path.name} has lines of another form")
    return [[int(value) for value in row[3:]] for row in table]


def is_whole(folder, name):
    """Whether a sample has both of its files, and a report that can be read."""
    exec_file, report = folder / f"{name}.exec", folder / f"{name}.csv"
    if not exec_file.is_file() or not exec_file.stat().st_size or not report.is_file():
        return False
    try:
        return bool(rows(report))
    except (ValueError, UnicodeDecodeError):
        return False


def wait_for_next(folder, seconds):
    """The name of the first whole sample that was not begun yet when we were called."""
    known = set(names(folder))
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for name in names(folder):
            if name not in known and is_whole(folder, name):
                report = folder / f"{name}.csv"
                if time.time() - report.stat().st_mtime >= STILL_SECONDS:
                    return name
        time.sleep(0.2)
    raise SystemExit(f"no sample of coverage within {seconds} s")


def set_aside(folder, aside):
    """Moves the samples after the last whole one."""
    for name in reversed(names(folder)):
        if is_whole(folder, name):
            break
        aside.mkdir(exist_ok=True)
        for path in folder.glob(f"{name}.*"):
            path.rename(aside / path.name)


def counts(folder, name):
    """What one sample covers, all classes together."""
    result = {}
    table = rows(folder / f"{name}.csv")
    for what, (missed, covered) in COUNTED.items():
        result[f"{what}_covered"] = sum(row[covered - 3] for row in table)
        result[f"{what}_total"] = result[f"{what}_covered"] + sum(row[missed - 3] for row in table)
    return result


def report(folder, idle, out):
    """Writes coverage.json in the form that all harnesses have, with RESTgym's methods besides."""
    whole = [name for name in names(folder) if is_whole(folder, name)]
    if idle not in whole:
        raise SystemExit("there is no sample of coverage from before the tool's start")
    result = {"format": 1, "kind": "jacoco", "idle": counts(folder, idle), "final": counts(folder, whole[-1])}
    out.write_text(json.dumps(result, separators=(",", ":")) + "\n", encoding="utf-8")


def main(arguments):
    match arguments:
        case ["next", folder, seconds]:
            print(wait_for_next(pathlib.Path(folder), int(seconds)))
        case ["set-aside", folder, aside]:
            set_aside(pathlib.Path(folder), pathlib.Path(aside))
        case ["report", folder, idle, out]:
            report(pathlib.Path(folder), idle, pathlib.Path(out))
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
