"""Do these passages answer the question? A calibrated probability from a few signals.

A logistic regression: each signal says how far it is from its mean in standard deviations, and the
probability follows from their weighted sum, so that a person can see what spoke for an answer and what
against it. ``python -m eval.calibration`` learns the weights from questions whose evidence is there and
the same questions with the evidence taken away; the length of a question is no signal.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from embeddings.retriever import Retrieval
    from service.extracting import Sentence

JUDGED_HITS = 10
"""How many of the best passages are looked at."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic regression: ``terms`` gives each signal its (mean, standard deviation, weight)."""

    intercept: float
    terms: Mapping[str, tuple[float, float, float]]

    def probability(self, signals: Mapping[str, float]) -> float:
        """Return the probability that the question is answered; a missing signal counts as average."""
        total = self.intercept + sum(
            weight * (signals.get(name, mean) - mean) / deviation
            for name, (mean, deviation, weight) in self.terms.items()
        )
        return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, total))))


def signals_of(retrieval: Retrieval, sentences: Sequence[Sentence]) -> dict[str, float]:
    """Return what speaks for an answer, by name; nothing where there are no hits.

    ``cosine``: the best passage's; ``gap``: how far the first hit's score is above the fifth's. With late
    interaction also ``late``, that of the first hit, and ``sentence``, the cosine of the sentence nearest
    to the question.
    """
    hits = retrieval.hits[:JUDGED_HITS]
    if not hits:
        return {}
    scores = [hit.score for hit in hits]
    signals = {
        "cosine": max(hit.scores.dense or 0.0 for hit in hits),
        "gap": scores[0] - scores[min(4, len(scores) - 1)],
    }
    if hits[0].scores.late_interaction is not None:
        signals["late"] = hits[0].scores.late_interaction
        signals["sentence"] = max((sentence.cosine or 0.0 for sentence in sentences), default=0.0)
    return signals


def confidence(signals: Mapping[str, float]) -> float:
    """Return the calibrated probability that the passages hold the answer; 0 where there are no signals."""
    if not signals:
        return 0.0
    kind = "with_late_interaction" if "late" in signals else "without_late_interaction"
    return packaged_calibrations()[kind].probability(signals)


@lru_cache(maxsize=1)
def packaged_calibrations() -> dict[str, Calibration]:
    """Return the calibrations that come with this program, by name."""
    stored = json.loads((files("service") / "data" / "calibration.json").read_text(encoding="utf-8"))
    return {
        name: Calibration(
            values["intercept"], {signal: tuple(term) for signal, term in values["terms"].items()}
        )
        for name, values in stored["calibrations"].items()
    }
