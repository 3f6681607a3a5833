import pytest

from chunker.documents import Document, Page, PageMap, PageStart
from eval.gold.evidence import TextSpan
from eval.measures.page_truth import FIRST_PAGE_CHARS, PagedSource, page_truth


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
