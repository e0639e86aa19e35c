"""A stand-in for LlamaRestTest's repository, and for the programs that its setup calls: the same paths and behaviours, all written here.

It holds nothing of the real one. Fakes write down how they were called, one line a call, and do what their callers wait for.
"""

import ast
import hashlib
import pathlib
import subprocess
import sys

SERVICES = ["fdic", "genome-nexus", "language-tool", "ocvn", "ohsome", "omdb", "rest-countries", "spotify", "youtube"]
PORTS = {name: 9001 + index for index, name in enumerate(SERVICES)}
BASES = {"fdic": "/api", "language-tool": "/v2", "ohsome": "/v1", "spotify": "/v1", "youtube": "/api"}
JVMS = ["genome-nexus", "language-tool", "ocvn", "youtube"]
MODULES = {
    "genome-nexus": "services/genome-nexus",
    "language-tool": "services/emb/cs/rest/original/languagetool",
    "ocvn": "services/emb/cs/rest-gui/ocvn",
    "youtube": "services/youtube",
}

# Of each tool: its folder for a service, its script or program, the folder of its OpenAPI documents.
PYTHON = {
    "llamaresttest": ("llama/{}", "llamarest.py", "swagger"),
    "llamaresttest-ex": ("llama2/{}", "llamarest2.py", "swagger"),
    "llamaresttest-ipd": ("llama3/{}", "llamarest3.py", "swagger"),
    "arat-rl": ("arat/{}", "arat.py", "swagger"),
    "arat-nlp": ("arat/{}-nlp", "arat.py", "eswagger"),
}
OTHERS = ["evomaster", "resttestgen", "schemathesis", "tcases"]
TOOLS = [*PYTHON, *OTHERS]


def folder_of(tool, service):
    return "tool/" + (PYTHON[tool][0].format(service) if tool in PYTHON else f"{tool}/{service}")


def first_call(tool, service):
    """The program that the tool's loop calls first, and its arguments."""
    url = f"http://localhost:{PORTS[service]}{BASES.get(service, '')}"
    document = f"../../../specs/openapi_json/{service}.json"
    if tool in PYTHON:
        _, script, specs = PYTHON[tool]
        return "python", f"../../../{script} ../../../specs/{specs}/{service}.yaml {url}"
    if tool == "schemathesis":
        flags = "--hypothesis-database=none --checks all --stateful=links --max-response-time=30000 --validate-schema False"
        return "schemathesis", f"run {document} {flags} --base-url {url}"
    if tool == "evomaster":
        return "java", f"-jar ../../../evomaster.jar --blackBox true --bbSwaggerUrl file://$PWD/{document} --maxTime 1h --outputFormat JAVA_JUNIT_4"
    if tool == "resttestgen":
        return "../build/install/resttestgen-framework/bin/resttestgen-framework", ""
    return "../bin/tcases-api-test", f"-o src/test/java/tcases -p tcases -u 30000 -d false -S {document} && mvn clean test"


def loop(tool, service):
    program, arguments = first_call(tool, service)
    end = "    rm -rf src\n" if tool == "tcases" else ""
    return (
        f"#! /bin/bash\nend=$((SECONDS+${{STAND_IN_LOOP:-3600}}))\n\nwhile [ $SECONDS -lt $end ]; do\n"
        f"    {program} {arguments}\n{end}done\n"
    )


ADDON = '''class Counter:
    def request(self, flow):
        flow.request.{place} = "{value}"


addons = [Counter()]
'''


def write(root, path, text, mode=0o644):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)


def make_files(root):
    """The tree of the stand-in."""
    for tool in TOOLS:
        for service in SERVICES:
            write(root, f"{folder_of(tool, service)}/tool.sh", loop(tool, service))
    for service in SERVICES:
        write(root, f"tool/tcases/{service}/pom.xml", "<project/>\n")
    write(root, "tool/tcases/bin/tcases-api-test", FAKE, 0o755)
    write(root, "tool/tcases/lib/icu4j-64.2.jar", "jar")
    write(root, "tool/resttestgen/gradlew", FAKE, 0o755)
    # As it stands there: no end of the last line.
    write(root, "requirements.txt", "prance~=23.6.21.0\nrequests~=2.31.0\nllama-cpp-python~=0.2.56")
    write(root, "services/proxy.py", "addons = []\n")
    write(root, "services/omdb.py", ADDON.format(place='query["apikey"]', value="TOKEN_HERE"))
    write(root, "services/spotify.py", ADDON.format(place='headers["Authorization"]', value="Bearer TOKEN_HERE"))
    for module in [*MODULES.values(), "services/emb/em/embedded/rest/languagetool", "services/emb/em/embedded/rest/ocvn"]:
        write(root, f"{module}/pom.xml", "<project/>\n")
    # What somebody who ran it has left behind.
    write(root, "services/default.log", "apikey=left-behind\n")
    write(root, "services/log-youtube.txt", "========REQUEST========\n")
    write(root, "services/youtube/jacoco9009.exec", "")
    write(root, "services/youtube/run.sh", "java\n")
    write(root, "services/emb/em/embedded/rest/languagetool/run.sh", "java\n")
    write(root, "tool/resttestgen/youtube/output/report.json", "{}\n")
    write(root, "tool/tcases/youtube/target/old", "old\n")
    write(root, "tool/tcases/youtube/src/Old.java", "old\n")
    write(root, "tool/schemathesis/youtube/.hypothesis/examples", "old\n")


def git(folder, *arguments):
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def make_repository(root):
    """A git repository with the stand-in; returns its commit."""
    root.mkdir(parents=True)
    make_files(root)
    git(root, "init", "--quiet")
    git(root, "add", "--all", "--force")
    git(root, "commit", "--quiet", "--message", "stand-in")
    return git(root, "rev-parse", "HEAD")


# Any program: it writes into the file that the environment names.
FAKE = f'#!/bin/sh\nexec {sys.executable} -I -S {pathlib.Path(__file__).with_name("fake.py")} "$0" "$@"\n'


class Fakes:
    """Programs that write down how they were called, and a JDK 8 and 11."""

    def __init__(self, folder):
        self.folder = folder
        self.record = folder / "record"
        self.bin = folder / "bin"
        self.jvm = folder / "jvm"
        self.program = folder / "fake"
        write(folder, "fake", FAKE, 0o755)

    def add(self, *names):
        for name in names:
            self.link(self.bin / name)

    def link(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(self.program)

    def add_jdk(self, name, *programs):
        for program in programs or ("java", "javac"):
            self.link(self.jvm / name / "bin" / program)
        return self.jvm / name

    def calls(self, *names):
        """What was called, in order: dictionaries with program, arguments, folder and environment."""
        if not self.record.exists():
            return []
        calls = [ast.literal_eval(line) for line in self.record.read_text(encoding="utf-8").splitlines()]
        return [call for call in calls if not names or call["name"] in names]

    def forget(self):
        self.record.unlink(missing_ok=True)


def sha256_of(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
