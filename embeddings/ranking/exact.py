"""A catalogue search over one index: every passage counted, the best shown, folded as for questions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import islice, product
from typing import TYPE_CHECKING

from chunker.text.letters import other_spellings
from embeddings.expressions import AllOf, AnyOf, Phrase, phrases_of
from embeddings.ranking.folding import FoldingSettings, fold_hits
from embeddings.ranking.spelling import SpellingSettings, respelt
from embeddings.search import Filters, Hit, Scores, SearchOrder
from embeddings.stages import timed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embeddings.expressions import Expression
    from embeddings.local_index import LocalIndex
    from embeddings.search import HiddenSpan
    from embeddings.store.exact_search import ExactMatches
    from embeddings.store.records import Facets, IndexInfo
    from embeddings.store.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Held:
    """How many passages hold a phrase by itself; ``alike`` are words it may be meant for."""

    phrase: Phrase
    passages: int
    alike: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExactRetrieval:
    """What a catalogue search found.

    ``wanted`` is what was looked for, with the other forms of words that no passage holds as they were asked
    for. ``passages`` and ``documents`` count all that match; where not ``is_whole`` there may be more.
    ``hits`` are the best, or the earliest; ``per_document`` says of each document among them, by id, how many
    of its passages match, and ``facets`` what all documents that match can be filtered by. ``meant`` gives
    each word that no passage holds, as it was asked, what it may be meant for. Where nothing matches,
    ``held`` tells of each phrase by itself, the first ones if there are many; of a single phrase it tells of
    its words, and of a single word of all words that begin so.
    """

    wanted: Expression
    hits: tuple[Hit, ...]
    passages: int
    documents: int
    is_whole: bool
    index: IndexInfo
    facets: Facets
    per_document: dict[str, int] = field(default_factory=dict)
    meant: dict[str, tuple[str, ...]] = field(default_factory=dict)
    held: tuple[Held, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)


_PHRASES_TOLD = 8
"""Phrases that are counted by themselves where nothing is found: as many as a sentence can tell."""


def retrieve_exactly(
    index: LocalIndex,
    wanted: Expression,
    *,
    top_k: int,
    order: SearchOrder = "relevance",
    filters: Filters | None = None,
    hidden: Sequence[HiddenSpan] = (),
    folding: FoldingSettings | None = None,
) -> ExactRetrieval:
    """Return the ``top_k`` best passages that are what ``wanted`` says, by BM25, and how many there are.

    In the ``order`` of the date they are those of the earliest documents; those without a date come last.

    Passages that overlap a ``hidden`` span are treated as if they were not in the index. A word that no
    passage holds is looked for as its letters may be written otherwise: Djordje in a text's Đorđe.

    Raises:
        ValueError: nothing is looked for, only left out (:func:`embeddings.expressions.names_something`).
    """
    filters, timings_ms = filters or Filters(), dict[str, float]()
    with timed(timings_ms, "search"), index.snapshot() as snapshot:
        left_out = snapshot.overlapping(hidden)
        wanted = _in_other_letters(snapshot, wanted)

        def matches_of(one: Expression) -> ExactMatches:
            return snapshot.exact_search(one, filters=filters, left_out=left_out)

        found = matches_of(wanted)
        documents = snapshot.documents_of([key for key, _ in found.scored])
        passages_of = Counter(one.key for one in documents.values())
        shown = found.scored
        if order == "date":
            shown = sorted(shown, key=lambda one: documents[one[0]].days or _UNDATED)
        hits = _hits(snapshot, shown, top_k, folding or FoldingSettings())
        held: list[Held] = []
        if not found.scored:
            told = _told_of(wanted)
            held = [Held(one, len(matches_of(one).scored), _alike(snapshot, one)) for one in told]
        return ExactRetrieval(
            wanted=wanted,
            hits=hits,
            passages=len(found.scored),
            documents=len(passages_of),
            is_whole=found.is_whole,
            index=snapshot.info(),
            facets=snapshot.facets_among([*passages_of]),
            per_document=_per_document(snapshot, hits, passages_of),
            meant=_meant(snapshot, wanted),
            held=tuple(held),
            timings_ms=timings_ms,
        )


_UNDATED = ("~", "~")
"""Stands after every ISO day."""


def _per_document(snapshot: Snapshot, hits: Sequence[Hit], passages_of: Counter[int]) -> dict[str, int]:
    """Return for each document of ``hits``, by id, how many passages of it there are."""
    keys = snapshot.document_keys([hit.place.document.id for hit in hits])
    return {hit.place.document.id: passages_of[keys[hit.place.document.id]] for hit in hits}


def _hits(
    snapshot: Snapshot, found: Sequence[tuple[int, float]], top_k: int, folding: FoldingSettings
) -> tuple[Hit, ...]:
    scored = found[: top_k + folding.looked_beyond]
    keys = [key for key, _ in scored]
    texts = snapshot.folded_texts(keys)
    best = max((score for _, score in scored), default=0.0) or 1.0
    hits = [
        Hit(place, score / best, Scores(lexical=score))
        for place, (_, score) in zip(snapshot.places(keys), scored, strict=True)
    ]
    return tuple(fold_hits(snapshot, hits, [texts[key] for key in keys], folding)[:top_k])


def _in_other_letters(snapshot: Snapshot, wanted: Expression) -> Expression:
    """Return ``wanted`` with words that no passage holds in the other plain forms that passages do hold."""
    if isinstance(wanted, AllOf | AnyOf):
        return type(wanted)(tuple(_in_other_letters(snapshot, part) for part in wanted.parts))
    if not isinstance(wanted, Phrase) or wanted.is_prefix:
        return wanted
    words = wanted.forms[0]
    held = snapshot.word_counts(words)
    others = {word: other_spellings(word, shortened=True) for word in words if word not in held}
    counts = snapshot.word_counts([form for forms in others.values() for form in forms])
    choices = [(word, *(form for form in others.get(word, ()) if form in counts)) for word in words]
    if all(len(each) == 1 for each in choices):
        return wanted
    return replace(wanted, forms=(*wanted.forms, *islice(product(*choices), 1, _MOST_FORMS)))


_MOST_FORMS = 16
"""Forms of a phrase that are looked for: those of four words that are written in two ways."""


def _told_of(wanted: Expression) -> list[Phrase]:
    """Return what is counted by itself where ``wanted`` is found nowhere."""
    phrases = phrases_of(wanted)
    if len(phrases) == 1:
        words, is_prefix = phrases[0].forms[0], phrases[0].is_prefix
        if len(words) == 1:
            beginning = Phrase(f"{phrases[0].written}*", phrases[0].forms, is_prefix=True)
            return phrases if is_prefix else [phrases[0], beginning]
        read = (Phrase.read(word) for word in phrases[0].written.split())
        phrases = list(dict.fromkeys(filter(None, read)))
    return phrases[:_PHRASES_TOLD]


def _meant(snapshot: Snapshot, wanted: Expression) -> dict[str, tuple[str, ...]]:
    """Return what the words that must be there, and stand nowhere, may have been meant for."""
    phrases = [one for one in phrases_of(wanted)[:_PHRASES_TOLD] if len(one.forms) == 1 and not one.is_prefix]
    words = [word for one in phrases for word in one.forms[0]]
    held = snapshot.word_counts(words)
    missing = {word: 0 for word in words if word not in held}
    if not missing:
        return {}
    written = " ".join(one.written for one in phrases)
    return respelt(snapshot, written, missing, SpellingSettings()).also_searched


def _alike(snapshot: Snapshot, phrase: Phrase) -> tuple[str, ...]:
    """Return what a word that the index does not hold may have been meant for."""
    word = phrase.forms[0][0]
    if phrase.is_prefix or phrase.forms != ((word,),) or snapshot.word_counts([word]):
        return ()
    respelling = respelt(snapshot, phrase.written, {word: 0}, SpellingSettings())
    return next(iter(respelling.also_searched.values()), ())
