"""Stands for any program: writes down how it was called, then does what its caller waits for. fake.py NAME ARGUMENT…

The record is the file that STAND_IN_RECORD names. It is started without site packages and loads next to nothing, so that hundreds of calls take no time.
"""

import os
import sys
import time

KEPT = ("JAVA_HOME", "PATH", "LOG_FILE", "PYTHONUNBUFFERED", "CMAKE_ARGS", "GRADLE_USER_HOME", "HOME", "PROJECT_VERSION")


def write(path, text="x"):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)


def option(arguments, name):
    for argument in arguments:
        if argument.startswith(f"-D{name}="):
            return argument.split("=", 1)[1]
    return None


def java(program, arguments):
    if arguments == ["-version"]:
        # The version is the first number of the folder's name that is no 1.
        words = program.split("/")[-3].replace(".", "-").split("-")
        major = next(word for word in words if word.isdigit() and word != "1")
        sys.stderr.write(f'openjdk version "{"1.8.0_432" if major == "8" else major + ".0.1"}"\n')
        return
    if "report" in arguments:
        report(arguments)
        return
    hold()


def report(arguments):
    """JaCoCo's command line: what is covered stands in the exec file itself."""
    with open(arguments[arguments.index("report") + 1], encoding="utf-8") as source:
        covered = source.read()
    head = "GROUP,PACKAGE,CLASS,INSTRUCTION_MISSED,INSTRUCTION_COVERED,BRANCH_MISSED,BRANCH_COVERED,LINE_MISSED,LINE_COVERED,"
    head += "COMPLEXITY_MISSED,COMPLEXITY_COVERED,METHOD_MISSED,METHOD_COVERED"
    write(arguments[arguments.index("--csv") + 1], f"{head}\ng,p,C,0,0,9,1,50,{covered},0,0,3,1\n")


def mvn(arguments):
    repository = option(arguments, "maven.repo.local")
    if os.environ.get("STAND_IN_MVN") == "fails":
        sys.exit(1)
    if repository is None:
        hold()
    write(f"{repository}/plugin/1/plugin.jar")
    write(f"{repository}/plugin/1/_remote.repositories")
    if option(arguments, "artifact"):
        _, name, version, _, kind = option(arguments, "artifact").split(":")
        write(f"{option(arguments, 'outputDirectory')}/{name}-{version}-{kind}.jar", name)
    if "install" in arguments:
        for folder in (".", "cs/rest/original/languagetool/server", "cs/rest-gui/ocvn/web", "web"):
            write(f"{folder}/target/classes/A.class")
        write("web/target/web-0-unknown-version-SNAPSHOT.war")
    if any(argument.startswith("dependency:build-classpath") for argument in arguments):
        write(f"{repository}/org/one/1/one.jar", "one")
        write(f"{repository}/org/two/2/two.jar", "two")
        write(option(arguments, "mdep.outputFile"), f"{repository}/org/one/1/one.jar:{repository}/org/two/2/two.jar")


def python3(program, arguments):
    if arguments[:2] == ["-m", "venv"]:
        for name in ("python", "pip", "mitmdump", "schemathesis"):
            target = f"{arguments[2]}/bin/{name}"
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.symlink(os.readlink(program), target)
    elif arguments[:2] == ["-m", "zipfile"]:
        write(f"{arguments[-1]}/evomaster.jar", "evomaster")


def hold():
    """Until somebody ends it; not for ever. What a test wants to end at once, ends at once."""
    time.sleep(float(os.environ.get("STAND_IN_SECONDS", "30")))
    sys.exit(int(os.environ.get("STAND_IN_STATUS", "0")))


def act(name, program, arguments):
    if name == "java":
        java(program, arguments)
    elif name == "mvn":
        mvn(arguments)
    elif name == "python3":
        python3(program, arguments)
    elif name == "gradlew":
        write("build/install/resttestgen-framework/bin/resttestgen-framework")
    elif name == "mitmdump":
        hold()
    elif name == "schemathesis" and arguments == ["run", "--help"]:
        print(os.environ.get("STAND_IN_FLAGS", "--hypothesis-database --validate-schema"))
    elif name == "apt-cache" and arguments[1] in os.environ.get("STAND_IN_PACKAGES", "").split():
        print(arguments[1])
    elif name == "docker" and arguments[0] == "pull" and os.environ.get("STAND_IN_DOCKER") == "fails":
        sys.exit(1)
    elif name == "docker" and arguments[:2] == ["container", "inspect"]:
        sys.exit(0 if "STAND_IN_STALE" in os.environ else 1)
    elif name in ("python", "schemathesis", "resttestgen-framework") and arguments[:1] != ["-c"]:
        hold()


def main(program, *arguments):
    name = os.path.basename(program)
    call = {"name": name, "program": program, "arguments": list(arguments), "folder": os.getcwd()}
    call["environment"] = {key: os.environ[key] for key in KEPT if key in os.environ}
    if "-r" in arguments:
        with open(arguments[list(arguments).index("-r") + 1], encoding="utf-8") as source:
            call["requirements"] = source.read()
    with open(os.environ["STAND_IN_RECORD"], "a", encoding="utf-8") as out:
        out.write(f"{call!r}\n")
    act(name, program, list(arguments))


main(*sys.argv[1:])
