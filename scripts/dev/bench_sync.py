#!/usr/bin/env python3
"""Measures gen-tf-sync on a synthetic study: a cold pull, pulls that find nothing new, verify and report.

    cargo build --release -p gen-tf-sync -p fake-gcp
    bench_sync.py --experiments 1000 --file-bytes 10000000 --store folder
    bench_sync.py --experiments 100 --extra-files 150 --store http
    bench_sync.py --experiments 1000 --duration 10 --store http

The study is that of synthetic_study.py, without defects, and has the sizes that its options say. The store is a folder,
or a bucket of fake-gcp over loopback HTTP. Figures are those of the process itself, as the kernel counts them for one
that has ended (CPU: user and system). It judges nothing, and is no test.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

import synthetic_study
from synthetic import store as synthetic_store

ROOT = Path(__file__).resolve().parents[2]
RELEASE = ROOT / "target" / "release"
PROGRAM = RELEASE / "gen-tf-sync"
# Commands that are measured after the pulls, where the program has them.
COMMANDS = ("verify", "report")


def main():
    arguments = parse()
    with tempfile.TemporaryDirectory(prefix="bench-sync-", dir=arguments.folder) as folder:
        folder = Path(folder)
        store = Folder(folder) if arguments.store == "folder" else Bucket(folder)
        try:
            matrix = synthetic_study.matrix_of(arguments)
            synthetic_store.write_workspace(folder, store.location, matrix)
            for _ in synthetic_study.fill(store.put, matrix, [], synthetic_study.sizes_of(arguments)):
                pass
            measure_all(store, folder, arguments)
        finally:
            store.close()


def measure_all(store, folder, arguments):
    print(f"{arguments.experiments} experiments, store: {arguments.store}")
    print(f"{'':14}{'wall s':>9}{'cpu s':>9}{'user':>8}{'sys':>8}{'peak MiB':>10}  requests")
    pulls = [("cold pull", [])] + [("nothing new", [])] * arguments.again
    known = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=True).stdout
    commands = [(command, [command]) for command in COMMANDS if f"\n  {command} " in known]
    for name, words in pulls + commands:
        before = store.requests()
        wall, user, system, peak = measure([PROGRAM, *words, folder / "workspace"], folder, store.variables)
        after = store.requests()
        asked = ", ".join(f"{after[kind] - before.get(kind, 0)} {kind}" for kind in after)
        row = f"{wall:9.2f}{user + system:9.3f}{user:8.3f}{system:8.3f}{peak:10.1f}"
        print(f"{name:14}{row}  {asked or '-'}", flush=True)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    synthetic_study.add_sizes(parser)
    parser.add_argument("--store", choices=["folder", "http"], default="http")
    parser.add_argument("--again", type=int, default=5, help="pulls that find nothing new")
    parser.add_argument("--folder", help="where to work [default: the system's temporary folder]")
    return parser.parse_args()


def measure(command, folder, variables):
    """Wall, user and system seconds and peak memory in MiB of one program, without Terraform on its path."""
    environment = {"PATH": str(folder / "no-programs"), "HOME": str(folder), **variables}
    log = (folder / "log").open("wb")
    begin = time.monotonic()
    child = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    peak, ended = 0, 0
    while not ended:
        peak = max(peak, high_water(child.pid))
        time.sleep(0.002)
        ended, status, used = os.wait4(child.pid, os.WNOHANG)
    wall = time.monotonic() - begin
    log.close()
    # In seconds short enough, some of the study's runs break a rule (5).
    if os.waitstatus_to_exitcode(status) not in (0, 5):
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


class Folder(synthetic_store.Folder):
    """A store in a folder, which counts no requests."""

    variables = {}

    def requests(self):
        return {}

    def close(self):
        pass


class Bucket:
    """A store in a bucket of fake-gcp."""

    location = f"gs://bucket/{synthetic_store.STUDY}"

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
        name = urllib.parse.quote(f"{synthetic_store.STUDY}/{key}", safe="")
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
