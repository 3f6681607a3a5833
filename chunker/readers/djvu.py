"""Reads the text layer of DjVu files, page by page, through djvused of DjVuLibre, where it is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from chunker.errors import (
    BrokenSourceError,
    EmptySourceError,
    SourceTooLargeError,
    UnsupportedFormatError,
)
from chunker.readers.building import TextBuilder
from chunker.readers.pdf.sheets import SheetLines, pages_of_sheets
from chunker.readers.printed_pages.running_lines import without_running_lines
from chunker.readers.programs import output_of
from chunker.readers.stated_bibliography import stated_bibliography
from chunker.readers.stated_titles import stated_title

if TYPE_CHECKING:
    from chunker.readers.extraction import Extracted, ReadingLimits

PROGRAM = "djvused"
HINT = "install DjVuLibre (djvulibre-bin) to have DjVu files read, or convert them to PDF with a text layer"
# The form of a file (DjVu 3 specification, section 8.3): "AT&TFORM", in four bytes the length of what
# follows, what it is; of several pages then their directory, whose flags tell whether they are in it too.
LENGTH_AT, KIND_AT, FLAGS_AT = 8, 12, 24
DIRECTORY, HAS_ITS_PAGES = b"DJVMDIRM", 0x80
LISTED_PAGE = re.compile(r"^ *\d+ P +\d+ [^\n]*?(?: T=([^\n]*))?$", re.MULTILINE)
STATED = re.compile(r'^(\w+)\t"((?:[^"\\]|\\.)*)"$', re.MULTILINE)
ESCAPED = re.compile(r"\\(.)")
PAGE_END, BLOCK_ENDS = "\f", str.maketrans("\v\x1d\x1f", "\n\n\n")  # ends of columns, regions and paragraphs


def read_djvu(data: bytes, *, name: str, limits: ReadingLimits) -> Extracted:
    """Read the text layer; pages are told as those of a PDF are, their own titles taken for its labels.

    Raises UnsupportedFormatError where there is no DjVuLibre, BrokenSourceError for a damaged file,
    EmptySourceError for one without text and SourceTooLargeError past the limits.
    """
    program = shutil.which(PROGRAM)
    if program is None:
        raise UnsupportedFormatError(
            f"{name}: is a DjVu file",
            hint=HINT,
        )
    check_is_whole(data, name=name)
    with tempfile.TemporaryDirectory() as folder:
        path, script = Path(folder) / "source.djvu", Path(folder) / "script"
        path.write_bytes(data)

        def said(commands: str) -> str:
            script.write_text(commands)
            return output_of([program, "-u", "-f", str(script), str(path)]).decode("utf-8", "replace")

        try:
            listed = said("ls\nprint-meta\nselect 1\nprint-meta\n")
            titles = LISTED_PAGE.findall(listed)
            if len(titles) > limits.max_pages:
                raise SourceTooLargeError(
                    f"{name}: {len(titles):,} pages, more than the limit of {limits.max_pages:,}; "
                    "split the file into parts"
                )
            pages = [
                said_of_page.translate(BLOCK_ENDS).split("\n")
                for said_of_page in said(
                    "".join(f"select {number}\nprint-pure-txt\n" for number in range(1, len(titles) + 1))
                ).split(PAGE_END)[:-1]
            ]
        except (OSError, subprocess.SubprocessError) as error:
            raise BrokenSourceError(f"{name}: the DjVu file is damaged; copy or download it again") from error
    return paged(pages, titles, dict(STATED.findall(listed)), TextBuilder(name, limits))


def check_is_whole(data: bytes, *, name: str) -> None:
    """Raise BrokenSourceError for a file that was cut short, or whose pages are files of their own."""
    if len(data) < KIND_AT + int.from_bytes(data[LENGTH_AT:KIND_AT], "big"):
        raise BrokenSourceError(f"{name}: the DjVu file is cut short; copy or download it again")
    if data.startswith(DIRECTORY, KIND_AT) and not data[FLAGS_AT] & HAS_ITS_PAGES:
        raise BrokenSourceError(
            f"{name}: only lists its pages, which are files of their own; bundle them by djvmcvt -b"
        )


def paged(pages: list[list[str]], titles: list[str], stated: dict[str, str], text: TextBuilder) -> Extracted:
    """Write the lines of pages, whose numbers may be printed among them or be the pages' own titles."""
    if not any(line.strip() for lines in pages for line in lines):
        raise EmptySourceError(
            f"{text.name}: its {len(pages)} pages are images without text; "
            "recognise the text first (OCR) and give the result"
        )
    told = pages_of_sheets([SheetLines(lines) for lines in pages], titles)
    kept = without_running_lines([each.lines for each in told], [each.page.label or None for each in told])
    for each, lines in zip(told, kept, strict=True):
        text.begin_page(replace(each.page, position=each.sheet + 1))
        text.add("\n".join(lines))
    fields = {key.casefold(): ESCAPED.sub(r"\1", value) for key, value in stated.items()}
    return text.extracted(
        title=stated_title(fields.get("title")),
        bibliography=stated_bibliography(
            authors=[fields.get("author")],
            publisher=fields.get("publisher"),
            date=fields.get("year") or fields.get("date"),
        ),
    )
