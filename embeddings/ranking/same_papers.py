"""Whether a passage's very words stand in another document, and whether the two can be one paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz.distance import Levenshtein

from embeddings.ranking.repeating import repeats, standing
from embeddings.ranking.wording import read_words, same_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chunker.documents import Document
    from embeddings.ranking.wording import Word
    from embeddings.search import Place
    from embeddings.store.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class SamePaperSettings:
    """How far around a passage its document is read; chosen by hand, not measured.

    A copy may be cut into passages elsewhere, so a passage is looked for in the other's passage and as many
    characters around it as it has itself, and ``margin_chars``. What tells two papers of one form apart may
    stand before or behind: ``context_chars`` there, and at the document's beginning, must not differ. A
    passage's words are in at most ``around_passages`` to each side of one that shares words with it. Titles
    with ``alike_titles`` of the shorter one's words in common are of one form.
    """

    margin_chars: int = 200
    context_chars: int = 1000
    around_passages: int = 2
    alike_titles: float = 0.5


SAME_PAPER = SamePaperSettings()


class Papers:
    """Compares passages by their words in the texts that they come from, each text read once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._words: dict[tuple[str, int, int], tuple[Word, ...]] = {}
        self._repeats: dict[tuple[str, str], bool] = {}
        self._can_be_one: dict[tuple[str, str], bool] = {}

    def repeats(self, place: Place, other: Place) -> bool:
        """Return whether a passage's words all stand at another place, or around it in its document.

        A short introduction or a site's own words may stand beside them. False where the two documents
        differ in what they say of themselves or around these words: then each is a paper of its own.
        """
        key = place.passage.id, other.passage.id
        if key not in self._repeats:
            self._repeats[key] = key[0] == key[1] or self._stands_at(place, other)
        return self._repeats[key]

    def _stands_at(self, place: Place, other: Place) -> bool:
        own = self._read(place.document, place.passage.start_char, place.passage.end_char)
        margin = len(place.passage.text) + SAME_PAPER.margin_chars
        theirs = self._read(
            other.document, other.passage.start_char - margin, other.passage.end_char + margin
        )
        if not repeats(own, theirs):
            return False
        return place.document.id == other.document.id or self._may_be_one(place, other)

    def around(self, place: Place) -> list[tuple[Place, str]]:
        """Return a passage and those around it in its document, with their folded texts."""
        first = max(0, place.passage.ordinal - SAME_PAPER.around_passages)
        last = place.passage.ordinal + SAME_PAPER.around_passages
        keys = self._snapshot.passage_keys(place.document.id)[first : last + 1]
        texts = self._snapshot.folded_texts(keys)
        return [(one, texts[key]) for key, one in zip(keys, self._snapshot.places(keys), strict=True)]

    def _may_be_one(self, place: Place, other: Place) -> bool:
        key = (place.passage.id, other.passage.id)
        if key not in self._can_be_one:
            self._can_be_one[key] = self._can_be_one[key[::-1]] = _say_the_same_of_themselves(
                place.document, other.document
            ) and not self._differ_around(*sorted((place, other), key=_document_chars))
        return self._can_be_one[key]

    def _differ_around(self, place: Place, larger: Place) -> bool:
        """Return whether the words around a passage are those of a larger document filled in differently.

        The larger one may be a register that holds other papers as well, so its own are not looked for.
        """
        reach, span, document = SAME_PAPER.context_chars, place.passage, place.document
        before, after = span.start_char - reach, span.end_char + reach
        head = self._read(document, before, span.start_char)
        tail = self._read(document, span.end_char, after)
        pieces = [  # without a word that the cut may have halved
            head[1:] if before > document.start_char else head,
            tail[:-1] if after < document.end_char else tail,
        ]
        if before > document.start_char:
            pieces.append(self._read(document, document.start_char, document.start_char + reach)[:-1])
        margin = 2 * reach
        theirs = [
            self._read(larger.document, max(0, start - margin), end + margin)
            for start, end in {
                (larger.passage.start_char, larger.passage.end_char),
                (larger.document.start_char, larger.document.start_char),
            }
        ]
        for piece in pieces:
            found = [standing(piece, words) for words in theirs]
            if any(one.is_alike for one in found) and not any(one.relation == "same" for one in found):
                return True
        return False

    def _read(self, document: Document, start_char: int, end_char: int) -> tuple[Word, ...]:
        """Return the words of a part of a document's source, cut where the document begins and ends."""
        start = max(start_char, document.start_char)
        end = min(end_char, document.end_char)
        key = (document.source_id, start, end)
        if key not in self._words:
            text = self._snapshot.text(document.source_id, start, end) if start < end else ""
            self._words[key] = read_words(text or "")
        return self._words[key]


def _document_chars(place: Place) -> int:
    return place.document.end_char - place.document.start_char


def _say_the_same_of_themselves(one: Document, other: Document) -> bool:
    """Return whether two documents' dates and titles do not contradict each other."""
    first, second = one.metadata.date, other.metadata.date
    if first and second and (first.end < second.start or second.end < first.start):
        return False
    if one.file_title or other.file_title:  # the first words of a text, or the name of a file, are no title
        return True
    return not _are_of_one_form(read_words(one.title), read_words(other.title))


def _are_of_one_form(title: Sequence[Word], other: Sequence[Word]) -> bool:
    """Return whether two titles are half the same and have, where they are not, words that differ."""
    steps = Levenshtein.opcodes([word.form for word in title], [word.form for word in other])
    equal = sum(step.src_end - step.src_start for step in steps if step.tag == "equal")
    return equal >= SAME_PAPER.alike_titles * min(len(title), len(other)) and any(
        not same_run(title[step.src_start : step.src_end], other[step.dest_start : step.dest_end])
        for step in steps
        if step.tag == "replace"
    )
