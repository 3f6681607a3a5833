"""Reading any file at all: formats by content, limits, errors of one line, ids, finding files."""

import os
import subprocess
import sys
import unicodedata
import zipfile
from io import BytesIO
from pathlib import Path

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.pdfgen import canvas

from chunker.errors import (
    BrokenSourceError,
    EmptySourceError,
    SourceTooLargeError,
    UnreadableSourceError,
    UnsupportedFormatError,
)
from chunker.readers.extraction import ReadingLimits
from chunker.readers.file_names import distinct_names
from chunker.readers.finding import find_files
from chunker.readers.reading import read_bytes, read_source
from chunker.readers.sniffing import refuse_by_head

BOOK = "application/x-fictionbook+xml"
CORPUS = Path(__file__).parents[2] / "corpus"


def zip_of(*names):
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


def test_a_text_file_becomes_a_source(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("\ufeffStalin.\r\n".encode())
    source = read_source(path, name="folder/a.txt")
    assert (source.name, source.media_type, source.text) == ("folder/a.txt", "text/plain", "Stalin.\r\n")
    assert source.size_bytes == 12


def test_the_id_comes_from_the_bytes_alone():
    one, same, other = (
        read_bytes(b"one", name="a"),
        read_bytes(b"one", name="b.md"),
        read_bytes(b"two", name="a"),
    )
    assert one.id == same.id != other.id
    assert len(one.id) == 16


def test_the_corpus_is_read_as_it_stands_in_its_files():
    for file in find_files([CORPUS]).files:
        source = read_source(file.path, name=file.name)
        assert source.text.encode() == file.path.read_bytes()
        assert source.page_starts == ()


@pytest.mark.parametrize(
    ("data", "name", "error", "words"),
    [
        (b"", "a.txt", EmptySourceError, "has 0 bytes"),
        (b" \r\n\t\x0c\n", "a.txt", EmptySourceError, "holds no text"),
        (b"\xef\xbb\xbf", "a.txt", EmptySourceError, "holds no text"),
        (zip_of("a.txt"), "a.txt", UnsupportedFormatError, "a packed archive; unpack it"),
        (zip_of(), "a.txt", UnsupportedFormatError, "a packed archive; unpack it"),
        (zip_of("xl/workbook.xml"), "a.docx", BrokenSourceError, "the workbook is damaged"),
        (zip_of("ppt/presentation.xml"), "a", BrokenSourceError, "the presentation is damaged"),
        (zip_of("mimetype", "content.xml"), "a.odt", UnsupportedFormatError, "a drawing, a formula"),
        (zip_of("word/document.xml"), "a", BrokenSourceError, "the Word file is damaged"),
        (zip_of("word/document.xml")[:-30], "a.docx", BrokenSourceError, "damaged or incomplete"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a.txt", UnsupportedFormatError, "an image"),
        (b"\xff\xd8\xff\xe0", "scan.pdf", UnsupportedFormatError, "an image"),
        (b"RIFF\0\0\0\0WEBPVP8", "a", UnsupportedFormatError, "an image"),
        (b"\0\0\0\x18ftypheic", "a", UnsupportedFormatError, "an image"),
        (b"\0\0\0\x18ftypmp42", "a", UnsupportedFormatError, "sound or video"),
        (b"\x7fELF\2\1\1", "a.txt", UnsupportedFormatError, "a program"),
        (b"{\\rtf1 }", "a.txt", EmptySourceError, "holds no text"),
        (b"<?xml version='1.0'?><TEI>x</TEI>", "a.xml", UnsupportedFormatError, "an XML file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "a.doc", UnsupportedFormatError, "not known here"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "a.docx",
            BrokenSourceError,
            "locked with a password",
        ),
        (bytes(range(256)) * 9, "a.txt", UnsupportedFormatError, "binary data"),
        (b"words", "a.pdf", BrokenSourceError, "is named .pdf"),
        (b"words", "a.docx", BrokenSourceError, "is named .docx"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line_that_names_the_file(data, name, error, words):
    with pytest.raises(error) as caught:
        read_bytes(data, name=name)
    assert str(caught.value).startswith(f"{name}: ")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_of_an_unknown_kind_is_told_what_can_be_read():
    with pytest.raises(UnsupportedFormatError, match=r"what can be read: text, Markdown, .*PDF.* and "):
        read_bytes(b"%!PS-Adobe-3.0", name="a.ps")


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("README", "text/plain"), ("a.MD", "text/markdown"), ("a.log", "text/plain"), ("a.htm", "text/html")],
)
def test_the_suffix_decides_between_kinds_of_text(name, media_type):
    assert read_bytes(b"just words", name=name).media_type == media_type


def test_a_name_of_two_lines_gives_a_message_of_one():
    with pytest.raises(EmptySourceError, match=r"^a b: has 0 bytes[^\n]*$"):
        read_bytes(b"", name="a\nb")


def test_a_file_too_large_is_refused_without_being_read(tmp_path):
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(2**31)  # sparse: two gigabytes that take no room
    with pytest.raises(SourceTooLargeError, match=r"^huge\.txt: 2,147,483,648 bytes, more than the limit"):
        read_source(path, name="huge.txt")


def test_limits_hold_for_bytes_in_memory_too():
    with pytest.raises(SourceTooLargeError):
        read_bytes(b"12345", name="a.txt", limits=ReadingLimits(max_bytes=4))


def test_folders_devices_and_missing_files_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path(os.devnull)):
        with pytest.raises(UnsupportedFormatError, match="not a file"):
            read_source(path, name="it")
    with pytest.raises(UnreadableSourceError, match=r"^it: cannot be opened \(No such file"):
        read_source(tmp_path / "missing", name="it")


MARKS = [
    b"",
    b"%PDF-1.7\n",
    b"%PDF-1.7\n%%EOF\n",
    b"PK\x03\x04",
    b"<html>",
    b"<!doctype html><body>",
    b"---\ntitle: x\n",
]
MARKS += [b"\xff\xfe", b"\xff\xfe\0\0", b"\xef\xbb\xbf", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x1f\x8b"]
pieces = st.sampled_from(
    [b"<p>", b"</div>", b"<h1>", b"&#0;", b"&#xd800;", b"\0", b"# ", b"\n", b"[p. 1]\n", b"\x0c", b"%%EOF"]
)
rubbish = st.lists(st.one_of(pieces, st.binary(max_size=20)), max_size=20).map(b"".join)


def read_or_message(data, name):
    try:
        return read_bytes(data, name=name), ""
    except UnreadableSourceError as error:
        return None, str(error)


def assert_read_or_told(data, name):
    """Assert that the bytes give a well-formed source or an error of one line that names the file."""
    source, message = read_or_message(data, name)
    if source is None:
        assert message.startswith(f"{name}: ")
        assert "\n" not in message
        return
    assert source.text.strip()
    assert source.text.encode().decode() == source.text
    starts = [start.start_char for start in source.page_starts]
    assert starts == sorted(set(starts))
    assert all(0 <= start <= len(source.text) for start in starts)
    assert all(0 <= h.start_char <= h.end_char <= len(source.text) for h in source.headings)


@given(
    st.sampled_from(MARKS),
    rubbish,
    st.sampled_from(["a.txt", "a.md", "a.html", "a.pdf", "a.docx", "a.epub", "a"]),
)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_give_a_source_or_an_unreadable_source_error(mark, rest, name):
    assert_read_or_told(mark + rest, name)


def small_pdf():
    buffer = BytesIO()
    paper = canvas.Canvas(buffer, invariant=1, pageCompression=0)
    for number in range(3):
        paper.bookmarkPage(str(number))
        paper.addOutlineEntry(f"Part {number}", str(number), 0)
        paper.drawString(72, 700, f"Part {number} of the papers")
        paper.showPage()
    paper.save()
    return buffer.getvalue()


def small_docx():
    document = docx.Document()
    document.add_heading("Papers", 1)
    document.add_table(1, 1).cell(0, 0).text = "cell"
    document.add_page_break()
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


WHOLE_FILES = {"a.pdf": small_pdf(), "a.docx": small_docx()}
changes = st.lists(st.tuples(st.floats(0, 0.9999), st.binary(min_size=1, max_size=4)), min_size=1, max_size=8)


@given(st.sampled_from(sorted(WHOLE_FILES)), changes)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damaged_files_give_a_source_or_an_unreadable_source_error(name, damage):
    data = bytearray(WHOLE_FILES[name])
    for place, replacement in damage:
        start = int(place * len(data))
        data[start : start + len(replacement)] = replacement
    assert_read_or_told(bytes(data), name)


def put(path, text="x"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_files_are_found_in_order_with_their_path_below_the_folder(tmp_path):
    for name in ("b/2.txt", "b/1.PDF", "a.md", "c", "b.txt"):
        put(tmp_path / name)
    found = find_files([tmp_path])
    assert [file.name for file in found.files] == ["a.md", "b/1.PDF", "b/2.txt", "b.txt", "c"]
    assert [file.path for file in found.files][1] == tmp_path / "b/1.PDF"
    assert found.skipped == ()


def test_what_is_skipped_comes_with_its_reason(tmp_path):
    put(tmp_path / "in/.git/a.txt")
    put(tmp_path / "in/.hidden.txt")
    put(tmp_path / "in/a.heic")
    (tmp_path / "in/broken.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "in/loop").symlink_to(tmp_path / "in")
    put(tmp_path / "in/one.txt")
    (tmp_path / "in/same.txt").symlink_to(tmp_path / "in/one.txt")
    found = find_files([tmp_path / "in", tmp_path / "missing"])
    assert [file.name for file in found.files] == ["one.txt"]
    assert [(skipped.path.name, skipped.reason) for skipped in found.skipped] == [
        (".git", "hidden"),
        (".hidden.txt", "hidden"),
        ("a.heic", "no reader for .heic files"),
        ("broken.txt", "a broken link or not a plain file"),
        ("loop", "a link that leads back to a folder above it"),
        ("same.txt", "the same file was found before"),
        ("missing", "does not exist"),
    ]


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("a.json", b'{"a": 1}', "application/json"),
        ("a.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\nwords", "text/vtt"),
        ("captions", b"WEBVTT\n\n00:01.000 --> 00:02.000\nwords", "text/vtt"),
        ("a.srt", b"1\n0:00:01,000 --> 0:00:02,000\nwords", "application/x-subrip"),
        ("a.xml", b"<?xml version='1.0'?><a>words</a>", None),
        ("book.xml", b"<?xml version='1.0'?><FictionBook><body><p>words</p></body></FictionBook>", BOOK),
        ("a.py", b"print('x')", None),
        ("a.JPG", b"anything", None),
        ("letter.txt", b"\xff\xd8\xff\xe0", None),
        ("page.aspx", b"<!DOCTYPE html><p>words", "text/html"),
        ("README", b"words", "text/plain"),
        ("minutes.1902", b"words", "text/plain"),
        ("Letter to Mr. Weber", b"words", "text/plain"),
        ("notes.LOG", b"words", "text/plain"),
    ],
)
def test_a_file_is_treated_alike_wherever_it_comes_from(tmp_path, name, data, media_type):
    put(tmp_path / "in" / name).write_bytes(data)
    ways = [
        lambda: read_bytes(data, name=name).media_type,
        lambda: refuse_by_head(data, name=name) or media_type,
        *(
            lambda file=file: read_source(file.path, name=file.name).media_type
            for file in found(tmp_path / "in")
        ),
        *(
            lambda file=file: read_source(file.path, name=file.name).media_type
            for file in found(tmp_path / "in" / name)
        ),
    ]
    assert len(ways) >= 3
    for read in ways:
        try:
            assert read() == media_type
        except UnsupportedFormatError:
            assert media_type is None


def found(path):
    return find_files([path]).files


def test_what_no_reader_is_for_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "film.iso"
    path.write_bytes(bytes(2_000))
    with pytest.raises(UnsupportedFormatError, match=r"film\.iso: is a \.iso file, which no reader is for"):
        read_source(path, name="film.iso", limits=ReadingLimits(max_bytes=1_000))


def test_a_sidecar_is_no_file_of_its_own(tmp_path):
    for name in ("book.txt", "book.txt.toml", "settings.toml"):
        put(tmp_path / name)
    assert [file.name for file in found(tmp_path)] == ["book.txt"]
    assert [skipped.path.name for skipped in find_files([tmp_path]).skipped] == ["settings.toml"]


def test_a_file_given_by_name_is_taken_whatever_its_suffix_and_once(tmp_path):
    path = put(tmp_path / "notes.log")
    found = find_files([path, tmp_path / "." / "notes.log"])
    assert [(file.path, file.name) for file in found.files] == [(path, "notes.log")]


def test_folders_linked_from_two_places_are_read_once(tmp_path):
    put(tmp_path / "papers/one.txt")
    (tmp_path / "papers/a").symlink_to(put(tmp_path / "elsewhere/two.txt").parent)
    (tmp_path / "papers/b").symlink_to(tmp_path / "elsewhere")
    assert [file.name for file in find_files([tmp_path / "papers"]).files] == ["a/two.txt", "one.txt"]


def test_names_that_are_no_unicode_are_printable_and_stay_distinct(tmp_path):
    raw = [b"pap\xe9rs.txt", b"pap\xe8rs.txt", b"pap\\xe9rs.txt", b"two\nlines.txt"]
    for name in raw:
        (tmp_path / os.fsdecode(name)).write_bytes(name)
    files = find_files([tmp_path]).files
    text_of = {file.name: read_source(file.path, name=file.name).text for file in files}
    assert set(text_of) == {"pap\\xe9rs.txt", "pap\\xe8rs.txt", "pap\\x5cxe9rs.txt", "two\\x0alines.txt"}
    assert {text.encode("cp1252", "replace") for text in text_of.values()} == set(raw)
    named = find_files([tmp_path / os.fsdecode(name) for name in raw]).files
    assert {(one.path, one.name, one.origin) for one in named} == {
        (one.path, one.name, one.origin) for one in files
    }


COMPOSED, DECOMPOSED = "caf\u00e9.txt", "cafe\u0301.txt"


def test_composed_and_decomposed_letters_are_one_name(tmp_path):
    for folder, name in (("one", COMPOSED), ("two", DECOMPOSED)):
        put(tmp_path / folder / name)
    one, two = (find_files([tmp_path / folder]).files[0] for folder in ("one", "two"))
    assert one.name == two.name == COMPOSED
    assert (one.origin, two.origin) == (f"{tmp_path}/one/{COMPOSED}", f"{tmp_path}/two/{COMPOSED}")


def test_where_one_folder_has_both_neither_is_lost(tmp_path):
    for name in (COMPOSED, DECOMPOSED, "caf\u00e9 (2).txt"):
        put(tmp_path / name, name)
    found = {file.path.name: file.name for file in find_files([tmp_path]).files}
    assert len(set(found.values())) == 3
    assert found["caf\u00e9 (2).txt"] == "caf\u00e9 (2).txt"
    for name, shown in found.items():
        assert [file.name for file in find_files([tmp_path / name]).files] == [shown]


FILE_NAMES = st.one_of(
    st.binary(min_size=1, max_size=4).filter(lambda name: not {0, ord("/")} & {*name} and name.strip(b".")),
    st.sampled_from([COMPOSED.encode(), DECOMPOSED.encode(), b"\x85", b"\xc2\x85", b"\\x85", b"\\u0085"]),
)


@given(st.lists(FILE_NAMES, unique=True, max_size=6))
def test_names_of_a_folder_stay_distinct_and_printable(names):
    decoded = [os.fsdecode(name) for name in names]
    told = distinct_names(decoded)
    assert len(set(told.values())) == len(decoded)
    assert told == distinct_names(reversed(decoded))
    for name in told.values():
        name.encode()
        assert not any(unicodedata.category(character) == "Cc" for character in name)


def test_a_file_has_one_origin_however_it_is_given(tmp_path, monkeypatch):
    put(tmp_path / "papers/1902/a.txt")
    monkeypatch.chdir(tmp_path / "papers")
    given = [tmp_path, tmp_path / "papers", Path(), Path("1902"), Path("1902/a.txt"), Path("../papers/1902")]
    found = [find_files([path]).files[0] for path in given]
    assert {file.origin for file in found} == {f"{tmp_path}/papers/1902/a.txt"}
    assert [file.name for file in found][:3] == ["papers/1902/a.txt", "1902/a.txt", "1902/a.txt"]
    assert all(file.origin.endswith(f"/{file.name}") for file in found)


def test_importing_the_readers_loads_no_parser():
    heavy = ("docx", "lxml", "pypdfium2", "trafilatura", "markdown_it", "chardet", "rapidfuzz")
    code = f"import sys, chunker.readers.reading; print([name for name in {heavy} if name in sys.modules])"
    root = Path(__file__).parents[2]
    loaded = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"
