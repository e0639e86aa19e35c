"""The files that an experiment of a synthetic study leaves: requests, document, coverage, a log. It counts nothing."""

import json
import random
import sqlite3

from .plan import IDLE, METHODS_AND_PATHS, TOTALS

DATABASE = "results.db"
LINES = "requests.jsonl"
LOG = "tool.log"
COLUMNS = (
    "request_method text, request_path text, request_headers text, request_content text, request_timestamp real, "
    "response_status_code integer, response_headers text, response_content text, response_timestamp real"
)
# What makes records larger: text that compresses as logs do.
CHANCE = random.Random(3)
FILLER = " ".join(CHANCE.choices([f"{CHANCE.getrandbits(40):x}" for _ in range(400)], k=60_000))


def files(run, least_bytes=0):
    """All files of a run by their path. Its record of requests has `least_bytes` at least, if it has requests."""
    padding = least_bytes // max(1, len(run.requests))
    record = database(run, padding) if run.has_database else lines(run, padding)
    return {
        DATABASE if run.has_database else LINES: record,
        "openapi.json": text_of(document()),
        "coverage.json": text_of(coverage(run)),
        LOG: f"{run.name}: {len(run.requests)} requests planned\n".encode(),
    }


def text_of(value):
    return json.dumps(value, indent=1).encode() + b"\n"


def document():
    """The OpenAPI document of every service."""
    paths = {}
    for method, path in METHODS_AND_PATHS:
        paths.setdefault(path, {})[method.lower()] = {"responses": {}}
    servers = [{"url": "http://127.0.0.1:9001/api/"}]
    return {"openapi": "3.0.1", "info": {"title": "synthetic", "version": "1"}, "servers": servers, "paths": paths}


def database(run, padding):
    """RESTgym's record: the table `interactions`, in the order of the requests."""
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE TABLE interactions (id integer PRIMARY KEY, {COLUMNS})")
    insert = f"INSERT INTO interactions VALUES (NULL{', ?' * 9})"
    connection.executemany(insert, (row(run, request, number, padding) for number, request in enumerate(run.requests)))
    connection.commit()
    content = connection.serialize()
    connection.close()
    return content


def row(run, request, number, padding):
    sent = run.started + request.offset
    answer = sent + request.seconds
    headers = json.dumps({"x-filler": filler(number, padding)}) if padding else "{}"
    return (request.method, "/api" + request.target, "{}", "", sent, request.status, headers, request.body, answer)


def lines(run, padding):
    """One JSON object a request, as the recorders of harnesses write them, in the order of the answers."""
    written = []
    for number, request in enumerate(sorted(run.requests, key=lambda request: request.offset + request.seconds)):
        path = "/api" + request.target
        if padding:
            path += ("&" if "?" in path else "?") + "filler=" + filler(number, padding).replace(" ", "+")
        line = {
            "time": round(run.started + request.offset + request.seconds, 3), "method": request.method, "path": path,
            "status": request.status, "seconds": request.seconds,
        }  # fmt: skip
        if request.unanswered:
            line["upstream_status"] = ""
        written.append(json.dumps(line))
    return ("\n".join(written) + "\n").encode() if written else b""


def filler(number, length):
    """Text of a length; another one for each number, as far as a window of gzip reaches."""
    start = number * 7919 % len(FILLER)
    text = FILLER[start:] + FILLER[:start] if start + length > len(FILLER) else FILLER[start : start + length]
    return (text * (length // len(text) + 1))[:length] if text else text


def coverage(run):
    """The summary that every harness leaves."""
    samples = [{"time": run.started + at, **flat(counts)} for at, counts in run.samples]
    return {"format": 1, "idle": flat(IDLE), "final": flat(run.final), "samples": samples}


def flat(counts):
    pairs = {}
    for what, covered in counts.items():
        pairs |= {f"{what}_covered": covered, f"{what}_total": TOTALS[what]}
    return pairs


def damaged(content):
    """A database of which a page near its end was overwritten: it opens, and cannot be read to its end."""
    page = int.from_bytes(content[16:18], "big")
    for number in reversed(range(len(content) // page * 97 // 100)):
        # A page whose first byte is 13 holds rows.
        if content[number * page] == 13:
            return content[: number * page] + b"\xa5" * page + content[(number + 1) * page :]
    raise SystemExit("the database is too small to be damaged in its middle: raise --duration")
