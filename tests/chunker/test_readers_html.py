"""Web pages and EPUB: main text, headings, encodings, printed page numbers."""

import io
import zipfile

import pytest

from chunker.errors import BrokenSourceError, EmptySourceError
from chunker.readers.reading import read_bytes

SENTENCES = "The people's commissar wrote to the envoy that the convention on the Straits must be revised. "
MORE = "He added that the governments had agreed upon nothing at all in their long talks at Montreux. "
PAGE = """<!DOCTYPE html><html><head><title>Letter of Litvinov - Archive</title>{head}</head><body>
<header><h1>The Archive site</h1></header>
<nav><ul><li><a href="/">Home page</a></li><li><a href="/a">About this site</a></li></ul></nav>
<main><article><h1>Letter of Litvinov</h1><p>{first}</p>
<h2>The second <em>part</em></h2><p>{second}</p>
<ul><li>First item of it</li><li>Second item of it</li></ul>
<table><tr><th>Year</th><th>Ships</th></tr><tr><td>1936</td><td>12</td></tr></table>
<h3>Third</h3><p>Short end.<br>Litvinov</p></article></main>
<footer><p>Copyright of the Archive site. All rights reserved.</p></footer>
<script>var hidden = "script";</script></body></html>"""


def page(*, head='<meta charset="utf-8">', first=SENTENCES * 4, second=MORE * 4):
    return PAGE.format(head=head, first=first, second=second)


def read(html, name="a.html"):
    return read_bytes(html.encode() if isinstance(html, str) else html, name=name)


def headings_of(found):
    return [(h.level, h.text, found.text[h.start_char : h.end_char]) for h in found.headings]


def pages_of(found):
    return [(start.page.label, found.text[start.start_char :].split()[0]) for start in found.page_starts]


def test_the_main_text_is_kept_and_the_sites_is_not():
    found = read(page())
    assert found.media_type == "text/html"
    assert found.title == "Letter of Litvinov"
    assert found.text == "\n\n".join(
        [
            "Letter of Litvinov",
            (SENTENCES * 4).strip(),
            "The second part",
            (MORE * 4).strip(),
            "First item of it\nSecond item of it",
            "Year | Ships\n1936 | 12",
            "Third",
            "Short end.\nLitvinov",
        ]
    )
    assert headings_of(found) == [
        (1, "Letter of Litvinov", "Letter of Litvinov"),
        (2, "The second part", "The second part"),
        (3, "Third", "Third"),
    ]


def test_html_is_known_by_its_content():
    assert read(page(), name="saved page.txt").media_type == "text/html"
    assert read("<!-- saved --><html><body>x</body></html>", name="page").media_type == "text/html"
    assert read("a <html> in a text", name="page").media_type == "text/plain"


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("cp1251", "windows-1251"),
        ("koi8-r", "koi8-r"),
        ("cp1251", None),
        ("utf-8", "windows-1251"),
        ("utf-16", None),
    ],
)
def test_the_encoding_is_that_of_the_meta_element_or_is_found(encoding, declared):
    words = "Народный комиссар иностранных дел принял посла Турции и сообщил ему о решении. " * 4
    head = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">' if declared else ""
    found = read(page(head=head, first=words).encode(encoding))
    assert words.strip() in found.text


def test_a_short_page_is_read_without_its_menus():
    found = read("<html><body><nav>Menu of it</nav><p>Hi.</p><div>Two <b>words</b></div></body></html>")
    assert found.text == "Hi.\n\nTwo words"


def test_a_page_of_many_chapters_keeps_them_all():
    chapters = "".join(
        f"<div class='c{n}'><h2>Chapter {n}</h2>" + f"<p>Chapter {n} says: {SENTENCES}</p>" * 9 + "</div>"
        for n in range(30)
    )
    found = read(f"<html><body>{chapters}</body></html>")
    assert [text for _, text, _ in headings_of(found)] == [f"Chapter {n}" for n in range(30)]
    assert all(found.text.count(f"Chapter {n} says") == 9 for n in range(30))


@pytest.mark.parametrize(
    "mark",
    [
        '<span class="pagenum"><a id="Page_{0}">[Pg {0}]</a></span>',
        '<span class="pagenum" id="p{0}"></span>',
        '<span class="pageno" title="{0}"> </span>',
        '<span epub:type="pagebreak" id="x{0}" title="{0}"></span>',
        '<div role="doc-pagebreak" aria-label="page {0}"></div>',
        '<a name="page{0}"></a>',
        '<a id="Page_{0}"></a><span class="pagenum">[{0}]</span>',
        '<span class="pb" n="{0}">[Page {0}]</span>',
    ],
)
def test_printed_pages_of_digitised_books_are_kept_out_of_the_text(mark):
    paragraphs = "".join(f"{mark.format(n)}<p>first{n} {SENTENCES * 3}</p>" for n in (11, 12, 13))
    found = read(f"<html><body><p>Preface.</p>{paragraphs}</body></html>")
    assert pages_of(found) == [("11", "first11"), ("12", "first12"), ("13", "first13")]
    assert "Pg" not in found.text


def test_a_page_of_html_whose_next_mark_is_missing_is_estimated():
    def marked(n):
        mark = "" if n == 13 else f'<span class="pagenum">[{n}]</span>'
        return f"{mark}<p>{SENTENCES * 3}</p>"

    starts = read(f"<html><body>{''.join(map(marked, range(11, 17)))}</body></html>").page_starts
    assert [start.page.label for start in starts] == ["11", "12", "14", "15", "16"]
    assert {start.page.label: start.page.margin for start in starts if start.page.margin} == {"12": 1}


def test_a_page_number_inside_a_word_does_not_cut_it():
    words = f"{SENTENCES * 3}the govern<span class='pagenum'>[12]</span>ment {SENTENCES * 3}"
    end = "and <span class='pagenum'>[13]</span>so on."
    found = read(f"<html><body><p>{words}{end}</p></body></html>")
    assert "the government The people" in found.text
    assert pages_of(found) == [("12", "ment"), ("13", "so")]


@pytest.mark.parametrize(
    "mark",
    [
        '<a name="p{0}"></a>',
        '<a id="note{0}"></a>',
        '<a id="page{0}" href="#page1">{0}</a>',
        '<a id="s-{0}"/>',
    ],
)
def test_anchors_that_are_not_called_pages_number_none(mark):
    paragraphs = "".join(f"{mark.format(n)}<p>first{n} {SENTENCES * 3}</p>" for n in (11, 12, 13))
    assert read(f"<html><body><p>Preface.</p>{paragraphs}</body></html>").page_starts == ()


NAVIGATION = (
    '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><body>'
    '<nav epub:type="toc"><a href="a.xhtml">1</a></nav><nav epub:type="page-list"><ol>{}</ol></nav>'
    "</body></html>"
)
NCX = '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap/><pageList>{}</pageList></ncx>'
TARGET = "<pageTarget><navLabel><text>{0}</text></navLabel><content src='{1}'/></pageTarget>"


@pytest.mark.parametrize(
    ("item", "whole", "entry"),
    [
        ('href="n.xhtml" properties="nav"', NAVIGATION, "<li><a href='{1}'>{0}</a></li>"),
        ('href="n.xhtml" media-type="application/x-dtbncx+xml"', NCX, TARGET),
    ],
)
def test_pages_that_a_book_lists_begin_where_it_says(item, whole, entry):
    chapters = {
        "a.xhtml": f"<p>first1 {SENTENCES * 3}<a id='x2'/>first2 {SENTENCES * 3}</p>",
        "b.xhtml": f"<p>first3 {SENTENCES * 3}</p><p id='x4'>first4 {SENTENCES * 3}</p>",
    }
    places = ("a.xhtml", "a.xhtml#x2", "b.xhtml", "b.xhtml#x4")
    listed = "".join(entry.format(number, place) for number, place in enumerate(places, start=41))
    found = read(
        epub_of(chapters, items=f'<item id="n" {item}/>', extra=[("OEBPS/n.xhtml", whole.format(listed))]),
        "a.epub",
    )
    assert pages_of(found) == [("41", "first1"), ("42", "first2"), ("43", "first3"), ("44", "first4")]


def test_a_sites_pager_numbers_no_pages():
    pager = "".join(f'<span class="page-number">{n}</span> ' for n in range(1, 9))
    assert read(f"<html><body><p>{SENTENCES * 5}</p><p>{pager}</p></body></html>").page_starts == ()


def test_old_pages_nested_a_thousand_deep_are_read():
    found = read("<html><body>" + "<div><font>" * 900 + "words" + "</font></div>" * 900)
    assert found.text == "words"


def test_a_page_nested_too_deep_to_be_read_whole_is_refused():
    with pytest.raises(BrokenSourceError, match=r"^a\.html: its elements are nested too deep"):
        read("<html><body>lost" + "<div>" * 3000 + "words")


@pytest.mark.parametrize(
    "said",
    [
        "<div><span><x-part>{}</x-part></span></div>",
        "<div><span><ix:continuation>{}</ix:continuation></span></div>",
        "<table><tr><td><div><span><a href='#a'>{}</a></span></div></td></tr></table>",
    ],
)
def test_what_stands_in_elements_of_other_schemas_and_in_long_links_is_kept(said):
    def counted(day, what):
        return f"On day {day} of the ice the keeper counted {what} and wrote their number down in his log."

    menu = "".join(f"<div class='menu'><a href='/{n}'>Item {n}</a></div>" for n in range(9))
    told = "".join(f"<div><span>{counted(day, 'barrels of tar')}</span></div>" for day in range(40))
    more = "".join(said.format(counted(day, "coils of rope")) for day in range(9))
    text = read_bytes(f"<html><body>{menu}{told}{more}</body></html>".encode(), name="a.html").text
    assert (text.count("barrels of tar"), text.count("coils of rope"), text.count("Item")) == (40, 9, 0)


def test_what_a_report_says_to_programs_alone_is_no_text():
    page = (
        '<html><body><div style="display:none"><ix:header><ix:hidden>0000051143 us-gaap:Member</ix:hidden>'
        "</ix:header></div><p>The <ix:nonNumeric>ferry</ix:nonNumeric> earned 40.</p></body></html>"
    )
    assert read_bytes(page.encode(), name="a.htm").text == "The ferry earned 40."


def test_a_page_all_in_its_header_keeps_it():
    assert read("<html><body><header><p>Words</p></header></body></html>").text == "Words"


def test_a_page_without_words_is_refused():
    with pytest.raises(EmptySourceError):
        read("<html><body><script>x</script></body></html>")


def epub_of(chapters, *, extra=(), spine=None, items=""):
    """An EPUB of chapters (file name to body), in the spine's order."""
    items += "".join(
        f'<item id="i{n}" href="{name}" media-type="application/xhtml+xml"/>'
        for n, name in enumerate(chapters)
    )
    references = "".join(f'<itemref idref="i{n}"/>' for n in (spine or range(len(chapters))))
    package = (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf">'
        '<metadata><title xmlns="http://purl.org/dc/elements/1.1/">Papers on Turkey</title></metadata>'
        f"<manifest>{items}</manifest><spine>{references}</spine></package>"
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", container)
        archive.writestr("OEBPS/book.opf", package)
        for name, body in chapters.items():
            text = (
                '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml" '
                f'xmlns:epub="http://www.idpf.org/2007/ops"><head><title>t</title></head><body>{body}</body></html>'
            )
            archive.writestr(f"OEBPS/{name}", text)
        for name, content in extra:
            archive.writestr(name, content)
    return buffer.getvalue()


def test_an_epub_is_read_in_the_order_of_its_spine_with_its_pages():
    def body(n):
        mark = f'<span epub:type="pagebreak" id="p{n}" title="{n}"/>'
        return f"<h1>Chapter {n}</h1>{mark}<p>first{n} é {SENTENCES * 3}</p>"

    found = read(
        epub_of({"z.xhtml": body(1), "a.xhtml": body(3), "m.xhtml": body(2)}, spine=[0, 2, 1]), "a.epub"
    )
    assert found.title == "Papers on Turkey"
    assert headings_of(found) == [(1, f"Chapter {n}", f"Chapter {n}") for n in (1, 2, 3)]
    assert pages_of(found) == [("1", "first1"), ("2", "first2"), ("3", "first3")]
    assert "first2 é The people" in found.text


def test_headers_asides_and_notes_of_a_book_are_its_own():
    body = (
        "<section><header><h1>The Ferry</h1></header><nav>Contents</nav><p>The toll was nine kopecks"
        '<a epub:type="noteref" href="#n1">1</a> a head.</p><aside epub:type="footnote" id="n1">'
        "<p>Raised in 1908.</p></aside><footer>Kept by Orest Bely</footer></section>"
    )
    found = read(epub_of({"a.xhtml": body}), "a.epub")
    assert found.text == (
        "The Ferry\n\nThe toll was nine kopecks¹ a head.\n\nRaised in 1908.\n\nKept by Orest Bely"
    )
    assert headings_of(found) == [(1, "The Ferry", "The Ferry")]


def test_a_chapter_that_is_missing_or_empty_does_not_cost_the_others():
    whole = {name: f"<p>{name} {SENTENCES}</p>" for name in ("a.xhtml", "b.xhtml", "c.xhtml", "d.xhtml")}
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(epub_of(whole))) as book, zipfile.ZipFile(buffer, "w") as torn:
        for one in book.namelist():
            if one != "OEBPS/b.xhtml":
                torn.writestr(one, b"" if one == "OEBPS/c.xhtml" else book.read(one))
    found = read(buffer.getvalue(), "a.epub")
    assert [name in found.text for name in whole] == [True, False, False, True]
    assert found.notices == ("chapters left out, missing, empty or damaged: OEBPS/b.xhtml, OEBPS/c.xhtml",)


def test_a_book_without_a_chapter_that_can_be_read_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(epub_of({"a.xhtml": "x"}))) as book, zipfile.ZipFile(buffer, "w") as torn:
        for one in book.namelist():
            if not one.endswith(".xhtml"):
                torn.writestr(one, book.read(one))
    with pytest.raises(BrokenSourceError, match=r"^a\.epub: none of its chapters can be read"):
        read(buffer.getvalue(), "a.epub")


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        ("<header><h1>Ferry log</h1><p>Kept by Orest Bely</p></header>", "Ferry log\n\nKept by Orest Bely"),
        ("<header><nav><a href='/'>Home</a></nav><h1>Ferry log</h1></header>", "Ferry log"),
        ("<header><a href='/'>Site</a><h1>Ferry log</h1><p>Search</p></header>", "Ferry log"),
        ("<header><a href='/'><h1>The site</h1></a></header>", ""),
        ("<header><h1>The site</h1></header><h1>Ferry log</h1>", "Ferry log"),
        ("<header><p>The site</p></header>", ""),
    ],
)
def test_a_pages_title_in_its_header_is_kept_and_the_sites_is_not(header, kept):
    found = read(f"<html><body>{header}<p>{SENTENCES}</p></body></html>")
    assert found.text.partition(SENTENCES[:20])[0].strip() == kept


@pytest.mark.parametrize(
    ("title", "heading", "told"),
    [
        ("Ferry log", "Ferry log of 1907", "Ferry log of 1907"),
        ("Ferry log | The harbour museum", "Ferry log", "Ferry log"),
        ("The harbour museum – Ferry log", "Ferry log", "Ferry log"),
        ("Ferry log - Wiki - Museum", "Ferry  Log", "Ferry Log"),
        ("Ferry log: a history", "Ferry log", "Ferry log: a history"),
        ("Ferry log", "Ferry logs", "Ferry log"),
        ("Ferry log", "Orest Bely", "Ferry log"),
        ("", "Ferry log", ""),
    ],
)
def test_a_pages_title_is_its_heading_where_they_are_the_same(title, heading, told):
    html = (
        f"<html><head><title>{title}</title></head><body><h1>{heading}</h1><p>{SENTENCES}</p></body></html>"
    )
    assert (read(html).title or "") == told
    assert (read(html.replace("<p>", "<h1>Annex</h1><p>")).title or "") == title


def test_a_page_whose_extractor_loses_its_headings_keeps_them():
    letters = "".join(f"<h2>Letter {n}</h2><pre>{SENTENCES * 2}</pre>" for n in range(30))
    found = read(f"<html><body>{letters}<pre>{SENTENCES * 300}</pre></body></html>")
    assert [text for _, text, _ in headings_of(found)] == [f"Letter {n}" for n in range(30)]


def test_a_protected_epub_is_refused():
    encryption = (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
        '<CipherReference URI="OEBPS/a.xhtml"/></encryption>'
    )
    data = epub_of({"a.xhtml": "<p>x</p>"}, extra=[("META-INF/encryption.xml", encryption)])
    with pytest.raises(BrokenSourceError, match=r"^a\.epub: the book is copy-protected"):
        read(data, "a.epub")


def test_an_epub_without_its_package_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("META-INF/container.xml", "<container/>")
    with pytest.raises(BrokenSourceError, match=r"^a\.epub: "):
        read(buffer.getvalue(), "a.epub")


def test_the_name_of_the_site_is_left_out_where_a_lower_heading_says_the_title_without_it():
    title = "Ferry log: 1907 | Bay Archive"
    page = f"<html><head><title>{title}</title></head><body><h2>{{}}</h2><p>{SENTENCES}</p></body></html>"
    assert read(page.format("Ferry log: 1907")).title == "Ferry log: 1907"
    for other in ("Bay Archive", "1907"):
        assert read(page.format(other)).title == title
