"""Books set for measuring pages: the truth is where the lines were set, and a wrong citation is seen."""

import pytest

from chunker.readers.reading import read_source
from chunker.segmenting.cuts import segment
from eval.studies.drawing import as_text
from eval.studies.generated_pages import score_layout, table
from eval.studies.page_layouts import LAYOUTS, Layout
from eval.studies.typesetting import PAGE, Paper, papers_of, set_book


def words(number, count):
    numerals = ["one", "two", "three", "four", "five", "six", "seven"]
    return " ".join(f"{numerals[number % 7]}{numerals[n % 7]}{n}" for n in range(count)) + "."


PAPERS = tuple(
    Paper(f"Note number {'abcdefgh'[n]} of the envoy", (words(n, 300 + 90 * n), words(n + 1, 80)))
    for n in range(8)
)


def test_papers_begin_on_new_pages_and_the_contents_name_them():
    pages = set_book(PAPERS, Layout("contents", has_contents=True, first_number=7))
    assert [page.label for page in pages[:2]] == ["i", "7"]
    first_page_of = {page.lines[0].text: page.label for page in pages[1:]}
    entries = [line.text for line in pages[0].lines[1:]]
    assert len(entries) == len(PAPERS)
    for paper, entry in zip(PAPERS, entries, strict=True):
        title, page = entry.split(" .", 1)[0], entry.rsplit(" ", 1)[1]
        assert (title, page) == (paper.title, first_page_of[paper.title])


def test_no_page_holds_more_lines_than_fit_and_no_word_is_lost():
    pages = set_book(PAPERS, Layout("plain", has_front=False))
    assert max(len(page.lines) for page in pages) <= PAGE.lines
    text = " ".join(as_text(pages).split())
    assert all(paragraph in text for paper in PAPERS for paragraph in paper.paragraphs)


def test_a_plate_has_no_number_and_takes_none():
    pages = set_book(PAPERS * 4, Layout("plates", has_plates=True, has_front=False, numbers="foot"))
    labels = [page.label for page in pages]
    assert labels[24] is None
    assert [label for label in labels if label] == [
        str(n + 1) for n in range(len(labels) - labels.count(None))
    ]


@pytest.mark.parametrize(
    "layout",
    [
        Layout("labels", has_labels=True),
        Layout("foot", numbers="foot", first_number=301, has_front=False),
        Layout("nothing", has_front=False),
    ],
)
def test_pages_that_the_file_tells_are_cited_for_every_character(layout):
    score = score_layout(PAPERS, layout)
    assert (score.exact, score.covered, score.uncited, score.lost, score.passages) == (
        1.0,
        1.0,
        0.0,
        0.0,
        1.0,
    )


@pytest.mark.parametrize("layout", LAYOUTS[13:], ids=lambda layout: layout.name)
def test_whatever_hides_or_feigns_numbers_no_page_is_sure_and_wrong(layout):
    score = score_layout(PAPERS, layout)
    assert score.falsely_sure == 0.0
    if layout.numbers:
        assert score.covered == 1.0
        # the foreword has but two pages with a number, too few to be believed
        assert score.exact == (pytest.approx(0.94, abs=0.01) if layout.has_front else 1.0)


def test_a_wrong_page_is_seen():
    # two book pages on a sheet and no number anywhere: only the sheets can be counted
    score = score_layout(PAPERS, Layout("sheets", has_front=False, is_two_up=True))
    assert score.lost == 0.0
    assert score.exact < 0.2
    assert score.falsely_sure > 0.8
    assert score.passages < 0.2


def test_the_table_has_a_row_for_each_layout():
    score = score_layout(PAPERS[:2], Layout("labels", has_labels=True))
    assert table([score]).splitlines()[2].startswith("| labels | ")


def test_papers_are_taken_in_order_until_enough_are_there(tmp_path):
    path = tmp_path / "book.md"
    path.write_text(
        "# First\n\nSome w\u0151rds.\n\n# Second\n\nOther words.\n\n# Third\n\nMore.\n", encoding="utf-8"
    )
    source = read_source(path, name="book.md")
    papers = papers_of(source, segment(source).documents, max_chars=1)
    assert papers[0].title == "First"
    assert len(papers) == 1
