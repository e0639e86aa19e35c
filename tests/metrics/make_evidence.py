"""Makes the evidence that the tests of metrics read: make_evidence.py FOLDER.

Everything is synthetic, from a seed: API documents, LlamaRestTest's proxy logs, rows of RESTgym's database, reports
of JaCoCo. It aims at the branches of those projects' own scripts, and computes none of their figures.
"""

import json
import pathlib
import random
import sys

HEAD = (
    "GROUP,PACKAGE,CLASS,INSTRUCTION_MISSED,INSTRUCTION_COVERED,BRANCH_MISSED,BRANCH_COVERED,LINE_MISSED,LINE_COVERED,"
    "COMPLEXITY_MISSED,COMPLEXITY_COVERED,METHOD_MISSED,METHOD_COVERED\n"
)
START = 1_795_860_000.0  # 2026-11-28T10:00:00Z
PORTS = {"genome-nexus": 9002, "language-tool": 9003, "ocvn": 9004, "youtube": 9009}
SITES = ("fdic", "ohsome", "omdb", "rest-countries", "spotify")
APIS = (
    "blog", "features-service", "genome-nexus", "languagetool", "market", "ncs", "person-controller",
    "project-tracking-system", "restcountries", "scs", "user-management",
)  # fmt: skip
# In this order: scripts depend on it. `/a` and `/a/`, a parameter first, a full stop that is an expression.
PATHS = {
    "/": ["get"],
    "/pets": ["get", "post"],
    "/pets/": ["put"],
    "/pets/{petId}": ["get", "delete", "head"],
    "/pets/{petId}/toys/{toyId}": ["get", "patch"],
    "/pets/mine": ["get"],
    "/zoo.json": ["get"],
    "/a-long/path/": ["post", "options"],
    "/{tenant}/users": ["get"],
}
TARGETS = (
    "/", "/pets", "/pets/", "/pets/7", "/pets/7?name=x/y", "/pets/mine", "/pets//9", "/pets/7/toys/8", "/pets/7/toys/8/",
    "/zoo.json", "/zooXjson", "/a-long/path", "/a-long/path/?q=1&q=2", "/acme/users", "/nowhere", "/api/pets/3",
)  # fmt: skip
METHODS = ("GET", "GET", "GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS")
# Each meets another branch of collect.py's shortening; some lack what is looked for after its sign.
MESSAGES = (
    '{"timestamp":1795860000,"status":500,"error":"Internal Server Error","path":"/pets/%d"}',
    '{"timestamp":1795860000,"error":"no status here %d"}',
    "JSON parse error: expected a valid value (JSON String, Number) at line %d",
    "Unrecognized token: expected a valid value no bracket %d",
    "was expecting (JSON String, %d)",
    "was expecting double-quote to start field name) %d",
    "maybe a (non-standard) token %d",
    "Expected space separating root-level values %d",
    "Expected array for %d at [Source: x]",
    "Expected array without place %d",
    "Unexpected close marker %d",
    "Unexpected end-of-input in %d",
    "Invalid numeric value: expected digit (0-9) %d",
    "Invalid numeric value: Leading zeroes not allowed %d",
    "Invalid numeric value: too big %d at [Source: y]",
    "Illegal character: only regular white space %d at [Source: z]",
    "Entity not found: id %d",
    "some meta data %d",
    'For input string: "x%d"',
    "Error 500, code %d",
    "ends with path",
    "plain failure %d \u00e9\u00e8",
    "",
)
WORDS = "null value for key index out of bounds of length connection refused by host while reading stream".split()


def document(server):
    """An API document with the paths above."""
    paths = {path: {method: {"responses": {}} for method in methods} for path, methods in PATHS.items()}
    return {"openapi": "3.0.1", "info": {"title": "synthetic", "version": "1"}, "servers": [{"url": server}], "paths": paths}


def report(chance, covered):
    """A report of JaCoCo with so large a part covered."""
    lines = [HEAD]
    for number in range(12):
        totals = [chance.randint(0, 40) for _ in range(5)]
        counts = []
        for total in totals:
            done = min(total, round(total * covered * chance.uniform(0.8, 1.2)))
            counts += [total - done, done]
        lines.append(f"synthetic,org.example,Class{number}," + ",".join(map(str, counts)) + "\n")
    return "".join(lines)


def exchange(chance, status, messages):
    """The lines of a request and of its answer."""
    message = chance.choice(messages)
    message = message % chance.randint(1, 3) if "%d" in message else message
    body = {5: message, 4: '{"error":"bad"}'}.get(status // 100, '[{"id":1},\n{"id":2}]')
    if chance.random() < 0.2:
        body = body.replace("\n", "\r\n") + "\r\nmore\rand more"
    request = [chance.choice(METHODS), "http://127.0.0.1:8080" + chance.choice(TARGETS), chance.choice(("", "{}", "a\nb"))]
    return request, status, body


def log(chance, number, statuses):
    """A proxy's log; now and then two requests are under way at once."""
    parts = []
    time = START
    waiting = []

    def answer():
        status, body = waiting.pop(0)
        parts.append(f"========RESPONSE========\n{time}\n{status}\n{body}\n")

    for _ in range(number):
        request, status, body = exchange(chance, chance.choice(statuses), MESSAGES)
        parts.append("========REQUEST========\n" + "\n".join(request) + "\n")
        waiting.append((status, body))
        time = round(time + chance.uniform(0.1, 9), 6)
        if chance.random() < 0.8:
            answer()
    while waiting:
        answer()
    return "".join(parts)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")


def llamaresttest(folder):
    """One folder a service."""
    mixed = (200, 200, 201, 204, 302, 400, 404, 404, 500, 500, 502, 503)
    plain = {"spotify": (401, 404, 500), "omdb": (404,)}
    for service in (*PORTS, *SITES):
        chance = random.Random(f"llamaresttest {service}")
        place = folder / "llamaresttest" / service
        write(place / "openapi.json", json.dumps(document("http://localhost:8080/"), indent=1) + "\n")
        text = log(chance, 60, plain.get(service, mixed))
        if service == "omdb":
            # The only success comes with the very first request.
            first = "========REQUEST========\nGET\nhttp://x/zoo.json\n\n========RESPONSE========\n"
            text = f"{first}{START - 1}\n200\nok\n" + text
        write(place / f"log-{service}.txt", text)
        if service in PORTS:
            write(place / "idle.csv", report(chance, 0.1))
            write(place / f"{PORTS[service]}.csv", report(chance, 0.5))


def failure(chance, api):
    """What a failing service of RESTgym says, in the forms that the script has rules for."""
    # Mostly alike, so that the thresholds have something to decide.
    first = chance.choice((0, 4))
    text = " ".join(WORDS[first : first + chance.randint(6, 9)] + chance.sample(WORDS, chance.randint(0, 3)))
    number = chance.randint(1, 999)
    forms = {
        "languagetool": [
            f"Error: Internal Error: {text} 'x{number}' \"y\" (''' (code 39))\nat org.example.X:{number}",
            f"Error: Internal Error: {text}: {number}",
        ],
        "features-service": [f"<html><head>{number}</head><body>{text}</body></html>", f"{text} {number}"],
        "market": [
            json.dumps({"status": 500, "message": f"{text} [id {number}] end"}), json.dumps({"message": "bad"}), "{broken",
        ],
        "user-management": [json.dumps({"message": text, "path": f"/{number}"}), json.dumps({"message": " no "}), text],
        "person-controller": [json.dumps({"error": text, "ids": [number, "a,b"]})],
    }  # fmt: skip
    forms["blog"] = forms["user-management"]
    return chance.choice([*forms.get(api, [f"{text} {number % 3}"]), "", text])


def restgym(folder):
    """One folder an API, the rows of its database as JSON."""
    for api in APIS:
        chance = random.Random(f"restgym {api}")
        place = folder / "restgym" / api
        write(place / "openapi.json", json.dumps(document("http://localhost:30117/"), indent=1) + "\n")
        statuses = (200, 200, 201, 302, 400, 401, 403, 404, 500, 500, 500, 503, 600)
        rows = []
        for number in range(90):
            sent = round(START + number * 1.7, 3)
            status = chance.choice(statuses)
            body = failure(chance, api) if status >= 500 else "{}"
            method, target = chance.choice(METHODS), chance.choice(TARGETS)
            rows.append([method, target, sent, status, body, round(sent + 0.2, 3)])
        write(place / "interactions.json", "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
        for minute, covered in enumerate((0.1, 0.3, 0.4)):
            write(place / f"code-coverage/jacoco_2026-11-28T10.0{minute}.30.csv", report(chance, covered))


def main(arguments):
    if len(arguments) != 1:
        raise SystemExit(__doc__)
    folder = pathlib.Path(arguments[0])
    llamaresttest(folder)
    restgym(folder)


if __name__ == "__main__":
    main(sys.argv[1:])
