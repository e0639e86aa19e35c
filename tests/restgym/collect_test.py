"""What the restgym harness makes of the files that an API container leaves, and of its samples of coverage."""

import json
import os
import pathlib
import sqlite3
import subprocess
import time
import unittest

from place import HARNESS, LABEL, FakeEngine

REPORT_HEAD = (
    "GROUP,PACKAGE,CLASS,INSTRUCTION_MISSED,INSTRUCTION_COVERED,BRANCH_MISSED,BRANCH_COVERED,LINE_MISSED,LINE_COVERED,"
    "COMPLEXITY_MISSED,COMPLEXITY_COVERED,METHOD_MISSED,METHOD_COVERED\n"
)


class Collect(FakeEngine):
    """collect.sh on what an API container leaves."""

    def setUp(self):
        super().setUp()
        self.notes = self.box / "work" / "notes"
        self.coverage = self.run_folder / "code-coverage"
        for folder in (self.notes, self.coverage, self.run_folder / "logs", self.box / "setup" / "images"):
            folder.mkdir(parents=True)
        for name in ("images/images.json", "images/api.id"):
            (self.box / "setup" / name).write_text("{}", encoding="utf-8")
        for name in ("time-budget.txt", "started.txt", "logs/market-stdout.log"):
            (self.run_folder / name).write_text("Time budget: 1 minutes.\n", encoding="utf-8")
        for number, covered in enumerate((2, 2, 5)):
            self.sample(f"jacoco_2026-11-28T10.00.0{number}", covered)
        (self.notes / "idle-sample").write_text("jacoco_2026-11-28T10.00.00\n", encoding="utf-8")
        (self.notes / "tool-ended").write_text("160.0\n", encoding="utf-8")
        (self.notes / "measured").touch()
        self.database([(100.0 + index / 5, 200 + 100 * (index % 4)) for index in range(300)] + [(161.0, 200)])

    def sample(self, name, covered):
        row = f"a,b,C,0,0,{10 - covered},{covered},{20 - covered},{covered},0,0,{4 - covered // 2},{covered // 2}\n"
        (self.coverage / f"{name}.csv").write_text(REPORT_HEAD + row * 2, encoding="utf-8")
        (self.coverage / f"{name}.exec").write_bytes(b"\x01")

    def database(self, rows):
        (self.run_folder / "results.db").unlink(missing_ok=True)
        connection = sqlite3.connect(self.run_folder / "results.db")
        connection.execute(
            "CREATE TABLE interactions (id integer PRIMARY KEY, request_timestamp real, response_status_code integer)"
        )
        connection.executemany(
            "INSERT INTO interactions (request_timestamp, response_status_code) VALUES (?, ?)", rows
        )
        connection.commit()
        connection.close()

    def result(self, name):
        return json.loads(self.read(f"results/{name}"))

    def rule(self, name):
        return next(rule for rule in self.result("check.json")["rules"] if rule["rule"] == name)

    def test_restgym_s_folder_is_kept_as_it_is_with_summaries_beside_it(self):
        self.run_well("collect.sh")
        kept = sorted(path.name for path in (self.box / "results").iterdir())
        self.assertEqual(kept, sorted([
            "check.json", "code-coverage", "completed.txt", "containers.json", "coverage.json", "images.json", "logs",
            "requests.json", "results.db", "started.txt", "time-budget.txt",
        ]))  # fmt: skip
        self.assertEqual(self.result("requests.json"), {
            "requests": 300, "answered_by_proxy": 0, "after_budget": 1,
            "status": {"2xx": 75, "3xx": 75, "4xx": 75, "5xx": 75, "other": 0},
        })  # fmt: skip
        coverage = self.result("coverage.json")
        self.assertEqual((coverage["kind"], coverage["idle"]["lines_covered"]), ("jacoco", 4))
        self.assertEqual(coverage["final"], {
            "branches_covered": 10, "branches_total": 20, "lines_covered": 10, "lines_total": 40,
            "methods_covered": 4, "methods_total": 8,
        })  # fmt: skip

    def test_check_json_has_every_rule_of_check_py_with_what_it_wants_and_finds(self):
        self.run_well("collect.sh")
        check = self.result("check.json")
        self.assertEqual([rule["rule"] for rule in check["rules"]], [
            "started", "completed", "db", "db_integrity", "interactions_table", "requests", "time_span",
            "coverage_dir", "exec_count", "csv_count",
        ])  # fmt: skip
        self.assertEqual(self.rule("requests"), {"rule": "requests", "found": 301, "wanted": ">= 130", "ok": True})
        self.assertEqual(self.rule("time_span")["wanted"], ">= 54")
        self.assertEqual(self.rule("csv_count"), {"rule": "csv_count", "found": 3, "wanted": ">= 12", "ok": False})
        self.assertFalse(check["ok"])

    def test_schemathesis_on_genome_nexus_may_be_slower(self):
        for service, tool, wanted in (
            ("genome-nexus", "schemathesis", ">= 50"),
            ("genome-nexus", "deeprest", ">= 130"),
            ("market", "schemathesis", ">= 130"),
        ):
            out = self.box / "check.json"
            subprocess.run(["python3", HARNESS / "rules.py", self.run_folder, service, tool, out], check=True, stdout=subprocess.DEVNULL)
            found = {rule["rule"]: rule for rule in json.loads(out.read_text(encoding="utf-8"))["rules"]}
            self.assertEqual(found["requests"]["wanted"], wanted)

    def refuses(self, why):
        status, said = self.run_script("collect.sh")
        self.assertEqual(status, 1, said)
        self.assertIn(why, said)
        self.assertTrue((self.box / "results" / "logs").is_dir())
        self.assertTrue((self.box / "results" / "check.json").is_file())

    def test_an_attempt_without_a_database_has_failed(self):
        (self.run_folder / "results.db").unlink()
        self.refuses("never started")
        self.assertFalse(self.rule("db")["ok"])

    def test_an_attempt_with_a_damaged_database_has_failed(self):
        path = self.run_folder / "results.db"
        path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 4096)
        self.refuses("damaged")
        self.assertFalse(self.rule("db_integrity")["ok"])

    def test_an_attempt_without_the_table_has_failed(self):
        connection = sqlite3.connect(self.run_folder / "results.db")
        connection.execute("ALTER TABLE interactions RENAME TO others")
        connection.close()
        self.refuses("no table interactions")
        self.assertFalse(self.rule("interactions_table")["ok"])

    def test_an_attempt_without_a_request_of_its_time_has_failed(self):
        self.database([(161.0, 200)])
        self.refuses("no request")

    def test_what_the_recorder_s_end_left_half_written_is_rolled_back(self):
        script = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("PRAGMA cache_size = 1")
connection.execute("PRAGMA cache_spill = 1")
for index in range(20000):
    connection.execute("INSERT INTO interactions (request_timestamp, response_status_code) VALUES (1, 200)")
os.kill(os.getpid(), 9)
"""
        subprocess.run(["python3", "-c", script, self.run_folder / "results.db"], check=False)
        self.assertTrue((self.run_folder / "results.db-journal").exists())
        self.run_well("collect.sh")
        self.assertEqual(self.result("requests.json")["requests"], 300)
        self.assertFalse((self.box / "results" / "results.db-journal").exists())

    def test_a_sample_that_the_end_has_cut_off_is_put_aside(self):
        self.sample("jacoco_2026-11-28T10.00.08", 9)
        path = self.coverage / "jacoco_2026-11-28T10.00.08.csv"
        path.write_text(path.read_text(encoding="utf-8")[:-8], encoding="utf-8")
        (self.coverage / "jacoco_2026-11-28T10.00.09.exec").write_bytes(b"\x01")
        self.run_well("collect.sh")
        aside = sorted(path.name for path in (self.box / "results" / "code-coverage-cut-off").iterdir())
        self.assertEqual([name[-7:] for name in aside], [".08.csv", "08.exec", "09.exec"])
        self.assertEqual(self.result("coverage.json")["final"]["lines_covered"], 10)

    def test_without_an_idle_sample_there_is_no_coverage(self):
        (self.notes / "idle-sample").write_text("", encoding="utf-8")
        self.refuses("before the tool's start")

    def test_a_run_with_errors_or_without_its_whole_time_is_not_completed(self):
        (self.run_folder / "errors.txt").write_text("Tool container not running.\n", encoding="utf-8")
        self.run_well("collect.sh")
        self.assertFalse((self.box / "results" / "completed.txt").exists())
        self.assertFalse(self.rule("completed")["ok"])

    def test_an_api_that_was_never_started_leaves_nothing_and_says_so(self):
        self.choose("scs", "deeprest")
        status, said = self.run_script("collect.sh")
        self.assertEqual(status, 1)
        self.assertIn("never started", said)

    @unittest.skipUnless(os.getuid() == 0, "only root can give files away")
    def test_files_of_another_user_are_opened_by_a_container_and_copied(self):
        os.chown(self.run_folder / "results.db", 12345, 12345)
        self.says("run-status", "0")
        self.run_well("collect.sh")
        (call,) = self.calls("run")
        self.assertEqual(call[-3:], ["-R", "a+rwX", "/results"])
        self.assertIn("chmod", call)
        self.assertIn(LABEL, call)
        self.assertEqual((self.box / "results" / "results.db").stat().st_uid, 0)


class Samples(FakeEngine):
    def setUp(self):
        super().setUp()
        self.coverage = self.run_folder / "code-coverage"
        self.coverage.mkdir(parents=True)
        (self.box / "work" / "notes").mkdir()

    def sample(self, name):
        (self.coverage / f"{name}.exec").write_bytes(b"\x01")
        (self.coverage / f"{name}.csv").write_text(REPORT_HEAD + "a,b,C" + ",1" * 10 + "\n", encoding="utf-8")

    def until_one_is_taken(self, waiting):
        """Makes samples, as an API container does, until one of them has been taken."""
        for number in range(100_000):
            if waiting.poll() is not None:
                break
            self.sample(f"jacoco_new_{number:06}")
            time.sleep(0.1)
        status, said = self.ended(waiting)
        self.assertEqual(status, 0, said)
        return self.read("work/notes/idle-sample").strip()

    def test_the_idle_sample_is_one_that_began_when_the_service_was_ready(self):
        self.sample("jacoco_1")
        (self.coverage / "jacoco_2.exec").write_bytes(b"\x01")
        (self.box / "work" / "notes" / "api-started").write_text("0\n", encoding="utf-8")
        self.assertIn("jacoco_new_", self.until_one_is_taken(self.start("sample.sh", "idle")))

    def test_the_api_document_is_taken_out_of_the_container_before_the_tool_starts(self):
        (self.box / "work" / "notes" / "api-started").write_text("0\n", encoding="utf-8")
        self.says("document", '{"paths": {}}')
        self.until_one_is_taken(self.start("sample.sh", "idle"))
        (source, target) = self.calls("cp")[0][1:]
        self.assertTrue(source.endswith(":/api/specifications/market-openapi.json"), source)
        self.assertEqual(pathlib.Path(target), self.run_folder / "openapi.json")
        self.assertEqual((self.run_folder / "openapi.json").read_text(encoding="utf-8"), '{"paths": {}}')

    def test_the_tool_does_not_start_before_the_api_has_had_its_time(self):
        uptime = pathlib.Path("/proc/uptime").read_text(encoding="ascii").split(".")[0]
        (self.box / "work" / "notes" / "api-started").write_text(f"{uptime}\n", encoding="utf-8")
        self.until_one_is_taken(self.start("sample.sh", "idle", GEN_TF_SETTING_API_START_SECONDS="1000"))
        self.assertEqual(self.read("engine/sleeps"), "60\n")

    def test_no_sample_is_no_idle_baseline(self):
        done = subprocess.run(["python3", HARNESS / "samples.py", "next", self.coverage, "0"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no sample of coverage", done.stderr)


if __name__ == "__main__":
    unittest.main()
