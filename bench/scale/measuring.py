"""Times what readers and writers do with one index, alone in its process, so that its memory is its own."""

from __future__ import annotations

import random
import resource
import statistics
import time
from itertools import product
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING

from chunker.documents import Source, content_id
from embeddings.search import Filters
from embeddings.terms import STOPWORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from embeddings.ranking.retriever import Retriever
    from service.dossier import Dossier

_COMMON_WORDS = 300  # the most frequent content words of an index
_QUESTIONS = 40  # of common words, of four words each
_ROUNDS = 5


def measure(
    dossier: Dossier, retriever: Retriever, questions: Sequence[str], opened_ms: float
) -> dict[str, str]:
    """Return the rows of the table for one index, in the order shown."""
    opened_mb = _resident_mb()
    _ask(retriever, questions[:5])
    common = _common_questions(dossier)
    half = _half(dossier)
    rows = {
        "open": f"{opened_ms:,.0f}",
        "gold questions": _spread(_ask(retriever, questions)),
        "questions of common words": _spread(_ask(retriever, common)),
        "questions, a filter lets half through": _spread(_ask(retriever, questions, half)),
        "questions, a filter lets one source through": _spread(_ask(retriever, questions, _one(dossier))),
        "answer and all": _spread(_timed(lambda q=question: dossier.ask(q)) for question in questions),
    }
    rows |= _changes(dossier, retriever, questions[0])
    rows |= _lists(dossier)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return rows | {"memory after opening / peak, MB": f"{opened_mb:,.0f} / {peak:,.0f}"}


def _ask(retriever: Retriever, questions: Iterable[str], filters: Filters | None = None) -> list[float]:
    return [
        _timed(lambda q=question: retriever.retrieve(q, top_k=10, filters=filters))  # type: ignore[misc]
        for question in questions
    ]


def _common_questions(dossier: Dossier) -> list[str]:
    """Return questions of the words that the most passages hold."""
    words: dict[str, int] = {}
    with dossier.snapshot() as snapshot:
        for start in product(ascii_lowercase, repeat=2):
            words |= snapshot.words_sharing_an_end("".join(start), range(4, 12), limit=_COMMON_WORDS)
    common = [word for word in sorted(words, key=lambda one: (-words[one], one)) if word not in STOPWORDS]
    chosen = random.Random(1)  # noqa: S311 - nothing secret
    return [" ".join(chosen.sample(common[:_COMMON_WORDS], 4)) for _ in range(_QUESTIONS)]


def _half(dossier: Dossier) -> Filters:
    return Filters(sources=tuple(record.name for record in dossier.sources()[::2]))


def _one(dossier: Dossier) -> Filters:
    return Filters(sources=(max(dossier.sources(), key=lambda record: record.passages).name,))


def _changes(dossier: Dossier, retriever: Retriever, question: str) -> dict[str, str]:
    """Add, ask, add again and delete a file of some thirty passages."""
    letter = "The envoy wrote again of the harbour and of cotton. " * 14
    text = "\n\n".join(f"Letter {n}. {letter}" for n in range(29))
    adding, first, again, deleting = [], [], [], []
    for round_ in range(_ROUNDS):
        whole = f"{round_} {text}"
        source = Source(content_id(whole), f"scale-{round_}.txt", "text/plain", whole, len(whole))
        adding.append(_timed(lambda s=source: dossier.index.add([s])))  # type: ignore[misc]
        first.append(_ask(retriever, [question])[0])
        again.append(_timed(lambda s=source: dossier.index.add([s])))  # type: ignore[misc]
        deleting.append(_timed(lambda s=source: dossier.index.delete(s.id)))  # type: ignore[misc]
    return {
        "first question after a commit": _spread(first),
        "adding 29 passages": _spread(adding),
        "an unchanged file": _spread(again),
        "deleting them": _spread(deleting),
    }


def _lists(dossier: Dossier) -> dict[str, str]:
    [record], _ = dossier.documents(offset=max(0, dossier.info().documents - 51), limit=1)
    before = record.document.id
    return {
        "first page of documents": _spread(
            _timed(lambda: dossier.documents(limit=50)) for _ in range(_ROUNDS)
        ),
        "last page of documents": _spread(
            _timed(lambda: dossier.documents(after=before, limit=50)) for _ in range(_ROUNDS)
        ),
        "facets": _spread(_timed(dossier.facets) for _ in range(_ROUNDS)),
    }


def _timed(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


def _spread(milliseconds: Iterable[float]) -> str:
    values = sorted(milliseconds)
    return f"{statistics.median(values):,.1f} / {values[int(0.95 * (len(values) - 1))]:,.1f}"


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 1024**2
