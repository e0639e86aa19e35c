#!/usr/bin/env python3
"""Measures gen-tf-sync on a made study: a cold pull, and pulls that find nothing new.

    cargo build --release -p gen-tf-sync -p fake-gcp
    bench_sync.py --experiments 100 --files 150 --bytes 2000-6000 --store http
    bench_sync.py --experiments 1000 --files 20 --bytes 500000 --store folder
    bench_sync.py --experiments 1000 --files 3 --bytes 1000 --store http

The store is a folder, or a bucket of fake-gcp over loopback HTTP. Figures are those of the process itself, as the
kernel counts them for one that has ended (CPU: user and system). It judges nothing, and is no test.
"""

import argparse
import gzip
import hashlib
import io
import json
import os
import random
import subprocess
import tarfile
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RELEASE = ROOT / "target" / "release"
DEFINITION = "d" * 32


def main():
    arguments = parse()
    with tempfile.TemporaryDirectory(prefix="bench-sync-", dir=arguments.folder) as folder:
        folder = Path(folder)
        store = Folder(folder) if arguments.store == "folder" else Bucket(folder)
        try:
            make(store, folder, arguments)
            print(f"{arguments.experiments} experiments x {arguments.files} files, store: {arguments.store}")
            print(f"{'':14}{'wall s':>9}{'cpu s':>9}{'user':>8}{'sys':>8}{'peak MiB':>10}  requests")
            for name in ["cold"] + ["nothing new"] * arguments.again:
                before = store.requests()
                measured = pull(folder, store.variables)
                after = store.requests()
                asked = ", ".join(f"{after[kind] - before.get(kind, 0)} {kind}" for kind in after)
                wall, user, system, peak = measured
                row = f"{wall:9.2f}{user + system:9.3f}{user:8.3f}{system:8.3f}{peak:10.1f}"
                print(f"{name:14}{row}  {asked or '-'}", flush=True)
        finally:
            store.close()


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experiments", type=int, default=100)
    parser.add_argument("--files", type=int, default=150, help="files of each experiment")
    parser.add_argument("--bytes", default="2000-6000", help="size of each file: N, or FROM-TO")
    parser.add_argument("--store", choices=["folder", "http"], default="http")
    parser.add_argument("--again", type=int, default=5, help="pulls that find nothing new")
    parser.add_argument("--folder", help="where to work [default: the system's temporary folder]")
    return parser.parse_args()


def make(store, folder, arguments):
    """A study of finished experiments. Every tenth archive is its own, to save the maker's time; keys never are."""
    random.seed(1)
    low, _, high = arguments.bytes.partition("-")
    size = (int(low), int(high or low))
    archives = [archive(arguments.files, size) for _ in range(max(1, min(10, arguments.experiments)))]
    runs = (arguments.experiments + 9) // 10
    ids = [(f"service-{cell // 5}", f"tool-{cell % 5}", run) for cell in range(10) for run in range(1, runs + 1)]
    for number, (service, tool, run) in enumerate(ids[: arguments.experiments]):
        packed, listed, count = archives[number % len(archives)]
        name = f"{service}/{tool}/{run}"
        keys = (f"results/{name}/1.tar.gz", f"results/{name}/1.files.json", f"outcomes/{name}/1.json")
        store.put(keys[0], packed)
        store.put(keys[1], listed)
        store.put(keys[2], json.dumps(outcome(name, keys, packed, listed, count), indent=2).encode())
    cells = {f"service-{s}": {f"tool-{t}": {"definition": DEFINITION, "setup_key": ""} for t in range(5)} for s in (0, 1)}
    workspace = folder / "workspace"
    workspace.mkdir()
    facts = {"format": 1, "study": "bench", "harness": "quickstart", "store": store.location}
    facts.update({"results": "../results", "runs": runs, "attempts": 3, "cells": cells})
    (workspace / "gen-tf.json").write_text(json.dumps(facts))


def archive(files, size):
    """A .tar.gz of text that compresses as logs do, its file list, and the number of its files."""
    words = [f"{random.getrandbits(40):x}" for _ in range(400)]
    listed, packed = {}, io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=6, mtime=0) as zipped:
        with tarfile.open(fileobj=zipped, mode="w", format=tarfile.GNU_FORMAT) as tar:
            for number in range(files):
                length = random.randint(*size)
                data = " ".join(random.choices(words, k=length // 9 + 1)).encode()[:length]
                entry = tarfile.TarInfo(f"./evidence/{number:04}.log")
                entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))
                listed[f"evidence/{number:04}.log"] = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    return packed.getvalue(), json.dumps({"format": 1, "files": listed}).encode(), files


def outcome(name, keys, packed, listed, count):
    """As a guest writes it, with as many facts about its machine."""
    environment = {f"package-{number}": f"1.{number}.0-1ubuntu0.22.04.{number}" for number in range(40)}
    environment["harness"] = "quickstart"
    return {
        "format": 1, "study": "bench", "experiment": name, "attempt": 1, "definition": DEFINITION,
        "setup_key": "e" * 32, "outcome": "succeeded", "cause": None, "message": "", "phase": "outcome",
        "written_by": "guest", "duration": 3600.0, "tool_seconds": 3600.0, "tool_starts": 1,
        "timings": {"started": "2026-11-24T09:00:00Z", "ended": "2026-11-24T10:10:00Z", "wall_seconds": 4200.0, "phases": {}},
        "results": {
            "archive": keys[0], "size": len(packed), "sha256": hashlib.sha256(packed).hexdigest(),
            "file_list": keys[1], "file_list_sha256": hashlib.sha256(listed).hexdigest(), "files": count,
        },
        "environment": environment,
    }


def pull(folder, variables):
    """Wall, user and system seconds and peak memory in MiB of one gen-tf-sync, without Terraform on its path."""
    environment = {"PATH": str(folder / "no-programs"), "HOME": str(folder), **variables}
    log = (folder / "log").open("wb")
    begin = time.monotonic()
    child = subprocess.Popen([RELEASE / "gen-tf-sync", folder / "workspace"], env=environment, stdout=log, stderr=log)
    peak, ended = 0, 0
    while not ended:
        peak = max(peak, high_water(child.pid))
        time.sleep(0.002)
        ended, status, used = os.wait4(child.pid, os.WNOHANG)
    wall = time.monotonic() - begin
    log.close()
    if status != 0:
        raise SystemExit((folder / "log").read_text())
    return wall, used.ru_utime, used.ru_stime, peak / 1024


def high_water(process):
    """Peak memory of a process so far in KiB. What wait4 tells includes the memory of whoever started it."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    lines = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(lines[0].split()[1]) if lines else 0


class Folder:
    """A store in a folder; equal objects share their bytes, so that it is small."""

    variables = {}

    def __init__(self, folder):
        self.root, self.known = folder / "store" / "bench", {}
        self.location = "../store/bench"

    def put(self, key, data):
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        first = self.known.setdefault(data, path) if key.endswith(".gz") else path
        if first is path:
            path.write_bytes(data)
        else:
            os.link(first, path)

    def requests(self):
        return {}

    def close(self):
        pass


class Bucket:
    """A store in a bucket of fake-gcp."""

    location = "gs://bucket/bench"

    def __init__(self, folder):
        state = folder / "cloud"
        state.mkdir()
        command = [RELEASE / "fake-gcp", "serve", "--state", state, "--project", "bench-project"]
        self.child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not (state / "env.json").exists():
            if self.child.poll() is not None:
                raise SystemExit("fake-gcp has ended")
            time.sleep(0.01)
        self.variables = json.loads((state / "env.json").read_text())
        self.base = self.variables["GOOGLE_STORAGE_CUSTOM_ENDPOINT"].split("/storage/")[0]
        bucket = json.dumps({"name": "bucket", "location": "US-CENTRAL1"}).encode()
        self.ask("POST", "/storage/v1/b?project=bench-project", bucket)

    def ask(self, method, path, data=None):
        headers = {"Authorization": "Bearer owner", "Content-Type": "application/json"}
        request = urllib.request.Request(self.base + path, data=data, method=method, headers=headers)
        with urllib.request.urlopen(request) as answer:
            return answer.read()

    def put(self, key, data):
        name = urllib.parse.quote(f"bench/{key}", safe="")
        self.ask("POST", f"/upload/storage/v1/b/bucket/o?uploadType=media&name={name}", data)

    def requests(self):
        """Requests of gen-tf-sync so far: listings, and objects that were read."""
        counts = {"listings": 0, "reads": 0}
        for request in json.loads(self.ask("GET", "/control/requests")):
            if request["method"] == "GET" and "/control/" not in request["path"]:
                counts["listings" if "list-type" in request["path"] else "reads"] += 1
        return counts

    def close(self):
        self.child.terminate()
        self.child.wait()


if __name__ == "__main__":
    main()
