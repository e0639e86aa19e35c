#!/usr/bin/env python3
"""Makes a finished study of synthetic experiments whose figures are known, to try gen-tf-sync on it.

    synthetic_study.py make DIR --plant-defects        100 experiments, 12 of them with a defect
    gen-tf-sync DIR/workspace                          pull it into DIR/results
    synthetic_study.py tamper DIR/results              change the pulled results by hand, in three places

`make` writes into a new folder DIR:

    workspace/gen-tf.json   the workspace as a render leaves it
    store/synthetic/        the store, with a succeeded attempt of each experiment and some failed ones
    expected.json           what must come out: `experiments` has the known part of each metrics.json, `statistics`
                            cells and pairs of tools over `all` runs at home with known figures and over the `sound`
                            ones without a defect, `defects` and `tamper` what is wrong and which rules must name it

Requests of services with an odd number are in results.db, of the others in requests.jsonl, which has no messages: there
`unique_5xx` is unknown. The same seed and sizes give the same figures; databases depend on the version of SQLite, too.
"""

import argparse
import json
import random
import sys
from pathlib import Path

from synthetic import defects, evidence, figures, plan, store

# One experiment in so many needed a second attempt.
RETRIED = 17


class Matrix:
    """The experiments of the study: (number of the service, of the tool, of the run), all from 1."""

    def __init__(self, services, tools, experiments, duration, seed):
        if experiments % (services * tools):
            raise SystemExit(f"--experiments: no multiple of {services} services x {tools} tools")
        self.runs, self.duration, self.seed = experiments // (services * tools), duration, seed
        self.service_names = [f"service-{service}" for service in range(1, services + 1)]
        self.tool_names = [f"tool-{tool}" for tool in range(1, tools + 1)]
        cells = [(service, tool) for service in range(1, services + 1) for tool in range(1, tools + 1)]
        self.experiments = [(*cell, run) for cell in cells for run in range(1, self.runs + 1)]


def main():
    arguments = parse()
    if arguments.command == "tamper":
        expected = arguments.expected or arguments.results.parent / "expected.json"
        for line in defects.tamper(arguments.results, json.loads(expected.read_text())):
            print(line)
        return
    folder = arguments.folder
    if folder.exists() and any(folder.iterdir()):
        raise SystemExit(f"{folder} is not empty: name a new folder")
    matrix = matrix_of(arguments)
    chance = random.Random(f"{arguments.seed} defects")
    planted, tampered = defects.plant(chance, matrix) if arguments.plant_defects else ([], [])
    place = store.Folder(folder)
    store.write_workspace(folder, place.location, matrix)
    filled = fill(place.put, matrix, planted, sizes_of(arguments))
    counted = {name: run and figures.figures(run) for name, run in filled}
    expected = expectation(arguments.seed, matrix, counted, planted, tampered)
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    print(f"{len(matrix.experiments)} experiments, {len(planted)} with a defect: {folder}", file=sys.stderr)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make", help="write a finished study")
    make.add_argument("folder", type=Path, metavar="DIR", help="a new folder")
    add_sizes(make)
    make.add_argument("--plant-defects", action="store_true", help="give a defect to one experiment of each kind")
    tamper = commands.add_parser("tamper", help="change pulled results by hand, as expected.json says")
    tamper.add_argument("results", type=Path, help="the results folder")
    tamper.add_argument("--expected", type=Path, help="[default: expected.json beside the results folder]")
    return parser.parse_args()


def add_sizes(parser):
    """The options that say how large a study is; the benchmark has them, too."""
    parser.add_argument("--experiments", type=int, default=100, metavar="N", help="in all [default: 100]")
    parser.add_argument("--services", type=int, default=2, metavar="N", help="[default: 2]")
    parser.add_argument("--tools", type=int, default=5, metavar="N", help="[default: 5]")
    parser.add_argument("--duration", type=int, default=300, metavar="S", help="budget in seconds [default: 300]")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file-bytes", type=int, default=0, metavar="N", help="least size of each record of requests")
    parser.add_argument("--extra-files", type=int, default=0, metavar="N", help="further files of each experiment")
    parser.add_argument("--extra-bytes", default="2000-6000", metavar="FROM-TO", help="sizes of those")


def matrix_of(arguments):
    return Matrix(arguments.services, arguments.tools, arguments.experiments, arguments.duration, arguments.seed)


class Sizes:
    """How large the files of an experiment are."""

    def __init__(self, least, extra_files, extra_bytes):
        low, _, high = extra_bytes.partition("-")
        self.least, self.extra_files, self.extra_bytes = least, extra_files, (int(low), int(high or low))

    def files(self, run):
        made = evidence.files(run, self.least)
        chance = random.Random(f"extra files of {run.name}")
        for number in range(self.extra_files):
            text = evidence.filler(chance.randrange(4096), chance.randint(*self.extra_bytes))
            made[f"evidence/{number:04}.log"] = text.encode()
        return made


def sizes_of(arguments):
    return Sizes(arguments.file_bytes, arguments.extra_files, arguments.extra_bytes)


def fill(put, matrix, planted, sizes):
    """Puts every experiment into a store; tells its name and its run, or None where no pull can bring it home."""
    defect_of = {(defect.service, defect.tool, defect.run): defect for defect in planted}
    for order, experiment in enumerate(matrix.experiments):
        run = one(put, matrix, order, experiment, defect_of.get(experiment), sizes)
        yield "service-{}/tool-{}/{}".format(*experiment), run


def one(put, matrix, order, experiment, defect, sizes):
    """Puts one experiment, with its defect if it has one."""
    service, tool, number = experiment
    kind = defect.kind if defect else None
    wishes = kind.wishes if kind else plan.Wishes()
    run = plan.run(matrix.seed, (service, tool), number, matrix.duration, order, wishes)
    if kind and kind.name == "missing-run":
        return None
    if kind and kind.name == "no-coverage-samples":
        run.samples = []
    if kind and kind.name == "copied-run":
        original = order - number + defect.twin
        run = plan.run(matrix.seed, (service, tool), defect.twin, matrix.duration, original)
        files = sizes.files(run)
        run.number = number
    else:
        files = sizes.files(run)
    if kind and kind.name == "damaged-database":
        files[evidence.DATABASE] = evidence.damaged(files[evidence.DATABASE])
    attempt = 1
    if order % RETRIED == RETRIED - 1:
        store.put_failure(put, run, 1)
        attempt = 2
    cut = 100 if kind and kind.name == "cut-archive" else 0
    store.put_success(put, run, files, attempt, defects.CHANGES.get(kind.name) if kind else None, cut)
    return run if kind is None or kind.is_home else None


def expectation(seed, matrix, counted, planted, tampered):
    """What must come out of the study: expected.json. Experiments that do not come home have no figures."""
    unknown = {defect.experiment for defect in planted if not defect.kind.is_known}
    known = {name: of_run for name, of_run in counted.items() if of_run and name not in unknown}
    defective = {defect.experiment for defect in planted}
    sound = {name: of_run for name, of_run in known.items() if name not in defective}
    experiments = {name: {"home": bool(of_run), "figures": known.get(name)} for name, of_run in counted.items()}
    told = [defect.told() for defect in tampered]
    for defect in told:
        if defect["kind"] == "foreign-folder":
            defect["folder"] = f"{defect['experiment'].rpartition('/')[0]}/{matrix.runs + 1}"
    return {
        "format": 1,
        "seed": seed,
        "study": store.STUDY,
        "experiments": experiments,
        "defects": [defect.told() for defect in planted],
        "tamper": told,
        "statistics": {"all": figures.statistics(known), "sound": figures.statistics(sound)},
    }


if __name__ == "__main__":
    main()
