import pytest
from real_corpus import book_text

from chunker.documents import Source
from chunker.segmenting.contents import read_contents
from chunker.segmenting.cuts import segment
from chunker.segmenting.title_matching import comparable, match_titles


def _titles_and_pages(text):
    contents = read_contents(text)
    return [(entry.title, entry.page) for entry in contents.entries]


@pytest.mark.parametrize(
    ("first", "second", "third"),
    [
        ("One - **P7**", "Two -**12**", "Three – **P 19**."),
        ("One ........ 7", "Two . . . . 12", "Three …… 19"),
        ("One\t7", "Two\tp. 12", "Three\t19"),
        ("| One | 7 |", "| Two | 12 |", "| Three | 19 |"),
        ("- [One](#one) - 7", "- [Two](#two) - 12", "- [Three](#three) - 19"),
        ("One 7", "Two 12", "Three 19"),
        ("One, page 7", "Two, page 12", "Three, page 19"),
    ],
)
def test_an_entry_gives_its_page_in_whatever_form_it_is_written(first, second, third):
    text = f"A book\n\n## Contents\n\n{first}\n\n{second}\n\n{third}\n\n{'Prose goes on. ' * 60}\n"
    assert _titles_and_pages(text) == [("One", 7), ("Two", 12), ("Three", 19)]


def test_a_run_of_dotted_lines_is_a_table_of_contents_even_without_a_heading():
    lines = "\n".join(
        f"Chapter {name} .......... {page}" for name, page in zip("ABCDEF", range(3, 90, 15), strict=False)
    )
    text = f"Some title\n\n{lines}\n\n{'Then the book begins. ' * 50}"
    assert _titles_and_pages(text)[:2] == [("Chapter A", 3), ("Chapter B", 18)]


def test_an_entry_that_a_page_break_cut_in_two_is_one_entry():
    text = (
        "CONTENTS\n\nA note to the\n\n\n\nambassador - **P3**\n\nB - **P5**\n\nC - **P9**\n\n"
        + "Prose. " * 200
    )
    assert _titles_and_pages(text)[0] == ("A note to the ambassador", 3)


def test_an_entry_without_a_page_among_others_has_none():
    text = "CONTENTS\n\nA - **P3**\n\nNo page here\n\nC - **P9**\n\nD - **P12**\n\n" + "Prose. " * 200
    assert _titles_and_pages(text) == [("A", 3), ("No page here", None), ("C", 9), ("D", 12)]


def test_a_year_at_the_end_of_a_title_is_no_page():
    text = (
        "CONTENTS\n\nReport for 1940 - **P3**\n\nReport for 1941\n\nMinutes - **P9**\n\nTalks - **P12**\n\n"
        + "Prose. " * 200
    )
    assert _titles_and_pages(text)[1] == ("Report for 1941", None)


def test_a_list_without_pages_ends_where_its_first_title_comes_again():
    text = (
        "Contents\n\nThe Harbour\nThe Sea\nThe Storm\n\nThe Harbour\n\nProse about it.\n\nThe Sea\n\nMore.\n"
    )
    contents = read_contents(text)
    assert [entry.title for entry in contents.entries] == ["The Harbour", "The Sea", "The Storm"]
    assert text[contents.end_char :].lstrip().startswith("The Harbour\n\nProse")


@pytest.mark.parametrize(
    "text", ["", "\n\n", "Contents", "Contents\n\nof the box were lost.", "In 1940 12 ships sailed.\n" * 9]
)
def test_prose_has_no_table_of_contents(text):
    assert read_contents(text) is None


def test_titles_are_compared_without_dates_markup_and_numbering():
    assert comparable("**April 6, 1921, Note to Ali Fuad<sup>95</sup>**") == "note to ali fuad"
    assert comparable("Chapter IV. The Storm") == comparable("4. The Storm") == "the storm"


def test_titles_that_repeat_are_told_apart_by_the_dates_below_them():
    entries = [("April 6, 1921", 5), ("May 13, 1921", 9), ("June 1, 1921", 7)]
    front = "".join(
        f"{date}, note of the commissar to the ambassador Ali Fuad - **P{page}**\n\n"
        for date, page in entries
    )
    body = "".join(
        f"**Note of the commissar to the ambassador Ali Fuad.**\n\n{date} no. 11\n\n{'Words. ' * 90}\n\n"
        for date in ("April 6, 1921", "June 1, 1921", "May 13, 1921")
    )
    text = f"CONTENTS\n\n{front}{body}"
    matches = match_titles(text, read_contents(text))
    assert [match.entry.date.text for match in matches] == ["1921-04-06", "1921-06-01", "1921-05-13"]
    assert all(text[match.start_char :].startswith("**Note of the commissar") for match in matches)


def test_a_title_over_two_paragraphs_is_matched_whole():
    prose = "Prose. " * 100
    text = (
        "CONTENTS\n\nNote from the representative in Turkey to the commissioner Ahmed Mukhtar - **P3**\n\n"
        "Letter to nobody in particular at all - **P5**\n\nTelegram of the consul - **P9**\n\n"
        "**Note from the representative in Turkey**\n\n**to the commissioner Ahmed Mukhtar.**\n\n"
        f"April 6, 1921\n\n{prose}\n\n**Letter to nobody in particular at all**\n\n{prose}\n"
    )
    match = match_titles(text, read_contents(text))[0]
    assert text[match.start_char : match.end_char].endswith("Mukhtar.**")


def test_the_real_book_lists_186_papers_of_which_182_are_found():
    text = book_text()
    contents = read_contents(text)
    assert len(contents.entries) == 186
    assert sum(entry.page is not None for entry in contents.entries) == 183
    assert len(match_titles(text, contents)) == 182


LISTED = "tar barley ferry harbour mill bridge lamp rope anchor barrel school church road flood tithe".split()


def body_of(name, lines=12):
    return " ".join(f"The harbour board heard line {number} of {name}." for number in range(lines))


def listed(form, heading="Contents", *, below=12, per_page=1):
    """A text that lists things in a ``form`` of (name, page), and says ``below`` sentences of each."""
    named = [(f"The {noun} of the north", 1 + number // per_page) for number, noun in enumerate(LISTED)]
    table = "\n".join(form.format(name=name, page=page) for name, page in named)
    said = "\n\n".join(f"{name}\n\n{body_of(name, below)}" for name, _ in named)
    return f"The north\n\n{heading}\n\n{table}\n\n{said}\n"


def documents_of(text):
    return segment(Source("id", "north.txt", "text/plain", text, len(text))).documents


def test_a_list_of_chapters_is_a_table_of_contents():
    assert len(documents_of(listed("{name} ..... {page}"))) == len(LISTED)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(listed("{name} ..... {page}", "Agenda", below=1), id="agenda"),
        pytest.param(listed("{name} ..... {page}", below=5, per_page=8), id="sections of a page"),
        pytest.param(listed("{name}\t{page}", "Price list", below=1), id="prices"),
        pytest.param(
            listed("Figure {page}: {name} ..... {page}", "Figures").replace("\n\nThe", "\n\nFigure 1: The"),
            id="figures",
        ),
    ],
)
def test_a_list_of_anything_else_is_none(text):
    assert len(documents_of(text)) == 1


def test_captions_are_titles_of_no_documents():
    table = "\n".join(f"Figure {number}: the {noun} ..... {number}" for number, noun in enumerate(LISTED, 1))
    figures = "\n\n".join(
        f"Figure {number}: the {noun}\n\n{body_of(noun)}" for number, noun in enumerate(LISTED, 1)
    )
    assert len(documents_of(f"List of figures\n\n{table}\n\n{figures}\n")) == 1


def test_an_index_of_names_takes_nothing_apart():
    body = "\n\n".join(f"The {noun}\n\n{body_of(noun)}" for noun in LISTED)
    index = "\n".join(f"The {noun} ..... {LISTED.index(noun) + 1}" for noun in sorted(LISTED))
    assert len(documents_of(f"{body}\n\nIndex\n\n{index}\n")) == 1
