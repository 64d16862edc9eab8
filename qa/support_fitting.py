"""Fit the weights of the check: `python -m qa.support_fitting tests/data/paraphrases*.jsonl`."""

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qa.contradictions import contradictions
from qa.likeness import Likeness
from qa.support import certain
from qa.support_cases import Case, support_cases
from qa.weighing import TURNS, WEIGHTS, evidence

__all__ = ["fit_weights", "main"]

FOLDS = 8
FALSE_ALARMS = 0.045
"""Share of the faithful paraphrases that may be refused for all reasons together, out of fold."""
_PARTS = {"rest": 2, "negation": 3, "modality": 2, "direction": 2}
"""How what the rules leave of that is divided: by how hard each kind is to tell from a faithful sentence."""

Numbers = np.ndarray[Any, np.dtype[np.float64]]


def fit_weights(cases: Sequence[Case], likeness: Likeness) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Weights and thresholds by kind from the tuning part, and the share refused of each kind of case out of fold.

    Folds are whole articles, so that no rewording of a fold's sentences is learned from.
    """
    found = [
        contradictions(case.sentence, case.quotes, case.context) if case.kind in ("faithful", *TURNS) else []
        for case in cases
    ]
    fixed = [
        case.kind == "faithful" and bool(certain(case.sentence, case.quotes, one, likeness))
        for case, one in zip(cases, found, strict=True)
    ]
    flags = [{str(one.kind) for one in of_case} for of_case in found]
    learned, scores = {}, {}
    for kind in _PARTS:
        learned[kind], scores[kind] = _learn(cases, flags, kind, likeness)
    faithful = np.array([case.kind == "faithful" for case in cases])
    least, refused = _thresholds(scores, np.array(fixed), faithful)
    weights = {
        kind: [round(float(weight), 3) for weight in (*fit[:-1], least[kind] - fit[-1])]
        for kind, fit in learned.items()
    }
    shares = {kind: float((scores[kind][_false(cases, kind)] > least[kind]).mean()) for kind in _PARTS}
    return weights, {**shares, "faithful": float(refused[faithful].mean())}


def _learn(cases: Sequence[Case], flags: Sequence[set[str]], kind: str, likeness: Likeness) -> tuple[Numbers, Numbers]:
    """Weights for a kind, and each case's log-odds out of fold; minus infinity where there is nothing to weigh."""
    rows = {
        place: row
        for place, (case, of_case) in enumerate(zip(cases, flags, strict=True))
        if (case.kind == "faithful" or case.kind in _made(kind))
        and (row := evidence(case.sentence, case.quotes, kind, likeness=likeness, flagged=kind in of_case))
    }
    places, values = np.array(list(rows)), np.array(list(rows.values()))
    false = _false(cases, kind)[places].astype(float)
    light = np.where(false == 1, (1 - false).sum() / false.sum(), 1.0)
    folds = np.array([_fold(cases[place]) for place in places])
    scores = np.full(len(cases), -np.inf)
    for fold in range(FOLDS):
        inside = folds == fold
        if inside.any():
            learned = _logistic(values[~inside], false[~inside], light[~inside])
            scores[places[inside]] = values[inside] @ learned[:-1] + learned[-1]
    return _logistic(values, false, light), scores


def _made(kind: str) -> tuple[str, ...]:
    """What is false in the cases a kind is learned from; for "rest" they cite another quote or say more than it."""
    return ("citation", "added") if kind == "rest" else (kind,)


def _false(cases: Sequence[Case], kind: str) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    return np.array([case.kind in _made(kind) for case in cases])


def _thresholds(scores: dict[str, Numbers], fixed: Numbers, faithful: Numbers) -> tuple[dict[str, float], Numbers]:
    """The least scores at which no more than `FALSE_ALARMS` of the faithful are refused, and who then is."""
    for allowed in range(int(2 * FALSE_ALARMS * faithful.sum()), -1, -1):
        least = {
            kind: float(np.sort(scores[kind][faithful])[::-1][allowed * part // sum(_PARTS.values())])
            for kind, part in _PARTS.items()
        }
        refused = fixed | np.any([scores[kind] > least[kind] for kind in _PARTS], axis=0)
        if refused[faithful].mean() <= FALSE_ALARMS:
            break
    return least, refused


def _fold(case: Case) -> int:
    return hashlib.sha256((case.context[0] if case.context else case.quotes[0]).encode()).digest()[0] % FOLDS


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
    """Fit on the tuning parts of files of paraphrases, print what is refused out of fold, write the weights."""
    from index.embedding import load_embeddings

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paraphrases", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    given = parser.parse_args(arguments)
    cases = [one for file in given.paraphrases for one in support_cases(file, added=True) if one.half == "tune"]
    weights, refused = fit_weights(cases, Likeness(load_embeddings().encode_tokens))
    for kind, share in refused.items():
        print(f"{kind:<10} {share:.3f} refused out of fold")  # noqa: T201 -- the program's output
    given.out.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
