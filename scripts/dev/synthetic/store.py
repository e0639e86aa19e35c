"""The objects that a guest puts into the store for an attempt, the folder store, and the workspace of the study.

Layout and forms are those of gen-tf's core (outcome.rs, id.rs, render/manifest.rs). It knows nothing of defects.
"""

import datetime
import gzip
import hashlib
import io
import json
import tarfile

STUDY = "synthetic"
HARNESS = "synthetic"
ENVIRONMENT = {
    "arch": "x86_64", "bash": "5.2.15(1)-release", "cpu": "Synthetic CPU @ 2.20GHz", "cpu_flags_sha256": "c" * 64,
    "gen_tf": "0.0.0", "guest_sha256": "a" * 64, "harness": HARNESS, "kernel": "6.1.0-28-cloud-amd64", "limits": "vm",
    "memory_bytes": "8589934592", "os": "Debian GNU/Linux 12 (bookworm)", "python3": "Python 3.11.2", "vcpus": "2",
}  # fmt: skip

# Of a trustworthy result; good runs are far from them.
LIMITS = {"min_requests_per_second": 1.0, "min_request_span": 0.9, "min_coverage_samples_per_minute": 12.0}


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def definition(service, tool):
    return sha256(f"definition of {service}/{tool}".encode())[:32]


def archive(files):
    """A .tar.gz as the guest packs it: below `./`, and the same bytes for the same files."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1, mtime=0) as zipped:
        with tarfile.open(fileobj=zipped, mode="w", format=tarfile.GNU_FORMAT) as tar:
            for path, data in sorted(files.items()):
                entry = tarfile.TarInfo(f"./{path}")
                entry.size, entry.mode = len(data), 0o644
                tar.addfile(entry, io.BytesIO(data))
    return packed.getvalue()


def put_success(put, run, files, attempt=1, changes=None, cut=0):
    """Puts a succeeded attempt. `changes` replaces members of its outcome; `cut` bytes are missing of the archive."""
    keys = (f"results/{run.name}/{attempt}.tar.gz", f"results/{run.name}/{attempt}.files.json")
    packed = archive(files)
    listed = {path: {"size": len(data), "sha256": sha256(data)} for path, data in sorted(files.items())}
    listed = json.dumps({"format": 1, "files": listed}).encode()
    results = {
        "archive": keys[0], "size": len(packed), "sha256": sha256(packed),
        "file_list": keys[1], "file_list_sha256": sha256(listed), "files": len(files),
    }  # fmt: skip
    put(keys[0], packed[: len(packed) - cut])
    put(keys[1], listed)
    put_outcome(put, {**outcome(run, attempt), "results": results, **(changes or {})})


def put_failure(put, run, attempt):
    """Puts an attempt whose machine was taken away, and which left nothing."""
    changes = {"outcome": "failed", "cause": "preempted", "message": "the machine was taken away", "phase": "run"}
    put_outcome(put, {**outcome(run, attempt), **changes})


def put_outcome(put, told):
    put(f"outcomes/{told['experiment']}/{told['attempt']}.json", json.dumps(told, indent=2).encode())


def outcome(run, attempt):
    """The outcome of a succeeded attempt, without its results."""
    timings = {
        "started": time(run.started - 60), "ended": time(run.started + run.tool_seconds + 30),
        "wall_seconds": run.tool_seconds + 90, "phases": {"run": run.tool_seconds, "setup": 41.5},
        "tool_started": run.started,
    }  # fmt: skip
    return {
        "format": 1, "study": STUDY, "experiment": run.name, "attempt": attempt,
        "definition": definition(run.service, run.tool), "setup_key": "e" * 32, "outcome": "succeeded", "cause": None,
        "message": "", "phase": "outcome", "written_by": "guest", "duration": float(run.budget),
        "tool_seconds": run.tool_seconds, "tool_starts": 1, "timings": timings, "results": None,
        "environment": ENVIRONMENT,
    }  # fmt: skip


def time(seconds):
    return datetime.datetime.fromtimestamp(int(seconds), datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_workspace(folder, location, matrix):
    """Writes `workspace/gen-tf.json`, as a render leaves it, below the folder; the store is at `location`."""

    def cell(service, tool):
        return {"definition": definition(service, tool), "setup_key": "e" * 32, "limits": LIMITS}

    services, tools = matrix.service_names, matrix.tool_names
    cells = {service: {tool: cell(service, tool) for tool in tools} for service in services}
    facts = {
        "note": "DO NOT EDIT: gen-tf renders this file from the study.", "format": 1, "gen_tf": "0.0.0",
        "study": STUDY, "harness": HARNESS, "target": "local", "store": location, "results": "../results",
        "runs": matrix.runs, "attempts": 3, "duration": matrix.duration, "seed": matrix.seed, "cells": cells,
        "files": {},
    }  # fmt: skip
    workspace = folder / "workspace"
    workspace.mkdir(parents=True)
    (workspace / "gen-tf.json").write_text(json.dumps(facts, indent=2) + "\n")


class Folder:
    """A store in a folder, `store/<study>` beside the workspace."""

    location = f"../store/{STUDY}"

    def __init__(self, folder):
        self.root = folder / "store" / STUDY

    def put(self, key, data):
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
