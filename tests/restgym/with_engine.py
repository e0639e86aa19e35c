"""The restgym harness with a container engine of its own, and images that stand in for RESTgym's under their names.

The engine lives in a network namespace of its own and reaches no registry. Where none can run, one line says so.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest

import standins
from place import LABEL, Place

ENGINE = {}
CAP_SYS_RESOURCE = 24


def skip(why):
    print(f"SKIPPED: the restgym harness with a container engine: {why}", flush=True)
    raise unittest.SkipTest(why)


def setUpModule():
    missing = [name for name in ("dockerd", "docker", "unshare", "ip") if not shutil.which(name)]
    if missing or os.getuid() != 0:
        skip(f"it takes root, and these are missing: {missing}")
    folder = tempfile.mkdtemp(prefix="gen-tf-engine-")
    unittest.addModuleCleanup(shutil.rmtree, folder, ignore_errors=True)
    socket = f"{folder}/docker.sock"
    log = pathlib.Path(folder, "log").open("wb")
    unittest.addModuleCleanup(log.close)
    daemon = subprocess.Popen(
        ["unshare", "--net", "--mount", "bash", "-c", 'ip link set lo up && exec dockerd "$@"', "dockerd",
         "--host", f"unix://{socket}", "--data-root", f"{folder}/data", "--exec-root", f"{folder}/exec",
         "--pidfile", f"{folder}/pid"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log,
    )  # fmt: skip
    unittest.addModuleCleanup(daemon.wait)
    unittest.addModuleCleanup(daemon.terminate)
    ENGINE.update(DOCKER_HOST=f"unix://{socket}", GEN_TF_ENGINE="docker")
    os.environ["DOCKER_HOST"] = ENGINE["DOCKER_HOST"]
    deadline = time.monotonic() + 60
    while subprocess.run(["docker", "version"], capture_output=True, check=False).returncode:
        if daemon.poll() is not None or time.monotonic() > deadline:
            skip(pathlib.Path(folder, "log").read_text(encoding="utf-8").strip().splitlines()[-1])
        time.sleep(0.1)
    standins.import_images(["restgym/market-api:1.0.0", "restgym/deeprest-tool:1.0.0"])


def may_be_privileged():
    """Whether an engine started here can give a container all rights: not where we lack one of them ourselves."""
    status = pathlib.Path("/proc/self/status").read_text(encoding="ascii")
    return bool(int(re.search(r"CapEff:\s*(\w+)", status)[1], 16) >> CAP_SYS_RESOURCE & 1)


class WithEngine(Place):
    seconds = 60

    def setUp(self):
        super().setUp()
        self.environment.update(
            ENGINE,
            GEN_TF_SETTING_API_MEMORY=str(256 << 20), GEN_TF_SETTING_TOOL_MEMORY=str(128 << 20),
            GEN_TF_SETTING_API_CPUS="1", GEN_TF_SETTING_TOOL_CPUS="1", GEN_TF_SETTING_API_START_SECONDS="0",
            GEN_TF_SETTING_PRIVILEGED=str(may_be_privileged()).lower(),
        )  # fmt: skip
        self.addCleanup(lambda: [standins.docker("rm", "--force", name) for name in self.containers()])

    def containers(self):
        return standins.docker("ps", "--all", "--quiet", "--filter", f"label={LABEL}").split()

    def end(self, process, number):
        os.killpg(process.pid, number)
        status, said = self.ended(process)
        self.assertEqual(status, 0, said)

    def is_ready(self, service):
        self.assertIsNone(service.poll(), "service.sh has ended")
        return self.run_script("ready.sh", "http://127.0.0.1:8080/")[0] == 0

    def requests(self):
        connection = sqlite3.connect(f"file:{self.run_folder}/results.db?mode=ro", uri=True)
        with connection:
            (number,) = connection.execute("SELECT COUNT(*) FROM interactions").fetchone()
        connection.close()
        return number

    def test_deeprest_on_market_from_setup_to_collect(self):
        self.assertIn("has an image of this name", self.run_well("setup.sh"))
        # Another machine has nothing but what the setup has saved.
        noted = json.loads(self.read("setup/images/images.json"))
        standins.docker("rmi", "--force", noted["api"]["id"], noted["tool"]["id"])
        for kind in ("api", "tool"):
            self.addCleanup(standins.docker, "tag", noted[kind]["id"], noted[kind]["reference"])
        service = self.start("service.sh")
        self.wait_until("the service", lambda: self.is_ready(service))
        self.run_well("sample.sh", "idle")
        tool = self.start("tool.sh")
        self.wait_until("two hundred requests", lambda: self.requests() >= 200)
        self.end(tool, signal.SIGINT)
        self.run_well("sample.sh", "final")
        self.end(service, signal.SIGTERM)
        self.assertEqual(self.containers(), [])
        self.run_well("collect.sh")
        self.look_at_results(noted)
        self.look_at_containers(noted)
        self.read_as_restgym_does()

    def result(self, name):
        return json.loads(self.read(f"results/{name}"))

    def look_at_results(self, noted):
        results = self.box / "results"
        self.assertEqual(self.result("images.json"), noted)
        self.assertFalse((results / "errors.txt").exists())
        requests = self.result("requests.json")
        self.assertGreaterEqual(requests["requests"], 200)
        for kind in ("2xx", "4xx", "5xx"):
            self.assertGreater(requests["status"][kind], 0)
        coverage = self.result("coverage.json")
        for what in ("lines", "branches", "methods"):
            self.assertGreater(coverage["final"][f"{what}_covered"], coverage["idle"][f"{what}_covered"])
            self.assertEqual(coverage["final"][f"{what}_total"], coverage["idle"][f"{what}_total"])
        self.assertIn("market answers on 8080", self.read("results/logs/market-stdout.log"))
        self.assertIn("deeprest tests market for 1 minutes", self.read("results/logs/deeprest-stdout.log"))
        ok = {rule["rule"]: rule["ok"] for rule in self.result("check.json")["rules"]}
        for rule in ("started", "completed", "db", "db_integrity", "interactions_table", "requests", "coverage_dir"):
            self.assertTrue(ok[rule], rule)

    def look_at_containers(self, noted):
        found = self.result("containers.json")
        api, tool = found["api"], found["tool"]
        self.assertEqual((api["image"], tool["image"]), (noted["api"]["id"], noted["tool"]["id"]))
        self.assertEqual((api["memory"], api["cpus"], tool["memory"], tool["cpus"]), (256 << 20, 1, 128 << 20, 1))
        self.assertEqual((api["privileged"], tool["privileged"]), (False, may_be_privileged()))
        self.assertEqual((tool["network"], api["published_ports"]), ("container", []))
        self.assertEqual(api["user"], f"{os.getuid()}:{os.getgid()}")
        common = ["API=market", "HOST=localhost", "RUN=1", "TIME_BUDGET=1", "TOOL=deeprest"]
        self.assertEqual(api["environment"], common)
        self.assertEqual(tool["environment"], sorted([*common, "PORT=9090"]))
        self.assertEqual((api["exit_code"], tool["exit_code"]), (137, 137))

    def read_as_restgym_does(self):
        """A synced tree, found and judged in the manner of check.py; its verdicts are those of check.json."""
        tree = self.box / "tree" / "results"
        (tree / "market" / "deeprest").mkdir(parents=True)
        shutil.copytree(self.box / "results", tree / "market" / "deeprest" / "1")
        (run,) = [entry for api in os.scandir(tree) for tool in os.scandir(api) for entry in os.scandir(tool)]
        budget = int(re.search(r"Time budget:\s*(\d+)", pathlib.Path(run, "time-budget.txt").read_text(encoding="utf-8"))[1])
        connection = sqlite3.connect(f"{run.path}/results.db")
        integrity = connection.execute("PRAGMA integrity_check;").fetchone()[0] == "ok"
        span = "SELECT COUNT(1), MAX(request_timestamp) - MIN(request_timestamp) FROM interactions"
        requests, seconds = connection.execute(span).fetchone()
        columns = [row[1] for row in connection.execute("PRAGMA table_info(interactions)")]
        connection.close()
        files = os.listdir(f"{run.path}/code-coverage")
        seen = {
            "started": os.path.exists(f"{run.path}/started.txt"),
            "completed": os.path.exists(f"{run.path}/completed.txt"),
            "db": True,
            "db_integrity": integrity,
            "interactions_table": len(columns) == 10,
            "requests": requests >= 130 * budget,
            "time_span": seconds >= int(60 * budget * 0.9),
            "coverage_dir": True,
            "exec_count": sum(name.endswith(".exec") for name in files) >= 12 * budget,
            "csv_count": sum(name.endswith(".csv") for name in files) >= 12 * budget,
        }
        self.assertEqual({rule["rule"]: rule["ok"] for rule in self.result("check.json")["rules"]}, seen)

    def test_files_of_a_user_that_is_not_ours_can_be_collected(self):
        self.run_well("setup.sh")
        notes = self.box / "work" / "notes"
        notes.mkdir()
        self.run_folder.mkdir(parents=True)
        (self.run_folder / "time-budget.txt").write_text("Time budget: 1 minutes.\n", encoding="utf-8")
        secret = self.run_folder / "logs"
        secret.mkdir(mode=0o700)
        (secret / "market-stdout.log").write_text("text\n", encoding="utf-8")
        for path in (secret, secret / "market-stdout.log"):
            os.chown(path, 12345, 12345)
        said = self.run_script("collect.sh")[1]
        self.assertIn("belong to another user", said)
        self.assertEqual(self.read("results/logs/market-stdout.log"), "text\n")
        self.assertEqual((secret.stat().st_mode & 0o777, self.containers()), (0o777, []))

    def test_a_limit_that_the_machine_has_not_is_refused_with_the_engine_s_words(self):
        self.run_well("setup.sh")
        status, said = self.run_script("service.sh", GEN_TF_SETTING_API_CPUS="1000")
        self.assertEqual(status, 1)
        self.assertIn("Range of CPUs", said)
        self.assertEqual(self.containers(), [])


if __name__ == "__main__":
    unittest.main()
