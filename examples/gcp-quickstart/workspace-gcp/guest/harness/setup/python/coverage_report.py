"""Turns the coverage data of a Python service into coverage.json, fast.

coverage.py's own report parses every file of the service, which takes seconds for two snapshots.
The files do not change between experiments, so "index" parses them once, at setup, and "report" only compares.
The figures equal those of coverage.py's report; the pinned version of coverage.py makes it safe to use its parser.

    coverage_report.py index PACKAGE INDEX
    coverage_report.py report INDEX IDLE.coverage FINAL.coverage OUT.json
"""

import importlib
import json
import pickle
import sys

import coverage
from coverage.results import analysis_from_file_reporter


class ParsedFile(coverage.FileReporter):
    """A file with its parser's work done."""

    def __init__(self, reporter):
        super().__init__(reporter.filename)
        self._no_branch = reporter.no_branch_lines()
        self._parser = reporter.parser
        # Fills the parser's own caches, after which the syntax tree is of no use.
        self._parser.arcs()
        self._exits = self._parser.exit_counts()
        self._parser._ast_root = None

    def lines(self):
        return self._parser.statements

    def excluded_lines(self):
        return self._parser.excluded

    def no_branch_lines(self):
        return self._no_branch

    def arcs(self):
        return self._parser.arcs()

    def exit_counts(self):
        return self._exits

    def translate_lines(self, lines):
        return self._parser.translate_lines(lines)

    def translate_arcs(self, arcs):
        return self._parser.translate_arcs(arcs)


def index(package, path):
    """Parses every file of the package and writes what is needed of them."""
    measured = coverage.Coverage(data_file=None, branch=True, source_pkgs=[package], config_file=False)
    measured.start()
    importlib.import_module(package)
    measured.stop()
    # Files of the package that were not loaded count too: coverage.py lists them itself.
    files = sorted(measured.get_data().measured_files())
    parsed = {name: ParsedFile(measured._get_file_reporter(name)) for name in files}
    with open(path, "wb") as out:
        pickle.dump(parsed, out)


def snapshot(parsed, path):
    """Counts what one data file covers."""
    data = coverage.CoverageData(basename=path)
    data.read()
    unknown = set(data.measured_files()) - set(parsed)
    if unknown:
        raise SystemExit(f"{path} names files that the setup did not have: {sorted(unknown)}")
    counts = {"lines_covered": 0, "lines_total": 0, "branches_covered": 0, "branches_total": 0}
    for name, reporter in parsed.items():
        numbers = analysis_from_file_reporter(data, 0, reporter, name).numbers
        counts["lines_covered"] += numbers.n_executed
        counts["lines_total"] += numbers.n_statements
        counts["branches_covered"] += numbers.n_executed_branches
        counts["branches_total"] += numbers.n_branches
    return counts


def report(index_path, idle, final, out_path):
    """Writes coverage.json."""
    with open(index_path, "rb") as source:
        parsed = pickle.load(source)
    result = {
        "format": 1,
        "kind": "coverage.py",
        "idle": snapshot(parsed, idle),
        "final": snapshot(parsed, final),
    }
    with open(out_path, "w", encoding="utf-8") as out:
        json.dump(result, out, separators=(",", ":"))
        out.write("\n")


def main(arguments):
    if len(arguments) == 3 and arguments[0] == "index":
        index(*arguments[1:])
    elif len(arguments) == 5 and arguments[0] == "report":
        report(*arguments[1:])
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
