from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from real_corpus import BOOK, corpus_segmentation, corpus_source
from synthetic_books import Setting, write_book

from chunker.documents import Page, PageMap, PageStart, Source
from chunker.pages.inference import infer_pages
from chunker.segmenting.cuts import segment


def _pages(source):
    segmentation = segment(source)
    return infer_pages(source, segmentation.contents, segmentation.documents)


def _inside_offsets(book, step=211):
    return range(book.paper_starts[0], book.paper_starts[-1], step)


_SETTINGS = {
    "bold": Setting(),
    "dots": Setting(entry="{title} ........ {page}", title="{title}", line_width=80, page_lines=44),
    "no traces": Setting(title="## {title}", entry="{title}\t{page}", cuts_paragraphs=False, page_lines=30),
    "shared pages": Setting(shares_pages=True),
}


@pytest.mark.parametrize("setting", _SETTINGS.values(), ids=_SETTINGS)
def test_the_contents_give_the_first_pages_and_misprints_are_not_believed(setting):
    book = write_book(papers=36, seed=11, setting=setting, misprints=(5, 20), max_sentences=40)
    page_map = _pages(book.source)
    for number, (start, page) in enumerate(zip(book.paper_starts, book.pages_of_papers, strict=True)):
        found = page_map.at(start)
        if number in book.misprints:
            assert found.method == "estimated"
            assert abs(int(found.label) - page) <= found.margin
        else:
            assert found == Page(str(page), "contents", 0)


@pytest.mark.parametrize("setting", _SETTINGS.values(), ids=_SETTINGS)
def test_pages_inside_papers_lie_within_the_margin_and_mostly_exactly(setting):
    book = write_book(papers=36, seed=12, setting=setting, max_sentences=60)
    page_map = _pages(book.source)
    errors = [
        (abs(int(page.label) - book.page_at(offset)), page)
        for offset in _inside_offsets(book)
        if (page := page_map.at(offset)) is not None
    ]
    assert len(errors) == len(_inside_offsets(book))
    assert sum(error == 0 for error, _ in errors) >= 0.9 * len(errors)
    assert sum(error <= page.margin for error, page in errors) >= 0.97 * len(errors)


def test_what_is_called_known_is_right():
    for setting in _SETTINGS.values():
        book = write_book(papers=30, seed=13, setting=setting, max_sentences=50)
        page_map = _pages(book.source)
        known = [o for o in _inside_offsets(book) if page_map.at(o).method == "contents"]
        wrong = [offset for offset in known if page_map.at(offset).label != str(book.page_at(offset))]
        assert known
        assert wrong == []


def test_printed_pages_win_over_the_contents():
    book = write_book(papers=12, seed=3, max_sentences=10)
    printed = (PageStart(0, Page("i", "printed")), PageStart(400, Page("ii", "printed")))
    source = book.source
    source = Source(
        source.id, source.name, source.media_type, source.text, source.size_bytes, page_starts=printed
    )
    assert _pages(source) == PageMap(printed)


def _shown(book, label):
    """The book as a file that shows its pages, without numbers: ``label`` is made from the position."""
    starts = [
        PageStart(start, Page(label(position), "estimated"))
        for position, (start, _) in enumerate(book.page_starts, start=1)
    ]
    return replace(book.source, page_starts=tuple(starts))


def test_the_contents_number_pages_that_the_file_only_counts():
    book = write_book(papers=24, seed=5, max_sentences=30, misprints=(6,))
    page_map = _pages(_shown(book, str))
    for offset in _inside_offsets(book):
        assert page_map.at(offset) == Page(str(book.page_at(offset)), "contents")


def test_positions_that_the_contents_do_not_number_stay_and_are_called_positions():
    book = write_book(papers=12, seed=5, setting=Setting(entry="{title}"), max_sentences=20)
    source = _shown(book, str)
    assert _pages(source) == PageMap(source.page_starts)
    assert all(start.page.is_position for start in source.page_starts)


def test_labels_of_the_file_that_are_no_positions_stay():
    book = write_book(papers=12, seed=5, max_sentences=20)
    source = _shown(book, lambda position: f"A-{position}")
    assert _pages(source) == PageMap(source.page_starts)


@pytest.mark.parametrize(
    "text",
    ["", "Nothing but prose. " * 400, "CONTENTS\n\nOne\nTwo\nThree\n\nOne\n\nProse.\n\nTwo\n\nMore.\n"],
)
def test_no_page_is_invented_where_none_is_named(text):
    assert _pages(Source("id", "a.txt", "text/plain", text, len(text))) == PageMap()


def test_text_before_the_first_and_after_the_last_listed_paper_has_no_page():
    book = write_book(papers=12, seed=3, max_sentences=30)
    page_map = _pages(book.source)
    assert page_map.at(0) is None
    assert page_map.at(book.paper_starts[0] - 1) is None
    assert page_map.at(book.paper_starts[-1]).label == str(book.pages_of_papers[-1])
    assert page_map.at(len(book.text)) is None


def test_one_known_page_is_not_stretched_over_a_long_paper():
    entries = ("One thing that was done - **P3**", "Another that was not", "A third", "A fourth thing")
    more = ("The last that nobody found - **P4**", "More of what is not there - **P9**")
    bodies = (
        f"{title}\n\n{'Words that fill the page. ' * 400}"
        for title in ("One thing that was done", *entries[1:])
    )
    text = "\n\n".join(["CONTENTS", *entries, *more, *bodies])
    page_map = _pages(Source("id", "a.txt", "text/plain", text, len(text)))
    start = text.index("One thing", text.index("P9"))
    assert page_map.at(start) == Page("3", "contents")
    assert page_map.at(start + 5_000) is None


@settings(max_examples=20, deadline=None)
@given(
    papers=st.integers(4, 14),
    seed=st.integers(0, 10_000),
    misprints=st.sets(st.integers(0, 3), max_size=2),
    shares_pages=st.booleans(),
    cuts_paragraphs=st.booleans(),
)
def test_pages_never_run_backwards(papers, seed, misprints, shares_pages, cuts_paragraphs):
    setting = Setting(shares_pages=shares_pages, cuts_paragraphs=cuts_paragraphs)
    book = write_book(papers=papers, seed=seed, setting=setting, misprints=misprints, max_sentences=25)
    page_map = _pages(book.source)
    assert all(a.start_char < b.start_char for a, b in pairwise(page_map.starts))
    assert all(
        int(a.page.label) <= int(b.page.label) <= int(a.page.label) + 1 or b.page.method == "contents"
        for a, b in pairwise(page_map.starts)
    )
    assert all((start.page.margin >= 1) == (start.page.method == "estimated") for start in page_map.starts)
    assert page_map.end_char is None or all(start.start_char < page_map.end_char for start in page_map.starts)


def test_books_with_very_few_or_very_many_pages_between_known_ones_are_paged():
    book = write_book(papers=4, seed=9, max_sentences=3_000)
    page_map = _pages(book.source)
    last = page_map.at(book.paper_starts[-1] - 1)
    assert abs(int(last.label) - book.page_at(book.paper_starts[-1] - 1)) <= last.margin
    offsets = list(_inside_offsets(book, 5_003))
    errors = [(abs(int(page_map.at(o).label) - book.page_at(o)), page_map.at(o).margin) for o in offsets]
    assert sum(error <= margin for error, margin in errors) >= 0.95 * len(errors)


@pytest.fixture(scope="module")
def book_pages():
    segmentation = corpus_segmentation(BOOK)
    return infer_pages(corpus_source(BOOK), segmentation.contents, segmentation.documents)


def test_the_telegram_about_the_straits_begins_on_page_404(book_pages):
    text = corpus_source(BOOK).text
    assert book_pages.at(668145) == Page("404", "contents")
    assert int(book_pages.at(text.index("Ribbentrop stubbornly insisted")).label) in {404, 405}


def test_the_misprints_of_the_real_book_are_not_believed(book_pages):
    contradicted = {145585: 81, 297460: 118, 428213: 249, 783638: 415, 806894: 497}
    for start, misprint in contradicted.items():
        page = book_pages.at(start)
        assert page.method == "estimated"
        assert page.label != str(misprint)


def test_175_papers_of_the_real_book_begin_on_the_page_their_entry_gives(book_pages):
    entries = corpus_segmentation(BOOK).contents.entries
    paged = [entry for entry in entries if entry.body_char is not None and entry.page is not None]
    agreeing = [e for e in paged if book_pages.at(e.body_char) == Page(str(e.page), "contents")]
    assert (len(paged), len(agreeing)) == (181, 175)
    assert book_pages.at(100) is None
