#!/usr/bin/env python3
"""Turns a service's Swagger 2 document, already converted by swagger2openapi, into the OpenAPI document of the quickstart harness.

    swagger2openapi --patch -o converted.json served.json       (swagger2openapi 7.0.8 from npm)
    openapi_documents.py httpbin|kinto converted.json > scripts/harnesses/quickstart/services/<service>/openapi.json

It drops what a measurement cannot bear (answers that wait on purpose, other hosts), corrects what no tool could read,
and names repeated schemas once. It does not fetch anything and is not part of an experiment.
"""

import copy
import json
import sys

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# The largest whole number that every JSON reader keeps exactly.
SAFE_INTEGER = 2**53 - 1


def httpbin(document):
    paths = document["paths"]
    for path in ("/delay/{delay}", "/drip"):
        del paths[path]  # They answer after seconds of waiting.
    del paths["/redirect-to"]  # It sends the tool to any host.
    limits = {"/bytes/{n}": 10000, "/stream-bytes/{n}": 10000, "/range/{numbytes}": 10000, "/stream/{n}": 100}
    for path, item in paths.items():
        item.pop("trace", None)  # nginx answers TRACE itself.
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                httpbin_parameter(path, parameter, limits)
    document["info"]["title"] = "httpbin"
    return document


def httpbin_parameter(path, parameter, limits):
    schema = parameter["schema"]
    if schema.get("type") in ("int", "integer"):
        parameter["schema"] = {"type": "integer", "minimum": 0, "maximum": limits.get(path, 20)}
    if parameter["name"] == "freeform":
        schema["type"] = "object"
    if parameter["name"] == "codes":  # 1xx would make the proxy wait for the real answer.
        parameter["schema"] = {"type": "integer", "minimum": 200, "maximum": 599}


def kinto(document):
    document["paths"] = {
        f"/v1{path.rstrip('/')}" if path != "/" else "/v1/": item
        for path, item in document["paths"].items()
        if any(method in item for method in METHODS)
    }
    document["info"]["title"] = "kinto"
    return hoist_schemas(document)


def hoist_schemas(document):
    """Names schemas that occur three times or more in components.schemas, the largest first."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    counts = {}
    walk(document, lambda node: count(node, counts))
    repeated = [text for text, seen in counts.items() if seen >= 3 and len(text) > 150]
    for text in sorted(repeated, key=len, reverse=True):
        schema = json.loads(text)
        name = unique(schema["title"].replace(" ", ""), schemas)
        replace(document, schema, {"$ref": f"#/components/schemas/{name}"})
        schemas[name] = schema
    return document


def count(node, counts):
    if node.get("type") == "object" and isinstance(node.get("title"), str):
        text = json.dumps(node, sort_keys=True)
        counts[text] = counts.get(text, 0) + 1


def unique(name, taken):
    candidates = [name] + [f"{name}{number}" for number in range(2, 100)]
    return next(candidate for candidate in candidates if candidate not in taken)


def walk(node, visit):
    if isinstance(node, dict):
        visit(node)
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            walk(child, visit)


def replace(node, old, new):
    for key, child in list(node.items() if isinstance(node, dict) else enumerate(node)):
        if child == old:
            node[key] = copy.deepcopy(new)
        elif isinstance(child, (dict, list)):
            replace(child, old, new)


def common(document):
    """What holds for every service: a plain head, no hosts, no examples of other machines."""
    info = {"title": document["info"]["title"], "version": document["info"]["version"]}
    walk(document, limit_integer)
    for item in document["paths"].values():
        for method in METHODS:
            item.get(method, {}).pop("tags", None)
    return {
        "openapi": "3.0.3",
        "info": info,
        "servers": [{"url": "http://127.0.0.1:8080"}],
        "paths": document["paths"],
        "components": document.get("components", {}),
    }


def limit_integer(schema):
    maximum = schema.get("maximum")
    if isinstance(maximum, (int, float)) and maximum > SAFE_INTEGER:
        schema["maximum"] = SAFE_INTEGER


def main(arguments):
    if len(arguments) != 2 or arguments[0] not in ("httpbin", "kinto"):
        raise SystemExit(__doc__)
    with open(arguments[1], encoding="utf-8") as source:
        document = json.load(source)
    document = common({"httpbin": httpbin, "kinto": kinto}[arguments[0]](document))
    json.dump(document, sys.stdout, indent=1, sort_keys=False)
    print()


if __name__ == "__main__":
    main(sys.argv[1:])
