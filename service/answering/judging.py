"""Do these passages answer the question? A calibrated probability from a few signals.

Each signal says how far it is from its mean in standard deviations and has a fixed vote, so that a person
can see what spoke for an answer and what against it; a logistic curve makes the sum of the votes a
probability. Votes that are fixed tell unseen questions better than weights fitted to few (Dawes, The
robust beauty of improper linear models, 1979): fitted ones forget what meaning says wherever words say it
too. ``python -m eval.studies.calibration`` learns means, deviations and the curve from collections of
several sizes and kinds, from questions whose evidence is there and the same questions with the evidence taken
away; the length of a question is no signal.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from embeddings.ranking.retriever import Retrieval
    from service.answering.extracting import Sentence


@dataclass(frozen=True, slots=True)
class JudgingSettings:
    """What the signals look at; the calibration holds for these values only.

    The best ``hits`` passages are looked at: the first ten hold the evidence of .985 of the development
    questions that have any in the index. The first hit's lead is over the rest of the first ``field``, as
    many as are shown unless asked otherwise.
    """

    hits: int = 10
    field: int = 5


JUDGING = JudgingSettings()

VOTES: Mapping[str, Mapping[str, float]] = {
    "with_late_interaction": {"tokens": 6, "lead": 3, "passage": 2, "words": 2, "type": 1},
    "without_late_interaction": {"passage": 3, "margin": 1, "type": 1},
}
"""How much each signal counts: most what means the same in collections of any kind and size.

A cosine does not: it is higher where documents have long titles, and where there are more passages to
choose from. Nor do what weighs words by their rarity, which four letters do not tell, and scores that are
stretched to 0..1 among the few or many that there are.
"""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic curve over votes: ``terms`` gives each signal its (mean, standard deviation, weight)."""

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

    ``passage``: the best passage's cosine with the question; ``margin``: how far the first hit's score is
    above the next four; ``type``: -1 where the question asks for a number or a date and the best sentence
    gives none, else 0. With late interaction also ``lead``, how far the first hit is above the next four
    by that; ``tokens``, the best late interaction of a passage that is quoted from, and ``words``, of a
    sentence, each word by its rarity in the language. ``sentences`` come best first. What cannot be told
    is left out.
    """
    hits = retrieval.hits[: JUDGING.hits]
    if not hits:
        return {}
    signals = {"passage": max(hit.scores.dense or 0.0 for hit in hits)}
    late = [hit.scores.late_interaction for hit in hits if hit.scores.late_interaction is not None]
    if len(hits) > 1:
        signals["margin"] = hits[0].score - fmean(hit.score for hit in hits[1 : JUDGING.field])
    if len(late) > 1:
        signals["lead"] = late[0] - fmean(late[1 : JUDGING.field])
    scored = [sentence for sentence in sentences if sentence.scores]
    if scored:
        read = {hits[sentence.rank - 1].place.passage.id for sentence in scored}
        signals["tokens"] = max(retrieval.matches[passage_id].by_language for passage_id in read)
        signals["words"] = max(sentence.scores.by_language for sentence in scored if sentence.scores)
    if sentences:
        signals["type"] = -float(sentences[0].gives is False)
    return signals


def confidence(signals: Mapping[str, float]) -> float:
    """Return the calibrated probability that the passages hold the answer; 0 where there are no signals."""
    if not signals:
        return 0.0
    kind = "with_late_interaction" if "words" in signals else "without_late_interaction"
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
