"""Starts, ends and readiness of the restgym harness's containers."""

import os
import shutil
import signal
import subprocess
import unittest

from place import HARNESS, FakeEngine, Place

PROGRAMS = ("curl", "wget", "python3", "bash")


class Life(FakeEngine):
    """Starts and ends."""

    def setUp(self):
        super().setUp()
        self.run_well("setup.sh")
        self.forget_calls()

    def test_an_engine_that_lacks_the_images_gets_both_before_the_api_starts(self):
        for path in (self.engine / "images").iterdir():
            path.unlink()
        self.says("run-status", "0")
        self.run_script("service.sh")
        words = [call[0] for call in self.calls() if call[0] in ("load", "run")]
        self.assertEqual(words, ["load", "load", "run"])

    def test_an_engine_that_gives_a_loaded_image_another_id_is_told(self):
        for path in (self.engine / "images").iterdir():
            path.unlink()
        self.says("load-is-lost", "")
        status, said = self.run_script("service.sh")
        self.assertNotEqual(status, 0)
        self.assertIn("another id", said)
        self.assertEqual(self.calls("run"), [])

    def test_a_service_that_is_told_to_end_is_stopped_as_restgym_stops_it(self):
        service = self.start("service.sh")
        self.running()
        os.killpg(service.pid, signal.SIGTERM)
        status, said = self.ended(service)
        self.assertEqual(status, 0, said)
        name = self.calls("run")[0][2]
        self.assertEqual(self.calls("stop"), [["stop", "-t", "10", name]])
        self.assertEqual(self.calls("rm"), [["rm", "--force", "--volumes", name]])
        self.assertFalse((self.run_folder / "errors.txt").exists())

    def test_a_tool_whose_time_is_over_is_killed_at_once(self):
        (self.run_folder / "logs").mkdir(parents=True)
        (self.box / "work" / "notes").mkdir()
        tool = self.start("tool.sh")
        self.running()
        os.killpg(tool.pid, signal.SIGINT)
        status, said = self.ended(tool)
        self.assertEqual(status, 0, said)
        self.assertEqual(self.calls("kill"), [["kill", self.calls("run")[0][2]]])
        self.assertLess(float(self.read("work/notes/tool-started")), float(self.read("work/notes/tool-ended")))
        self.assertFalse((self.run_folder / "errors.txt").exists())

    def early_end(self, script, status):
        self.says("run-status", status)
        (self.run_folder / "logs").mkdir(parents=True, exist_ok=True)
        (self.box / "work" / "notes").mkdir(exist_ok=True)
        return self.run_script(script)

    def test_an_api_that_ends_by_itself_is_an_error_whatever_its_status(self):
        self.assertEqual(self.early_end("service.sh", "0")[0], 1)
        self.assertIn("API container not running", (self.run_folder / "errors.txt").read_text(encoding="utf-8"))

    def test_a_tool_that_ends_by_itself_is_an_error(self):
        status, said = self.early_end("tool.sh", "3")
        self.assertEqual(status, 1)
        self.assertIn("ended with status 3", said)
        self.assertIn("Tool container not running", (self.run_folder / "errors.txt").read_text(encoding="utf-8"))
        self.assertFalse((self.box / "work" / "notes" / "tool-ended").exists())

    def test_a_container_that_hit_its_memory_limit_names_the_setting(self):
        self.says("oom", "true\n")
        self.assertIn("setting tool_memory", self.early_end("tool.sh", "137")[1])

    def test_an_engine_that_refuses_a_container_is_quoted(self):
        self.assertIn("errors of restgym--deeprest-for-market", self.early_end("tool.sh", "125")[1])

    def test_ready_is_asked_inside_the_api_container(self):
        for status in (0, 1):
            self.forget_calls()
            self.says("exec-status", str(status))
            self.assertEqual(self.run_script("ready.sh", "http://127.0.0.1:8080/")[0], status)
            (call,) = self.calls("exec")
        lines = (self.engine / "calls").read_text(encoding="utf-8")
        self.assertRegex(call[1], "^restgym--market-for-deeprest--1-")
        self.assertTrue(lines.endswith("\x1fprobe\x1fhttp://127.0.0.1:8080/\x1f9090\n"))


class Probe(Place):
    """probe.sh, with each of the programs that an image may have."""

    SERVER = """
import http.server, socket, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(sys.argv[1])); self.send_header("Content-Length", "0"); self.end_headers()
    def log_message(self, *words): pass
recorder = socket.create_server(("127.0.0.1", 0))
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, recorder.getsockname()[1], flush=True)
server.serve_forever()
"""
    NEEDED = ("sh", "grep", "sed", "head", "cat")

    def serve(self, status):
        """The ports of a service that always answers so, and of something that listens."""
        server = subprocess.Popen(
            ["python3", "-c", self.SERVER, str(status)], stdout=subprocess.PIPE, text=True, env=self.environment
        )
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        return map(int, server.stdout.readline().split())

    def probe(self, port, recorder, program):
        """probe.sh where nothing but this program can ask; None where the machine does not have it."""
        folder = self.box / f"bin-{program}"
        folder.mkdir(exist_ok=True)
        for name in (*self.NEEDED, program):
            path = shutil.which(name, path=self.environment["PATH"])
            if path is None:
                return None
            wrapper = folder / name
            wrapper.write_text(f'#!/bin/sh\nexec "{path}" "$@"\n', encoding="utf-8")
            wrapper.chmod(0o755)
        return subprocess.run(
            ["/bin/sh", HARNESS / "probe.sh", f"http://127.0.0.1:{port}/", str(recorder)],
            env={"PATH": str(folder)},
            capture_output=True,
            text=True,
            check=False,
        )

    def test_any_of_four_programs_tells_that_a_service_answers(self):
        port, recorder = self.serve(404)
        for program in PROGRAMS:
            with self.subTest(program=program):
                done = self.probe(port, recorder, program)
                if done is not None:
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_service_that_does_not_answer_or_says_503_is_not_ready(self):
        port, recorder = self.serve(503)
        for program in PROGRAMS:
            for asked in (port, 1):
                with self.subTest(program=program, port=asked):
                    done = self.probe(asked, recorder, program)
                    self.assertTrue(done is None or done.returncode == 1, done)

    def test_a_service_without_its_recorder_is_not_ready(self):
        port, _ = self.serve(200)
        done = self.probe(port, 1, "bash")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("nobody listens on port 1", done.stdout)


if __name__ == "__main__":
    unittest.main()
