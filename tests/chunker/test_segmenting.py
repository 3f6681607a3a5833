from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from real_corpus import BOOK, corpus_segmentation, corpus_source
from synthetic_books import Setting, write_book

from chunker.documents import Heading, Source, Span
from chunker.segmenting.cuts import segment

_PROSE = "The ships lay in the harbour and nobody came to unload them that day. " * 30


def _source(text, **kwargs):
    return Source(
        "id", kwargs.pop("name", "folder/file.txt"), "text/plain", text, len(text.encode()), **kwargs
    )


def _uncovered(text, documents, *, outside=()):
    """What stands in no document, besides white space and ``outside``."""
    spans = [*outside, *(Span(document.start_char, document.end_char) for document in documents)]
    left = list(text)
    for span in spans:
        left[span.start_char : span.end_char] = " " * (span.end_char - span.start_char)
    return "".join(left).strip()


def _overlaps(documents):
    return any(a.end_char > b.start_char for a, b in pairwise(documents))


@pytest.mark.parametrize(
    "setting",
    [
        Setting(),
        Setting(entry="{title} ........ {page}", title="{title}"),
        Setting(entry="{title}\t{page}", title="## {title}"),
        Setting(entry="{title} {page}", title="{title}"),
        Setting(entry="- **P {page}** is where {title} - {page}", title="**{title}**", shares_pages=True),
    ],
    ids=["bold", "dots", "tab", "plain", "shared"],
)
def test_every_paper_of_a_book_with_contents_becomes_a_document(setting):
    if "is where" in setting.entry:
        setting = replace(setting, entry="{title} – **P {page}**.")
    book = write_book(papers=30, seed=5, setting=setting, max_sentences=25)
    documents = segment(book.source).documents
    assert [document.start_char for document in documents] == book.paper_starts
    assert [document.title for document in documents] == book.titles
    assert documents[0].metadata.date.text == "1900-01-01"
    assert documents[-1].end_char == len(book.text.rstrip())


def test_a_paper_the_contents_forgot_is_a_document_of_its_own():
    book = write_book(papers=20, seed=2, max_sentences=20)
    start = book.text.index("January 1, 1900, ")
    end = book.text.index("\n\n", book.text.index("April 4, 1900, ")) + 2
    entry = book.text[book.text.rindex("\n\n", 0, book.text.index("April 4, 1900, ")) + 2 : end]
    assert start < end
    text = book.text.replace(entry, "", 1)
    documents = segment(_source(text)).documents
    assert [document.title for document in documents] == book.titles


def test_neither_contents_nor_the_title_matter_before_them_are_documents():
    book = write_book(papers=10, seed=4, max_sentences=10)
    segmentation = segment(book.source)
    assert segmentation.documents[0].start_char == book.paper_starts[0]
    front = [
        Span(0, segmentation.contents.start_char),
        Span(segmentation.contents.start_char, segmentation.contents.end_char),
    ]
    assert not _uncovered(book.text, segmentation.documents, outside=front)


def test_a_preface_before_the_contents_is_a_document():
    book = write_book(papers=10, seed=4, max_sentences=10)
    text = f"PREFACE\n\n{_PROSE}\n\n{book.text}"
    documents = segment(_source(text)).documents
    assert documents[0].title == "PREFACE"
    assert [document.title for document in documents[1:]] == book.titles


def test_papers_in_plain_text_are_found_by_their_titles_and_dates():
    text = (
        "Home Page\n\nTelegram of the consul to the ministry\n\nMay 3, 1940 secret\n\n" + _PROSE + "\n\n"
        "Letter from the minister to the consul of the\n\nkingdom of Greece\n\nSent to all\n\n4 May 1940\n\n"
        + _PROSE
    )
    documents = segment(_source(text)).documents
    assert [document.title for document in documents] == [
        "Telegram of the consul to the ministry",
        "Letter from the minister to the consul of the kingdom of Greece",
    ]
    assert [document.metadata.date.text for document in documents] == ["1940-05-03", "1940-05-04"]
    assert not _uncovered(text, documents)


def test_prose_that_quotes_one_letter_is_not_cut_there():
    text = f"{_PROSE}\n\nLetter from the minister to his wife in the country\n\nMay 3, 1940\n\n{_PROSE}"
    assert len(segment(_source(text)).documents) == 1


def _headed(*parts):
    text, headings = "", []
    for level, title, prose in parts:
        if title:
            headings.append(Heading(len(text), len(text) + len(title), level, title))
            text += f"{title}\n\n"
        text += f"{prose}\n\n"
    return text, tuple(headings)


def test_chapters_are_cut_at_the_highest_level_that_has_several_headings():
    text, headings = _headed((1, "A Book", ""), (2, "One", _PROSE), (3, "Detail", _PROSE), (2, "Two", _PROSE))
    documents = segment(_source(text, headings=headings)).documents
    assert [document.title for document in documents] == ["A Book › One", "A Book › Two"]
    assert not _uncovered(text, documents)


def test_a_very_long_chapter_is_cut_into_its_sections():
    long_prose = _PROSE * 20
    text, headings = _headed(
        (1, "One", ""), (2, "Early", long_prose), (2, "Late", long_prose), (1, "Two", _PROSE)
    )
    documents = segment(_source(text, headings=headings)).documents
    assert [document.title for document in documents] == ["One", "One › Early", "One › Late", "Two"]


def test_headings_over_a_few_words_each_do_not_cut_a_short_note():
    text, headings = _headed((1, "Milk", "Two litres."), (1, "Bread", "One loaf."), (1, "Eggs", "Ten."))
    assert [document.title for document in segment(_source(text, headings=headings)).documents] == ["Milk"]


@pytest.mark.parametrize(
    ("text", "source_title", "expected"),
    [
        (f"# The Storm\n\n{_PROSE}", None, "The Storm"),
        (f"# The Storm\n\n{_PROSE}", "A **Storm** at Sea", "A Storm at Sea"),
        (_PROSE, None, "The ships lay in the harbour and nobody came to unload them that day. The ships…"),
        ("12.5 | 13", None, "file"),
    ],
)
def test_a_source_without_parts_is_one_document_with_the_best_title(text, source_title, expected):
    documents = segment(_source(text, title=source_title)).documents
    assert [document.title for document in documents] == [expected]
    assert (documents[0].start_char, documents[0].end_char) == (0, len(text.rstrip()))


def test_ignored_text_at_the_edges_belongs_to_no_document():
    text = f"Home | Login\n\n{_PROSE}\n\nCopyright nobody\n"
    ignored = [Span(0, 12), Span(text.index("Copyright"), len(text))]
    documents = segment(_source(text), ignored=ignored).documents
    assert len(documents) == 1
    assert text[documents[0].start_char : documents[0].end_char] == _PROSE.strip()


@pytest.mark.parametrize("text", ["", " \n\n ", "\f\f"])
def test_a_blank_source_has_no_documents(text):
    assert segment(_source(text)).documents == ()


def test_ids_stay_when_another_part_of_the_file_changes():
    book = write_book(papers=12, seed=6, max_sentences=10)
    changed = book.text.rstrip() + " One more sentence at the end.\n"
    before = segment(book.source).documents
    after = segment(_source(changed, name=book.source.name)).documents
    assert [document.id for document in after[:-1]] == [document.id for document in before[:-1]]
    assert after[-1].id != before[-1].id


def test_twins_in_one_source_have_different_ids():
    paper = f"Telegram of the consul to the ministry\n\nMay 3, 1940\n\n{_PROSE}\n\n"
    documents = segment(_source(paper * 3)).documents
    assert len({document.id for document in documents}) == 3


_parts = st.sampled_from(
    [
        "Telegram of the consul to the ministry",
        "**Note of the commissar to Ali Fuad**",
        "May 3, 1940",
        "CONTENTS",
        "Note of the commissar - **P3**",
        "Telegram of the consul ..... 12",
        "# Chapter",
        "Trieste, 14 March 1902",
        "Dear Anna,",
        "Yours ever,",
        "Anna to Peter",
        "17.",
        "From: R. Pell",
        "To: Dr. Ames",
        "Date: 3 May 1954",
        "---",
        "3 May. Rain.",
        "Prose of some length that ends in a full stop. " * 5,
        " ",
        "x",
    ]
)


@settings(max_examples=60, deadline=None)  # a loaded machine is no failure
@given(parts=st.lists(_parts, max_size=25), separators=st.sampled_from(["\n\n", "\n", "\n\n\n\n"]))
def test_documents_never_overlap_and_cover_everything(parts, separators):
    text = separators.join(parts)
    segmentation = segment(_source(text))
    assert not _overlaps(segmentation.documents)
    assert [document.ordinal for document in segmentation.documents] == list(
        range(len(segmentation.documents))
    )
    matched = segmentation.contents and any(
        entry.body_char is not None for entry in segmentation.contents.entries
    )
    front = [Span(0, segmentation.contents.end_char)] if matched else []
    assert not _uncovered(text, segmentation.documents, outside=front)
    for document in segmentation.documents:
        assert (
            text[document.start_char : document.end_char].strip()
            == text[document.start_char : document.end_char]
        )


@settings(max_examples=60, deadline=None)  # a loaded machine is no failure
@given(
    text=st.text(max_size=300), spans=st.lists(st.tuples(st.integers(0, 300), st.integers(0, 60)), max_size=4)
)
def test_any_text_can_be_segmented(text, spans):
    ignored = [Span(start, start + length) for start, length in spans if start < len(text)]
    documents = segment(_source(text), ignored=ignored).documents
    assert not _overlaps(documents)
    assert not _uncovered(text, documents, outside=ignored)


def test_the_real_book_holds_183_papers():
    segmentation = corpus_segmentation(BOOK)
    text = corpus_source(BOOK).text
    starts = [document.start_char for document in segmentation.documents]
    assert len(starts) == 183
    listed = {entry.body_char for entry in segmentation.contents.entries}
    assert [start for start in starts if start not in listed] == [643469]
    assert not _uncovered(text, segmentation.documents, outside=[Span(0, segmentation.contents.end_char)])
    assert not any("*" in document.title or "  " in document.title for document in segmentation.documents)


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("000_f04c4754c409a001.txt", ("Telegram of the chairman", "Telegram of the advisor")),
        ("002_a7661d073cbfbb9e.txt", ("Recording of the conversation of the people",)),
        ("003_3093749205775cb2.txt", ("Telegram of the people",)),
        ("004_0215c096726144f6.txt", ("Recording of the conversation of the chairman of the council",)),
    ],
)
def test_the_web_pages_hold_the_papers_they_repeat(name, titles):
    documents = corpus_segmentation(name).documents
    assert len(documents) == len(titles)
    assert all(document.title.startswith(title) for document, title in zip(documents, titles, strict=True))


@pytest.mark.parametrize(
    ("stated", "title"),
    [
        ("The harbour of Borup and its mills", "The harbour of Borup and its mills"),
        ("Mills", "The harbour of Borup"),
        (None, "The harbour of Borup"),
    ],
)
def test_what_a_file_begins_with_is_called_as_the_file_says_where_it_says_no_less(stated, title):
    body = "The ferry left at dawn with tar and barley, and nobody came to the mill. " * 20
    text = f"The harbour of Borup\n\n{body}\n\n# Of tar\n\n{body}\n\n# Of barley\n\n{body}\n"
    headings = tuple(
        Heading(text.index(words), text.index(words) + len(words), 1, words[2:])
        for words in ("# Of tar", "# Of barley")
    )
    source = Source("id", "a.md", "text/markdown", text, len(text), title=stated, headings=headings)
    assert [one.title for one in segment(source).documents] == [title, "Of tar", "Of barley"]
