"""Stands in for RESTgym's samples of coverage: jacoco_<time>.exec and .csv, each second instead of every five.

Written for tests; nothing of RESTgym is in it.
"""

import os
import pathlib
import time

FOLDER = pathlib.Path(f"/results/{os.environ['API']}/{os.environ['TOOL']}/{os.environ['RUN']}/code-coverage")
COVERED = pathlib.Path("/tmp/covered")
HEAD = (
    "GROUP,PACKAGE,CLASS,INSTRUCTION_MISSED,INSTRUCTION_COVERED,BRANCH_MISSED,BRANCH_COVERED,LINE_MISSED,LINE_COVERED,"
    "COMPLEXITY_MISSED,COMPLEXITY_COVERED,METHOD_MISSED,METHOD_COVERED"
)


def row(covered):
    """A class of eight branches, twelve lines and six methods, of which the start alone covers some."""
    pairs = ((40, 4), (8, 1), (12, 3), (10, 2), (6, 1))
    hit = [min(total, start + 2 * covered) for total, start in pairs]
    return ",".join(["app", "a", "B", *(f"{total - done},{done}" for (total, _), done in zip(pairs, hit, strict=True))])


def main():
    FOLDER.mkdir(exist_ok=True)
    while True:
        time.sleep(1)
        name = FOLDER / time.strftime("jacoco_%Y-%m-%dT%H.%M.%S")
        covered = len(list(COVERED.iterdir())) if COVERED.exists() else 0
        name.with_name(f"{name.name}.exec").write_bytes(bytes([covered + 1]))
        name.with_name(f"{name.name}.csv").write_text(f"{HEAD}\n{row(covered)}\n", encoding="utf-8")


main()
