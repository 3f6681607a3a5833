"""Evaluated questions and a run of them made by hand, for tests of reports and of the gate."""

from dataclasses import replace

from eval.gold.evidence import LocatedEvidence, LocatedQuestion, TextSpan
from eval.gold.questions import Evidence, GoldQuestion
from eval.measures.response import Response, RetrievedPassage
from eval.runs.run import HIDDEN, QUESTIONS, IndexFacts, Run, evaluated


def outcome(identity, kind="factoid", *, rank=1, confidence=0.9, answerable=True, answered=True, **values):
    evidence = (Evidence("the words", "A note", "1920-01-02"),) if answerable else ()
    gold = GoldQuestion(identity, f"What of {identity}?", kind, "An answer.", answerable, evidence)
    place = TextSpan("book.txt", 0, 9)
    located = LocatedQuestion(gold, (LocatedEvidence((place,)),) if answerable else ())
    passage = RetrievedPassage(
        place if rank == 1 else TextSpan("book.txt", 50, 60), "the words", title="A note"
    )
    response = Response(
        gold.question, answered, confidence, (passage,), timings_ms={"total": 10.0 * (rank or 9)}
    )
    found = (
        {"hit@5": float(bool(rank) and rank <= 5), "mrr@10": 1 / rank if rank else 0.0} if answerable else {}
    )
    own = {"confidence": confidence, "answered": float(answered)} | found | values
    return replace(evaluated(located, response, own), first_hit_rank=rank if answerable else None)


ASKED = (
    outcome("q1"),
    outcome("q2", rank=2, confidence=0.8),
    outcome("q3", "multi", rank=None, confidence=0.3, answered=False),
    outcome("q4", "unanswerable", answerable=False, confidence=0.4),
)
ASKED_HIDDEN = (outcome("q1", answerable=False, confidence=0.2, answered=False, leaked=0.0),)
RUN = Run(
    "A run",
    "2020-01-02T03:04:05+00:00",
    IndexFacts("minilm", 12, 3, 4_500_000),
    {QUESTIONS: ASKED, HIDDEN: ASKED_HIDDEN},
    settings={"top_k": 20},
    versions={"dossier": "1"},
)
