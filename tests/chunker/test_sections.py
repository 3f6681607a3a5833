from chunker.chunking import ChunkingSettings, chunk
from chunker.documents import Heading, Source
from chunker.segmenting.cuts import segment
from chunker.text.tokens import PACKAGED_ENCODING, TokenLimit, token_counter

_PARAGRAPH = "The harbour was dredged and the quay was built anew, at the cost of the town. " * 5


def _source(text, headings=()):
    return Source("id", "file.txt", "text/plain", text, len(text.encode()), headings=tuple(headings))


def _titles(source):
    return [start.title for start in segment(source).sections]


def _prose(*headings):
    return "\n\n".join(part for heading in headings for part in (heading, _PARAGRAPH))


def _with_sections_of(text):
    window = TokenLimit(token_counter(PACKAGED_ENCODING), 256)
    return chunk(_source(text), settings=ChunkingSettings(max_tokens=60), window=window)


def test_chapters_that_are_only_numbered_are_sections_of_the_one_document():
    text = _prose("A year in the port", "CHAPTER I.\nThe quay", "Chapter II. Of ships", "CHAPTER III")
    assert _titles(_source(text)) == ["CHAPTER I. The quay", "Chapter II. Of ships", "CHAPTER III"]


def test_where_chapters_are_numbered_other_lines_in_capitals_are_words_of_theirs():
    text = _prose("CHAPTER I", "TO BE LET", "CHAPTER II", "NO ENTRY")
    assert _titles(_source(text)) == ["CHAPTER I", "CHAPTER II"]


def test_lines_in_capitals_are_headings_but_not_the_head_of_each_page():
    text = _prose("THE PORT", "ANNUAL REPORT", "THE RAILWAY", "ANNUAL REPORT", "THE TOWN", "ANNUAL REPORT")
    assert _titles(_source(text)) == ["THE PORT", "THE RAILWAY", "THE TOWN"]


def test_a_line_in_capitals_by_itself_shows_nothing():
    assert _titles(_source(_prose("The port", "SECRET"))) == []
    assert _titles(_source("\n\n".join(f"ITEM {word}" for word in ("ONE", "TWO", "THREE", "FOUR")))) == []


def test_headings_below_those_of_chapters_are_sections():
    text, headings = "", []
    for title, level in (("Harbours", 1), ("Trieste", 2), ("The quay", 3), ("Fiume", 2), ("The mole", 3)):
        headings.append(Heading(len(text), len(text) + len(title), level, title))
        text += f"{title}\n\n{_PARAGRAPH * 4}\n\n"
    source = _source(text, headings)
    assert [document.title for document in segment(source).documents] == [
        *("Harbours", "Harbours › Trieste", "Harbours › Fiume"),
    ]
    assert _titles(source) == ["The quay", "The mole"]


def test_a_book_that_begins_with_its_first_chapter_is_called_by_its_first_words():
    (document,) = segment(_source(_prose("CHAPTER I", "CHAPTER II"))).documents
    assert document.title == "CHAPTER I The harbour was dredged and the quay was built anew, at the cost of…"


def test_letters_that_cannot_be_taken_apart_are_dated_from_the_first_to_the_last_and_cited_by_their_days():
    days = {"3 May 1890": 1, "9 January 1890": 9, "1 July 1889": 90, "5 August 1895": 1, "2 May 1891": 1}
    source = _source("".join(f"{day}\n\n{_PARAGRAPH * times}\n\n" for day, times in days.items()))
    (document,) = segment(source).documents
    assert (document.metadata.date.start, document.metadata.date.end) == ("1889-07-01", "1895-08-05")
    assert document.title == "3 May 1890 The harbour was dredged and the quay was built anew, at the cost of…"
    assert _titles(source) == list(days)


def test_dates_within_a_report_are_sections_but_not_its_date():
    letters = "".join(f"{day}\n\n{_PARAGRAPH}\n\n" for day in ("3 May 1890", "9 June 1890", "1 July 1890"))
    source = _source(f"Report on the port\n\n{_PARAGRAPH * 40}\n\n{letters}")
    (document,) = segment(source).documents
    assert document.metadata.date is None
    assert _titles(source) == ["3 May 1890", "9 June 1890", "1 July 1890"]


def test_a_passage_has_the_heading_above_it_and_none_of_another_document():
    chunked = _with_sections_of(_prose("A year in the port", "CHAPTER I. The quay", "CHAPTER II. Of ships"))
    sections = [passage.section for passage in chunked.passages]
    assert sections[0] is None
    assert list(dict.fromkeys(sections)) == [None, "CHAPTER I. The quay", "CHAPTER II. Of ships"]
    for start in chunked.sections:
        within = [p for p in chunked.passages if p.start_char <= start.start_char < p.end_char]
        assert len(within) == 1


def test_passages_end_where_sections_do():
    short = "Nothing to tell."
    text = "\n\n".join(("A year", *(f"CHAPTER {n}\n\n{_PARAGRAPH}" for n in "IVX"), f"CHAPTER L\n\n{short}"))
    chunked = _with_sections_of(text)
    starts = {passage.start_char for passage in chunked.passages}
    assert {start.start_char for start in chunked.sections[1:]} <= starts  # the title stands with the first
    assert not any(passage.text.rstrip().endswith(("CHAPTER V", "CHAPTER X")) for passage in chunked.passages)
