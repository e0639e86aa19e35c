"""Where the tests of the llamaresttest harness run its scripts: the folders and variables that a guest gives, and fakes in PATH.

It tests nothing itself. The stand-in repository is made once for all tests of a run.
"""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import stand_in

ROOT = pathlib.Path(__file__).resolve().parents[2]
HARNESS = ROOT / "scripts" / "harnesses" / "llamaresttest"
GUEST = ROOT / "scripts" / "guest"
LONGEST = 60


class Origin:
    """The stand-in repository, made once."""

    def __init__(self):
        self._guard = tempfile.TemporaryDirectory(prefix="gen-tf-llama-origin-")
        self.folder = pathlib.Path(self._guard.name) / "origin"
        self.commit = stand_in.make_repository(self.folder)


def settings():
    """Variables of all settings, with their defaults as harness.hcl has them."""
    text = (HARNESS / "harness.hcl").read_text(encoding="utf-8")
    variables = {}
    for name, body in re.findall(r'^setting "([a-z0-9_]+)" \{\n(.*?)^\}', text, re.MULTILINE | re.DOTALL):
        default = re.search(r'^  default +=+ *"(.*)"$', body, re.MULTILINE)
        variables[f"GEN_TF_SETTING_{name.upper()}"] = default[1] if default else ""
    return variables


ORIGIN = Origin()


class HarnessTest(unittest.TestCase):
    """A test with a box of its own, and fakes that write down their calls."""

    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="gen-tf-llama-")
        self.addCleanup(folder.cleanup)
        self.box = pathlib.Path(folder.name).resolve()
        self.fakes = stand_in.Fakes(self.box / "fakes")
        self.java8 = self.fakes.add_jdk("java-1.8.0-openjdk-amd64")
        self.java11 = self.fakes.add_jdk("java-1.11.0-openjdk-amd64")
        self.environment = {
            "PATH": f"{self.fakes.bin}:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(self.box / "work" / "home"),
            "GEN_TF_HARNESS": str(HARNESS),
            "GEN_TF_GUEST": str(GUEST),
            "GEN_TF_JVM_FOLDER": str(self.fakes.jvm),
            "GEN_TF_TRY_PAUSE": "0",
            "STAND_IN_RECORD": str(self.fakes.record),
            "GEN_TF_MEMORY_BYTES": str(30 << 30),
            "GEN_TF_USER": "gen-tf",
            "GEN_TF_MODELS_DIR": str(self.box / "models"),
            "GEN_TF_SECRETS_DIR": str(self.box / "secrets"),
            **settings(),
        }
        for name in ("setup", "work", "work/home", "results", "cache", "models", "secrets"):
            (self.box / name).mkdir()
        for name in ("setup", "work", "results", "cache"):
            self.environment[f"GEN_TF_{name.upper()}"] = str(self.box / name)
        self.setup_folder = self.box / "setup"
        self.repository = self.setup_folder / "repository"

    def run_script(self, *command, **variables):
        """One of the harness's scripts, to its end."""
        script, *arguments = command
        return subprocess.run(
            ["bash", str(HARNESS / script), *arguments],
            env={**self.environment, **variables},
            cwd=self.box / "work",
            stdin=subprocess.DEVNULL,
            text=True,
            capture_output=True,
            timeout=LONGEST,
            check=False,
        )

    def succeed(self, *command, **variables):
        done = self.run_script(*command, **variables)
        self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout}\n{done.stderr}")
        return done

    def fail_with(self, message, *command, **variables):
        done = self.run_script(*command, **variables)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertIn(message, done.stdout + done.stderr)
        return done

    @contextlib.contextmanager
    def started(self, script, **variables):
        """One of the harness's scripts as the guest starts it: leader of a process group in which interrupts count."""
        with open(self.box / "output", "wb") as output:
            process = subprocess.Popen(
                ["bash", str(HARNESS / script)],
                env={**self.environment, **variables},
                cwd=self.box / "work",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                yield process
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait(timeout=LONGEST)

    def output(self):
        return (self.box / "output").read_text(encoding="utf-8")

    def wait_for(self, condition, process=None):
        deadline = time.monotonic() + LONGEST
        while not condition():
            self.assertLess(time.monotonic(), deadline, "waited for too long")
            if process is not None and process.poll() is not None:
                self.fail(f"ended with {process.returncode}: {self.output()}")
            time.sleep(0.005)

    def stand_in_tree(self):
        """The repository as a setup leaves it, without running one."""
        stand_in.make_files(self.repository)
        for name in ("python", "pip", "schemathesis"):
            self.fakes.link(self.setup_folder / "tool" / "venv" / "bin" / name)
        self.fakes.link(self.setup_folder / "proxy" / "venv" / "bin" / "mitmdump")
        self.fakes.link(
            self.repository / "tool/resttestgen/build/install/resttestgen-framework/bin/resttestgen-framework"
        )
        for name in ("ex", "ipd"):
            (self.box / "models" / f"{name}.gguf").write_bytes(b"model")
            (self.repository / f"{name}.gguf").symlink_to(self.box / "models" / f"{name}.gguf")
        self.fakes.add("mvn")


class SetupTest(HarnessTest):
    """A test that runs setup.sh on the stand-in repository, with a copy of the harness whose checksums are the fakes'."""

    def setUp(self):
        super().setUp()
        harness = self.box / "harness"
        shutil.copytree(HARNESS, harness)
        self.environment["GEN_TF_HARNESS"] = str(harness)
        sums = [("org.jacoco.agent", "runtime"), ("org.jacoco.cli", "nodeps")]
        lines = []
        for name, kind in sums:
            (self.box / name).write_text(name, encoding="utf-8")
            lines.append(f"{stand_in.sha256_of(self.box / name)}  {name}-0.8.7-{kind}.jar\n")
        (harness / "setup" / "jacoco.sha256").write_text("".join(lines), encoding="utf-8")
        self.origin = self.box / "origin"
        shutil.copytree(ORIGIN.folder, self.origin)
        self.environment["GEN_TF_SETTING_REPOSITORY"] = str(self.origin)
        self.environment["GEN_TF_SETTING_COMMIT"] = ORIGIN.commit
        archive = self.box / "evomaster.jar.zip"
        archive.write_bytes(b"zip")
        self.environment["GEN_TF_SETTING_EVOMASTER_URL"] = archive.as_uri()
        self.environment["GEN_TF_SETTING_EVOMASTER_SHA256"] = stand_in.sha256_of(archive)
        self.fakes.add("mvn", "python3")

    def set_up(self, tool="arat-rl", service="fdic", **variables):
        return self.succeed("setup.sh", GEN_TF_TOOL=tool, GEN_TF_SERVICE=service, **variables)

    def setup_fails(self, message, tool="arat-rl", service="fdic", **variables):
        return self.fail_with(message, "setup.sh", GEN_TF_TOOL=tool, GEN_TF_SERVICE=service, **variables)
