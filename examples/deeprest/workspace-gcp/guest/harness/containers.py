"""How the two containers ran, as the engine says: containers.py NOTES OUT.json. It asks no engine itself.

Limits and privilege are settings, so that what was in force belongs to the results.
"""

import json
import pathlib
import sys


def facts(inspected):
    """What matters of an engine's long answer."""
    host, config, state = inspected["HostConfig"], inspected["Config"], inspected["State"]
    return {
        "image": inspected["Image"],
        "user": config.get("User", ""),
        "environment": sorted(entry for entry in config["Env"] or [] if entry.split("=")[0] in ENVIRONMENT),
        "memory": host["Memory"],
        "cpus": host["NanoCpus"] / 1e9,
        "privileged": host["Privileged"],
        "network": host["NetworkMode"].split(":")[0],
        "published_ports": sorted(host.get("PortBindings") or {}),
        "started": state["StartedAt"],
        "finished": state["FinishedAt"],
        "exit_code": state["ExitCode"],
        "out_of_memory": state["OOMKilled"],
    }


# What RESTgym gives a container; an image's own variables are the image's business.
ENVIRONMENT = ("API", "TOOL", "RUN", "TIME_BUDGET", "HOST", "PORT")


def main(arguments):
    if len(arguments) != 2:
        raise SystemExit(__doc__)
    notes, out = map(pathlib.Path, arguments)
    result = {"format": 1}
    for kind in ("api", "tool"):
        path = notes / f"{kind}.json"
        inspected = json.loads(path.read_text(encoding="utf-8") or "[]") if path.is_file() else []
        result[kind] = facts(inspected[0]) if inspected else None
    out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
