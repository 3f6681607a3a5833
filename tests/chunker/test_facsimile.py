"""Pages as they look: the rectangles of words lie on their ink, however a page is turned, cropped or set."""

import re
from io import BytesIO

import numpy as np
import pytest
from harmful_files import swelling_pdf
from hypothesis import given
from hypothesis import strategies as st
from pdf_files import HEIGHT, RED, WIDTH, pages_pdf
from PIL import Image

from chunker.documents import Span
from chunker.errors import BrokenSourceError, NoSuchPageError, ReadingLimitError
from chunker.facsimile.aligning import find_on_page
from chunker.facsimile.layout import Box, PageLayout
from chunker.facsimile.pdf import pdf_layout, pdf_picture
from chunker.facsimile.png import png_of
from chunker.facsimile.tasks import LayoutTask, PictureTask
from chunker.readers.isolated import IsolatedReader, ReadingBounds
from chunker.readers.reading import read_bytes

CROP = (40, 50, 390, 590)


@pytest.fixture
def written(tmp_path):
    def write(data):
        path = tmp_path / "letters.pdf"
        path.write_bytes(data)
        return path

    return write


def letters_of(text):
    return re.sub(r"[^\w.,]", "", text)


def letters_in(layout, boxes):
    """The letters whose middle lies in one of the rectangles."""
    inside = []
    for letter, box in zip(layout.text, layout.boxes, strict=True):
        x, y = (box.left + box.right) / 2 / layout.width, (box.top + box.bottom) / 2 / layout.height
        if box.left < box.right and any(b.left <= x <= b.right and b.top <= y <= b.bottom for b in boxes):
            inside.append(letter)
    return letters_of("".join(inside))


@pytest.mark.parametrize("crop", [None, CROP])
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_rectangle_of_words_lies_on_their_ink(written, turn, crop):
    path = written(pages_pdf(turn=turn, crop=crop))
    layout = pdf_layout(path, 2, name="letters.pdf")
    pixels = np.asarray(Image.open(BytesIO(pdf_picture(path, 2, name="letters.pdf", width_pixels=800))))
    size = (CROP[2] - CROP[0], CROP[3] - CROP[1]) if crop else (WIDTH, HEIGHT)
    assert (layout.width, layout.height) == pytest.approx(size if turn % 180 == 0 else size[::-1], abs=0.1)
    assert (layout.pages, pixels.shape[1]) == (3, 800)
    assert pixels.shape[0] == pytest.approx(800 * layout.height / layout.width, abs=1)
    red = np.argwhere((pixels[:, :, 0] > 200) & (pixels[:, :, 1] < 100)) / pixels.shape[:2]
    (top, left), (bottom, right) = red.min(axis=0), red.max(axis=0)
    found = find_on_page(RED, Span(0, len(RED)), layout.text)
    (box,) = layout.rectangles(found.places)
    near = 9 / min(layout.width, layout.height)  # a letter's size
    assert box.left <= left + 0.005
    assert box.top <= top + 0.005
    assert box.right >= right - 0.005
    assert box.bottom >= bottom - 0.005
    assert box == pytest.approx((left, top, right, bottom), abs=near)


@given(st.data())
def test_words_of_a_text_that_was_read_are_found_as_they_are(data):
    """Over the running lines, the columns and the cut words of a page that a reader has put right."""
    source, layouts = read_letters()
    number = data.draw(st.integers(0, 2))
    starts = [*(start.start_char for start in source.page_starts), len(source.text)]
    text = source.text[starts[number] : starts[number + 1]]
    start = data.draw(st.integers(0, len(text) - 2))
    end = data.draw(st.integers(start + 1, len(text)))
    found = find_on_page(text, Span(start, end), layouts[number].text)
    wanted = letters_of(text[start:end])
    assert found.is_whole or not wanted
    assert letters_in(layouts[number], layouts[number].rectangles(found.places)) == wanted


_read = []


def read_letters():
    if not _read:
        import tempfile
        from pathlib import Path

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "letters.pdf"
            path.write_bytes(pages_pdf())
            source = read_bytes(path.read_bytes(), name=path.name)
            assert "Letters from the coast" not in source.text
            layouts = [pdf_layout(path, position, name=path.name) for position in (1, 2, 3)]
        _read.append((source, layouts))
    return _read[0]


def test_of_equal_words_those_with_the_same_surroundings_are_meant():
    page = "A fee of two pounds. B fee of two pounds. C fee of two pounds."
    text = "running line\n\n" + page.replace(". ", ".\n")
    for mark in "ABC":
        start = text.index(f"{mark} fee") + 2
        found = find_on_page(text, Span(start, start + 17), page)
        assert found.places[0] == page.index(f"{mark} fee") + 2


def test_words_in_another_order_are_found_line_by_line_and_others_not_at_all():
    page = "left one\r\nright one\r\nleft two\r\nright two"
    text = "left one\nleft two\nright one\nright two"
    found = find_on_page(text, Span(0, len(text)), page)
    assert found.is_whole
    assert letters_of("".join(page[place] for place in found.places)) == letters_of(text)
    partly = find_on_page("left one\nmiddle one", Span(0, 19), page)
    assert not partly.is_whole
    assert "".join(page[place] for place in partly.places) == "left one"
    assert find_on_page("nowhere", Span(0, 7), page).places == ()
    assert find_on_page("  \n ", Span(0, 4), page).places == ()


def test_words_are_found_whose_accents_the_page_draws_by_themselves():
    page = "He met Vigen`ere and Gr¨obner in the fac¸ade."
    found = find_on_page("Vigenère and Gröbner", Span(0, 20), page)
    assert "".join(page[place] for place in found.places) == "Vigen`ere and Gr¨obner"
    assert found.is_whole


def test_a_line_is_one_rectangle_and_columns_are_two():
    boxes = [Box(10 * n, 100, 10 * n + 8, 110) for n in range(5)]
    boxes += [Box(200 + 10 * n, 100, 208 + 10 * n, 110) for n in range(5)]
    boxes += [Box(-30, 120, 10, 130), Box(10, 105, 20, 160), Box(5, 5, 5, 9), Box(-30, 5, -20, 9)]
    layout = PageLayout(400, 200, "abcdefghijklmn", tuple(boxes), pages=1)
    assert layout.rectangles(range(10)) == (
        Box(0, 0.5, 48 / 400, 0.55),
        Box(0.5, 0.5, 248 / 400, 0.55),
    )
    assert layout.rectangles([10]) == (Box(0, 0.6, 10 / 400, 0.65),)
    assert layout.rectangles([12, 13]) == ()


@given(st.integers(1, 40), st.integers(1, 40), st.booleans(), st.integers(0, 2**32 - 1))
def test_a_picture_is_written_pixel_by_pixel(height, width, is_grey, seed):
    colours = np.random.default_rng(seed).integers(0, 256, (height, width, 4), dtype=np.uint8)
    if is_grey:
        colours[:, :, 1] = colours[:, :, 2] = colours[:, :, 0]
    picture = Image.open(BytesIO(png_of(colours)))
    assert picture.mode == ("L" if is_grey else picture.mode)
    assert (np.asarray(picture.convert("RGB")) == colours[:, :, :3]).all()


def test_what_cannot_be_shown_is_told_in_a_line_and_ends_nothing(written, tmp_path):
    path = written(pages_pdf())
    with IsolatedReader(ReadingBounds(memory_mib=600, seconds=60)) as reader:
        assert reader.run(LayoutTask(path, "letters.pdf", 1)).pages == 3
        for position in (0, -1, 4, 10**12):
            with pytest.raises(NoSuchPageError, match=r"letters\.pdf: has no page .*; it has 3"):
                reader.run(PictureTask(path, "letters.pdf", position, 400))
        harmful = tmp_path / "harmful.pdf"
        harmful.write_bytes(swelling_pdf(6_000_000))
        with pytest.raises(ReadingLimitError, match=r"harmful\.pdf"):
            reader.run(LayoutTask(harmful, "harmful.pdf", 1))
        harmful.write_bytes(b"%PDF-1.7\nnothing of the kind")
        with pytest.raises(BrokenSourceError, match=r"harmful\.pdf: .*damaged"):
            reader.run(LayoutTask(harmful, "harmful.pdf", 1))
        assert Image.open(BytesIO(reader.run(PictureTask(path, "letters.pdf", 3, 400)))).width == 400
