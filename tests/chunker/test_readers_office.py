"""OpenDocument, Rich Text, presentations, workbooks, tables, old Office files, Outlook's mails."""

import io
import shutil
import zipfile

import docx
import pptx
import pytest
from pptx.util import Inches

from chunker.errors import BrokenSourceError, SourceTooLargeError, UnsupportedFormatError
from chunker.readers.converting import converted
from chunker.readers.extraction import ReadingLimits
from chunker.readers.reading import read_bytes

NAMESPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"))
)
META = (
    f'<office:document-meta {NAMESPACES} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta>'
    "<dc:title>Ferry log</dc:title><dc:creator>Anna Weber</dc:creator></office:meta></office:document-meta>"
)


def zipped(parts):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def odf_of(body, kind="text", **parts):
    content = (
        f"<office:document-content {NAMESPACES}><office:body>{body}</office:body></office:document-content>"
    )
    stated = f"application/vnd.oasis.opendocument.{kind}"
    return zipped({"mimetype": stated, "content.xml": content, "meta.xml": META, **parts})


def text_of(data, name):
    return read_bytes(data, name=name).text


def test_a_text_has_its_headings_lists_tables_and_notes():
    source = read_bytes(
        odf_of(
            "<office:text><text:tracked-changes><text:p>gone</text:p></text:tracked-changes>"
            '<text:h text:outline-level="2">The<text:s text:c="2"/>ferry</text:h>'
            "<text:p>It froze<text:note><text:note-citation>1</text:note-citation><text:note-body>"
            "<text:p>In May.</text:p></text:note-body></text:note> over.</text:p>"
            "<text:list><text:list-item><text:p>tar</text:p></text:list-item>"
            "<text:list-item><text:p>rope</text:p></text:list-item></text:list>"
            "<table:table><table:table-row><table:table-cell><text:p>Load</text:p></table:table-cell>"
            "<table:table-cell><text:p>40</text:p></table:table-cell></table:table-row></table:table>"
            "<text:p>End.</text:p></office:text>"
        ),
        name="a.odt",
    )
    assert source.text == "The  ferry\n\nIt froze[1] over.\n\n[1] In May.\n\ntar\nrope\n\nLoad | 40\n\nEnd."
    assert [(heading.text, heading.level) for heading in source.headings] == [("The ferry", 2)]
    assert (source.title, source.bibliography.authors) == ("Ferry log", ("Anna Weber",))


def test_a_page_of_the_last_layout_begins_where_it_was_broken():
    body = "<office:text><text:p>One.</text:p><text:soft-page-break/><text:p>Two.</text:p></office:text>"
    (start,) = read_bytes(odf_of(body), name="a.odt").page_starts
    assert (start.start_char, start.page.label, start.page.margin) == (6, "2", 1)


def test_slides_are_pages():
    body = "".join(
        f"<draw:page><draw:frame><text:p>Slide {n}.</text:p></draw:frame></draw:page>" for n in (1, 2)
    )
    source = read_bytes(
        odf_of(f"<office:presentation>{body}</office:presentation>", "presentation"), name="a.odp"
    )
    assert source.text == "Slide 1.\n\nSlide 2."
    assert [start.page.label for start in source.page_starts] == ["1", "2"]


def test_a_locked_text_and_a_drawing_are_refused_in_words():
    manifest = {"META-INF/manifest.xml": "<manifest><encryption-data/></manifest>"}
    with pytest.raises(BrokenSourceError, match="locked with a password"):
        read_bytes(odf_of("", **manifest), name="a.odt")
    with pytest.raises(UnsupportedFormatError, match="a drawing"):
        read_bytes(odf_of("", "graphics"), name="a.odg")


def test_entities_of_a_file_s_own_are_not_resolved(tmp_path):
    (tmp_path / "secret").write_text("password")
    content = (
        f'<!DOCTYPE d [<!ENTITY a "bomb"><!ENTITY b SYSTEM "{(tmp_path / "secret").as_uri()}">]>'
        f"<office:document {NAMESPACES}><office:body><office:text><text:p>Ice &a; &b;</text:p></office:text>"
        "</office:body></office:document>"
    )
    assert text_of(f'<?xml version="1.0"?>{content}'.encode(), "a.fodt").strip() == "Ice"


def test_rich_text_has_its_letters_notes_tables_and_title():
    rich = (
        rb"{\rtf1\ansi\ansicpg1251{\fonttbl{\f0\fcharset204 Arial;}}"
        rb"{\info{\title Ferry log}{\author Anna Weber}}"
        rb"\f0 \'cf\'e0\'f0\'ee\'ec \u8211? \b ice\b0{\footnote In May.}\par"
        rb"{\pict\wmetafile8 \bin4 }{}{}\trowd Load\cell 40\cell\row\pard End.\par}"
    )
    source = read_bytes(rich, name="a.rtf")
    assert "Паром – ice" in source.text
    assert "In May." in source.text
    assert source.text.endswith("Load | 40\nEnd.")
    assert (source.title, source.bibliography.authors) == ("Ferry log", ("Anna Weber",))


def slides():
    presentation = pptx.Presentation()
    for number in (1, 2):
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = f"Ferry {number}"
        slide.placeholders[1].text = "Tar\nRope"
        slide.notes_slide.notes_text_frame.text = f"Said of {number}."
    table = slide.shapes.add_table(1, 2, 0, 0, Inches(2), Inches(1)).table
    table.cell(0, 0).text, table.cell(0, 1).text = "Load", "40"
    buffer = io.BytesIO()
    presentation.save(buffer)
    return buffer.getvalue()


def test_a_presentation_is_read_slide_by_slide_with_tables_and_the_speaker_s_notes():
    source = read_bytes(slides(), name="a.pptx")
    assert source.text == (
        "Ferry 1\n\nTar\n\nRope\n\nSaid of 1.\n\nFerry 2\n\nTar\n\nRope\n\nLoad | 40\n\nSaid of 2."
    )
    assert [start.page.label for start in source.page_starts] == ["1", "2"]
    assert source.text[source.page_starts[1].start_char :].startswith("Ferry 2")
    assert [heading.text for heading in source.headings] == ["Ferry 1", "Ferry 2"]


def with_types(data, before, after):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert before in parts["[Content_Types].xml"]
    return zipped({**parts, "[Content_Types].xml": parts["[Content_Types].xml"].replace(before, after)})


def test_templates_slide_shows_and_files_with_macros_are_read_as_what_they_are_for():
    show = with_types(slides(), b"presentationml.presentation.main", b"presentationml.slideshow.main")
    assert "Ferry 1" in text_of(show, "a.ppsx")
    document = docx.Document()
    document.add_paragraph("Ice.")
    buffer = io.BytesIO()
    document.save(buffer)
    macros = b"application/vnd.ms-word.document.macroEnabled.main+xml"
    plain = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    assert text_of(with_types(buffer.getvalue(), plain, macros), "a.docm") == "Ice."


def sheet(rows):
    cells = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) + "</row>"
        for row in rows
    )
    return f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>'


def workbook(**sheets):
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, 1))
    targets = "".join(
        f'<Relationship Id="r{n}" Type="{relations}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n, _ in enumerate(sheets, 1)
    )
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
            "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r" '
            f'Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>{listed}</sheets>'
            "</workbook>",
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">{targets}'
            "</Relationships>",
            **{f"xl/worksheets/sheet{n}.xml": sheet(rows) for n, rows in enumerate(sheets.values(), 1)},
        }
    )


def test_rows_stand_with_their_headings_and_sheets_under_their_names():
    source = read_bytes(
        workbook(Crew=[["Name", "Year"], ["Anna Weber", "1907"], ["", "1908"]], Empty=[], Load=[["tar"]]),
        name="a.xlsx",
    )
    assert source.text == "Crew\n\nName | Year\n\nName: Anna Weber; Year: 1907.\n\n1908\n\nLoad\n\ntar"
    assert [heading.text for heading in source.headings] == ["Crew", "Load"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_table_of_text_is_read_whatever_parts_its_cells(delimiter):
    rows = [["name", "born", "note"], ["Anna, the pilot", "1907", "ill; in May"], ["Orest", "1908", ""]]
    written = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    assert text_of(written.encode(), "a.csv") == (
        "name | born | note\n\nname: Anna, the pilot; born: 1907; note: ill; in May.\n\n"
        "name: Orest; born: 1908."
    )


def test_what_stands_above_the_headings_stays_and_figures_are_no_headings():
    assert text_of(b"Crew of 1907\n\nName,Year\nAnna,1907\n", "a.csv") == (
        "Crew of 1907\n\nName | Year\n\nName: Anna; Year: 1907."
    )
    assert text_of(b"1,2\n3,4\n", "a.csv") == "1 | 2\n\n3 | 4"


def test_a_bomb_is_refused_before_it_is_unpacked():
    for data, name in (
        (workbook(A=[["x" * 20_000]]), "a.xlsx"),
        (odf_of("x" * 20_000), "a.odt"),
        (slides(), "a.pptx"),
    ):
        with pytest.raises(SourceTooLargeError):
            read_bytes(data, name=name, limits=ReadingLimits(max_bytes=len(data)))


def test_without_libreoffice_an_old_file_is_refused_with_what_to_do(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UnsupportedFormatError, match=r"is an old Office file; install LibreOffice"):
        converted(b"", name="a.doc", target="docx")


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_an_old_text_is_read_through_libreoffice(tmp_path):
    document = docx.Document()
    document.add_heading("Ferry log", 1)
    document.add_paragraph("The river froze.")
    buffer = io.BytesIO()
    document.save(buffer)
    old = converted(buffer.getvalue(), name="a", target="doc")
    source = read_bytes(old, name="a.doc")
    assert (source.media_type, source.text) == ("application/msword", "Ferry log\n\nThe river froze.")
    assert [heading.text for heading in source.headings] == ["Ferry log"]


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_what_libreoffice_cannot_read_is_damaged():
    with pytest.raises(BrokenSourceError, match="LibreOffice cannot read it"):
        converted(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, name="a.doc", target="docx")
