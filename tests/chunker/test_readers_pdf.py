"""PDF: text, page labels, outline, running headers, damaged and locked files."""

import io

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText, Text
from pypdf.constants import PageLabelStyle
from pypdf.generic import NameObject, NumberObject
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from chunker.documents import PageMap
from chunker.errors import BrokenSourceError, EmptySourceError, SourceTooLargeError
from chunker.readers.extraction import ReadingLimits
from chunker.readers.pdf.reader import read_pdf
from chunker.readers.printed_pages.running_lines import without_running_lines
from chunker.readers.reading import read_bytes

LIMITS = ReadingLimits()
LINE_HEIGHT = 14


def pdf_of(pages, *, header=None, footer=None, outline=(), title=None):
    """A PDF of pages of lines ("" leaves a line free); header and footer are made from the index."""
    buffer = io.BytesIO()
    paper = canvas.Canvas(buffer, pagesize=A4, invariant=1)
    if title:
        paper.setTitle(title)
    for index, lines in enumerate(pages):
        for entry, level, target in outline:
            if target == index:
                paper.bookmarkPage(entry)
                paper.addOutlineEntry(entry, entry, level)
        if header:
            paper.drawString(72, 800, header(index))
        for number, line in enumerate(lines):
            indent = len(line) - len(line.lstrip())
            paper.drawString(72 + 6 * indent, 760 - LINE_HEIGHT * number, line.lstrip())
        if footer:
            paper.drawString(290, 40, footer(index))
        paper.showPage()
    paper.save()
    return buffer.getvalue()


def spreads_of(spreads, *, in_turns=False, across=(), outline=()):
    """A PDF of wide sheets of (words, number) on the left and on the right; ``across`` is by sheet."""
    buffer = io.BytesIO()
    paper = canvas.Canvas(buffer, pagesize=(900, 600), invariant=1)
    for index, spread in enumerate(spreads):
        placed = []
        for column, (words, number) in enumerate(spread):
            left = 60 + 450 * column
            placed += [(left, 500 - LINE_HEIGHT * at, line) for at, line in enumerate(words)]
            placed.append((left + 170, 30, number))
        placed += [(330, 560, words) for sheet, words in across if sheet == index]
        for entry, target in outline:
            if target == index:
                paper.bookmarkPage(entry)
                paper.addOutlineEntry(entry, entry, 0)
        for x, y, words in sorted(placed, key=lambda each: (-each[1], each[0])) if in_turns else placed:
            paper.drawString(x, y, words)
        paper.showPage()
    paper.save()
    return buffer.getvalue()


def rewritten(data, change):
    """The PDF after pypdf changed it."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    change(writer)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def read(data, limits=LIMITS):
    return read_pdf(data, name="a.pdf", limits=limits)


def labels_of(found):
    return [start.page.label for start in found.page_starts]


def body(number):
    return [f"Line {n} of the paper numbered {'abcdefghijkl'[number]} tells more" for n in "xyz"]


def test_pages_are_joined_by_a_blank_line_and_begin_where_their_text_begins():
    found = read(pdf_of([["First page", "goes on"], ["Second page"]]))
    assert found.text == "First page\ngoes on\n\nSecond page"
    assert [start.start_char for start in found.page_starts] == [0, 20]


def methods_of(found):
    return {(start.page.method, start.page.margin) for start in found.page_starts}


def test_positions_of_pages_without_numbers_are_not_called_printed():
    found = read(pdf_of([["First page", "goes on"], ["Second page"]]))
    assert [start.page.label for start in found.page_starts] == ["1", "2"]
    assert all(start.page.is_position for start in found.page_starts)
    assert methods_of(found) == {("estimated", 0)}


def test_numbers_in_the_file_or_on_its_pages_are_called_printed():
    def label(writer):
        writer.set_page_label(0, 4, style=PageLabelStyle.DECIMAL, start=401)

    data = pdf_of([body(n) for n in range(5)])
    assert methods_of(read(rewritten(data, label))) == {("printed", 0)}
    assert methods_of(read(pdf_of([body(n) for n in range(5)], footer=str))) == {("printed", 0)}


def labelled(data, *ranges):
    """The PDF with own labels: (first index, last index, style, start) each."""

    def label(writer):
        for first, last, style, start in ranges:
            writer.set_page_label(first, last, style=style, start=start)

    return rewritten(data, label)


@pytest.mark.parametrize(
    ("style", "start"), [(PageLabelStyle.DECIMAL, 3), (PageLabelStyle.UPPERCASE_LETTER, 1)]
)
def test_where_a_file_s_own_labels_say_otherwise_the_printed_numbers_are_cited(style, start):
    data = pdf_of([body(n) for n in range(5)], footer=lambda index: str(index + 162))
    found = read(labelled(data, (0, 4, style, start)))
    assert labels_of(found) == ["162", "163", "164", "165", "166"]
    assert [start.page.position for start in found.page_starts] == [1, 2, 3, 4, 5]


def test_own_labels_that_agree_with_the_printed_numbers_name_the_pages_without_one():
    data = pdf_of([body(n) for n in range(8)], footer=lambda index: str(index - 1) if index > 1 else "")
    found = read(labelled(data, (0, 1, PageLabelStyle.LOWERCASE_ROMAN, 1), (2, 7, PageLabelStyle.DECIMAL, 1)))
    assert labels_of(found) == ["i", "ii", "1", "2", "3", "4", "5", "6"]
    assert methods_of(found) == {("printed", 0)}


@pytest.mark.parametrize("first", [0, 1])
def test_labels_that_only_count_are_positions(first):
    def label(writer):
        writer.set_page_label(0, 4, style=PageLabelStyle.DECIMAL)
        writer.root_object["/PageLabels"]["/Nums"][1][NameObject("/St")] = NumberObject(first)

    found = read(rewritten(pdf_of([body(n) for n in range(5)]), label))
    assert labels_of(found) == ["1", "2", "3", "4", "5"]
    assert methods_of(found) == {("estimated", 0)}


def test_accents_that_are_drawn_by_themselves_are_put_on_their_letters():
    drawn = [
        "Vigen`ere met Gr¨obner and Fran¸cois",
        "in a fac¸ade of the ´etats; he `knew´ x¨ well and 5´ late",
    ]
    assert read(pdf_of([drawn])).text == (
        "Vigenère met Gröbner and François\nin a façade of the états; he `knew´ x¨ well and 5´ late"
    )


def test_a_hyphen_at_a_line_end_stays_as_the_file_gives_it():
    found = read(pdf_of([["The ambassador told the gov-", "ernment at last."]]))
    assert found.text == "The ambassador told the gov-\nernment at last."


def test_a_gap_and_an_indent_begin_paragraphs():
    found = read(
        pdf_of(
            [
                [
                    "One line here,",
                    "its second line.",
                    "",
                    "After a gap,",
                    "on it runs.",
                    "   Indented,",
                    "and on.",
                ]
            ]
        )
    )
    assert found.text == "One line here,\nits second line.\n\nAfter a gap,\non it runs.\n\nIndented,\nand on."


def test_cyrillic_and_rare_characters_do_not_upset_places():
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    buffer = io.BytesIO()
    paper = canvas.Canvas(buffer, invariant=1)
    paper.setFont("HeiseiMin-W3", 12)
    paper.drawString(72, 700, "大使は言った")
    paper.save()
    assert read(buffer.getvalue()).text == "大使は言った"


def test_the_labels_of_the_file_are_cited_roman_ones_too():
    def label(writer):
        writer.set_page_label(0, 1, style=PageLabelStyle.LOWERCASE_ROMAN)
        writer.set_page_label(2, 4, style=PageLabelStyle.DECIMAL, start=401)

    found = read(rewritten(pdf_of([body(n) for n in range(5)]), label))
    assert labels_of(found) == ["i", "ii", "401", "402", "403"]
    assert PageMap(found.page_starts).at(len(found.text) - 1).label == "403"


def test_printed_numbers_are_cited_where_the_file_has_no_labels_and_leave_the_text():
    found = read(pdf_of([body(n) for n in range(6)], footer=lambda index: str(index + 400)))
    assert labels_of(found) == ["400", "401", "402", "403", "404", "405"]
    assert found.text == "\n\n".join("\n".join(body(n)) for n in range(6))


def test_labels_that_only_count_give_way_to_printed_numbers():
    def label(writer):
        writer.set_page_label(0, 5, style=PageLabelStyle.DECIMAL)

    data = pdf_of([body(n) for n in range(6)], footer=lambda index: f"- {index + 400} -")
    assert labels_of(read(rewritten(data, label))) == ["400", "401", "402", "403", "404", "405"]


def test_pages_before_the_printed_numbers_have_no_label():
    data = pdf_of([body(n) for n in range(8)], footer=lambda index: str(index - 1) if index > 1 else "")
    found = read(data)
    assert labels_of(found) == ["", "", "1", "2", "3", "4", "5", "6"]
    pages = PageMap(found.page_starts)
    assert (pages.at(0), pages.position_at(0)) == (None, 1)
    assert PageMap(found.page_starts).at(0) is None


def test_numbers_that_do_not_run_are_text_and_no_labels():
    found = read(
        pdf_of([body(n) for n in range(5)], footer=lambda index: ["1936", "12", "7", "3", "40"][index])
    )
    assert labels_of(found) == ["1", "2", "3", "4", "5"]
    assert found.text.endswith("40")


def facing(count, first=12):
    return [
        ((body(2 * n), str(first + 2 * n)), (body(2 * n + 1), str(first + 2 * n + 1))) for n in range(count)
    ]


@pytest.mark.parametrize("in_turns", [False, True])
def test_two_pages_on_a_sheet_are_read_one_after_the_other(in_turns):
    found = read(spreads_of(facing(5), in_turns=in_turns))
    assert labels_of(found) == [str(n) for n in range(12, 22)]
    assert found.text == "\n\n".join("\n".join(body(n)) for n in range(10))
    assert methods_of(found) == {("printed", 0)}


def test_a_sheet_whose_words_stand_across_both_pages_is_cited_by_both():
    words = "A map of the Straits and of the fortresses on either shore of them"
    found = read(spreads_of(facing(5), across=[(2, words)]))
    assert labels_of(found) == ["12", "13", "14", "15", "16-17", "18", "19", "20", "21"]
    assert PageMap(found.page_starts).at(found.text.index(words)).label == "16-17"


def test_a_narrow_cover_before_the_spreads_is_one_page():
    def cover(writer):
        writer.insert_blank_page(400, 600, 0)

    found = read(rewritten(spreads_of(facing(5)), cover))
    assert labels_of(found) == [str(n) for n in range(11, 22)]


def test_wide_sheets_turned_on_their_side_are_cited_by_both_numbers():
    def turn(writer):
        for page in writer.pages:
            page.mediabox.upper_right = (600, 900)
            page.rotate(90)

    data = pdf_of(
        [body(n) for n in range(6)],
        header=lambda index: str(2 * index + 4),
        footer=lambda index: str(2 * index + 5),
    )
    assert labels_of(read(rewritten(data, turn))) == ["4-5", "6-7", "8-9", "10-11", "12-13", "14-15"]


@pytest.mark.parametrize("numbers", [("", ""), ("7", "7"), ("1936", "40")])
def test_wide_sheets_without_running_numbers_are_counted_and_not_cut(numbers):
    spread = tuple((body(n), number) for n, number in enumerate(numbers))
    found = read(spreads_of([spread] * 5))
    assert labels_of(found) == ["1", "2", "3", "4", "5"]
    assert methods_of(found) == {("estimated", 0)}


def test_wide_pages_with_one_number_each_are_single_pages():
    found = read(spreads_of([((body(n), ""), (body(n + 5), str(40 + n))) for n in range(5)]))
    assert labels_of(found) == ["40", "41", "42", "43", "44"]


def test_outline_entries_of_a_spread_stand_at_their_line_on_its_right_page():
    spreads = facing(5)
    spreads[3] = (spreads[3][0], (["THE STRAITS", "words of it"], "19"))
    found = read(spreads_of(spreads, outline=[("The Straits", 3)]))
    (heading,) = found.headings
    assert found.text[heading.start_char : heading.end_char] == "THE STRAITS"
    assert PageMap(found.page_starts).at(heading.start_char).label == "19"


def test_running_headers_go_with_the_page_number_in_them():
    def header(index):
        return f"{index + 20}    Secret papers" if index % 2 else f"The Straits    {index + 20}"

    found = read(pdf_of([body(n) for n in range(8)], header=header))
    assert found.text == "\n\n".join("\n".join(body(n)) for n in range(8))
    assert labels_of(found) == [str(n) for n in range(20, 28)]


def test_a_line_that_repeats_inside_the_pages_stays():
    pages = [[*body(n), "Top secret", *body(n)] for n in range(6)]
    assert read(pdf_of(pages)).text.count("Top secret") == 6


def test_numbered_headings_at_the_top_of_pages_are_no_running_header():
    pages = [[f"Article {n}", f"words of {n}"] for n in ("5", "9", "17", "18", "40", "62")]
    assert without_running_lines(pages, [str(n) for n in range(1, 7)]) == tuple(pages)


def test_a_page_of_nothing_but_its_running_header_keeps_it():
    pages = [["Secret papers"], ["Secret papers", "a"], ["Secret papers", "b"]]
    assert without_running_lines(pages, [None] * 3) == (["Secret papers"], ["a"], ["b"])


def test_a_chapter_header_goes_though_most_pages_have_another():
    pages = [[f"Chapter of {'abcdef'[n // 5]}", f"text {n} x"] for n in range(30)]
    assert without_running_lines(pages, [None] * 30) == tuple([f"text {n} x"] for n in range(30))


def test_outline_entries_stand_at_their_line():
    pages = [
        ["Preface to the", "papers on Turkey", "text of it"],
        ["more"],
        ["THE STRAITS", "Part one", "words"],
    ]
    outline = [("Preface to the papers on Turkey", 0, 0), ("The Straits", 0, 2), ("Part one", 1, 2)]
    found = read(pdf_of(pages, outline=outline))
    assert [(h.level, h.text, found.text[h.start_char : h.end_char]) for h in found.headings] == [
        (1, "Preface to the papers on Turkey", "Preface to the\npapers on Turkey"),
        (1, "The Straits", "THE STRAITS"),
        (2, "Part one", "Part one"),
    ]


def test_an_outline_entry_without_its_line_stands_at_the_start_of_its_page():
    found = read(pdf_of([["one"], ["two"]], outline=[("Something else altogether", 0, 1)]))
    (heading,) = found.headings
    assert (heading.start_char, heading.end_char) == (found.page_starts[1].start_char,) * 2


def test_the_title_is_the_documents_and_not_its_programs():
    assert read(pdf_of([["one"]], title="Papers on Turkey")).title == "Papers on Turkey"
    assert read(pdf_of([["one"]], title="Microsoft Word - draft7.doc")).title is None
    assert read(pdf_of([["one"]])).title is None


def test_scans_without_text_need_ocr():
    with pytest.raises(EmptySourceError, match=r"^a\.pdf: its 2 pages are images without text; .*OCR"):
        read(pdf_of([[], []]))


@pytest.mark.parametrize("kept_share", [0.1, 0.5, 0.9, 0.99])
def test_a_pdf_cut_short_is_refused(kept_share):
    data = pdf_of([body(n) for n in range(5)])
    with pytest.raises(BrokenSourceError, match=r"^a\.pdf: the PDF is cut short"):
        read(data[: int(len(data) * kept_share)])


def test_a_pdf_of_rubbish_is_refused():
    with pytest.raises(BrokenSourceError, match=r"^a\.pdf: the PDF is damaged"):
        read(b"%PDF-1.7\nrubbish\n%%EOF")


def test_a_locked_pdf_is_refused_and_one_that_anybody_may_open_is_read():
    data = pdf_of([["one"]])
    with pytest.raises(BrokenSourceError, match=r"^a\.pdf: is locked with a password"):
        read(rewritten(data, lambda writer: writer.encrypt("secret", algorithm="AES-256")))
    owned = rewritten(data, lambda writer: writer.encrypt("", "owner", algorithm="AES-256"))
    assert read(owned).text == "one"


def test_too_many_pages_are_refused():
    with pytest.raises(SourceTooLargeError, match=r"^a\.pdf: 3 pages, more than the limit of 2"):
        read(pdf_of([["one"], ["two"], ["three"]]), ReadingLimits(max_pages=2))


def test_too_many_characters_are_refused():
    with pytest.raises(SourceTooLargeError, match=r"^a\.pdf: more than 10 characters"):
        read(pdf_of([["more than ten characters"]]), ReadingLimits(max_characters=10))


def test_what_is_filled_in_typed_on_or_said_of_a_page_is_text():
    buffer = io.BytesIO()
    paper = canvas.Canvas(buffer, pagesize=A4, invariant=1)
    paper.drawString(72, 700, "Name of the carter:")
    paper.drawString(72, 660, "By rail")
    paper.drawString(72, 620, "Signed at the yard")
    paper.acroForm.textfield(name="carter", x=220, y=695, value="Orest Bely", height=20)
    paper.acroForm.textfield(name="empty", x=220, y=615, value="", height=20)
    paper.acroForm.checkbox(name="rail", x=220, y=655, checked=True)
    paper.acroForm.checkbox(name="road", x=320, y=655, checked=False)
    paper.showPage()
    paper.save()
    writer = PdfWriter(clone_from=io.BytesIO(buffer.getvalue()))
    writer.add_annotation(0, FreeText(text="Received in May", rect=(72, 640, 200, 652)))
    writer.add_annotation(0, Text(text="He was the pilot's brother.", rect=(300, 300, 320, 320)))
    filled = io.BytesIO()
    writer.write(filled)
    assert read(filled.getvalue()).text == (
        "Name of the carter: Orest Bely\n\nBy rail ☒\nReceived in May\nSigned at the yard\n\n"
        "[Note: He was the pilot's brother.]"
    )


def printed(*lines, title=None):
    """A PDF of one page of (size, words), each on a line."""
    buffer = io.BytesIO()
    paper = canvas.Canvas(buffer, pagesize=A4, invariant=1)
    if title:
        paper.setTitle(title)
    for number, (size, words) in enumerate(lines):
        paper.setFont("Helvetica", size)
        paper.drawString(72, 760 - 30 * number, words)
    paper.save()
    return buffer.getvalue()


BODY = [(11, "The ferry Aurelia left at dawn with tar and barley for the mill.")] * 14


@pytest.mark.parametrize(
    ("above", "title"),
    [
        (
            [(9, "Harbour Board, 14"), (20, "Of ferries"), (20, "and pilots"), (11, "by P. Lund")],
            "Of ferries and pilots",
        ),
        ([(24, "3 May 1911"), (18, "The price of tar")], "The price of tar"),
        ([(24, "Page 41"), (11, "The price of tar")], None),
        ([(11, "The price of tar")], None),
    ],
)
def test_the_title_is_what_stands_on_the_first_page_in_the_largest_type(above, title):
    assert read_pdf(printed(*above, *BODY), name="x.pdf", limits=LIMITS).printed_title == title


def test_a_stated_title_goes_before_a_printed_one_and_a_programs_does_not():
    lines = [(20, "Of ferries"), *BODY]
    stated = read_bytes(printed(*lines, title="Ferries of the north"), name="x.pdf")
    assert (stated.title, read_bytes(printed(*lines, title="34524_ch05.indd 77"), name="x.pdf").title) == (
        "Ferries of the north",
        "Of ferries",
    )
