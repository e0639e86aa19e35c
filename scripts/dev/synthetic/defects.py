"""Defects that are planted into a synthetic study, and the rules of `gen-tf-sync verify` that must name them.

Each kind breaks the one rule that it is there for; where it cannot but break others too, all of them are listed.
"""

import dataclasses
import json
import shutil

from .plan import Wishes
from .store import ENVIRONMENT


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of defect: what it does to a run, and the rules that it breaks."""

    name: str
    rules: tuple
    wishes: Wishes = Wishes()
    is_home: bool = True  # whether a pull brings the experiment home
    is_known: bool = True  # whether its figures are known
    needs_database: bool = False


PLANTED = (
    Kind("no-requests", ("coverage-above-idle", "request-rate", "request-span"), Wishes(rate=0, learns=False)),
    Kind("idle-coverage", ("coverage-above-idle",), Wishes(learns=False)),
    Kind("short-run", ("full-budget",), Wishes(worked=0.94)),
    Kind("early-end-of-requests", ("request-span",), Wishes(until=0.5)),
    Kind("few-requests", ("request-rate",), Wishes(rate=0.05)),
    Kind("other-kernel", ("same-environment",)),
    Kind("damaged-database", ("database-sound", "evidence-readable"), is_known=False, needs_database=True),
    Kind("cut-archive", ("complete-matrix",), is_home=False, is_known=False),
    Kind("missing-run", ("complete-matrix",), is_home=False, is_known=False),
    Kind("other-definition", ("same-definition",)),
    Kind("no-coverage-samples", ("coverage-samples",)),
    Kind("copied-run", ("distinct-evidence",)),
)
TAMPERED = (
    Kind("edited-file", ("files-intact",)),
    Kind("edited-metrics", ("metrics-current",)),
    Kind("foreign-folder", ("known-experiment",)),
)
CHANGES = {
    "other-kernel": {"environment": {**ENVIRONMENT, "kernel": "6.12.9-cloud-amd64"}},
    "other-definition": {"definition": "0" * 32},
}


@dataclasses.dataclass(frozen=True)
class Defect:
    """A kind of defect in an experiment; a copied run is that of `twin`, another run of the same cell."""

    kind: Kind
    service: int
    tool: int
    run: int
    twin: int | None = None

    @property
    def experiment(self):
        return f"service-{self.service}/tool-{self.tool}/{self.run}"

    def told(self):
        """As expected.json has it."""
        told = {"experiment": self.experiment, "kind": self.kind.name, "rules": list(self.kind.rules)}
        if self.twin is not None:
            told["twin"] = f"service-{self.service}/tool-{self.tool}/{self.twin}"
        return told


def plant(chance, matrix):
    """Chooses an experiment for each kind: those in the store, and those that are tampered with after a pull."""
    free = list(matrix.experiments)
    if matrix.runs < 3 or len(free) < 2 * len(PLANTED + TAMPERED):
        raise SystemExit(f"--plant-defects needs {2 * len(PLANTED + TAMPERED)} experiments and 3 runs of each cell")
    chosen = []
    for kind in PLANTED + TAMPERED:
        service, tool, run = chance.choice([e for e in free if e[0] % 2 == 1 or not kind.needs_database])
        free.remove((service, tool, run))
        twin = None
        if kind.name == "copied-run":
            # The original is a good run, and stays one.
            twin = next(other for other in range(1, matrix.runs + 1) if (service, tool, other) in free)
            free.remove((service, tool, twin))
        chosen.append(Defect(kind, service, tool, run, twin))
    return chosen[: len(PLANTED)], chosen[len(PLANTED) :]


def tamper(results, expected):
    """Changes a results folder by hand, as expected.json says; answers what it did."""
    for defect in expected["tamper"]:
        place = results / defect["experiment"]
        if defect["kind"] == "edited-file":
            with (place / "tool.log").open("a") as log:
                log.write("one more line\n")
        elif defect["kind"] == "edited-metrics":
            metrics = json.loads((place / "metrics.json").read_text())
            metrics["requests"]["total"] += 1000
            (place / "metrics.json").write_text(json.dumps(metrics, separators=(",", ":")) + "\n")
        else:
            # No run of the matrix; its outcome tells that it is another's.
            shutil.copytree(place, results / defect["folder"])
        yield f"{defect['kind']}: {defect.get('folder', defect['experiment'])}"
