"""Imports images that stand in for RESTgym's, under names that end as theirs do, into the engine that DOCKER_HOST names.

    standins.py restgym/market-api:1.0.0 restgym/deeprest-tool:1.0.0 …

A root file system of this machine's own Python and a few programs serves all of them. It asks no registry.
"""

import io
import pathlib
import shutil
import subprocess
import sys
import sysconfig
import tarfile

PROGRAMS = ("sh", "bash", "cat", "chmod", "grep", "mkdir", "sleep")
# Folders of the standard library that no stand-in needs.
LEFT_OUT = {"test", "idlelib", "tkinter", "ensurepip", "site-packages", "dist-packages", "lib2to3", "turtledemo",
            "pydoc_data", "__pycache__", "distutils", "unittest", "asyncio", "multiprocessing"}  # fmt: skip
HERE = pathlib.Path(__file__).resolve().parent
# As in RESTgym's own Dockerfiles, a shell is the first process of both.
API = "mkdir -p /results/$API/$TOOL/$RUN && python3 /app/sampler.py & python3 /app/recorder.py & python3 /app/service.py"
TOOL = "while true; do python3 /app/tool.py; done"


def libraries(programs):
    """What the linker loads for these programs."""
    said = subprocess.run(["ldd", *programs], capture_output=True, text=True, check=False).stdout
    return {word for word in said.split() if word.startswith("/") and not word.endswith(":")}


def python_files(library):
    """The standard library, as far as it is needed."""
    for path in pathlib.Path(library).rglob("*"):
        inside = path.relative_to(library).parts
        if path.is_file() and not LEFT_OUT.intersection(inside) and not inside[0].startswith("config-"):
            yield str(path)


def without_extras(entry):
    entry.uid = entry.gid = 0
    return entry


def root_file_system():
    """A tar archive with everything at its usual place."""
    python, library = sys.executable, sysconfig.get_paths()["stdlib"]
    python = str(pathlib.Path(python).resolve())
    files = set(python_files(library))
    # The other modules get along with what Python itself loads.
    modules = [name for name in files if "_sqlite3" in name or "zlib" in name]
    programs = {name: str(pathlib.Path(shutil.which(name)).resolve()) for name in PROGRAMS}
    files |= libraries([python, *programs.values(), *modules]) | {python}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name in sorted(files):
            archive.add(pathlib.Path(name).resolve(), arcname=name, filter=without_extras)
        for name, path in programs.items():
            archive.add(path, arcname=f"usr/bin/{name}", filter=without_extras)
        for path in (HERE / "standin").glob("*.py"):
            archive.add(path, arcname=f"app/{path.name}", filter=without_extras)
        for name, mode in (("tmp", 0o1777), ("results", 0o777), ("proc", 0o755), ("dev", 0o755)):
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, mode
            archive.addfile(folder)
        for name, target in (("usr/bin/python3", python), ("bin", "usr/bin")):
            link = tarfile.TarInfo(name)
            link.type, link.linkname = tarfile.SYMTYPE, target
            archive.addfile(link)
    return packed.getvalue()


def docker(*words, data=None):
    return subprocess.run(["docker", *words], input=data, check=True, stdout=subprocess.PIPE).stdout.decode().strip()


def import_images(references):
    """One image a reference; all of them have the same layer, and commands of their own."""
    base = docker("import", "-", "gen-tf-standin:1", data=root_file_system())
    container = docker("create", base, "/bin/sh")
    for reference in references:
        slug, _, kind = reference.rpartition("/")[2].partition(":")[0].rpartition("-")
        changes = ["ENV PATH=/usr/bin", f'CMD ["/bin/sh", "-c", "{API if kind == "api" else TOOL}"]']
        if kind == "api":
            changes.append(f"ENV API={slug}")
        words = [word for change in changes for word in ("--change", change)]
        docker("commit", *words, container, reference)
    docker("rm", container)


if __name__ == "__main__":
    import_images(sys.argv[1:])
