import pytest

from chunker.documents import Document, Page, PageMap, PageStart
from eval.gold.evidence import LocatedEvidence, LocatedQuestion, TextSpan
from eval.gold.questions import GoldQuestion
from eval.measures.pages import FIRST_PAGE_CHARS, PagedSource, page_truth, page_values
from eval.measures.response import Response, RetrievedPassage


def document(start, end):
    return Document(f"d{start}", "s", 0, "Note", start, end)


def pages(*starts):
    return PageMap(tuple(PageStart(offset, page) for offset, page in starts))


CONTENTS = PagedSource(
    pages(
        (100, Page("21", "contents")), (2000, Page("22", "estimated", 1)), (5000, Page("24", "estimated", 1))
    ),
    (document(0, 100), document(100, 5000), document(5000, 9000)),
)
PRINTED = PagedSource(pages((0, Page("iv", "printed")), (50, Page("1", "printed"))), (document(0, 99),))


@pytest.mark.parametrize(
    ("source", "start", "end", "page"),
    [
        ("contents", 100, 200, "21"),
        ("contents", 200, 100 + FIRST_PAGE_CHARS, "21"),
        ("contents", 200, 101 + FIRST_PAGE_CHARS, None),
        ("contents", 3000, 3100, None),
        ("contents", 5000, 5100, None),
        ("contents", 10, 20, None),
        ("contents", 50, 150, None),
        ("printed", 10, 20, "iv"),
        ("printed", 60, 70, "1"),
        ("elsewhere", 10, 20, None),
    ],
)
def test_a_page_is_the_truth_only_where_it_is_printed_or_begins_a_listed_document(source, start, end, page):
    page_of = page_truth({"contents": CONTENTS, "printed": PRINTED})
    assert page_of(TextSpan(source, start, end)) == page


PLACE, MISSED = TextSpan("book.txt", 0, 10), TextSpan("book.txt", 9000, 9010)
WANTED = LocatedQuestion(GoldQuestion("q", "What?", "factoid", "", True), (LocatedEvidence((PLACE,)),))


def paged(page, page_end=None, at=None):
    passage = RetrievedPassage(at or PLACE, "text", page=page, page_end=page_end)
    return Response("What?", answerable=True, confidence=0.5, passages=(passage,))


@pytest.mark.parametrize(
    ("page", "page_end", "exact", "within"),
    [
        ("404", None, 1.0, 1.0),
        ("403", "405", 1.0, 1.0),
        ("405", "406", 0.0, 1.0),
        ("402", "403", 0.0, 1.0),
        ("402", None, 0.0, 0.0),
        ("406", None, 0.0, 0.0),
        (None, None, 0.0, 0.0),
        ("iv", None, 0.0, 0.0),
    ],
)
def test_the_true_page_must_lie_in_the_cited_range(page, page_end, exact, within):
    found = page_values(WANTED, paged(page, page_end), lambda _: "404")
    assert found == {"page_exact": exact, "page_within_1": within}


def test_roman_pages_are_compared_as_labels():
    found = page_values(WANTED, paged("iv"), lambda _: "iv")
    assert found == {"page_exact": 1.0, "page_within_1": 1.0}


def test_pages_are_not_judged_where_the_truth_is_unknown_or_the_evidence_not_found():
    assert page_values(WANTED, paged("404"), lambda _: None) == {}
    assert page_values(WANTED, paged("404", at=MISSED), lambda _: "404") == {}
