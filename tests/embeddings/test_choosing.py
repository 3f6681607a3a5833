"""Documents chosen by exact rules, against reading every document."""

import pytest
from encoders import WordHashEncoder
from index_support import CHUNKING, make_source

from chunker.documents import Page, PageStart
from embeddings.local_index import LocalIndex
from embeddings.search import Filters
from embeddings.store.choosing import Choice

PAPERS = {
    "a.txt": "Letter of A. Weber to Josef Brandt\n\nMay 3, 1901\n\nThe mills of Astrup stand still.",
    "b.txt": "Letter of A. Weber to Karl Holm\n\nMay 3, 1902\n\nThe mill wheel froze and the bridge fell.",
    "c.txt": "Report on the bridge of Astrup\n\nJune 1903\n\nThe bridge is of oak.\n\nFO 371/1234",
    "d.txt": "Letter of Josef Brandt\n\nThe wheel of Saraçoğlu's mill is new.",
}


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    with LocalIndex.open(
        tmp_path_factory.mktemp("chosen"), encoder=WordHashEncoder(), chunking=CHUNKING
    ) as index:
        index.add([make_source(name, text) for name, text in PAPERS.items()])
        with index.snapshot() as snapshot:
            yield snapshot


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        (Choice(), "abcd"),
        (Choice(people=(("A. Weber",),)), "ab"),
        (Choice(people=(("A. Weber",), ("Josef Brandt", "Karl Holm"))), "ab"),
        (Choice(people=(("A. Weber",), ("Karl Holm",))), "b"),
        (Choice(people=(("Weber",),)), ""),
        (Choice(titles=(("bridge",),)), "c"),
        (Choice(titles=(("of Astrup",),)), "c"),
        (Choice(texts=(("mill",),)), "abd"),
        (Choice(texts=(("mill",), ("bridge",))), "b"),
        (Choice(texts=(("oak", "froze"),)), "bc"),
        (Choice(texts=(("mill wheel",),)), "b"),
        (Choice(texts=(("saracoglu",),)), "d"),
        (Choice(texts=(('"; DROP TABLE documents --',),)), ""),
        (Choice(texts=(("?!",),)), ""),
        (Choice(without_texts=(("mill",),)), "c"),
        (Choice(without_texts=(("mill",), ("bridge",))), "acd"),
        (Choice(without_people=(("A. Weber",), ("Karl Holm",))), "acd"),
        (Choice(days=(("1902-01-01", "1902-12-31"),)), "b"),
        (Choice(days=((None, "1901-12-31"), ("1903-01-01", None))), "ac"),
        (Choice(is_undated=True), "d"),
        (Choice(references=("371/1234",)), "c"),
        (Choice(references=("FO", "371/123")), ""),
        (Choice(texts=(("mill",),), days=(("1902-01-01", None),)), "b"),
    ],
)
def test_documents_are_chosen_by_all_that_is_asked_for(snapshot, choice, names):
    found, total = snapshot.documents(choice=choice)

    assert [record.source_name[0] for record in found] == list(names)
    assert total == len(names)


def test_filters_hold_beside_a_choice(snapshot):
    found, total = snapshot.documents(filters=Filters(kinds=("letter",)), choice=Choice(texts=(("bridge",),)))

    assert ([record.source_name for record in found], total) == (["b.txt"], 1)


def test_pages_are_found_by_their_labels_and_told_by_their_ends(tmp_path):
    pages = ["The first page.", "The second page.", "The third page."]
    text = "\n\n".join(pages)
    with LocalIndex.open(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        for name, labels in (("b.txt", ("xi", "1", "2")), ("a.txt", ("1", "2", "3"))):
            starts = tuple(
                PageStart(text.index(page), Page(label, "printed"))
                for page, label in zip(pages, labels, strict=True)
            )
            index.add([make_source(name, f"{text}\n{name}", page_starts=starts)])
        with index.snapshot() as snapshot:
            ids = {record.id: record.name for record in snapshot.sources()}
            of_one = [(ids[one], *span) for one, *span in snapshot.pages_labelled("1", limit=9)]
            of_eleven = snapshot.pages_labelled("XI", limit=9)
            ranges = snapshot.page_ranges()
            [record] = [one for one in snapshot.sources() if one.name == "a.txt"]
            at_page = snapshot.document_at(record.id, text.index(pages[1]))

    second, third = (text.index(page) for page in pages[1:])
    assert of_one == [("a.txt", 0, second), ("b.txt", second, third)]
    assert [span for _, *span in of_eleven] == [[0, second]]
    assert ranges == [("a.txt", "1", "3"), ("b.txt", "xi", "2")]
    assert at_page.source_name == "a.txt"
