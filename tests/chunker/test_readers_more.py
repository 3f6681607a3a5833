"""FictionBook, DjVu, subtitles and JSON."""

import io
import json
import shutil
import subprocess
import zipfile

import pytest

from chunker.documents import Bibliography
from chunker.errors import (
    BrokenSourceError,
    EmptySourceError,
    SourceTooLargeError,
    UnreadableSourceError,
    UnsupportedFormatError,
)
from chunker.readers.extraction import ReadingLimits
from chunker.readers.reading import read_bytes

BOOK = """<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0" xmlns:l="http://www.w3.org/1999/xlink">
<description><title-info><author><first-name>Анна</first-name><last-name>Вебер</last-name></author>
<book-title>Паром</book-title></title-info>
<publish-info><publisher>Свет</publisher><city>Триест</city><year>1907</year></publish-info></description>
<body><title><p>Паром</p></title><section><title><p>I</p><p>Лёд</p></title>
<p>Река <emphasis>стала</emphasis><a l:href="#n1" type="note">[1]</a>.</p>
<poem><stanza><v>Лёд</v><v>и снег</v></stanza></poem>
<table><tr><th>Груз</th><td>40</td></tr></table>loose<p>Конец.</p></section></body>
<body name="notes"><title><p>Примечания</p></title>
<section id="n1"><title><p>1</p></title><p>В мае.</p></section></body>
<binary id="a.jpg">AAAA</binary></FictionBook>"""


def zipped(name, data):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return buffer.getvalue()


def book(encoding="utf-8", body=BOOK):
    return f'<?xml version="1.0" encoding="{encoding}"?>{body}'.encode(encoding)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (book(), "a.fb2"),
        (book("windows-1251"), "a.fb2"),
        (book("utf-16"), "a.fb2"),
        (book(), "a"),
        (zipped("a.fb2", book()), "a.fb2.zip"),
    ],
)
def test_a_book_has_its_titles_notes_verses_tables_and_what_it_states(data, name):
    source = read_bytes(data, name=name)
    assert source.text == (
        "Паром\n\nI Лёд\n\nРека стала[1].\n\n[1] В мае.\n\nЛёд\nи снег\n\nГруз | 40\n\nloose\n\nКонец."
    )
    assert [(heading.text, heading.level) for heading in source.headings] == [("Паром", 1), ("I Лёд", 2)]
    assert (source.media_type, source.title) == ("application/x-fictionbook+xml", "Паром")
    assert source.bibliography == Bibliography(("Анна Вебер",), "Свет", "Триест", "1907")


def test_notes_that_no_paragraph_cites_stand_at_the_end():
    text = read_bytes(book(body=BOOK.replace("#n1", "#n2")), name="a.fb2").text
    assert text.endswith("Конец.\n\nПримечания\n\n1\n\nВ мае.")


def test_bombs_of_entities_and_of_zip_are_refused():
    levels = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    bomb = f'<!DOCTYPE d [<!ENTITY e0 "ice">{levels}]>' + BOOK.replace("Конец", "&e9;")
    with pytest.raises(BrokenSourceError, match=r"^a\.fb2: is damaged[^\n]*$"):
        read_bytes(book(body=bomb), name="a.fb2")
    data = zipped("a.fb2", book(body=BOOK.replace("Конец", "x" * 100_000)))
    with pytest.raises(SourceTooLargeError, match="unpacks to"):
        read_bytes(data, name="a.fb2.zip", limits=ReadingLimits(max_bytes=50_000))


SUBTITLES = (
    "1\r\n0:00:01,000 --> 0:00:02,000\r\n<i>Der Fluß</i>\r\n{\\an8}fror zu.\r\n\r\n"
    "2\r\n00:00:02,000 --> 00:00:03,000\r\nfror zu.\r\n1907\r\n"
    "3\r\n00:00:03,000 --> 00:00:04,000\r\nEnde.\r\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_subtitles_are_what_is_said_without_numbers_times_and_marks(encoding):
    source = read_bytes(SUBTITLES.encode(encoding), name="a.srt")
    assert source.text == "Der Fluß\nfror zu.\n1907\nEnde."
    assert source.media_type == "application/x-subrip"


@pytest.mark.parametrize("name", ["a.vtt", "a"])
def test_captions_name_who_speaks_and_leave_out_notes_and_styles(name):
    written = (
        "WEBVTT Kind: captions\nLanguage: en\n\nNOTE by Anna\nof May\n\nSTYLE\n::cue { color: red }\n\n"
        "intro\n00:01.000 --> 00:02.000 align:start\n<v.loud Anna Weber>Tar &amp; <00:01.500>rope.</v>\n\n"
        "00:02.000 --> 00:03.000\n- Where?\n"
    )
    assert read_bytes(written.encode(), name=name).text == "Anna Weber: Tar & rope.\n- Where?"


def test_a_text_that_is_only_named_so_is_read_as_text():
    assert read_bytes(b"The river froze.", name="a.srt").text == "The river froze."


def test_records_are_rows_with_the_names_of_their_values():
    written = {
        "year": 1907,
        "sum": 1.10,
        "paid": True,
        "gone": None,
        "tags": ["tar", "rope"],
        "crew": [{"name": "Anna  Weber", "born": ""}, {"name": "Orest"}],
        "text": "Dear Anna,\n\nthe river froze.",
        "empty": {},
    }
    source = read_bytes(json.dumps(written).replace("1.1,", "1.10,").encode("utf-16"), name="a.json")
    assert source.text == (
        "year: 1907; sum: 1.10; paid: true; tags: tar, rope.\n\ncrew\n\nname: Anna Weber.\n\nname: Orest.\n\n"
        "Dear Anna,\n\nthe river froze."
    )
    assert [(heading.text, heading.level) for heading in source.headings] == [("crew", 1)]


def test_lines_of_records_are_read_and_one_cut_short_is_told():
    source = read_bytes(b'{"a": 1, "a": 2}\n\n["x", [3]]\n{"b"', name="a.jsonl")
    assert source.text == "a: 1; a: 2.\n\nx\n\n3"
    assert source.notices == ("1 of 3 lines are no JSON and left out",)


@pytest.mark.parametrize(
    "data",
    [b'{"a": "b"', b"{'a': 1}", b"[" * 100_000, b"just words", b'{"a": ' * 5_000 + b"1" + b"}" * 5_000],
)
def test_what_is_no_json_is_refused_in_one_line(data):
    with pytest.raises(BrokenSourceError, match=r"^a\.json: is damaged, cut short or no JSON[^\n]*$"):
        read_bytes(data, name="a.json")


def run(*command):
    subprocess.run(command, check=True)  # noqa: S603 - DjVuLibre's, with names of our own


def djvu(tmp_path, pages, *, titles=(), stated="", at=""):
    """A file of pages, ``None`` for one without text, made by DjVuLibre itself."""
    (tmp_path / "a.pbm").write_text("P1\n8 8\n" + "1 0 1 0 1 0 1 0\n" * 8)
    (tmp_path / "stated").write_text(stated)
    names = [tmp_path / f"p{number}.djvu" for number in range(len(pages))]
    for name, words in zip(names, pages, strict=True):
        run("cjb2", tmp_path / "a.pbm", name)
        if words is not None:
            lines = " ".join(f"(line 0 0 8 8 {json.dumps(line)})" for line in words.split("\n"))
            (tmp_path / "text").write_text(f"(page 0 0 8 8 {lines})")
            run("djvused", name, "-e", f"select 1; set-txt {tmp_path / 'text'}; save")
    whole = tmp_path / "a.djvu"
    run("djvm", "-c", whole, *names)
    named = "".join(f'select {n}; set-page-title "{title}"; ' for n, title in enumerate(titles, 1))
    run("djvused", whole, "-e", f"select {at}; set-meta {tmp_path / 'stated'}; {named}save")
    return whole.read_bytes()


needs_djvulibre = pytest.mark.skipif(not shutil.which("djvused"), reason="DjVuLibre is not installed")


@needs_djvulibre
@pytest.mark.parametrize("at", ["", "1"])
def test_djvu_has_its_pages_also_past_one_without_text(tmp_path, at):
    stated = 'Title\t"Ferry \\"log\\""\nAuthor\t"Anna Weber"\nYear\t"1907"\n'
    data = djvu(tmp_path, ["Ice on\nthe river.", None, "Tar."], stated=stated, at=at)
    source = read_bytes(data, name="renamed.txt")
    assert source.text == "Ice on\nthe river.\n\nTar."
    assert [(start.start_char, start.page.label, start.page.position) for start in source.page_starts] == [
        (0, "1", 1),
        (19, "3", 3),
    ]
    assert (source.title, source.bibliography) == ('Ferry "log"', Bibliography(("Anna Weber",), year="1907"))


@needs_djvulibre
def test_djvu_pages_are_cited_by_their_own_titles(tmp_path):
    titles = ["iii", "iv", "1"]
    source = read_bytes(djvu(tmp_path, ["Ice.", "Snow.", "Tar."], titles=titles), name="a.djvu")
    assert [(start.page.label, start.page.method) for start in source.page_starts] == [
        (title, "printed") for title in titles
    ]


@needs_djvulibre
def test_djvu_that_is_cut_short_damaged_or_a_scan_is_refused_in_words(tmp_path):
    data = djvu(tmp_path, ["Ice on the river."] * 3)
    for cut in (9, 40, len(data) // 2, len(data) - 1):
        with pytest.raises(BrokenSourceError, match="cut short"):
            read_bytes(data[:cut], name="a.djvu")
    with pytest.raises(BrokenSourceError, match="the DjVu file is damaged"):
        read_bytes(data[:40] + b"\xff" * (len(data) - 40), name="a.djvu")
    with pytest.raises(BrokenSourceError, match="bundle them"):
        read_bytes(data[:24] + b"\1" + data[25:], name="a.djvu")
    with pytest.raises(EmptySourceError, match="images without text"):
        read_bytes(djvu(tmp_path, [None, None]), name="a.djvu")
    with pytest.raises(SourceTooLargeError, match="3 pages"):
        read_bytes(data, name="a.djvu", limits=ReadingLimits(max_pages=2))


def test_without_djvulibre_it_is_said_what_to_do(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UnsupportedFormatError, match=r"is a DjVu file; install DjVuLibre \(djvulibre-bin\)"):
        read_bytes(b"AT&TFORM\0\0\0\4DJVU", name="a.djvu")


@pytest.mark.parametrize("name", ["a.fb2", "a.srt", "a.vtt", "a.json", "a.jsonl", "a.djvu"])
def test_nothing_binary_data_and_white_space_are_refused_in_one_line(name):
    for data in (b"", b" \n", bytes(range(256)) * 9):
        with pytest.raises(UnreadableSourceError, match=rf"^{name}: [^\n]+$"):
            read_bytes(data, name=name)
