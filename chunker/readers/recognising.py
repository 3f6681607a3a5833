"""Pages that are pictures: read side by side, their words placed in the text that comes of them."""

from __future__ import annotations

import os
import subprocess
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chunker.readers.noticing import notice
from chunker.readers.page_progress import PagesRead, tell_pages
from chunker.readers.tesseract import RecognitionError, lacking, recognise
from chunker.recognised import RecognisedPage, RecognisedWord

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from concurrent.futures import Future

    from chunker.errors import UnreadableSourceError
    from chunker.readers.extraction import RecognitionSettings
    from chunker.readers.picture_lines import PictureLine
    from chunker.readers.tesseract import Picture

MAX_AT_ONCE = 4
"""Pages read at the same time, where there are as many cores; each takes some 100 MiB."""


@dataclass(slots=True)
class Recognition:
    """The lines read in each of some pictures, by its number; ``fault``: why none can be, or in some.

    ``hint``: what to install or to set, where nothing can be read without that.
    """

    lines: dict[int, list[PictureLine]] = field(default_factory=dict)
    fault: str = ""
    hint: str = ""


def recognise_all(
    pictures: Iterable[tuple[int, Picture]], settings: RecognitionSettings | None, *, name: str, count: int
) -> Recognition:
    """Return what can be read in ``count`` pictures, each with its number.

    Pictures are taken as they are needed, in this thread, and none where nothing can be read.
    """
    read = Recognition(hint=recognition_hint(settings))
    if settings is None or read.hint:
        return read
    pending: deque[tuple[int, Future[list[PictureLine]]]] = deque()
    at_once = min(MAX_AT_ONCE, os.cpu_count() or 1)
    done = 0

    def take() -> None:
        nonlocal done
        index, reading = pending.popleft()
        try:
            if lines := reading.result():
                read.lines[index] = lines
        except subprocess.TimeoutExpired:
            read.fault = f"reading one took more than {settings.seconds:g} s"
        except RecognitionError as error:
            read.fault = str(error)
        done += 1
        tell_pages(PagesRead(name, done, count, settings.seconds))

    tell_pages(PagesRead(name, 0, count, settings.seconds))
    with ThreadPoolExecutor(at_once) as pool:
        for index, picture in pictures:
            pending.append((index, pool.submit(recognise, picture, settings)))
            if len(pending) > at_once:
                take()
        while pending:
            take()
    return read


def recognition_hint(settings: RecognitionSettings | None) -> str:
    """Say what to install or to set so that pictures are read; empty where they are."""
    if settings is None:
        return "set DOSSIER_OCR_LANGUAGES=auto to have images of pages read by OCR"
    return lacking(settings)


def tell_read(read: Recognition, *, missing: int, pages: int) -> None:
    """Say how many of a file's ``pages`` were read from pictures, how many were not, and what to do."""
    if read.lines:
        sure = [word.confidence for lines in read.lines.values() for line in lines for word in line.words]
        notice(f"{len(read.lines):,} of {pages:,} pages were read by OCR, {sum(sure) / len(sure):.0f} % sure")
    if missing and read.hint:
        notice(f"{missing:,} of {pages:,} pages are images without text and are left out")
        notice(read.hint)
    elif missing and read.fault:
        notice(f"{missing:,} of {pages:,} pages are images without text and are left out; {read.fault}")
    elif missing:
        notice(f"{missing:,} of {pages:,} pages show no text that OCR can read: see if they are blank")


def no_text(read: Recognition, kind: type[UnreadableSourceError], *, name: str, pages: int) -> Exception:
    """Return the error, of a ``kind``, for a file of nothing but pictures in which no text was read."""
    what = f"its {pages:,} pages are images" if pages > 1 else "it is an image"
    if read.hint:
        return kind(f"{name}: {what} without text", hint=read.hint)
    why = read.fault or "OCR finds none: check that it was scanned well"
    return kind(f"{name}: {what} without text; {why}")


def text_lines(lines: Sequence[PictureLine]) -> list[str]:
    """Return the words of lines, with a blank line before each new paragraph."""
    texts: list[str] = []
    for line in lines:
        if line.opens and texts:
            texts.append("")
        texts.append(line.text)
    return texts


def placed_page(
    position: int, lines: Sequence[PictureLine], text: str, start_char: int, end_char: int
) -> RecognisedPage:
    """Return a page's words at their places in ``text[start_char:end_char]``, which has its lines in order.

    Lines that the text leaves out, such as running heads, are left out.
    """
    words: list[RecognisedWord] = []
    following = 0
    offset = start_char
    for written in text[start_char:end_char].split("\n"):
        number = next((at for at in range(following, len(lines)) if lines[at].text == written), None)
        if number is not None:
            place = offset
            for word in lines[number].words:
                words.append(RecognisedWord(place, place + len(word.text), number, *word[1:]))
                place += len(word.text) + 1
            following = number + 1
        offset += len(written) + 1
    return RecognisedPage(position, tuple(words))
