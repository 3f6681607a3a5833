"""Reads the words of a picture with the program ``tesseract``, where it is installed.

Its layout analysis gives blocks, paragraphs and lines in reading order, each word with its box and confidence
(TSV output, https://tesseract-ocr.github.io/tessdoc/Command-Line-Usage.html).
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from functools import cache, partial
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from chunker.readers.picture_lines import PictureLine, PictureWord
from chunker.readers.picture_scripts import languages_in
from chunker.readers.picture_tables import has_torn_rows, in_rows, with_cells
from chunker.readers.programs import output_of
from chunker.readers.recognition_cache import kept_or_read
from chunker.recognised import SCALE
from chunker.text.scripts import in_one_script

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chunker.readers.extraction import RecognitionSettings

PROGRAM = "tesseract"
DOTS_PER_INCH = 300  # what its models were trained for (tessdoc, "ImproveQuality")
MIN_BLOCK_CONFIDENCE = 55.0
"""Of its words, in the mean; less is a picture, or a script that no language knows (40 to 52 in trials)."""
MAX_LANGUAGES = 6
"""All that are installed are used together up to here, else those of a page's script: more take too long."""
UPRIGHT, TURNED, ROWS, SCRIPT = "3", "1", "4", "0"
"""Its page segmentation modes: as it lies, turned as its letters stand, as one column, which keeps rows; and
which script its letters are of (right of all 14 pages tried, of ``python -m eval.studies.scanned_pages``)."""
_SCRIPT = re.compile(r"^Script: (\w+)$", re.MULTILINE)
SURE = 75.0
"""Of a page's words, in the mean; less may be due to grain, or its being turned (45 to 60 in trials)."""
SMOOTHING = 1.2  # pixels; less leaves grain of a quarter of the grey scale in, more blurs small letters
NO_LANGUAGES = frozenset({"osd", "equ", "snum"})


class Picture(NamedTuple):
    """A grey picture, a byte a pixel, line by line from the top; ``None``: how fine it is, is not known."""

    width: int
    height: int
    pixels: bytes
    dots_per_inch: int | None = None

    def smoothed(self) -> Picture:
        """Return it without the grain of a film or a copier, which hides letters from the program."""
        from PIL import Image, ImageFilter

        image = Image.frombytes("L", (self.width, self.height), self.pixels)
        return self._replace(pixels=image.filter(ImageFilter.GaussianBlur(SMOOTHING)).tobytes())


@cache
def installed_languages() -> tuple[str, ...]:
    """Return the languages that the program has, by its names, English first; none where it is not there."""
    try:
        listed = output_of([PROGRAM, "--list-langs"]).decode("utf-8", "replace")
    except (OSError, subprocess.SubprocessError):
        return ()
    names = {line.strip() for line in listed.splitlines()[1:]} - NO_LANGUAGES
    return tuple(sorted((name for name in names if name and "/" not in name), key=lambda n: (n != "eng", n)))


@cache
def version() -> str:
    """Return what the program says of its version, and of the libraries it reads pictures with."""
    try:
        return output_of([PROGRAM, "--version"]).decode("utf-8", "replace")
    except (OSError, subprocess.SubprocessError):
        return ""


def lacking(settings: RecognitionSettings) -> str:
    """Say what to install where the program is not there, or a language to read with; empty for nothing."""
    if shutil.which(PROGRAM) is None:
        return f"install {PROGRAM} (tesseract-ocr) to have images of pages read by OCR"
    installed = installed_languages()
    if not installed:
        return f"install a language of {PROGRAM} (tesseract-ocr-eng) to have images of pages read by OCR"
    missing = [one for one in (settings.languages or "").split("+") if one and one not in installed]
    if not missing:
        return ""
    packages = ", ".join(f"tesseract-ocr-{one.replace('_', '-')}" for one in missing)
    return (
        f"install {'+'.join(missing)} for {PROGRAM} ({packages}) to have images of pages read by OCR,"
        f" or set DOSSIER_OCR_LANGUAGES to some of {'+'.join(installed)}"
    )


def languages_of(picture: Picture, settings: RecognitionSettings) -> str:
    """Return the languages to read with: those set, else those installed, of many those of its script.

    Raises subprocess.TimeoutExpired where telling the script takes longer than allowed.
    """
    if settings.languages:
        return settings.languages
    installed = installed_languages()
    if len(installed) > MAX_LANGUAGES:
        in_script = languages_in(_script_of(picture, settings), installed)
        installed = tuple(in_script[:MAX_LANGUAGES]) or installed[:1]
    return "+".join(installed)


def recognise(picture: Picture, settings: RecognitionSettings) -> list[PictureLine]:
    """Return the lines of words on a picture in reading order; none where it shows no text.

    One in which little can be read may be of coarse grain, or turned: it is looked at again for both. A table
    that was read column by column is read again row by row.

    Raises:
        subprocess.TimeoutExpired: it took longer than allowed.
        RecognitionError: the program failed, as it does where a language is not installed.
    """
    if not settings.languages:
        settings = replace(settings, languages=languages_of(picture, settings))
    lines, aspect = _read(picture, settings, UPRIGHT), picture.width / picture.height
    if _sureness(lines) < SURE:
        lines = max(lines, _read(picture.smoothed(), settings, TURNED), key=_sureness)
    elif has_torn_rows(lines, aspect):
        rows = in_rows(_read(picture, settings, ROWS))
        lines = rows if _sureness(rows) >= SURE else lines
    return with_cells(lines, aspect)


class RecognitionError(Exception):
    """The program could not read a picture; the message says why."""


def _read(picture: Picture, settings: RecognitionSettings, layout: str) -> list[PictureLine]:
    table = _output(picture, settings, "-l", settings.languages or "", "--psm", layout, "tsv")
    return list(_lines(table, picture))


def _script_of(picture: Picture, settings: RecognitionSettings) -> str:
    """Return the program's name for the script of a page; empty where it cannot tell, as of a few words."""
    try:
        told = _output(picture, settings, "--psm", SCRIPT)
    except RecognitionError:
        return ""
    found = _SCRIPT.search(told)
    return found[1] if found else ""


def _output(picture: Picture, settings: RecognitionSettings, *options: str) -> str:
    image = b"P5 %d %d 255\n%s" % (picture.width, picture.height, picture.pixels)
    fineness = () if picture.dots_per_inch is None else ("--dpi", str(picture.dots_per_inch))
    command = [PROGRAM, "-", "-", *fineness, *options]
    read = partial(output_of, command, given=image, seconds=settings.seconds)
    try:
        said = kept_or_read(settings.kept, " ".join([version(), *command]), image, read)
    except OSError as error:
        raise RecognitionError(f"tesseract cannot be started ({error.strerror})") from error
    except subprocess.CalledProcessError as error:
        why = error.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
        raise RecognitionError(f"tesseract failed: {why or error.returncode}") from error
    return said.decode("utf-8", "replace")


def _sureness(lines: list[PictureLine]) -> float:
    """Return how sure the reading is in the mean of its words, 0 where there are none."""
    sure = [word.confidence for line in lines for word in line.words]
    return sum(sure) / len(sure) if sure else 0.0


class _Row(NamedTuple):
    """A word's row of the table: its block, paragraph and line, and what it is."""

    block: str
    paragraph: str
    line: str
    word: PictureWord


def _rows(table: str, picture: Picture) -> Iterator[_Row]:
    for row in table.split("\n")[1:]:
        fields = row.rstrip("\r").split("\t")
        if len(fields) != 12 or fields[0] != "5" or not fields[11].strip():
            continue
        left, top, width, height = map(int, fields[6:10])
        box = (
            left * SCALE // picture.width,
            top * SCALE // picture.height,
            (left + width) * SCALE // picture.width,
            (top + height) * SCALE // picture.height,
        )
        word = PictureWord("".join(fields[11].split()), *box, round(float(fields[10])))
        yield _Row(fields[2], fields[3], fields[4], word)


def _lines(table: str, picture: Picture) -> Iterator[PictureLine]:
    for _, block in groupby(_rows(table, picture), key=lambda row: row.block):
        rows = list(block)
        if sum(row.word.confidence for row in rows) < MIN_BLOCK_CONFIDENCE * len(rows):
            continue
        before = ""
        for (paragraph, _), line in groupby(rows, key=lambda row: (row.paragraph, row.line)):
            found = [row.word for row in line]
            settled = in_one_script(" ".join(word.text for word in found)).split(" ")
            words = tuple(word._replace(text=text) for word, text in zip(found, settled, strict=True))
            # The program parts paragraphs, and columns, in the middle of sentences too.
            yield PictureLine(words, opens=paragraph != before and not words[0].text[0].islower())
            before = paragraph
