"""Numbers that Word counts by itself stand before their paragraphs, as Word shows them."""

import io
import zipfile

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from word_files import saved

from chunker.readers.reading import read_bytes


def level(depth, shown, form="decimal", more=""):
    said = f'<w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{shown}"/>{more}'
    return f'<w:lvl w:ilvl="{depth}">{said}</w:lvl>'


def numbering(levels, nums='<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'):
    listed = f'<w:abstractNum w:abstractNumId="1">{"".join(levels)}</w:abstractNum>'
    return f"<w:numbering {nsdecls('w')}>{listed}{nums}</w:numbering>"


def placed(document, words, depth=0, num=1):
    paragraph = document.add_paragraph(words)
    place = f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{depth}"/><w:numId w:val="{num}"/></w:numPr>'
    paragraph._p.get_or_add_pPr().append(parse_xml(place))
    return paragraph


def text_with(document, defined):
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(document))) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, defined if name == "word/numbering.xml" else old.read(name))
    return read_bytes(made.getvalue(), name="a.docx")


def lines_of(places, levels, **other):
    document = docx.Document()
    for words, *place in places:
        placed(document, words, *place)
    return text_with(document, numbering(levels, **other)).text.split("\n\n")


ARTICLES = [
    level(0, "Article %1.", "upperRoman"),
    level(1, "%1.%2", more="<w:isLgl/>"),
    level(2, "(%3)", "lowerLetter"),
    level(3, "•", "bullet"),
]


def test_levels_count_within_each_other():
    places = [
        ("Tar", 0),
        ("Rope", 1),
        ("Ice", 1),
        ("Oar", 2),
        ("Sail", 2),
        ("Mast", 0),
        ("Keel", 1),
        ("Hull", 3),
    ]
    assert lines_of(places, ARTICLES) == [
        *("Article I. Tar", "1.1 Rope", "1.2 Ice", "(a) Oar", "(b) Sail"),
        *("Article II. Mast", "2.1 Keel", "Hull"),
    ]


def test_a_level_that_is_left_out_counts_as_used():
    assert lines_of([("A", 0), ("B", 2), ("C", 1)], ARTICLES) == ["Article I. A", "(a) B", "1.2 C"]


def test_lists_of_one_kind_go_on_unless_one_starts_anew():
    nums = "".join(
        f'<w:num w:numId="{num}"><w:abstractNumId w:val="1"/>{more}</w:num>'
        for num, more in (
            (1, ""),
            (2, ""),
            (3, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>'),
        )
    )
    places = [("A", 0, 1), ("B", 0, 2), ("C", 0, 3), ("D", 0, 3), ("E", 0, 1)]
    assert lines_of(places, [level(0, "%1)")], nums=nums) == ["1) A", "2) B", "7) C", "8) D", "9) E"]


@pytest.mark.parametrize(
    ("form", "shown"),
    [("decimalZero", "04"), ("lowerRoman", "iv"), ("upperLetter", "D"), ("russianLower", "г"), ("none", "")],
)
def test_numbers_have_the_form_that_a_list_says(form, shown):
    lines = lines_of([("A", 0), ("B", 0), ("C", 0), ("D", 0)], [level(0, "%1.", form)])
    assert lines[3] == f"{shown}. D"


def test_a_number_that_cannot_be_told_is_not_shown():
    assert lines_of([("A", 0)], [level(0, "%1.", "hebrew2")]) == ["A"]


def test_headings_that_a_style_numbers_have_their_numbers():
    document = docx.Document()
    for words, depth in (("Tar", 1), ("Rope", 2), ("Ice", 2)):
        document.add_heading(words, depth)
    for number in (1, 2):
        properties = document.styles[f"Heading {number}"].element.get_or_add_pPr()
        properties.append(parse_xml(f'<w:numPr {nsdecls("w")}><w:numId w:val="1"/></w:numPr>'))
    levels = [
        level(0, "%1", more='<w:pStyle w:val="Heading1"/>'),
        level(1, "%1.%2", more='<w:pStyle w:val="Heading2"/>'),
    ]
    source = text_with(document, numbering(levels))
    assert [heading.text for heading in source.headings] == ["1 Tar", "1.1 Rope", "1.2 Ice"]
    assert all(source.text[each.start_char : each.end_char] == each.text for each in source.headings)


def test_numbers_stand_in_the_cells_of_tables_and_not_before_nothing():
    document = docx.Document()
    table = document.add_table(rows=2, cols=2)
    for row, words in enumerate(("Tar", "Rope")):
        table.cell(row, 0)._tc.remove(table.cell(row, 0).paragraphs[0]._p)
        table.cell(row, 0)._tc.append(placed(document, "")._p)
        table.cell(row, 1)._tc.append(placed(document, words, 1)._p)
    assert (
        text_with(document, numbering([level(0, "%1."), level(1, "%1.%2")])).text == " | 1.1 Tar\n | 2.1 Rope"
    )


def test_a_paragraph_that_was_deleted_does_not_count():
    document = docx.Document()
    for words in "ABC":
        placed(document, words)
    gone = document.paragraphs[1]._p
    gone.pPr.append(parse_xml(f'<w:rPr {nsdecls("w")}><w:del w:id="1" w:author="a"/></w:rPr>'))
    gone.remove(gone.r_lst[0])
    assert text_with(document, numbering([level(0, "%1.")])).text == "1. A\n\n2. C"


@pytest.mark.parametrize("broken", ["<w:num/>", '<w:num w:numId="1"><w:abstractNumId w:val="x"/></w:num>'])
def test_a_list_that_is_not_defined_numbers_nothing(broken):
    assert lines_of([("A", 0)], ARTICLES, nums=broken) == ["A"]
