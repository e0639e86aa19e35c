"""Tests of the quickstart harness that need neither its tools nor its services: its record, its parts, its exit codes.

The real thing is tested by scripts/quickstart.sh.
"""

import json
import os
import pathlib
import socket
import stat
import subprocess
import tempfile
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HARNESS = ROOT / "scripts" / "harnesses" / "quickstart"
TESTS = pathlib.Path(__file__).resolve().parent


class HarnessTest(unittest.TestCase):
    """A test with the folders and variables that a guest gives to a script."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="gen-tf-quickstart-")
        self.addCleanup(folder.cleanup)
        self.box = pathlib.Path(folder.name)
        self.environment = {"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin", "GEN_TF_HARNESS": str(HARNESS)}
        for name in ("setup", "work", "results", "cache"):
            (self.box / name).mkdir()
            self.environment[f"GEN_TF_{name.upper()}"] = str(self.box / name)

    def run_command(self, *command, **more):
        return subprocess.run(
            [str(word) for word in command],
            env={**self.environment, **more},
            cwd=self.box,
            text=True,
            capture_output=True,
            timeout=60,
            check=False,
        )

    def program(self, path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/usr/bin/env bash\n{text}\n", encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)


def line(status, upstream, path="/"):
    return (
        f'{{"time":1.0,"method":"GET","path":"{path}","status":{status},"upstream_status":"{upstream}",'
        '"seconds":0.001,"request_bytes":10,"answer_bytes":20}\n'
    )


class Requests(HarnessTest):
    def count(self, text):
        (self.box / "requests.jsonl").write_text(text, encoding="utf-8")
        return self.run_command("perl", HARNESS / "requests.pl", "requests.jsonl")

    def test_counts_what_reached_the_service_and_the_rest_apart(self):
        text = line(200, "200") + line(404, "404") + line(503, "503") + line(400, "") + line(0, "101")
        done = self.count(text)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(
            json.loads(done.stdout),
            {
                "requests": 4,
                "answered_by_proxy": 1,
                "status": {"2xx": 1, "3xx": 0, "4xx": 1, "5xx": 1, "other": 1},
            },
        )

    def test_is_not_misled_by_a_path_that_looks_like_the_record(self):
        path = '/\\",\\"status\\":500,\\"upstream_status\\":\\"'
        self.assertEqual(json.loads(self.count(line(204, "204", path)).stdout)["status"]["2xx"], 1)

    def test_fails_when_no_request_reached_the_service(self):
        done = self.count(line(502, "") * 3)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("no request reached the service", done.stderr)

    def test_refuses_a_record_that_was_cut_off(self):
        done = self.count(line(200, "200") + line(200, "200")[:40])
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("line 2", done.stderr)


class Collect(HarnessTest):
    PYTHON = "setup/service/python/venv/bin/python"

    def collect(self, requests, python):
        self.program(self.box / self.PYTHON, python)
        for name, text in (("proxy/requests.jsonl", requests), ("tool/0/report", "r"), ("coverage/idle.coverage", "i")):
            path = self.box / "work" / name
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8")
        return self.run_command("bash", HARNESS / "collect.sh", GEN_TF_SERVICE="httpbin")

    def kept(self):
        return sorted(
            str(path.relative_to(self.box / "results")) for path in (self.box / "results").rglob("*") if path.is_file()
        )

    def test_keeps_requests_reports_and_coverage(self):
        done = self.collect(line(200, "200"), 'echo "{}" >coverage.json')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(
            self.kept(),
            ["coverage.json", "coverage/idle.coverage", "openapi.json", "requests.json", "requests.jsonl", "tool/0/report"],
        )

    def test_fails_without_requests_but_keeps_what_there_is(self):
        done = self.collect(line(502, ""), 'echo "{}" >coverage.json')
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("tool/0/report", self.kept())
        self.assertIn("requests.jsonl", self.kept())

    def test_fails_when_coverage_cannot_be_read(self):
        self.assertNotEqual(self.collect(line(200, "200"), "exit 3").returncode, 0)


class Proxy(HarnessTest):
    def test_records_every_request_and_tells_which_reached_the_service(self):
        done = self.run_command(
            "unshare", "--user", "--map-root-user", "--net", "bash", "-c",
            'ip link set lo up && exec python3 "$0"', TESTS / "proxy_scenario.py",
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        record = [
            json.loads(text)
            for text in (self.box / "work" / "proxy" / "requests.jsonl").read_text(encoding="utf-8").splitlines()
        ]
        seen = [(one["method"], one["path"], one["status"], one["upstream_status"]) for one in record]
        self.assertEqual(
            seen,
            [
                ("GET", "//a//b?q=%22", 200, "200"),
                ("POST", "/long", 200, "200"),
                ("TRACE", "/", 405, ""),
                ("GET", "/dead", 502, ""),
            ],
        )
        self.assertGreater(record[1]["request_bytes"], 100_000)


class Parts(HarnessTest):
    SCRIPT = """
        set -euo pipefail
        . "$GEN_TF_HARNESS/setup/lib.sh"
        build() { mkdir "$1"; [[ $2 == "$LOCK" ]]; printf 'built\\n' >>"$COUNT"; [[ -z ${BREAK:-} ]]; printf '%s' "$VALUE" >"$1/value"; }
        part thing "$TARGET" build "$LOCK"
    """

    def part(self, target, lock="1", **more):
        lock_file = self.box / "lock"
        lock_file.write_text(lock, encoding="utf-8")
        return self.run_command(
            "bash", "-c", self.SCRIPT,
            TARGET=str(self.box / "setup" / target), COUNT=str(self.box / "count"), LOCK=str(lock_file),
            VALUE=lock, **more,
        )  # fmt: skip

    def builds(self):
        return len((self.box / "count").read_text(encoding="utf-8").splitlines())

    def test_are_built_once_and_copied_afterwards(self):
        for target in ("first", "second"):
            done = self.part(target)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual((self.box / "setup" / target / "value").read_text(encoding="utf-8"), "1")
        self.assertEqual(self.builds(), 1)

    def test_are_built_again_when_what_they_depend_on_changes(self):
        self.part("first", "1")
        self.part("second", "2")
        self.assertEqual((self.box / "setup" / "second" / "value").read_text(encoding="utf-8"), "2")
        self.assertEqual(self.builds(), 2)

    def test_that_failed_are_not_kept(self):
        self.assertNotEqual(self.part("first", BREAK="yes").returncode, 0)
        done = self.part("second")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.builds(), 2)


class Tools(HarnessTest):
    PROGRAMS = {
        "schemathesis": "setup/tool/venv/bin/schemathesis",
        "openapi-fuzzer": "setup/tool/openapi-fuzzer/bin/openapi-fuzzer",
    }

    def start(self, tool, text):
        self.program(self.box / self.PROGRAMS[tool], text)
        return self.run_command(
            "bash", HARNESS / "tool.sh",
            GEN_TF_TOOL=tool, GEN_TF_SERVICE="httpbin", GEN_TF_START="3", GEN_TF_SEED="42", GEN_TF_DURATION="20",
            GEN_TF_SETTING_SCHEMATHESIS_WORKERS="1", GEN_TF_SETTING_OPENAPI_FUZZER_CASES="32",
        )  # fmt: skip

    def test_that_found_something_have_ended_well(self):
        for tool in self.PROGRAMS:
            for status, expected in ((0, 0), (1, 0), (2, 2), (101, 101)):
                with self.subTest(tool=tool, status=status):
                    self.assertEqual(self.start(tool, f"echo done; exit {status}").returncode, expected)

    def test_get_the_seed_and_a_folder_of_their_own(self):
        done = self.start("schemathesis", 'printf "%s\\n" "$@"; pwd')
        self.assertIn("--seed\n42\n", done.stdout)
        self.assertIn(f"{self.box}/work/tool/3/report.json\n", done.stdout)
        self.assertTrue(done.stdout.endswith(f"{self.box}/work/scratch/3\n"), done.stdout)

    def test_leave_what_they_printed(self):
        self.start("openapi-fuzzer", "echo found something; exit 1")
        output = self.box / "work" / "tool" / "3" / "output.txt"
        self.assertEqual(output.read_text(encoding="utf-8"), "found something\n")


class JacocoDump(HarnessTest):
    REQUEST = b"\x01\xc0\xc0\x10\x07\x40\x01\x00"

    def dump(self, answer):
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        asked = []

        def agent():
            connection, _ = server.accept()
            with connection, connection.makefile("rb") as stream:
                asked.append(stream.read())
                connection.sendall(answer)

        thread = threading.Thread(target=agent)
        thread.start()
        done = self.run_command(
            "perl", HARNESS / "services" / "languagetool" / "dump.pl", server.getsockname()[1], "out.exec"
        )
        thread.join(timeout=30)
        self.assertEqual(asked, [self.REQUEST])
        return done

    def test_writes_what_the_agent_sends_without_its_last_word(self):
        done = self.dump(b"\x01\xc0\xc0\x10\x07\x10data\x20")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.box / "out.exec").read_bytes(), b"\x01\xc0\xc0\x10\x07\x10data")

    def test_refuses_an_answer_that_was_cut_off(self):
        done = self.dump(b"\x01\xc0\xc0\x10\x07\x10da")
        self.assertNotEqual(done.returncode, 0)
        self.assertFalse((self.box / "out.exec").exists())


class Documents(unittest.TestCase):
    def documents(self):
        for path in sorted(HARNESS.glob("services/*/openapi.json")):
            yield path.parent.name, json.loads(path.read_text(encoding="utf-8"))

    def test_are_openapi_3_0_with_no_other_host_than_the_proxy(self):
        names = []
        for name, document in self.documents():
            names.append(name)
            self.assertTrue(document["openapi"].startswith("3.0."), name)
            self.assertEqual(document["servers"], [{"url": "http://127.0.0.1:8080"}], name)
            self.assertEqual(json.dumps(document).count("://"), 1, name)
        self.assertEqual(names, ["httpbin", "kinto", "languagetool"])

    def test_name_nothing_that_is_not_there(self):
        for name, document in self.documents():
            for reference in references(document):
                target = document
                for step in reference.removeprefix("#/").split("/"):
                    self.assertIn(step, target, f"{name}: {reference}")
                    target = target[step]

    def test_hold_no_operation_that_waits_on_purpose_or_leaves_the_machine(self):
        paths = dict(self.documents())["httpbin"]["paths"]
        for path in paths:
            self.assertFalse(path.startswith(("/delay", "/drip", "/redirect-to")), path)


def references(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from references(child)


if __name__ == "__main__":
    unittest.main()
