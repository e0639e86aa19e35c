"""A place for the restgym harness's scripts: the folders and variables that a guest gives them, and an engine that only records.

It has no tests.
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HARNESS = ROOT / "scripts" / "harnesses" / "restgym"
TESTS = pathlib.Path(__file__).resolve().parent
LABEL = "gen-tf.attempt=a-study/market/deeprest/1/1"


def blocks(kind):
    """The blocks of harness.hcl of one kind: name to body."""
    text = (HARNESS / "harness.hcl").read_text(encoding="utf-8")
    return dict(re.findall(rf'^{kind} "([^"]+)" {{\n(.*?)^}}', text, re.DOTALL | re.MULTILINE))


def settings():
    """Each setting's variable with its default, as scripts get it."""
    result = {}
    for name, body in blocks("setting").items():
        value = re.search(r"^ +default +=\s+\"?([^\"\n]+)", body, re.MULTILINE)[1]
        if size := re.fullmatch(r"(\d+)GiB", value):
            value = str(int(size[1]) << 30)
        result[f"GEN_TF_SETTING_{name.upper()}"] = value
    return result


def clean_environment():
    """Nothing of the machine's own but how programs are found."""
    return {"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin", "LANG": "C.UTF-8"}


class Place(unittest.TestCase):
    """A test with a box: /gen-tf as scripts see it, here a temporary folder."""

    seconds = 60

    def setUp(self):
        folder = tempfile.mkdtemp(prefix="gen-tf-restgym-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.box = pathlib.Path(folder)
        self.environment = {
            **clean_environment(), **settings(),
            "GEN_TF_HARNESS": str(HARNESS), "GEN_TF_HOST_BOX": str(self.box), "GEN_TF_LABEL": LABEL,
            "GEN_TF_HOST_UID": str(os.getuid()), "GEN_TF_HOST_GID": str(os.getgid()),
            "GEN_TF_DURATION": str(self.seconds), "GEN_TF_RUN": "1", "GEN_TF_START": "0",
        }  # fmt: skip
        for name in ("setup", "work", "results", "cache"):
            (self.box / name).mkdir()
            self.environment[f"GEN_TF_{name.upper()}"] = str(self.box / name)
        self.choose("market", "deeprest")

    def choose(self, service, tool):
        self.environment.update(GEN_TF_SERVICE=service, GEN_TF_TOOL=tool)
        self.run_folder = self.box / "work" / "results" / service / tool / "1"

    def start(self, script, *words, **more):
        """Starts a script as the guest does: a process group of its own, in which interrupts are not ignored."""
        process = subprocess.Popen(
            ["bash", str(HARNESS / script), *words],
            env={**self.environment, **more},
            cwd=self.box / "work",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self.addCleanup(self.kill, process)
        return process

    def kill(self, process):
        """What a test that fails has left running."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()

    def ended(self, process):
        """Its status and what it said."""
        said, _ = process.communicate(timeout=120)
        return process.returncode, said

    def run_script(self, script, *words, **more):
        return self.ended(self.start(script, *words, **more))

    def run_well(self, script, *words, **more):
        status, said = self.run_script(script, *words, **more)
        self.assertEqual(status, 0, f"{script}: {said}")
        return said

    def wait_until(self, what, condition):
        """With a deadline that only a broken harness meets."""
        deadline = time.monotonic() + 60
        while not (found := condition()):
            self.assertLess(time.monotonic(), deadline, f"waited for: {what}")
            time.sleep(0.01)
        return found

    def read(self, path):
        return (self.box / path).read_text(encoding="utf-8")


class FakeEngine(Place):
    """A place whose engine is fake_engine.sh, and whose pauses take no time."""

    def setUp(self):
        super().setUp()
        self.engine = self.box / "engine"
        (self.engine / "images").mkdir(parents=True)
        self.program("docker", (TESTS / "fake_engine.sh").read_text(encoding="utf-8"))
        self.program("sleep", f'#!/usr/bin/env bash\n[[ $1 == 0.* ]] || echo "$1" >>{self.engine}/sleeps\nexec /bin/sleep 0.01\n')
        self.environment["PATH"] = f"{self.box}/bin:{self.environment['PATH']}"
        self.environment.update(GEN_TF_ENGINE="docker", FAKE_ENGINE=str(self.engine))

    def program(self, name, text):
        path = self.box / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)

    def says(self, name, text):
        (self.engine / name).write_text(text, encoding="utf-8")

    def calls(self, *command):
        """All calls of the engine that begin so, each a list of words."""
        path = self.engine / "calls"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        lines = [line.split("\x1f") for line in text.splitlines()]
        return [line for line in lines if line[: len(command)] == list(command)]

    def forget_calls(self):
        (self.engine / "calls").unlink(missing_ok=True)

    def id_of(self, kind):
        return self.read(f"setup/images/{kind}.id").strip()

    def running(self):
        return self.wait_until("a container", lambda: list(self.engine.glob("running-*")))
