"""Words read from pictures of pages: kept as they came, and what passages and ranges of text owe them."""

from dataclasses import replace

import pytest
from encoders import WordHashEncoder
from index_support import CHUNKING, make_source, now

from chunker.documents import Span
from chunker.recognised import RecognisedPage, RecognisedWord, confidence_of
from embeddings.indexing.rebuilding import rebuild
from embeddings.local_index import LocalIndex

TYPED = "The first page is typed."
SCANNED = "The second page is scanned."
TEXT = f"{TYPED}\n\n{SCANNED}"


def scanned_page(text, words, position, confidence=90):
    start = text.index(words)
    placed = []
    for number, word in enumerate(words.split()):
        at = text.index(word, start)
        place = (100 * number, 200, 100 * number + 90, 300)
        placed.append(RecognisedWord(at, at + len(word), number // 3, *place, confidence - number))
        start = at + len(word)
    return RecognisedPage(position, tuple(placed))


PAGE = scanned_page(TEXT, SCANNED, 2)


def test_recognised_words_are_kept_as_they_came(tmp_path):
    source = make_source("minutes.pdf", TEXT, recognised=(PAGE,))
    with LocalIndex.open(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        index.add([source])
        assert now(index).recognised(source.id, Span(0, len(TEXT))) == (PAGE,)
        assert now(index).recognised(source.id, Span(0, len(TYPED))) == ()
        again = replace(source, recognised=(scanned_page(TEXT, SCANNED, 2, confidence=50),))
        index.add([again])
        assert now(index).recognised(source.id, Span(len(TEXT) - 3, len(TEXT))) == again.recognised


@pytest.mark.parametrize(
    ("words", "confidence"), [(TYPED, None), ("second page", 0.885), (TEXT, 0.88), ("canned", 0.86)]
)
def test_how_sure_a_reading_is_is_the_mean_of_its_words(words, confidence):
    start = TEXT.index(words)
    assert confidence_of([PAGE], start, start + len(words)) == confidence


def test_a_range_over_two_pages_has_the_words_of_both():
    text = "One two.\n\nThree four."
    pages = [scanned_page(text, "One two.", 1), scanned_page(text, "Three four.", 2, confidence=70)]
    start = text.index("two")
    assert confidence_of(pages, start, text.index(" four")) == pytest.approx((0.89 + 0.70) / 2)


def test_what_a_range_covers_is_a_rectangle_a_line():
    start = TEXT.index("page is scanned")
    boxes = PAGE.boxes_of(start, start + len("page is scanned"))
    assert boxes == [(0.02, 0.02, 0.029, 0.03), (0.03, 0.02, 0.049, 0.03)]


def test_passages_know_how_sure_their_reading_is_also_after_a_rebuild(tmp_path):
    source = make_source("minutes.pdf", TEXT, recognised=(PAGE,))
    with LocalIndex.open(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        index.add([source])
        before = _confidences(index)
    assert before == [0.88]
    rebuild(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING)
    with LocalIndex.open(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        assert _confidences(index) == before
        assert now(index).recognised(source.id, Span(0, len(TEXT))) == (PAGE,)


def _confidences(index):
    with index.snapshot() as snapshot:
        (record,), _ = snapshot.documents()
        assert snapshot.ocr_confidence(record.document.id) == pytest.approx(0.88)
        return [passage.ocr_confidence for passage in snapshot.passages_of(record.document.id)]
