import pytest
from encoders import WordHashEncoder
from index_support import CHUNKING, make_source

from chunker.documents import Page, PageStart
from embeddings.local_index import LocalIndex
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
