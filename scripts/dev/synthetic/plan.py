"""What each experiment of a synthetic study did: its requests and its coverage, from a seed. It writes no file.

Every request carries what it was made from, its operation and the kind of its failure, so that figures can be counted
without the rules by which metrics find them in the evidence.
"""

import dataclasses
import math
import random

METHODS_AND_PATHS = (
    ("GET", "/items"), ("POST", "/items"), ("GET", "/items/{id}"), ("PUT", "/items/{id}"), ("DELETE", "/items/{id}"),
    ("GET", "/items/{id}/parts/{part}"), ("GET", "/users"), ("GET", "/users/me"), ("GET", "/users/{name}"),
    ("POST", "/orders"), ("GET", "/orders/{id}"), ("PATCH", "/orders/{id}"), ("GET", "/search"), ("GET", "/status"),
)  # fmt: skip
# No operation of the document.
ELSEWHERE = (("GET", "/nowhere"), ("TRACE", "/items"), ("GET", "/items/1/2/3/4"))
# By the message only, once what is quoted and what has a digit is left out. `%d` varies from answer to answer.
FAILURES = (
    '{"error": "Internal Server Error", "message": "no value for key \'k%d\'"}',
    '{"error": "Internal Server Error", "message": "index %d is out of bounds"}',
    "java.lang.NullPointerException at line %d",
    "<html><body><h1>Oh no</h1><p>request r%d</p></body></html>",
    '{"errors": [{"message": "connection refused by host h%d"}]}',
)
TOTALS = {"lines": 1200, "branches": 400, "methods": 150}
IDLE = {"lines": 180, "branches": 21, "methods": 30}
FIRST_START = 1_795_860_000  # 2026-11-28T10:00:00Z
# Seconds between two samples of coverage: 15 a minute.
SAMPLE_STEP = 4
# No request is sent this near to a full second, so that no rounding decides which minute or window it is in.
MARGIN = 0.2


@dataclasses.dataclass(frozen=True)
class Request:
    """A request; `operation` is its number in METHODS_AND_PATHS, and `failure` in FAILURES."""

    offset: float  # seconds after the tool's start
    seconds: float  # until the answer
    method: str
    target: str
    status: int
    operation: int | None
    failure: int | None
    body: str
    unanswered: bool = False


@dataclasses.dataclass
class Run:
    """One experiment: what its evidence and its outcome are made of."""

    service: str
    tool: str
    number: int
    has_database: bool  # requests in results.db, else in requests.jsonl
    budget: int
    started: float
    tool_seconds: float
    requests: list
    final: dict
    samples: list  # (seconds after the start, counts)

    @property
    def name(self):
        return f"{self.service}/{self.tool}/{self.number}"


@dataclasses.dataclass(frozen=True)
class Wishes:
    """How a run differs from a good one."""

    rate: float = 1.0  # part of the usual number of requests
    until: float = 1.0  # part of the budget after which no request is sent
    worked: float = 1.0  # part of the budget that the tool worked
    learns: bool = True  # whether coverage rises above that of the idle service


def run(seed, cell, number, budget, order, wishes=Wishes()):
    """The run of a cell (number of the service, number of the tool, both from 1), `order` in the whole study."""
    service, tool = cell
    chance = random.Random(f"{seed} {service} {tool} {number}")
    skill = random.Random(f"{seed} {service} {tool}")
    worked = round(budget * wishes.worked, 3)
    requests = requests_of(chance, skill, min(worked, budget * wishes.until), budget * wishes.rate)
    if wishes.rate > 0:
        requests += strays(chance, worked, service % 2 == 0)
        requests.sort(key=lambda request: request.offset)
    final = final_coverage(chance, skill) if wishes.learns else dict(IDLE)
    samples = [(at + 0.5, between(final, at / 60)) for at in range(0, int(worked), SAMPLE_STEP)]
    started = FIRST_START + 4000.0 * order + 0.25
    has_database = service % 2 == 1
    return Run(
        f"service-{service}", f"tool-{tool}", number, has_database, budget, started, worked, requests, final, samples
    )


def requests_of(chance, skill, until, usual):
    """Requests of the tool's time, evenly spread, from its first second to its last."""
    number = round(usual * skill.uniform(4, 7) * chance.uniform(0.9, 1.1))
    known = skill.sample(range(len(METHODS_AND_PATHS)), skill.randint(8, len(METHODS_AND_PATHS) - 1))
    kinds = skill.sample(range(len(FAILURES)), skill.randint(2, len(FAILURES)))
    forgotten = set(chance.sample(known, 2))
    operations = [operation for operation in known if operation not in forgotten]
    good = skill.uniform(0.3, 0.6)
    seconds = int(until)
    # The first and the last second have their request whatever chance says, so that the span is known.
    whole = [0, seconds - 1][:number] + [chance.randrange(seconds) for _ in range(number - 2)]
    return [one(chance, second, operations, kinds, good) for second in whole]


def one(chance, second, operations, kinds, good):
    """A request within a second."""
    offset = second + round(chance.uniform(MARGIN, 1 - MARGIN), 3)
    seconds = round(chance.uniform(0.001, 0.09), 3)
    if chance.random() < 0.03:
        operation, (method, target) = None, chance.choice(ELSEWHERE)
        status = chance.choice((404, 404, 405, 500))
    else:
        operation = chance.choice(operations)
        method, path = METHODS_AND_PATHS[operation]
        target = filled(chance, path)
        failing = 500 if operation % 4 == 1 else 400
        bad = chance.choice((302, 400, 401, 403, 404, 422, 418, failing, failing + chance.choice((0, 3))))
        status = chance.choice((200, 201, 204)) if chance.random() < good else bad
    failure = chance.choice(kinds) if status >= 500 else None
    body = '{"id": %d}' % chance.randint(1, 999)
    if failure is not None:
        text = FAILURES[failure]
        body = text % chance.randint(1, 999) if "%d" in text else text
    return Request(offset, seconds, method, target, status, operation, failure, body)


def filled(chance, path):
    """The path with numbers for its parameters, and now and then a query."""
    for parameter in ("{id}", "{part}", "{name}"):
        path = path.replace(parameter, f"x{chance.randint(1, 99)}")
    return path + chance.choice(("", "", f"?page={chance.randint(1, 9)}", "/"))


def strays(chance, worked, unanswered):
    """Requests that count nowhere: before and after the tool's time, and unanswered where the record can say so."""
    health = ("GET", "/status", 200, len(METHODS_AND_PATHS) - 1, None, "{}")
    late = ("GET", "/items", 500, 0, 0, FAILURES[0] % 1)
    outside = [Request(-5.5, 0.01, *health), Request(-3.5, 0.01, *health), Request(int(worked) + 3.5, 0.01, *late)]
    if not unanswered:
        return outside
    times = [chance.randrange(int(worked)) + 0.5 for _ in range(chance.randint(1, 5))]
    return outside + [Request(at, 0.01, "GET", "/items", 502, 0, None, "", unanswered=True) for at in times]


def final_coverage(chance, skill):
    """Coverage at the end, above the idle service's."""
    level = skill.uniform(0.2, 0.7) * chance.uniform(0.9, 1.1)
    return {
        what: IDLE[what] + max(1, round((TOTALS[what] - IDLE[what]) * level * chance.uniform(0.95, 1.05)))
        for what in TOTALS
    }


def between(final, minutes):
    """Coverage so many minutes after the start."""
    risen = 1 - math.exp(-2 * minutes)
    return {what: IDLE[what] + int((final[what] - IDLE[what]) * risen) for what in TOTALS}
