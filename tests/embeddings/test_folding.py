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


FORM = (
    "The council of the guild of pilots at {town} hereby appoints {name} to the office of harbour pilot from "
    "{day}, at a yearly salary of {sum} kroner. He shall keep a boat and report each month to the chairman."
)
FILLED = {"town": "Roennesund", "name": "Peder Lund", "day": "1 May 1902", "sum": "800"}
PAGED = (PageStart(0, Page("41", "printed")),)


@pytest.fixture
def found(tmp_path):
    """Search sources given by name; those of a name that begins with "book" have pages."""

    def search(question, **texts):
        sources = [
            make_source(f"{name}.txt", text, **({"page_starts": PAGED} if name.startswith("book") else {}))
            for name, text in texts.items()
        ]
        index.add(sources)
        return Retriever(index, WordHashEncoder(), RetrievalSettings()).retrieve(question, top_k=5).hits

    with LocalIndex.open(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        yield search


def shown_and_named(hits):
    return [(hit.place.source_name, {place.source_name for place in hit.also_in}) for hit in hits]


@pytest.mark.parametrize(
    "other", [{"name": "Jens Krogh"}, {"day": "1 May 1903"}, {"sum": "820"}, {"town": "Vestoe"}]
)
def test_papers_of_one_form_are_all_shown_and_none_is_named_as_another(found, other):
    hits = found(" ".join(other.values()), book=FORM.format(**FILLED), loose=FORM.format(**FILLED | other))
    assert {source for source, _ in shown_and_named(hits)} == {"book.txt", "loose.txt"}
    assert not any(hit.also_in for hit in hits)
    assert hits[0].place.source_name == "loose.txt"
    assert next(iter(other.values())) in hits[0].place.passage.text


def test_a_paper_that_takes_back_another_is_not_shown_as_it(found):
    paper = FORM.format(**FILLED)
    hits = found("taken back", book=paper, loose=f"{paper} All this was taken back a year later.")
    assert hits[0].place.source_name == "loose.txt"


def test_a_clause_that_papers_of_other_dates_share_is_each_papers_own(found):
    clause = "He shall keep a boat and report each month to the chairman of the council, who pays him."
    first, second = (f"{day}. {FORM.format(**FILLED | {'day': day})}\n\n{clause} {clause}" for day in DAYS)
    for hit in found("report each month to the chairman", book=first, loose=second):
        assert not hit.also_in


DAYS = ("3 June 1904", "9 July 1911")


def test_a_loose_copy_of_a_paper_in_a_register_of_forms_is_cited_by_the_registers_page(found):
    filled = [FORM.format(**FILLED | {"name": name}) for name in ("Peder Lund", "Jens Krogh", "Niels Friis")]
    hits = found("Jens Krogh", book="\n\n".join(filled), loose=filled[1].upper())
    assert shown_and_named(hits)[0] == ("book.txt", {"loose.txt"})
    assert "Jens Krogh" in hits[0].place.passage.text


def test_a_hit_with_a_page_stays_where_it_is(found):
    paper = FORM.format(**FILLED)
    hits = found("Peder Lund", book=paper, book_two=f"{paper}\n", loose=f"{paper}\n\n")
    for shown, named in shown_and_named(hits):
        assert shown.startswith("book")
        assert {shown} | named == {"book.txt", "book_two.txt", "loose.txt"}
    assert len({hit.place.passage.text for hit in hits}) == len(hits)


@pytest.mark.parametrize("cut", range(1, 40, 6))
def test_each_passage_of_a_copied_paper_names_its_copy_however_that_is_cut(found, cut):
    introduction = " ".join(["Introduced"] * cut)
    for sentence in SENTENCES:
        hits = found(sentence, book=LETTER, loose=f"{introduction}. {LETTER}")
        for shown, named in shown_and_named(hits):
            assert named == {"loose.txt"} or shown == "loose.txt"


def test_punctuation_keeps_no_copies_apart(found):
    paper = "The brig Astra arrived at Cadiz on Monday with all hands and the mail was landed."
    loose = paper.replace(" on Monday", ", on Monday,").replace(" and the", "; and the")
    [(shown, named)] = shown_and_named(found("Astra", book=paper, loose=loose))
    assert (shown, named) == ("book.txt", {"loose.txt"})
