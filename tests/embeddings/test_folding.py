import pytest
from encoders import WordHashEncoder
from hypothesis import given
from hypothesis import strategies as st
from index_support import CHUNKING, make_source

from chunker.documents import Page, PageStart
from embeddings.local_index import LocalIndex
from embeddings.ranking.folding import fold_duplicates, shingles
from embeddings.ranking.retriever import RetrievalSettings, Retriever

SENTENCES = [
    "The envoy of Batum spoke at length about the fishing rights in the harbour.",
    "He asked that the customs house be moved to the northern shore before winter.",
    "The delegation from Odessa replied that no money was left for such a building.",
    "Both sides agreed to meet again in Trebizond on the third day of March.",
    "A secretary wrote down every word of it and sent the record to Moscow.",
    "Nobody mentioned the two steamers that had been taken away in the autumn.",
]
LETTER = " ".join(SENTENCES)


@pytest.fixture
def hits_for(tmp_path):
    """Search a book whose paper has pages, and a web page with the same paper cut elsewhere."""
    book = make_source("book.txt", LETTER, page_starts=(PageStart(0, Page("404", "printed")),))
    page = make_source("web.txt", f"An introduction of some words that nobody needs. {LETTER}")
    with LocalIndex.open(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        index.add([book, page])
        retriever = Retriever(index, WordHashEncoder(), RetrievalSettings())
        yield lambda question: retriever.retrieve(question, top_k=5).hits


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_paper_with_and_without_pages_is_cited_by_page_with_both_places(hits_for, sentence):
    best = hits_for(sentence)[0]
    assert best.place.source_name == "book.txt"
    assert best.place.passage.page == Page("404", "printed")
    assert sentence in best.place.passage.text
    assert "web.txt" in {place.source_name for place in best.also_in}


def test_no_document_is_named_twice(hits_for):
    for hit in hits_for("the fishing rights in the harbour of Trebizond"):
        ids = [place.document.id for place in (hit.place, *hit.also_in)]
        assert len(ids) == len(set(ids))


def test_no_passage_comes_twice(hits_for):
    shown = [hit.place.passage.id for hit in hits_for("envoy delegation secretary steamers")]
    assert len(shown) == len(set(shown))


PAPER = "the ambassador said that turkey would stay neutral as long as nobody touched the straits"
OTHER = "the delegation asked for the return of prisoners of war held in the camps near constantinople"


def test_the_same_words_are_folded_into_the_better_ranked():
    ranked = [shingles(PAPER), shingles(OTHER), shingles(PAPER + " today")]
    assert fold_duplicates(ranked) == [(0, [2]), (1, [])]


def test_words_that_stand_in_two_better_ranked_passages_are_named_by_both():
    whole = f"{PAPER} {OTHER}"
    assert fold_duplicates([shingles(PAPER), shingles(OTHER), shingles(whole)]) == [(0, [2]), (1, [2])]


def test_a_passage_that_says_something_new_besides_is_kept():
    new = "he added that the fleet had left sevastopol in the night for an unknown destination in the south"
    assert fold_duplicates([shingles(PAPER), shingles(f"{PAPER} {new}")]) == [(0, []), (1, [])]


@pytest.mark.parametrize("texts", [[], [""], ["", ""]])
def test_empty_texts_are_no_trouble(texts):
    assert sum(1 + len(others) for _, others in fold_duplicates([shingles(t) for t in texts])) == len(texts)


@given(st.lists(st.text(alphabet="ab ", max_size=30), max_size=8))
def test_every_text_is_kept_or_folded_and_kept_ones_stay_in_rank_order(texts):
    groups = fold_duplicates([shingles(text) for text in texts])
    kept = [position for position, _ in groups]
    folded = {position for _, others in groups for position in others}
    assert kept == sorted(kept)
    assert set(kept).isdisjoint(folded)
    assert set(kept) | folded == set(range(len(texts)))
