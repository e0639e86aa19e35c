#!/usr/bin/env python3
"""Makes reference.json: random samples with ties, and what scipy computes for them.

    pip install scipy==1.17.1 numpy==2.4.6 statsmodels==0.15.0 mpmath==1.4.1
    tests/statistics/make_reference.py > tests/statistics/reference.json

The test `crates/gen-tf-core/tests/statistics.rs` compares gen-tf's figures with it. The same versions give the same file.
It runs nothing of gen-tf. Only the draws of the bootstrap follow gen-tf's generator, so that numpy takes the same ones.
"""

import json

import mpmath
import numpy
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.multitest import multipletests

SEED = 20261124
TIED_PAIRS, UNTIED_PAIRS, TABLES, FAMILY = 200, 60, 60, 10
SIGNIFICANCE = 0.05
RESAMPLES = 9999
LEVEL = 0.95
# How far the level that an end of an interval stands for may be off: four standard errors of two bootstraps' difference.
LEVEL_TOLERANCE = 0.01
MASK = 2**64 - 1
UNTIED = 3


def draw(random, kind, shift, size):
    """A sample as results have them: unique failures, percentages of coverage, requests; or one that hardly has ties."""
    if kind == 0:
        return random.poisson(3 + 2 * shift, size).tolist()
    if kind == 1:
        return [round(float(value), 1) for value in random.normal(50 + shift, 1.5, size)]
    if kind == UNTIED:
        return [round(float(value), 4) for value in random.normal(50 + shift, 1.5, size)]
    return (random.integers(100, 130, size) * 10 + int(20 * shift)).tolist()


def draw_pair(random, largest, tied):
    while True:
        kind, shift = random.integers(3) if tied else UNTIED, random.choice([0, 0.5, 1, 2])
        first = draw(random, kind, 0, random.integers(2, largest + 1))
        second = draw(random, kind, shift, random.integers(2, largest + 1))
        pooled = first + second
        if len(set(pooled)) > 1 and (len(set(pooled)) < len(pooled)) == tied:
            return first, second


def pair(first, second):
    ties = len(set(first + second)) < len(first + second)
    method = "exact" if min(len(first), len(second)) <= 8 and not ties else "asymptotic"
    test = stats.mannwhitneyu(first, second, use_continuity=True, alternative="two-sided", method=method)
    # The rule above is that of scipy's own choice.
    assert test == stats.mannwhitneyu(first, second, method="auto")
    wins = [(x > y) + (x == y) / 2 for x in first for y in second]
    return {
        "first": first,
        "second": second,
        "quantiles": numpy.quantile(first, [0, 0.25, 0.5, 0.75, 1], method="linear").tolist(),
        "spread": float(stats.iqr(first)),
        "a": float(numpy.mean(wins)),
        "u": float(test.statistic),
        "p": float(test.pvalue),
        "method": method,
    }


def families(pairs):
    for begin in range(0, len(pairs), FAMILY):
        p = [pair["p"] for pair in pairs[begin : begin + FAMILY]]
        yield {"p": p, "adjusted": multipletests(p, method="holm")[1].tolist()}


def table(random):
    """Blocks of values of groups, the largest the best. Nemenyi's test is that of Demsar 2006."""
    groups, blocks = int(random.integers(3, 9)), int(random.integers(3, 16))
    shifts = random.permutation(groups) * random.choice([0, 0.3, 1])
    rows = [[round(float(value)) for value in random.normal(5 + shifts, 1.5)] for _ in range(blocks)]
    test = stats.friedmanchisquare(*numpy.array(rows).T)
    ranks = numpy.mean([stats.rankdata([-value for value in row]) for row in rows], axis=0)
    error = numpy.sqrt(groups * (groups + 1) / (6 * blocks))
    apart = numpy.abs(ranks[:, None] - ranks[None, :]) / error * numpy.sqrt(2)
    return {
        "blocks": rows,
        "statistic": float(test.statistic),
        "p": float(test.pvalue),
        "ranks": ranks.tolist(),
        "critical_difference": float(stats.studentized_range.isf(SIGNIFICANCE, groups, numpy.inf) / numpy.sqrt(2) * error),
        "nemenyi": stats.studentized_range.sf(apart, groups, numpy.inf).tolist(),
    }


def range_above(q, groups):
    """The tail of the studentised range with infinite degrees of freedom, with 30 digits."""
    def tail(z):
        below = mpmath.ncdf(z)
        return mpmath.npdf(z) * (below ** (groups - 1) - (below - mpmath.ncdf(z - q)) ** (groups - 1))

    return groups * mpmath.quad(tail, [-12, -6, -3, -1, 0, 1, 2, 3, 4, 5, 6, 8, 12, 20])


def ranges():
    for groups in (2, 3, 4, 5, 7, 10, 20, 50, 100):
        for q in (0.05, 0.5, 1, 2, 3, 4, 5, 7, 10):
            sharp = range_above(q, groups)
            yield {
                "groups": groups,
                "q": q,
                "scipy": float(stats.studentized_range.sf(q, groups, numpy.inf)),
                "sharp": float(sharp),
            }


def split_mix_64(seed, count):
    numbers, state = [], seed
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) & MASK
        mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB & MASK
        numbers.append(mixed ^ (mixed >> 31))
    return numbers


def interval(place, sample):
    """The percentile interval on gen-tf's draws, and what scipy's reaches at levels a little lower and higher."""
    seed = 1000 + place
    places = [number * len(sample) >> 64 for number in split_mix_64(seed, RESAMPLES * len(sample))]
    medians = numpy.median(numpy.sort(sample)[numpy.array(places)].reshape(RESAMPLES, -1), axis=1)
    outside = (1 - LEVEL) / 2
    random = numpy.random.default_rng(seed)
    test = stats.bootstrap((sample,), numpy.median, n_resamples=RESAMPLES, method="percentile", rng=random)

    def band(end):
        return numpy.quantile(test.bootstrap_distribution, [end - LEVEL_TOLERANCE, end + LEVEL_TOLERANCE]).tolist()

    return {
        "pair": place,
        "seed": seed,
        "same_draws": numpy.quantile(medians, [outside, 1 - outside]).tolist(),
        "low": band(outside),
        "high": band(1 - outside),
    }


def main():
    mpmath.mp.dps = 30
    random = numpy.random.default_rng(SEED)
    pairs = [pair(*draw_pair(random, 25, True)) for _ in range(TIED_PAIRS)]
    pairs += [pair(*draw_pair(random, 14, False)) for _ in range(UNTIED_PAIRS)]
    parts = {
        "made_with": {module.__name__: module.__version__ for module in (scipy, numpy, statsmodels, mpmath)},
        "level": LEVEL,
        "resamples": RESAMPLES,
        "significance": SIGNIFICANCE,
        "pairs": pairs,
        "families": list(families(pairs)),
        "tables": [table(random) for _ in range(TABLES)],
        "ranges": list(ranges()),
        "intervals": [interval(place, numpy.array(pairs[place]["first"])) for place in range(TIED_PAIRS)],
    }
    lines = []
    for name, part in parts.items():
        # One line an entry keeps the file small and its differences readable.
        entries = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in part) if isinstance(part, list) else None
        lines.append(f'"{name}":' + (json.dumps(part) if entries is None else f"[\n{entries}\n]"))
    print("{\n" + ",\n".join(lines) + "\n}")


if __name__ == "__main__":
    main()
