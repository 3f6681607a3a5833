"""Word files: order, headings, tables, notes, pages, damage."""

import io
import re
import zipfile

import docx
import pytest
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from word_files import cite_note, saved, with_footnotes, with_part

from chunker.errors import BrokenSourceError, EmptySourceError, SourceTooLargeError
from chunker.readers.extraction import ReadingLimits
from chunker.readers.reading import read_bytes

WORD_NAMESPACE = nsdecls("w")


def read(document, **limits):
    return read_bytes(saved(document), name="a.docx", limits=ReadingLimits(**limits))


def render_break(paragraph):
    paragraph.add_run().element.append(OxmlElement("w:lastRenderedPageBreak"))


def test_paragraphs_headings_and_tables_come_in_order():
    document = docx.Document()
    document.core_properties.title = "Papers on Turkey"
    document.add_heading("Papers", 0)
    document.add_heading("Part one", 1)
    document.add_paragraph("First.")
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ["Year", "Ships", "1936", "12"], strict=True):
        cell.text = text
    document.add_heading("Part two", 2)
    document.add_paragraph("Last.")
    found = read(document)
    assert found.text == "Papers\n\nPart one\n\nFirst.\n\nYear | Ships\n1936 | 12\n\nPart two\n\nLast."
    assert [(h.level, h.text, found.text[h.start_char : h.end_char]) for h in found.headings] == [
        (1, "Papers", "Papers"),
        (1, "Part one", "Part one"),
        (2, "Part two", "Part two"),
    ]
    assert found.title == "Papers on Turkey"
    assert found.page_starts == ()


def test_strict_open_xml_is_read_like_the_usual_form():
    document = docx.Document()
    document.core_properties.title = "Papers on Turkey"
    document.add_heading("Part one", 1)
    document.add_paragraph("First.")
    found = read_bytes(in_strict_form(saved(document)), name="a.docx", limits=ReadingLimits())
    usual = read(document)
    assert (found.text, found.headings, found.title) == (usual.text, usual.headings, usual.title)
    assert found.text == "Part one\n\nFirst."


def in_strict_form(data):
    """Give the schemas the names that ISO/IEC 29500 Strict has for them."""
    names = re.compile(
        rb"http://schemas\.openxmlformats\.org/(officeDocument|wordprocessingml|drawingml)/2006/"
    )
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(made, "w") as strict:
        for one in archive.namelist():
            strict.writestr(one, names.sub(rb"http://purl.oclc.org/ooxml/\1/", archive.read(one)))
    return made.getvalue()


def test_a_style_based_on_a_heading_is_a_heading():
    document = docx.Document()
    style = document.styles.add_style("Telegram title", 1)
    style.base_style = document.styles["Heading 3"]
    document.add_paragraph("Telegram", style)
    document.add_paragraph("Body")
    assert [(h.level, h.text) for h in read(document).headings] == [(3, "Telegram")]


def test_styles_based_on_each_other_in_a_ring_do_no_harm():
    document = docx.Document()
    first, second = (document.styles.add_style(name, 1) for name in ("One", "Two"))
    first.base_style, second.base_style = second, first
    document.add_paragraph("Body", first)
    assert read(document).headings == ()


def test_insertions_and_content_controls_are_read_and_deletions_not():
    document = docx.Document()
    paragraph = document.add_paragraph("He said ")
    for tag, inner in (("ins", "<w:t>yes</w:t>"), ("del", "<w:delText>no</w:delText>")):
        paragraph._p.append(parse_xml(f"<w:{tag} {WORD_NAMESPACE}><w:r>{inner}</w:r></w:{tag}>"))
    control = (
        f"<w:sdt {WORD_NAMESPACE}><w:sdtContent><w:p><w:r><w:t>Held</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    document.element.body.insert(1, parse_xml(control))
    assert read(document).text == "He said yes\n\nHeld"


def test_a_nested_table_is_read_once_in_its_cell():
    document = docx.Document()
    outer = document.add_table(1, 2)
    outer.cell(0, 0).text = "outer"
    outer.cell(0, 1).add_table(1, 1).cell(0, 0).text = "inner"
    assert read(document).text == "outer | inner"


def test_words_last_layout_gives_estimated_pages():
    document = docx.Document()
    paragraph = document.add_paragraph("One ")
    render_break(paragraph)
    paragraph.add_run("two")
    document.add_page_break()
    render_break(document.add_paragraph())
    document.add_paragraph("Three")
    found = read(document)
    assert found.text == "One two\n\nThree"
    assert [(s.start_char, s.page.label, s.page.method, s.page.margin) for s in found.page_starts] == [
        (0, "1", "estimated", 1),
        (4, "2", "estimated", 1),
        (9, "3", "estimated", 1),
    ]


def test_breaks_put_in_by_hand_give_pages_where_no_stretch_is_longer_than_a_page():
    def document_of(length):
        document = docx.Document()
        document.add_paragraph("One")
        document.add_page_break()
        document.add_paragraph("word " * (length // 5))
        document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        document.add_paragraph("Three")
        return document

    assert [start.page.label for start in read(document_of(1000)).page_starts] == ["1", "2", "3"]
    assert read(document_of(20_000)).page_starts == ()


def test_footnotes_follow_the_paragraph_that_cites_them():
    document = docx.Document()
    paragraph = document.add_paragraph("The treaty")
    cite_note(paragraph, 2)
    paragraph.add_run(" was signed.")
    document.add_paragraph("Next.")
    data = with_footnotes(saved(document), {2: "Of 1936."})
    assert read_bytes(data, name="a.docx").text == "The treaty[1] was signed.\n\n[1] Of 1936.\n\nNext."


@pytest.mark.parametrize("kept_share", [0.2, 0.6, 0.95])
def test_a_file_cut_short_is_refused(kept_share):
    document = docx.Document()
    document.add_paragraph("One")
    data = saved(document)
    with pytest.raises(BrokenSourceError, match=r"^a\.docx: "):
        read_bytes(data[: int(len(data) * kept_share)], name="a.docx")


def test_a_file_with_a_damaged_part_is_refused():
    document = docx.Document()
    document.add_paragraph("One")
    data = with_part(saved(document), "x", "", replace=[("word/document.xml", b"</w:body>", b"")])
    with pytest.raises(BrokenSourceError, match=r"^a\.docx: the Word file is damaged"):
        read_bytes(data, name="a.docx")


def test_an_empty_file_is_refused():
    with pytest.raises(EmptySourceError):
        read(docx.Document())


def test_a_zip_bomb_is_refused_before_it_unpacks():
    document = docx.Document()
    document.add_paragraph("One")
    data = with_part(saved(document), "word/media/image1.bin", bytes(5_000_000))
    assert len(data) < 100_000
    with pytest.raises(
        SourceTooLargeError, match=r"^a\.docx: unpacks to 5,\d+,\d+ bytes, more than the limit"
    ):
        read_bytes(data, name="a.docx", limits=ReadingLimits(max_bytes=1_000_000))


def test_entities_are_not_expanded():
    document = docx.Document()
    document.add_paragraph("MARK")
    bomb = b'<!DOCTYPE x [<!ENTITY a "boom"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><w:document'
    data = with_part(
        saved(document),
        "x",
        "",
        replace=[("word/document.xml", b"<w:document", bomb), ("word/document.xml", b"MARK", b"MARK&b;")],
    )
    assert "boom" not in read_bytes(data, name="a.docx").text


def test_too_many_characters_are_refused():
    document = docx.Document()
    document.add_paragraph("more than ten characters")
    with pytest.raises(SourceTooLargeError, match=r"^a\.docx: more than 10 characters"):
        read(document, max_characters=10)


def number_pages(section, **attributes):
    for element in section._sectPr.findall(qn("w:pgNumType")):
        section._sectPr.remove(element)
    element = OxmlElement("w:pgNumType")
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    section._sectPr.append(element)


def test_pages_are_numbered_as_the_sections_of_the_file_say():
    document = docx.Document()
    number_pages(document.sections[0], start="3", fmt="lowerRoman")
    for number, words in enumerate(("Preface", "Thanks", "One", "Two", "Plates")):
        if words == "One":
            number_pages(document.add_section(), start="101")
        if words == "Plates":
            number_pages(document.add_section())
        paragraph = document.add_paragraph()
        if number:
            render_break(paragraph)
        paragraph.add_run(words)
    found = read(document)
    assert [(found.text[start.start_char :].split()[0], start.page.label) for start in found.page_starts] == [
        *(("Preface", "iii"), ("Thanks", "iv"), ("One", "101"), ("Two", "102"), ("Plates", "103"))
    ]
    assert {start.page.margin for start in found.page_starts} == {1}
