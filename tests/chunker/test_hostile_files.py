"""Files made to do harm: no file and no network is read, no limit passed, and each is refused in one line."""

import io
import os
import re
import socket
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
import xlsxwriter
from small_files import FILES

from chunker.errors import UnreadableSourceError
from chunker.readers.extraction import ReadingLimits
from chunker.readers.finding import find_files
from chunker.readers.isolated import IsolatedReader, ReadingBounds
from chunker.readers.reading import read_source

ROOT = re.compile(rb"(?:<\?xml[^>]*>\s*)?(?=<[A-Za-z])")
SAID = re.compile(rb"(?<=>)[^<>]*(?:forty barrels|Ferry|Crossing)[^<>]*")
LAUGHS = "".join(f'<!ENTITY b{n + 1} "{f"&b{n};" * 10}">' for n in range(12))


@pytest.fixture(scope="module")
def reader():
    with IsolatedReader(ReadingBounds(memory_mib=1024, seconds=60)) as opened:
        yield opened


@pytest.fixture
def listening():
    """A port, and whether anybody has called at it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        yield server


def outcome(reader, tmp_path, name, data):
    """Return the text of a file, or the line that refuses it."""
    path = tmp_path / name
    path.write_bytes(data)
    try:
        return reader.read(path, name=name).text
    except UnreadableSourceError as error:
        line = str(error)
    assert line.startswith(name)
    assert line.isprintable()
    return line


def changed(data, change):
    """Return a file of XML, or a zip archive of such, with each part changed."""
    if not data.startswith(b"PK"):
        return change(data)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            is_markup = name.endswith((".xml", ".xhtml", ".opf"))
            new.writestr(name, change(old.read(name)) if is_markup else old.read(name))
    return made.getvalue()


@pytest.mark.parametrize("name", ["a.docx", "a.pptx", "a.epub", "a.odt", "a.fodt", "a.fb2", "a.html"])
@pytest.mark.parametrize("entity", ["&b12;", "&file;", "&net;", "%all;"])
def test_entities_of_a_file_read_no_file_and_no_network_and_do_not_grow(
    reader, tmp_path, listening, name, entity
):
    secret = tmp_path / "secret"
    secret.write_text("password")
    address = f"http://127.0.0.1:{listening.getsockname()[1]}/a"
    is_general = entity.startswith("&")
    declared = (
        f'<!DOCTYPE d SYSTEM "{address}.dtd" [<!ENTITY b0 "ice">{LAUGHS}'
        f'<!ENTITY file SYSTEM "{secret.as_uri()}"><!ENTITY net SYSTEM "{address}">'
        f'<!ENTITY % all SYSTEM "{address}">{"" if is_general else entity}]>'
    ).encode()
    said = entity.encode() if is_general else b"Ferry"

    def change(part):
        root = ROOT.match(part)
        return part[: root.end()] + declared + SAID.sub(said, part[root.end() :]) if root else part

    told = outcome(reader, tmp_path, name, changed(FILES[name], change))
    assert "password" not in told
    assert "iceice" not in told
    with pytest.raises(TimeoutError):
        listening.accept()


def nested_mail(depth):
    head = b"Message-ID: <1@b.org>\nFrom: a@b.org\nSubject: Deep\n"
    parts = (b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth))
    return head + b"".join(parts) + b"Content-Type: text/plain\n\nIce.\n"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.html", b"<html><body>" + b"<div>" * 50_000 + b"Ice"),
        ("a.html", b"<html><body>" + b"<table><tr><td>" * 5_000 + b"Ice"),
        ("a.md", b"> " * 20_000 + b"Ice"),
        ("a.json", b"[" * 100_000 + b"]" * 100_000),
        ("a.json", b'{"a":' * 50_000 + b"1" + b"}" * 50_000),
        ("a.fb2", b'<?xml version="1.0"?><FictionBook><body>' + b"<section>" * 50_000),
        ("a.fodt", FILES["a.fodt"].replace(b"<text:p>", b"<text:section>" * 50_000 + b"<text:p>")),
        (
            "a.docx",
            changed(
                FILES["a.docx"], lambda part: part.replace(b"<w:body>", b"<w:body>" + b"<w:sdt>" * 9_000)
            ),
        ),
        ("a.eml", nested_mail(2_000)),
        ("a.rtf", rb"{\rtf1 " + b"{" * 100_000 + b"Ice"),
        ("a.tex", b"{" * 100_000),
        ("a.csv", b"a," * 500_000),
        ("a.csv", b'"' + b"a,\n" * 500_000),
    ],
)
def test_what_is_nested_without_end_is_read_or_refused_within_the_limits(reader, tmp_path, name, data):
    told = outcome(reader, tmp_path, name, data)
    assert told
    assert "needs more than" not in told
    assert "takes more than" not in told
    assert "broke off" not in told


def pages_of(count):
    """A PDF that lists so many empty pages."""
    kids = b" ".join(b"%d 0 R" % (number + 3) for number in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count),
        *[b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] >>"] * count,
    ]
    data, places = bytearray(b"%PDF-1.5\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(data))
    return bytes(data) + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end


def black_png(side):
    """Return a picture of ``side`` by ``side`` pixels, each a bit, which pack to next to nothing."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(1)
    row = bytes(1 + side // 8)
    packed = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def far_cells():
    """Return a workbook whose only cells are the first and the last that there can be."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "Name")
        sheet.write(1_048_575, 16_383, 1)
    return made.getvalue()


SWELLING = {
    "picture.png": lambda: black_png(40_000),
    "cells.xlsx": far_cells,
    "columns.csv": lambda: b"a," * 1_000_000 + b"\n" + b"1," * 1_000_000,
    "mails.mbox": lambda: b"From a@b.c Thu Jan  1 00:00:00 1970\nSubject: a\n\nb\n\n" * 20_000,
    "parts.mhtml": lambda: (
        b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n"
        + b"--x\nContent-Type: text/html\n\n<p>a</p>\n" * 20_000
        + b"--x--\n"
    ),
    "cues.vtt": lambda: b"WEBVTT\n\n" + b"00:00.000 --> 00:01.000\na\n\n" * 100_000,
}


@pytest.mark.parametrize("name", SWELLING)
def test_what_swells_when_it_is_read_is_read_or_refused_within_the_limits(reader, tmp_path, name):
    outcome(reader, tmp_path, name, SWELLING[name]())
    assert "forty barrels" in outcome(reader, tmp_path, "after.md", b"# Letter\n\nI sold forty barrels.\n")


def test_a_pdf_of_a_hundred_thousand_pages_is_refused_by_their_number(reader, tmp_path):
    assert "100,000 pages, more than the limit of 20,000" in outcome(
        reader, tmp_path, "a.pdf", pages_of(100_000)
    )


def test_links_that_lead_in_circles_pipes_and_devices_in_a_folder_are_left_out(tmp_path):
    (tmp_path / "a.txt").write_text("Ice.")
    (tmp_path / "loop").symlink_to(".")
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "zero.txt").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.txt")
    os.mkfifo(tmp_path / "a.txt.toml")
    found = find_files([tmp_path])
    assert [file.name for file in found.files] == ["a.txt"]
    assert {skipped.path.name for skipped in found.skipped} == {
        "loop",
        "self",
        "zero.txt",
        "pipe.txt",
        "a.txt.toml",
    }
    assert read_source(tmp_path / "a.txt", name="a.txt").text == "Ice."


def test_a_file_that_has_grown_past_the_limit_since_it_was_found_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_bytes(b"Ice. " * 100)
    status = path.stat()
    path.write_bytes(b"Ice. " * 1_000)
    monkeypatch.setattr(Path, "stat", lambda *_, **__: status)
    with pytest.raises(UnreadableSourceError, match=r"^a\.txt: 5,000 bytes, more than the limit of 600"):
        read_source(path, name="a.txt", limits=ReadingLimits(max_bytes=600))
