"""Pages that are pictures: read by tesseract, their words placed, and what is said where that cannot be."""

import io
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfWriter
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

from chunker.errors import (
    BrokenSourceError,
    EmptySourceError,
    SourceTooLargeError,
    UnsupportedFormatError,
)
from chunker.readers import tesseract
from chunker.readers.extraction import ReadingLimits, RecognitionSettings
from chunker.readers.isolated import IsolatedReader, ReadingBounds
from chunker.readers.picture_scripts import languages_in
from chunker.readers.reading import read_bytes
from chunker.recognised import SCALE, confidence_of
from tests.support.scans import (
    COMMITTEE,
    ENGINEER,
    PAGE,
    REGISTER,
    file_of,
    needs_tesseract,
    page_of,
    place_of,
    scanned,
    with_register,
)

ENGLISH = ReadingLimits(recognition=RecognitionSettings("eng"))


def read(data, name="scan.pdf", limits=ENGLISH):
    return read_bytes(data, name=name, limits=limits)


def words_of(text):
    return text.split()


def _letters(text):
    """Letters, digits and joints of cells: marks and blanks are what grain and skew hide first."""
    return re.sub(r"[^\w|]", "", text)


def typed_pdf(line):
    buffer = io.BytesIO()
    paper = canvas.Canvas(buffer, pagesize=A4, invariant=1)
    paper.drawString(72, 700, line)
    paper.save()
    return buffer.getvalue()


@needs_tesseract
def test_a_scan_with_grain_and_askew_is_read_and_its_words_are_where_they_stand():
    source = read(file_of(scanned(page_of((120, 200, COMMITTEE)), angle=0), kind="PDF"))
    assert source.text.split("\n") == COMMITTEE
    (page,) = source.recognised
    assert [source.text[word.start_char : word.end_char] for word in page.words] == words_of(source.text)
    start = source.text.index("harbour")
    ((left, top, right, bottom),) = page.boxes_of(start, start + len("harbour"))
    drawn = place_of("harbour", COMMITTEE[1], 120, 200 + 24 * 1.6)
    found = (left * PAGE[0], top * PAGE[1], right * PAGE[0], bottom * PAGE[1])
    assert found == pytest.approx(drawn, abs=4)
    assert confidence_of(source.recognised, 0, len(source.text)) > 0.8
    askew = read(file_of(scanned(page_of((120, 200, COMMITTEE)), angle=1.5), kind="PDF"))
    assert words_of(askew.text) == words_of(source.text)


@needs_tesseract
@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_page_that_lies_turned_is_read(angle):
    turned = page_of((120, 200, COMMITTEE + ENGINEER)).rotate(angle, expand=True)
    assert words_of(read(file_of(turned)).text) == words_of(" ".join(COMMITTEE + ENGINEER))


@needs_tesseract
def test_a_page_of_coarse_grain_is_read():
    coarse = scanned(page_of((120, 200, COMMITTEE)), grain=30)
    read_words = words_of(read(file_of(coarse)).text.casefold())
    assert read_words == words_of(" ".join(COMMITTEE).casefold())


@needs_tesseract
def test_columns_are_read_one_after_the_other():
    left, right = COMMITTEE * 3, ENGINEER * 4
    paper = page_of((80, 150, left), (780, 150, right), size=(1500, 1000))
    assert "".join(words_of(read(file_of(scanned(paper))).text)) == "".join(words_of("".join(left + right)))


@needs_tesseract
@pytest.mark.parametrize(("is_ruled", "angle", "grain"), [(True, 0.6, 12), (False, 0.6, 12), (False, 1.6, 6)])
def test_a_table_is_read_row_by_row_between_the_text_around_it(is_ruled, angle, grain):
    drawn = with_register(page_of((80, 150, COMMITTEE), (80, 760, ENGINEER)), 380, is_ruled=is_ruled)
    source = read(file_of(scanned(drawn, angle=angle, grain=grain)))
    rows = [" | ".join(row) for row in REGISTER]
    assert _letters(source.text) == _letters("".join([*COMMITTEE, *rows, *ENGINEER]))
    (page,) = source.recognised
    word = next(w for w in page.words if source.text[w.start_char : w.end_char] == "seamstress")
    left, top, right, bottom = page.boxes_of(word.start_char, word.end_char)[0]
    assert 410 < left * PAGE[0] < right * PAGE[0] < 660
    assert 380 + 2 * 48 - 40 < top * PAGE[1] < bottom * PAGE[1] < 380 + 3 * 48 + 40


@needs_tesseract
def test_a_list_of_contents_is_read_with_its_numbers():
    titles = ["Introduction", "The harbour before the war", "The winter of ice", "What the drains cost"]
    numbers = ["12", "17", "58", "140"]
    source = read(file_of(page_of((120, 200, titles), (1000, 200, numbers))))
    assert [line for line in source.text.split("\n") if line] == [
        " ".join(one) for one in zip(titles, numbers, strict=True)
    ]


@needs_tesseract
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "GIF", "BMP"])
def test_an_image_is_a_document_of_one_page(kind):
    source = read(file_of(page_of((120, 200, COMMITTEE)), kind=kind), name="letter")
    assert source.text.split("\n") == COMMITTEE
    ((start, page),) = [(one.start_char, one.page) for one in source.page_starts]
    assert (start, page.position) == (0, 1)


@needs_tesseract
def test_images_are_seen_as_viewers_show_them():
    page = page_of((120, 200, COMMITTEE))
    deep = Image.fromarray(np.asarray(page).astype(np.uint16) * 257)
    clear = Image.new("RGBA", PAGE, (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=page.point(lambda grey: 255 - grey))
    lying = Image.Exif()
    lying[0x0112] = 6  # to be turned by a quarter, clockwise
    buffer = io.BytesIO()
    page.rotate(90, expand=True).save(buffer, "JPEG", exif=lying)
    for data in (file_of(deep), file_of(clear), buffer.getvalue()):
        assert read(data, name="a").text.split("\n") == COMMITTEE


@needs_tesseract
def test_each_frame_is_a_page_and_its_printed_number_is_cited():
    words = (COMMITTEE, ENGINEER, COMMITTEE)
    frames = [page_of((120, 200, lines), (600, 1650, [str(11 + at)])) for at, lines in enumerate(words)]
    source = read(file_of(*frames, kind="TIFF"), name="minutes.tif")
    assert [(one.page.label, one.page.method, one.page.position) for one in source.page_starts] == [
        ("11", "printed", 1),
        ("12", "printed", 2),
        ("13", "printed", 3),
    ]
    assert words_of(source.text) == words_of(" ".join(COMMITTEE + ENGINEER + COMMITTEE))
    assert [page.position for page in source.recognised] == [1, 2, 3]
    for page in source.recognised:
        assert {source.text[word.start_char : word.end_char] for word in page.words} <= set(
            source.text.split()
        )


@needs_tesseract
def test_only_pages_without_text_are_recognised():
    writer = PdfWriter()
    for data in (typed_pdf("Typed words stay."), file_of(page_of((120, 200, COMMITTEE)), kind="PDF")):
        writer.append(io.BytesIO(data))
    buffer = io.BytesIO()
    writer.write(buffer)
    source = read(buffer.getvalue())
    assert source.text.split("\n\n") == ["Typed words stay.", "\n".join(COMMITTEE)]
    assert [page.position for page in source.recognised] == [2]
    assert confidence_of(source.recognised, 0, len("Typed words stay.")) is None
    assert source.notices == ("1 of 2 pages were read by OCR, 96 % sure",)


def stamped(picture, *words, share=1.0, angle=0):
    """A PDF of one page that a picture fills, or a part of it, and words on it: ``(left, bottom, text)``."""
    buffer = io.BytesIO()
    paper = canvas.Canvas(buffer, pagesize=A4, invariant=1)
    paper.drawImage(ImageReader(picture), 0, 0, A4[0] * share, A4[1] * share)
    for left, bottom, text in words:
        paper.saveState()
        paper.translate(left, bottom)
        paper.rotate(angle)
        paper.drawString(0, 0, text)
        paper.restoreState()
    paper.save()
    return buffer.getvalue()


@needs_tesseract
def test_a_scan_with_a_stamp_for_its_only_text_is_read():
    scan = page_of((120, 200, COMMITTEE))
    source = read(stamped(scan, (72, 24, "Downloaded from a library in 2024")))
    assert source.text.split("\n")[: len(COMMITTEE)] == COMMITTEE
    assert "Downloaded from a library" in source.text
    assert len(source.recognised) == 1


@needs_tesseract
@pytest.mark.parametrize(("left", "bottom", "angle"), [(585, 150, 90), (10, 150, 90), (585, 700, -90)])
def test_a_stamp_that_runs_up_or_down_the_side_of_a_scan_is_one_too(left, bottom, angle):
    scan = page_of((120, 200, COMMITTEE))
    source = read(stamped(scan, (left, bottom, "Downloaded from a library by a guest on 3 May"), angle=angle))
    assert "\n".join(COMMITTEE) in source.text


def test_a_line_that_begins_at_the_side_of_a_scan_is_no_stamp(monkeypatch):
    monkeypatch.setenv("PATH", "")
    line = "The words of the scan, as another program has read them, go from here to the other side."
    assert read(stamped(page_of(), (20, 500, line))).notices == ()


def test_a_scan_whose_words_are_known_and_a_page_with_a_small_picture_are_not_read_again(monkeypatch):
    monkeypatch.setenv("PATH", "")
    stamp = (72, 24, "Downloaded from a library")
    known = read(stamped(page_of(), stamp, (72, 500, "The words of the scan.")))
    sealed = read(stamped(page_of(), stamp, share=0.5))
    assert known.notices == sealed.notices == ()


def test_a_stamp_stays_where_its_scan_cannot_be_read(monkeypatch):
    monkeypatch.setenv("PATH", "")
    source = read(stamped(page_of((120, 200, COMMITTEE)), (72, 24, "Downloaded from a library")))
    assert source.text == "Downloaded from a library"
    assert source.notices[0] == "1 of 1 pages are images without text and are left out"
    assert source.notices[1].startswith("install tesseract")


@needs_tesseract
def test_what_shows_no_text_is_told():
    writing = file_of(page_of((120, 200, COMMITTEE)), page_of(), kind="PDF")
    assert read(writing).notices[1:] == (
        "1 of 2 pages show no text that OCR can read: see if they are blank",
    )
    with pytest.raises(UnsupportedFormatError, match=r"^a\.png: it is an image without text; OCR finds none"):
        read(file_of(page_of()), name="a.png")


def test_without_the_program_one_is_told_what_to_install(monkeypatch):
    monkeypatch.setenv("PATH", "")
    scan = file_of(page_of((120, 200, COMMITTEE)), kind="PDF")
    with pytest.raises(EmptySourceError, match=r"^a\.pdf: it is an image without text; install tesseract"):
        read(scan, name="a.pdf")
    with pytest.raises(UnsupportedFormatError, match=r"^a\.png: it is an image .*; install tesseract"):
        read(file_of(page_of()), name="a.png")
    writer = PdfWriter()
    for data in (typed_pdf("Typed words stay."), scan):
        writer.append(io.BytesIO(data))
    buffer = io.BytesIO()
    writer.write(buffer)
    said, hint = read(buffer.getvalue()).notices
    assert said == "1 of 2 pages are images without text and are left out"
    assert hint == "install tesseract (tesseract-ocr) to have images of pages read by OCR"


@needs_tesseract
def test_a_language_that_is_not_installed_is_told():
    limits = ReadingLimits(recognition=RecognitionSettings("eng+xyz"))
    with pytest.raises(UnsupportedFormatError, match=r"install xyz for tesseract \(tesseract-ocr-xyz\)"):
        read(file_of(page_of((120, 200, COMMITTEE))), limits=limits)


@pytest.fixture
def _many_languages(monkeypatch, tmp_path):
    """Let more languages be installed than are used at once: English and Russian under other names."""
    command = ["tesseract", "--list-langs"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    folder = Path(said.split('"')[1])
    if not (folder / "rus.traineddata").is_file():
        pytest.skip("needs tesseract's Russian")
    names = {"eng": ["eng", "nld", "pol", "fra", "tur"], "rus": ["rus", "ukr"], "osd": ["osd"]}
    for of, name in ((of, name) for of, some in names.items() for name in some):
        (tmp_path / f"{name}.traineddata").symlink_to(folder / f"{of}.traineddata")
    (tmp_path / "configs").symlink_to(folder / "configs")
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    tesseract.installed_languages.cache_clear()
    yield
    tesseract.installed_languages.cache_clear()


@needs_tesseract
@pytest.mark.usefixtures("_many_languages")
def test_of_many_languages_those_of_the_page_are_used():
    assert len(tesseract.installed_languages()) == 7
    page, settings = page_of((120, 200, (COMMITTEE + ENGINEER) * 3)), RecognitionSettings()
    picture = tesseract.Picture(*page.size, page.tobytes(), 150)
    assert tesseract.languages_of(picture, settings) == "eng+fra+nld+pol+tur"
    few = page_of((120, 200, COMMITTEE[:1]))
    picture = tesseract.Picture(*few.size, few.tobytes(), 150)
    assert tesseract.languages_of(picture, settings) == "eng"
    assert tesseract.languages_of(picture, RecognitionSettings("rus")) == "rus"
    read_again = read(file_of(page), limits=ReadingLimits())
    assert words_of(read_again.text) == words_of(" ".join((COMMITTEE + ENGINEER) * 3))


def test_languages_are_known_by_their_script():
    installed = ("eng", "afr", "deu", "ell", "rus", "srp", "srp_latn", "ukr")
    assert languages_in("Cyrillic", installed) == ["rus", "ukr", "srp"]
    assert languages_in("Latin", installed) == ["eng", "deu", "afr", "srp_latn"]
    assert languages_in("Greek", installed) == ["ell"]
    assert languages_in("Thai", installed) == languages_in("", installed) == []


def test_scans_are_not_read_where_that_is_set():
    with pytest.raises(UnsupportedFormatError, match="set DOSSIER_OCR_LANGUAGES=auto"):
        read(file_of(page_of((120, 200, COMMITTEE))), limits=ReadingLimits(recognition=None))


def test_pictures_too_large_cut_short_or_none_are_refused_in_one_line():
    with pytest.raises(SourceTooLargeError, match=r"^a\.png: has a picture of over [\d,]+ pixels"):
        read(file_of(Image.new("1", (50_000, 50_000))), name="a.png")
    with pytest.raises(BrokenSourceError, match=r"^a\.png: the image is damaged"):
        read(file_of(scanned(page_of((120, 200, COMMITTEE))))[:20_000], name="a.png")
    with pytest.raises(UnsupportedFormatError, match=r"^a\.png: is an image of a kind"):
        read(b"\x89PNG\r\n\x1a\n" + bytes(100), name="a.png")


@needs_tesseract
def test_recognition_tells_its_progress_and_is_bounded_by_the_page(tmp_path):
    path = tmp_path / "minutes.tif"
    path.write_bytes(file_of(*[page_of((120, 200, COMMITTEE))] * 3, kind="TIFF"))
    told = []
    with IsolatedReader(ReadingBounds(seconds=60), ENGLISH) as reader:
        source = reader.read(path, name="minutes.tif", on_pages=told.append)
        assert [(one.pages, one.of) for one in told] == [(0, 3), (1, 3), (2, 3), (3, 3)]
        assert words_of(source.text) == words_of(" ".join(COMMITTEE * 3))
        slow = ReadingLimits(recognition=RecognitionSettings("eng", seconds=0.01))
        with pytest.raises(UnsupportedFormatError, match="took more than"):
            reader.read(path, name="minutes.tif", limits=slow)


@needs_tesseract
def test_a_running_head_left_out_of_the_text_leaves_the_other_words_in_place():
    pages = [
        page_of((400, 60, ["HARBOUR PAPERS"]), (120, 200, lines), (600, 1650, [str(40 + at)]))
        for at, lines in enumerate((COMMITTEE, ENGINEER, COMMITTEE, ENGINEER))
    ]
    source = read(file_of(*pages, kind="PDF"))
    assert "HARBOUR PAPERS" not in source.text
    for page in source.recognised:
        lines = COMMITTEE if page.position % 2 else ENGINEER
        assert [source.text[word.start_char : word.end_char] for word in page.words] == words_of(
            " ".join(lines)
        )
        assert all(0 <= word.left < word.right <= SCALE for word in page.words)


def unmapped_pdf(lines):
    """A page whose font does not say which letters it shows."""
    buffer = io.BytesIO()
    paper = canvas.Canvas(buffer, pagesize=A4, invariant=1)
    pdfmetrics.registerFont(TTFont("Coded", "Vera.ttf", asciiReadable=False))
    paper.setFont("Coded", 14)
    for number, line in enumerate(lines):
        paper.drawString(72, 700 - 20 * number, line)
    paper.save()
    writer = PdfWriter(clone_from=io.BytesIO(buffer.getvalue()))
    for font in writer.pages[0]["/Resources"]["/Font"].values():
        font.get_object().pop("/ToUnicode", None)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


@needs_tesseract
def test_a_page_whose_fonts_say_no_letters_is_read_from_its_picture():
    source = read(unmapped_pdf(COMMITTEE))
    assert words_of(source.text) == words_of(" ".join(COMMITTEE))
    assert len(source.recognised) == 1


def test_what_fonts_without_letters_show_is_never_taken_for_text(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EmptySourceError, match="install tesseract"):
        read(unmapped_pdf(COMMITTEE))
