"""When a question counts as answered, and what an answer is made of."""

from __future__ import annotations

from dataclasses import dataclass, field

from service.answering.extracting import ExtractionSettings
from service.answering.overview import OverviewSettings


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """When a question counts as answered, and what an answer is made of.

    From the confidence ``threshold`` on it is answered. Under it, down to ``doubt``, the nearest words are
    shown as such, neither as an answer nor as a denial; under that the documents do not answer it. An answer
    under ``sure`` says that it may be none. Confidences cannot tell a near miss, so the words are shown and
    the claim is small: a reader can set poor words aside, but not find those that were withheld.

    The bounds are odds where one question in two is answered: even, one in four, one in ten. They are not
    fitted to any collection; what lies above and under them in each, ``python -m eval.studies.calibration``
    tells. By curves that have not seen the collection, of questions with evidence 99 of 100 lie above
    ``threshold`` in the first corpus, in XQuAD and in COVID-QA, and 9 of 9 and 8 of 12 in two folders of four
    letters; of foreign ones 94, 92, 80, 99 and 99 of 100 lie under it, and 72, 70, 62, 98 and 99 under
    ``doubt``.

    In a conversation words that were quoted before follow new ones of at least ``new_share`` of their worth:
    of the 50 follow-ups of the development gold .80 answers hold the evidence at .85, .78 at .75 and without.

    A writer reads the ``read_by_writer`` best passages, as far as they fit its prompt: the first ten hold the
    evidence of .985 of the development questions.
    """

    threshold: float = 0.25
    doubt: float = 0.1
    sure: float = 0.5
    new_share: float = 0.85
    read_by_writer: int = 20
    extraction: ExtractionSettings = field(default_factory=ExtractionSettings)
    overview: OverviewSettings = field(default_factory=OverviewSettings)
