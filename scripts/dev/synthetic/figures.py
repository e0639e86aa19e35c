"""The figures of a synthetic study that are known because it was made so: of each run, each cell, each pair of tools.

They are counted from the plan and never from the evidence; the statistics are written down once more in plain Python,
so that what gen-tf computes is compared with something else than itself.
"""

import itertools
import math

from .plan import IDLE, METHODS_AND_PATHS, TOTALS

# Exact p values up to this size of the smaller sample, where no values are equal: the rule of scipy's `auto`.
EXACT_UP_TO = 8


def figures(run):
    """The part of metrics.json that is known, under the names that it has there."""
    counted = [r for r in run.requests if 0 <= r.offset <= run.tool_seconds and not r.unanswered]
    unanswered = sum(r.unanswered for r in run.requests)
    offsets = [r.offset for r in counted]
    requests = {
        "total": len(counted), "status": classes(counted), "unauthorized": sum(r.status == 401 for r in counted),
        "forbidden": sum(r.status == 403 for r in counted), "unanswered": None if run.has_database else unanswered,
        "outside_budget": len(run.requests) - len(counted) - unanswered,
        "span_seconds": round(max(offsets) - min(offsets), 3) if offsets else None,
    }  # fmt: skip
    return {
        "requests": requests,
        "operations": operations(counted),
        "unique_5xx": unique_failures(run, counted, counted),
        "coverage": {"idle": covered(IDLE), "final": covered(run.final), "samples": len(run.samples) or None},
        "minutes": [minute(run, counted, number) for number in range(math.ceil(run.tool_seconds / 60))],
    }


def classes(requests):
    names = {2: "2xx", 3: "3xx", 4: "4xx", 5: "5xx"}
    counts = dict.fromkeys((*names.values(), "other"), 0)
    for request in requests:
        counts[names.get(request.status // 100, "other")] += 1
    return counts


def operations(requests):
    known = [r for r in requests if r.operation is not None]
    return {
        "documented": len(METHODS_AND_PATHS),
        "reached": len({r.operation for r in known}),
        "succeeded": len({r.operation for r in known if r.status // 100 == 2}),
        "failed": len({r.operation for r in known if r.status // 100 == 5}),
        "requests_elsewhere": len(requests) - len(known),
    }


def unique_failures(run, requests, counted):
    """Different failures of some requests; unknown where the record has no bodies, unless nothing at all has failed."""
    if not run.has_database and any(r.status // 100 == 5 for r in counted):
        return None
    return len({(r.operation, r.failure) for r in requests if r.status // 100 == 5})


def covered(counts):
    return {what: {"covered": counts[what], "total": TOTALS[what]} for what in counts}


def minute(run, counted, number):
    """One minute as metrics.json has it: its own requests, and what there is up to its end."""
    end = 60 * (number + 1)
    before = [r for r in counted if r.offset < end]
    own = [r for r in before if r.offset >= end - 60]
    samples = [counts for at, counts in run.samples if at <= end]
    reached = operations(before)
    return {
        "requests": len(own), "status": classes(own), "operations_reached": reached["reached"],
        "operations_succeeded": reached["succeeded"], "unique_5xx": unique_failures(run, before, counted),
        "coverage": covered(samples[-1]) if samples else None,
    }  # fmt: skip


def measures(known):
    """The numbers of one run that cells and pairs are compared by; what is unknown is missing."""
    requests, reached = known["requests"], known["operations"]
    numbers = {"requests": requests["total"], "unique_5xx": known["unique_5xx"]}
    numbers |= {name: requests["status"][name] for name in ("2xx", "3xx", "4xx", "5xx")}
    numbers |= {f"operations_{name}": reached[name] for name in ("reached", "succeeded", "failed")}
    numbers |= {what: pair["covered"] / pair["total"] for what, pair in known["coverage"]["final"].items()}
    return {name: number for name, number in numbers.items() if number is not None}


def statistics(known):
    """Cells and pairs of tools over the figures of experiments, by their names."""
    cells = {}
    for name, figures_of_run in known.items():
        service, tool, _ = name.split("/")
        cell = cells.setdefault(service, {}).setdefault(tool, {})
        for measure, number in measures(figures_of_run).items():
            cell.setdefault(measure, []).append(number)
    pairs = {service: pairs_of(tools) for service, tools in cells.items()}
    for cell in (cell for tools in cells.values() for cell in tools.values()):
        cell.update({measure: summary(numbers) for measure, numbers in cell.items()})
    return {"cells": cells, "pairs": pairs}


def pairs_of(tools):
    pairs = []
    for first, second in itertools.combinations(sorted(tools), 2):
        for measure in tools[first]:
            if measure in tools[second]:
                compared = compare(tools[first][measure], tools[second][measure])
                pairs.append({"first": first, "second": second, "measure": measure, **compared})
    return pairs


def summary(numbers):
    """Five numbers, with quartiles of type 7 of Hyndman and Fan."""
    ordered = sorted(numbers)

    def quantile(part):
        place = (len(ordered) - 1) * part
        low = math.floor(place)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (ordered[high] - ordered[low]) * (place - low)

    names = ("minimum", "lower_quartile", "median", "upper_quartile", "maximum")
    return {"count": len(ordered), **{name: quantile(quarter / 4) for quarter, name in enumerate(names)}}


def compare(first, second):
    """The Vargha-Delaney A of the first over the second, and the two-sided Mann-Whitney test, as scipy has it."""
    wins = sum(1.0 if a > b else 0.5 if a == b else 0.0 for a in first for b in second)
    pairs = len(first) * len(second)
    everything = [*first, *second]
    ties = sum(n**3 - n for n in (everything.count(value) for value in set(everything)))
    size = len(everything)
    smaller = min(wins, pairs - wins)
    if len(set(everything)) == 1:
        p_value, method = 1.0, "all-equal"
    elif ties == 0 and min(len(first), len(second)) <= EXACT_UP_TO:
        p_value, method = exact(len(first), len(second), int(smaller)), "exact"
    else:
        deviation = math.sqrt(pairs / 12 * (size + 1 - ties / (size * (size - 1))))
        distance = (pairs / 2 - smaller - 0.5) / deviation
        p_value, method = min(1.0, math.erfc(distance / math.sqrt(2))), "asymptotic"
    return {"a12": wins / pairs, "u": wins, "p_value": p_value, "method": method}


def exact(first, second, smaller):
    """Twice the part of all orders whose U is at most `smaller`: U's counts by adding one value at a time."""
    counts = {(0, other): [1] for other in range(second + 1)}
    for mine in range(1, first + 1):
        counts[mine, 0] = [1]
        for other in range(1, second + 1):
            # The largest value is one of ours, above all others, or one of theirs.
            ours, theirs = [0] * other + counts[mine - 1, other], counts[mine, other - 1]
            longer = max(len(ours), len(theirs))
            ours, theirs = ours + [0] * (longer - len(ours)), theirs + [0] * (longer - len(theirs))
            counts[mine, other] = [a + b for a, b in zip(ours, theirs)]
    orders = counts[first, second]
    return min(1.0, 2 * sum(orders[: smaller + 1]) / sum(orders))
