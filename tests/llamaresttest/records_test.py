"""What the llamaresttest harness records: its proxy, its ready checks, its tokens, and what it collects. With fakes only."""

import ast
import http.server
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import types
import unittest
import urllib.parse

import stand_in
from place import GUEST, HARNESS, HarnessTest

NASTY = "a/b&c\\d|e'f\"g$h`i+j=k#l%m s\\1"


class Proxy(HarnessTest):
    def setUp(self):
        super().setUp()
        self.stand_in_tree()
        python = self.setup_folder / "proxy/venv/bin/python"
        python.symlink_to(sys.executable)
        for name in ("omdb-api-key", "spotify-client-id", "spotify-client-secret", "spotify-refresh-token"):
            (self.box / "secrets" / name).write_text(NASTY, encoding="utf-8")

    def start(self, service, **variables):
        self.fakes.forget()
        with self.started("proxy.sh", GEN_TF_SERVICE=service, GEN_TF_TOOL="arat-rl", **variables) as process:
            self.wait_for(lambda: self.fakes.calls("mitmdump"), process)
            return self.fakes.calls("mitmdump")[0]

    def test_of_each_service_listens_where_the_api_document_says_on_this_machine_alone(self):
        backends = {
            "fdic": "https://banks.data.fdic.gov", "genome-nexus": "http://127.0.0.1:50110",
            "language-tool": "http://127.0.0.1:50111", "ocvn": "http://127.0.0.1:50112", "ohsome": "https://api.ohsome.org",
            "omdb": "https://omdbapi.com/", "rest-countries": "https://restcountries.com", "youtube": "http://127.0.0.1:8080",
        }  # fmt: skip
        for service, backend in backends.items():
            with self.subTest(service=service):
                call = self.start(service)
                words = " ".join(call["arguments"])
                port = stand_in.PORTS[service]
                self.assertIn(f"--listen-host 127.0.0.1 --listen-port {port} --mode reverse:{backend} ", words)
                addon = "omdb.py" if service == "omdb" else "proxy.py"
                where = self.box / "work/proxy" if service == "omdb" else self.repository / "services"
                self.assertTrue(words.endswith(f"--scripts recorder.py --scripts {where}/{addon}"), words)
                self.assertEqual(call["environment"]["LOG_FILE"], f"log-{service}.txt")
                self.assertEqual(call["folder"], str(self.box / "work/proxy"))

    def test_loads_a_recorder_whose_time_is_not_0(self):
        harness = self.box / "harness"
        (harness / "proxy").mkdir(parents=True)
        for part in ("setup", "proxy.sh"):
            (harness / part).symlink_to(HARNESS / part)
        recorder = harness / "proxy/recorder.py"
        recorder.write_bytes((HARNESS / "proxy/recorder.py").read_bytes())
        os.utime(recorder, (0, 0))
        self.start("fdic", GEN_TF_HARNESS=str(harness))
        self.assertGreater((self.box / "work/proxy/recorder.py").stat().st_mtime, 0)

    def test_puts_any_token_into_a_copy_of_the_addon_and_leaves_the_addon_alone(self):
        before = (self.repository / "services/omdb.py").read_bytes()
        call = self.start("omdb")
        copy = self.box / "work/proxy/omdb.py"
        self.assertEqual(copy.stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.literals(copy), {"apikey", NASTY})
        self.assertEqual((self.repository / "services/omdb.py").read_bytes(), before)
        self.assertNotIn(NASTY, " ".join(call["arguments"]))

    def literals(self, path):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}

    def test_refuses_a_token_that_a_redaction_would_miss(self):
        (self.box / "secrets/omdb-api-key").write_text("key\n", encoding="utf-8")
        self.fail_with("holds a line end", "proxy.sh", GEN_TF_SERVICE="omdb", GEN_TF_TOOL="arat-rl")

    def test_refuses_an_addon_without_the_mark(self):
        (self.repository / "services/omdb.py").write_text("addons = []\n", encoding="utf-8")
        self.fail_with("0 literals with TOKEN_HERE", "proxy.sh", GEN_TF_SERVICE="omdb", GEN_TF_TOOL="arat-rl")

    def test_of_spotify_gets_a_fresh_token_for_each_experiment(self):
        asked = []
        token = "token+/=1"

        class Accounts(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                asked.append((self.headers["Authorization"], urllib.parse.parse_qs(body)))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps({"access_token": token, "expires_in": 3600}).encode())

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Accounts)
        self.addCleanup(server.server_close)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        url = f"http://127.0.0.1:{server.server_address[1]}/api/token"
        self.start("spotify", GEN_TF_SETTING_SPOTIFY_TOKEN_URL=url, no_proxy="*")
        self.assertEqual(asked[0][1], {"grant_type": ["refresh_token"], "refresh_token": [NASTY]})
        self.assertTrue(asked[0][0].startswith("Basic "))
        self.assertEqual(self.literals(self.box / "work/proxy/spotify.py"), {"Authorization", f"Bearer {token}"})
        self.assertNotIn(token, self.output())

    def test_says_that_spotify_gives_no_token(self):
        cell = {"GEN_TF_SERVICE": "spotify", "GEN_TF_TOOL": "arat-rl", "no_proxy": "*"}
        self.fail_with("cannot be reached", "proxy.sh", **cell, GEN_TF_SETTING_SPOTIFY_TOKEN_URL="http://127.0.0.1:1/")


class Recorder(unittest.TestCase):
    def test_writes_a_line_for_each_request_with_the_path_as_the_tool_wrote_it(self):
        spec = importlib.util.spec_from_file_location("recorder", HARNESS / "proxy/recorder.py")
        before = os.getcwd()
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            self.addCleanup(os.chdir, before)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            (recorder,) = module.addons
            self.answered(recorder)
            self.unanswered(recorder)
            recorder.out.close()
            text = pathlib.Path("requests.jsonl").read_text(encoding="utf-8")
            os.chdir(before)
        first, second = (json.loads(line) for line in text.splitlines())
        self.assertEqual((first["path"], first["status"], first["upstream_status"]), ('/?i="1"', 200, "200"))
        self.assertEqual((first["time"], first["seconds"]), (11.5, 1.5))
        self.assertEqual((second["status"], second["upstream_status"]), (0, ""))

    def flow(self, **more):
        request = types.SimpleNamespace(method="GET", path='/?i="1"', timestamp_start=10.0, raw_content=b"")
        return types.SimpleNamespace(request=request, metadata={}, **more)

    def answered(self, recorder):
        answer = types.SimpleNamespace(status_code=200, timestamp_end=11.5, raw_content=b"abc")
        flow = self.flow(response=answer)
        recorder.request(flow)
        flow.request.path += "&apikey=secret"
        recorder.response(flow)

    def unanswered(self, recorder):
        flow = self.flow(error=types.SimpleNamespace(timestamp=12.0))
        recorder.request(flow)
        recorder.error(flow)


class Ready(HarnessTest):
    def test_asks_the_service_itself_and_never_through_the_proxy(self):
        (self.box / "secrets/omdb-api-key").write_text("key&1", encoding="utf-8")
        done = subprocess.run(
            ["unshare", "--user", "--map-root-user", "--net", "bash", "-c", 'ip link set lo up && exec python3 "$0"',
             str(pathlib.Path(__file__).with_name("ready_scenario.py"))],
            env={**self.environment, "GEN_TF_TOOL": "arat-rl", "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"},
            text=True, capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        seen = json.loads(done.stdout)
        self.assertEqual(seen["ready"], {
            "before the proxy listens": False, "before the service answers": False, "youtube answers 400": True,
            "language-tool answers 500": False, "language-tool answers 200": True, "omdb knows the key": True,
            "omdb refuses the key": False, "fdic answers 503": False,
        })  # fmt: skip
        self.assertEqual(seen["bytes that the proxy got"], 0)
        self.assertEqual(seen["asked of omdb"], ["/?i=tt3896198&apikey=key%261"] * 2)
        self.assertNotIn("key&1", done.stderr)


def line(status, upstream=None, path="/"):
    upstream = str(status) if upstream is None else upstream
    record = {"time": 1.0, "method": "GET", "path": path, "status": status, "upstream_status": upstream}
    record |= {"seconds": 0.1, "request_bytes": 0, "answer_bytes": 1}
    return json.dumps(record, separators=(",", ":")) + "\n"


class Collect(HarnessTest):
    """Exec files hold a number: the lines that the fake JaCoCo reports as covered."""

    def put(self, path, text):
        target = self.box / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def ready(self, requests, service="youtube", tool="arat-rl", **samples):
        self.stand_in_tree()
        self.put("work/proxy/requests.jsonl", requests)
        self.put(f"work/proxy/log-{service}.txt", "========REQUEST========\n")
        self.put("setup/versions.txt", "commit 1\n")
        self.put("setup/tool/packages.txt", "prance==1\n")
        self.put("setup/service/classes.txt", "/classes/a\n/classes/b\n")
        for name, covered in samples.items():
            self.put(f"work/coverage/{name.replace('_', '-')}.exec", covered)
        return {"GEN_TF_SERVICE": service, "GEN_TF_TOOL": tool}

    def kept(self):
        results = self.box / "results"
        return sorted(str(path.relative_to(results)) for path in results.rglob("*") if path.is_file())

    def read(self, name):
        return json.loads((self.box / "results" / name).read_text(encoding="utf-8"))

    def test_keeps_the_names_that_the_repositorys_collector_reads(self):
        cell = self.ready(line(200) + line(404) + line(0, ""), idle="10", final="30", minute_001="20")
        self.succeed("collect.sh", **cell)
        self.assertEqual(self.kept(), [
            "9009.csv", "coverage.json", "coverage/final.exec", "coverage/idle.exec", "coverage/minute-001.exec", "idle.csv",
            "jacoco9009.exec", "log-youtube.txt", "packages.txt", "requests.json", "requests.jsonl", "versions.txt",
        ])  # fmt: skip
        self.assertEqual(self.read("requests.json")["requests"], 2)
        self.assertEqual(self.read("requests.json")["status"]["4xx"], 1)
        report = next(call for call in self.fakes.calls("java") if "report" in call["arguments"])
        self.assertIn("--classfiles /classes/a --classfiles /classes/b --csv", " ".join(report["arguments"]))

    def test_keeps_the_document_whose_paths_the_repositorys_collector_counts_by(self):
        cell = self.ready(line(200), idle="10", final="30")
        documents = self.repository / "specs" / "openapi_json"
        documents.mkdir(parents=True, exist_ok=True)
        (documents / "youtube.json").write_text('{"paths": {}}', encoding="utf-8")
        self.succeed("collect.sh", **cell)
        self.assertEqual(self.read("openapi.json"), {"paths": {}})

    def test_tells_coverage_above_the_idle_service(self):
        self.succeed("collect.sh", **self.ready(line(200), idle="10", final="30"))
        coverage = self.read("coverage.json")
        self.assertEqual((coverage["idle"]["lines_covered"], coverage["final"]["lines_covered"]), (10, 30))
        self.assertEqual((coverage["idle"]["lines_total"], coverage["final"]["branches_total"]), (60, 10))

    def test_fails_when_no_more_is_covered_than_by_the_idle_service(self):
        cell = self.ready(line(400) * 90, idle="10", final="10")
        self.fail_with("no more is covered than by the idle service", "collect.sh", **cell)
        self.assertIn("jacoco9009.exec", self.kept())

    def test_fails_when_the_service_answered_nothing_and_keeps_what_there_is(self):
        cell = self.ready(line(0, "") * 9, idle="10", final="30")
        self.fail_with("no request was answered", "collect.sh", **cell)
        for name in ("requests.jsonl", "log-youtube.txt", "coverage/final.exec"):
            self.assertIn(name, self.kept())

    def test_fails_without_a_record_of_requests(self):
        cell = self.ready(line(200), idle="10", final="30")
        (self.box / "work/proxy/requests.jsonl").unlink()
        self.assertNotEqual(self.run_script("collect.sh", **cell).returncode, 0)

    def test_takes_the_last_minute_of_a_service_that_has_died(self):
        self.succeed("collect.sh", **self.ready(line(200), idle="10", minute_001="20", minute_002="25"))
        coverage = self.read("coverage.json")
        self.assertEqual((coverage["final"]["lines_covered"], coverage["final_sample"]), (25, "minute-002.exec"))

    def test_fails_when_a_site_has_refused_the_key_all_the_time(self):
        cell = self.ready(line(401) * 99 + line(200), "spotify")
        self.fail_with("spotify has refused the key: 99 of 100", "collect.sh", **cell)

    def test_leaves_it_to_the_reader_when_a_site_refuses_requests(self):
        self.succeed("collect.sh", **self.ready(line(404) * 99, "ohsome"))
        self.assertEqual(self.kept(), ["log-ohsome.txt", "packages.txt", "requests.json", "requests.jsonl", "versions.txt"])

    def test_keeps_each_tools_own_output_at_its_place(self):
        self.ready(line(200), "fdic")
        for tool, path in (
            ("resttestgen", "output/report.json"), ("evomaster", "src/em/Test.java"), ("tcases", "target/surefire-reports/a.xml"),
        ):  # fmt: skip
            folder = stand_in.folder_of(tool, "fdic")
            self.put(f"setup/repository/{folder}/{path}", "x")
            self.put("work/proxy/requests.jsonl", line(200))
            self.succeed("collect.sh", GEN_TF_SERVICE="fdic", GEN_TF_TOOL=tool)
            self.assertIn(f"{folder}/{path}", self.kept())

    def test_does_without_the_output_of_a_tool_that_was_killed(self):
        self.succeed("collect.sh", **self.ready(line(200), "fdic", "evomaster"))

    def test_removes_the_token_that_the_experiment_has_made(self):
        cell = self.ready(line(200, path="/?echo=token-1"), "spotify")
        self.put("work/proxy/spotify-token", "token-1")
        self.succeed("collect.sh", **cell)
        self.assertNotIn("token-1", (self.box / "results/requests.jsonl").read_text(encoding="utf-8"))

    def test_leaves_a_log_from_which_the_guest_removes_the_key_as_the_addon_writes_it(self):
        self.put("secrets/omdb-api-key", NASTY)
        written = urllib.parse.urlencode({"i": "1", "apikey": NASTY})
        self.put("results/log-omdb.txt", f"GET\nhttps://omdbapi.com/?{written}\n\n")
        subprocess.run(
            ["perl", str(GUEST / "redact.pl"), str(self.box / "secrets/omdb-api-key")],
            input=f"{self.box}/results/log-omdb.txt\0", text=True, check=True, timeout=30,
        )  # fmt: skip
        text = (self.box / "results/log-omdb.txt").read_text(encoding="utf-8")
        self.assertRegex(text, r"\AGET\nhttps://omdbapi\.com/\?i=1&apikey=\*+\n\n\Z")


class Requests(unittest.TestCase):
    def count(self, text):
        return subprocess.run(
            ["perl", str(HARNESS / "proxy/requests.pl"), "youtube"],
            input=text, text=True, capture_output=True, timeout=30, check=False,
        )  # fmt: skip

    def test_are_not_misread_where_a_path_looks_like_the_record(self):
        done = self.count(line(204, path='/","status":500,"upstream_status":"500","seconds":1,"request_bytes":0,"answer_bytes":1}'))
        self.assertEqual(json.loads(done.stdout)["status"]["2xx"], 1)

    def test_of_a_record_that_was_cut_off_are_not_counted(self):
        done = self.count(line(200) + line(200)[:50])
        self.assertIn("line 2", done.stderr)
        self.assertNotEqual(done.returncode, 0)


if __name__ == "__main__":
    unittest.main()
