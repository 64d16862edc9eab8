"""Fit the weights of the check: `python -m qa.support_fitting tests/data/paraphrases.jsonl`."""

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qa.contradictions import contradictions
from qa.likeness import Likeness
from qa.support_cases import Case, support_cases
from qa.weighing import TURNS, WEIGHTS, evidence

__all__ = ["fit_weights", "main"]

FOLDS = 8
FALSE_ALARMS = {"rest": 0.005, "negation": 0.02, "modality": 0.006, "direction": 0.01}
"""Share of the faithful paraphrases that may be refused for each reason, out of fold; they come to less than 5 %."""
_LIGHT = 0.3
"""Weight of what was made from articles as they stand: easier, and far more of it."""

Numbers = np.ndarray[Any, np.dtype[np.float64]]


def fit_weights(cases: Sequence[Case], likeness: Likeness) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Weights and thresholds by kind from the tuning part, and the share found out of fold at that threshold.

    Folds are whole articles, so that no rewording of a fold's sentences is learned from.
    """
    weights: dict[str, list[float]] = {}
    found: dict[str, float] = {}
    flags = [{one.kind for one in contradictions(case.sentence, case.quotes, case.context)} for case in cases]
    flagged = list(zip(cases, flags, strict=True))
    for kind in ("rest", *TURNS):
        rows = [
            (case, row)
            for case, flags_of in flagged
            if _wanted(case, kind)
            and (row := evidence(case.sentence, case.quotes, kind, likeness=likeness, flagged=kind in flags_of))
        ]
        values = np.array([row for _, row in rows])
        false = np.array([not case.kind.startswith("faithful") for case, _ in rows], dtype=float)
        light = np.array([1.0 if case.source == "paraphrases" else _LIGHT for case, _ in rows])
        light[false == 1] *= light[false == 0].sum() / light[false == 1].sum()
        folds = np.array([_fold(case) for case, _ in rows])
        scores = np.zeros(len(rows))
        for fold in range(FOLDS):
            inside = folds == fold
            learned = _logistic(values[~inside], false[~inside], light[~inside])
            scores[inside] = values[inside] @ learned[:-1] + learned[-1]
        of_set = np.array([case.source == "paraphrases" for case, _ in rows])
        least = _threshold(scores[of_set & (false == 0)], sum(_faithful(case) for case in cases), FALSE_ALARMS[kind])
        learned = _logistic(values, false, light)
        weights[kind] = [round(float(weight), 3) for weight in (*learned[:-1], least - learned[-1])]
        found[kind] = float((scores[of_set & (false == 1)] > least).mean())
    return weights, found


def _faithful(case: Case) -> bool:
    return case.source == "paraphrases" and case.kind == "faithful"


def _wanted(case: Case, kind: str) -> bool:
    """Faithful sentences and those false in this way; for "rest" those that cite another quote or say more than it."""
    false = ("citation", "added") if kind == "rest" else (kind,)
    return case.kind.startswith("faithful") or case.kind in false


def _fold(case: Case) -> int:
    return hashlib.sha256((case.context[0] if case.context else case.quotes[0]).encode()).digest()[0] % FOLDS


def _threshold(scores: Numbers, of: int, share: float) -> float:
    """The least score that refuses no more than a share of all faithful sentences, with or without evidence."""
    allowed = int(share * of)
    return float(np.sort(scores)[::-1][min(allowed, len(scores) - 1)])


def _logistic(values: Numbers, wanted: Numbers, light: Numbers, *, ridge: float = 1.0) -> Numbers:
    """Weights and bias of a logistic regression by Newton's method, ridge on standardised columns."""
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    columns = np.c_[(values - mean) / spread, np.ones(len(values))]
    penalty = np.full(columns.shape[1], ridge)
    penalty[-1] = 1e-6
    found = np.zeros(columns.shape[1])
    for _ in range(40):
        chance = 1 / (1 + np.exp(-np.clip(columns @ found, -30, 30)))
        slope = columns.T @ (light * (chance - wanted)) + penalty * found
        curve = (columns * (light * chance * (1 - chance))[:, None]).T @ columns + np.diag(penalty)
        found = found - np.linalg.solve(curve, slope)
    slopes = found[:-1] / spread
    return np.append(slopes, found[-1] - slopes @ mean)


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit on the tuning part of a file of paraphrases, print what is found out of fold, write the weights."""
    from index.articles import Article, read_articles
    from index.embedding import load_embeddings
    from qa.places import sample_articles

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paraphrases", type=Path)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    given = parser.parse_args(arguments)
    articles = [found for found in read_articles(sample_articles()) if isinstance(found, Article)]
    cases = [one for one in support_cases(given.paraphrases, articles=articles, added=True) if one.half == "tune"]
    weights, found = fit_weights(cases, Likeness(load_embeddings().encode_tokens))
    for kind, share in found.items():
        line = f"{kind:<10} {share:.3f} found out of fold at {FALSE_ALARMS[kind]:.3f} false alarms"
        print(line)  # noqa: T201 -- the program's output
    given.out.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
