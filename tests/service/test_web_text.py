"""What pages are made of: dates and pages in words, addresses, the reader's text, the histogram."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from chunker.documents import Document, DocumentDate, Page, PageMap, PageStart, Span
from chunker.text.normalising import tidy
from service.errors import QuestionError
from service.library.paging import document_pages
from service.understanding.periods import first_day, last_day
from service.web.addresses import AskAddress
from service.web.histogram import histogram
from service.web.reading_text import part_at, part_spans, reader_text
from service.web.views import segments
from service.wording.links import reader_link
from service.wording.phrases import (
    date_range_words,
    date_words,
    method_words,
    page_range_words,
    page_words,
    position_beside,
)

TEXT = (
    "# Report on the harbour\n\nThe first **paragraph**\nof the report.\n\n"
    "A second one, which a page\n\nbreak cuts in two.\n\n**Signed**\n\nThe envoy"
)
DOCUMENT = Document("d", "s", 0, "Report on the harbour", 0, len(TEXT))


def shown(reader):
    return ["".join(piece.text for piece in paragraph.pieces) for paragraph in reader.paragraphs]


def pages_of(*starts, end_char=None):
    return document_pages(PageMap(tuple(PageStart(*one) for one in starts), end_char), DOCUMENT)


@pytest.mark.parametrize(
    ("iso_date", "words"),
    [
        ("1940-11-14", "14 November 1940"),
        ("1920-12", "December 1920"),
        ("1937", "1937"),
        (None, ""),
        ("0987-05-01", "1 May 987"),
    ],
)
def test_dates_are_shown_in_words(iso_date, words):
    assert date_words(iso_date) == words


def test_a_range_of_days_shows_both_ends():
    assert date_range_words(DocumentDate("1920-12-22", "1920-12-29", "day")) == "22–29 December 1920"
    assert date_range_words(DocumentDate("1920-12-01", "1920-12-31", "month")) == "December 1920"
    assert date_range_words(None) == ""


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (("404", "404", "printed", 0), "p. 404"),
        (("404", None, "contents", 0), "p. 404"),
        (("404", "405", "contents", 0), "pp. 404–405"),
        (("405", "405", "estimated", 1), "about p. 405 ± 1"),
        (("405", "406", "estimated", 2), "about pp. 405–406 ± 2"),
        (("12", None, "estimated", 0), "p. 12 of the file"),
        (("12", "13", "estimated", 0), "pp. 12–13 of the file"),
        ((None, None, "none", 0), "no page known"),
        ((None, "12", "none", 0), "up to p. 12"),
    ],
)
def test_pages_are_shown_with_how_sure_they_are(page, words):
    assert page_words(*page) == words


def test_how_a_page_is_known_is_told():
    assert method_words("contents") == "from the table of contents"
    assert method_words("estimated", 1) == "estimated, may be 1 page off"
    assert method_words("estimated") == "counted in the file, where no page number shows"
    assert method_words("none") == ""


def test_a_page_s_place_in_the_file_is_told_where_its_number_is_another():
    assert method_words("printed", 0, 8) == "as numbered in the file; page 8 of the file"
    assert position_beside(Page("162", "printed", position=1)) == 1
    assert position_beside(Page("8", "printed", position=8)) is None
    assert position_beside(Page("8", "printed")) is None


@pytest.mark.parametrize(
    ("page", "page_end", "words"),
    [
        (Page("10", "printed"), Page("11", "estimated", 1), "about pp. 10–11 ± 1"),
        (Page("3", "estimated", 0, 3), Page("1", "printed", 0, 4), "p. 3 of the file to p. 1"),
        (Page("3", "estimated", 0, 3), Page("4", "estimated", 0, 4), "pp. 3–4 of the file"),
        (None, Page("4", "contents"), "up to p. 4"),
        (None, None, "no page known"),
    ],
)
def test_words_over_two_pages_are_cited_no_surer_than_the_less_sure_page(page, page_end, words):
    assert page_range_words(page, page_end) == words


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("1939", "1939-01-01", "1939-12-31"),
        ("1940-02", "1940-02-01", "1940-02-29"),
        ("1939-08-23", "1939-08-23", "1939-08-23"),
        ("", None, None),
    ],
)
def test_a_year_a_month_or_a_day_has_a_first_and_a_last_day(period, first, last):
    assert (first_day(period), last_day(period)) == (first, last)


@pytest.mark.parametrize(
    "period", ["39", "1939-13", "1939-02-30", "last year", "0000", "1939-00", "1939-1-1", "１９３９"]
)
def test_what_is_no_date_is_refused_with_what_to_write(period):
    with pytest.raises(QuestionError, match="is no date: write a year, 1939"):
        first_day(period)


TEXTS = st.text(min_size=1).map(str.strip).filter(bool)


def with_modes(address, modes):
    """The address with a mode for each question, and perhaps one for that which is still to be asked."""
    chosen = tuple(modes[: len(address.questions) + 1])
    return replace(address, modes=chosen if any(chosen) and len(chosen) >= len(address.questions) else ())


ADDRESSES = st.builds(
    AskAddress,
    questions=st.lists(TEXTS, max_size=4).map(tuple),
    kinds=st.lists(st.sampled_from(["telegram", "note"]), unique=True).map(tuple),
    participants=st.lists(st.text(min_size=1).map(str.strip).filter(bool), unique=True, max_size=3).map(
        tuple
    ),
    date_from=st.sampled_from(["", "1939", "1939-08-23"]),
    top_k=st.none() | st.integers(1, 50),
)


@given(st.builds(with_modes, ADDRESSES, st.lists(st.sampled_from([None, "ask", "search"]), max_size=5)))
def test_a_link_reproduces_questions_modes_and_filters(address):
    assert AskAddress.read(QueryParams(address.link.partition("?")[2])) == address


@pytest.mark.parametrize("top_k", ["0", "-1", "many", "", "1e3"])
def test_a_number_of_passages_that_is_none_is_passed_over(top_k):
    assert AskAddress.read(QueryParams({"k": top_k})).top_k is None


def test_a_long_conversation_keeps_its_last_questions():
    query = QueryParams([("q", str(number)) for number in range(15)])
    assert AskAddress.read(query).questions == tuple(str(number) for number in range(5, 15))


def test_the_readers_address_says_what_is_marked_and_the_page():
    assert reader_link("a1", span=Span(5, 9), page="xii") == "/read/a1?from=5&to=9#page=xii"
    assert reader_link("a1", span=Span(5, 9)) == "/read/a1?from=5&to=9#quote"
    assert reader_link("a/1?#", page="4 a") == "/read/a%2F1%3F%23#page=4%20a"


def test_the_reader_joins_paragraphs_a_page_broke_and_drops_markup():
    reader = reader_text(TEXT, DOCUMENT, ())
    assert "".join(piece.text for piece in reader.title.pieces) == "Report on the harbour"
    assert shown(reader) == [
        "The first paragraph of the report.",
        "A second one, which a page break cuts in two.",
        "Signed",
        "The envoy",
    ]
    assert [paragraph.is_heading for paragraph in reader.paragraphs] == [False, False, True, False]


def test_a_page_begins_inside_a_paragraph_where_the_source_says():
    pages = pages_of((0, Page("404", "contents")), (TEXT.index("break cuts"), Page("405", "estimated", 1)))
    reader = reader_text(TEXT, DOCUMENT, pages)
    first = reader.title.pieces[0].page_break
    assert (first.label, first.words, first.anchor) == ("404", "p. 404", "page=404")
    before, after = reader.paragraphs[1].pieces
    assert (before.text, before.page_break) == ("A second one, which a page ", None)
    assert (after.text, after.page_break.words) == ("break cuts in two.", "about p. 405 ± 1")


def test_text_after_the_last_known_page_is_said_to_be_on_none():
    pages = pages_of((0, Page("7", "printed")), end_char=TEXT.index("**Signed"))
    reader = reader_text(TEXT, DOCUMENT, pages)
    assert reader.paragraphs[2].pieces[0].page_break.words == "no page known"


def test_a_label_that_begins_twice_is_an_anchor_once():
    pages = pages_of((0, Page("7", "printed")), (30, Page("8", "printed")), (60, Page("7", "printed")))
    reader = reader_text(TEXT, DOCUMENT, pages)
    breaks = [
        piece.page_break
        for paragraph in (reader.title, *reader.paragraphs)
        for piece in paragraph.pieces
        if piece.page_break
    ]
    assert [(one.label, one.anchor) for one in breaks] == [("7", "page=7"), ("8", "page=8"), ("7", "")]


@given(st.data())
def test_what_is_marked_is_what_stands_in_the_source(data):
    start = data.draw(st.integers(0, len(TEXT)))
    end = data.draw(st.integers(start, len(TEXT)))
    reader = reader_text(TEXT, DOCUMENT, (), marked=Span(start, end))
    pieces = [piece for paragraph in (reader.title, *reader.paragraphs) for piece in paragraph.pieces]
    marked = "".join(piece.text for piece in pieces if piece.is_marked)
    assert letters(marked) == letters(tidy(TEXT[start:end]).text)
    assert sum(piece.is_first_marked for piece in pieces) == bool(marked)


def letters(text):
    return re.sub(r"[^a-z]", "", text.lower())


@given(
    text=st.text(alphabet="ab \n", min_size=1, max_size=400),
    part_chars=st.integers(2, 60),
)
def test_the_parts_of_a_long_document_are_the_whole_of_it(text, part_chars):
    document = Document("d", "s", 0, "t", 0, len(text))
    spans = part_spans(text, document, part_chars=part_chars)
    assert "".join(text[span.start_char : span.end_char] for span in spans) == text
    assert all(span.end_char - span.start_char <= part_chars * 3 // 2 for span in spans)
    for offset in range(len(text)):
        span = spans[part_at(spans, offset) - 1]
        assert span.start_char <= offset < span.end_char


def test_a_part_of_a_long_document_shows_its_own_marks_and_pages():
    text = "\n\n".join(f"Paragraph {number} of many." for number in range(100))
    document = Document("d", "s", 0, "Many", 0, len(text))
    place = text.index("Paragraph 70")
    pages = document_pages(
        PageMap((PageStart(0, Page("1", "printed")), PageStart(place, Page("2", "printed")))), document
    )
    spans = part_spans(text, document, part_chars=500)
    part = part_at(spans, place)
    reader = reader_text(text, document, pages, marked=Span(place, place + 12), part=part, part_chars=500)
    assert (reader.part, reader.parts) == (part, len(spans))
    marked = [paragraph for paragraph in reader.paragraphs if paragraph.pieces[0].is_marked]
    assert [piece.text for piece in marked[0].pieces] == ["Paragraph 70", " of many."]
    assert marked[0].pieces[0].page_break.label == "2"


def test_the_histogram_has_a_bar_for_every_year_and_shows_the_chosen_ones():
    picture = histogram(((1919, 2), (1921, 4)), chosen_from=1920)
    assert [(bar.label, bar.documents, bar.height, bar.is_chosen) for bar in picture.bars] == [
        ("1919", 2, 0.5, False),
        ("1920", 0, 0.0, True),
        ("1921", 4, 1.0, True),
    ]
    assert picture.summary == "Documents by year. 1919: 2, 1921: 4."
    assert histogram(()) is None


@given(st.dictionaries(st.integers(1, 2100), st.integers(1, 50), min_size=1))
def test_the_histogram_counts_every_document_in_the_bar_of_its_year(years):
    picture = histogram(sorted(years.items()))
    assert len(picture.bars) <= 61
    assert sum(bar.documents for bar in picture.bars) == sum(years.values())
    for year in years:
        assert sum(bar.first <= year <= bar.last for bar in picture.bars) == 1


@given(
    text=st.text(max_size=40),
    words=st.lists(st.tuples(st.integers(-5, 45), st.integers(-5, 45)), max_size=4),
)
def test_segments_are_the_text_whatever_is_marked_in_it(text, words):
    made = segments(text, words, [text[3:9]])
    assert "".join(one.text for one in made) == text


def test_segments_show_words_and_quotes():
    made = segments("Turkey asked for it. No more.", [(0, 6)], ["Turkey asked for it."])
    assert [(one.text, one.is_word, one.is_quoted) for one in made] == [
        ("Turkey", True, True),
        (" asked for it.", False, True),
        (" No more.", False, False),
    ]
