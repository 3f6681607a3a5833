"""Pictures of pages with known words, drawn here, as a scanner would give them: with grain, and askew."""

import io
import shutil

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

needs_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="needs tesseract")

PAGE = (1240, 1754)  # A4 at 150 dots an inch
COMMITTEE = [
    "The committee met on the third of May and",
    "considered the report of the harbour office.",
    "It found that the quay was in need of repair",
    "and that the cost would exceed the estimate.",
]
ENGINEER = [
    "Mr. Weber, the engineer, disagreed with them:",
    "he held that the old wall would stand for ten",
    "years more if the drains were kept in order.",
]


def page_of(*blocks, size=PAGE, letters=24):
    """A picture of blocks of lines, each block ``(left, top, lines)`` in pixels."""
    picture = Image.new("L", size, "white")
    font = ImageFont.load_default(letters)
    for left, top, lines in blocks:
        for number, line in enumerate(lines):
            ImageDraw.Draw(picture).text((left, top + number * letters * 1.6), line, fill=20, font=font)
    return picture


REGISTER = [
    ("No.", "Name", "Occupation", "Born", "Remarks"),
    ("11", "Weber, Johann", "carpenter", "1861", "arrived from Riga"),
    ("12", "Lindqvist, Anna", "seamstress", "1874", "widow, two children"),
    ("13", "Petrov, Peter", "dock labourer", "1869", "sent to the infirmary"),
    ("14", "Okafor, Samuel", "cook", "1880", "went away in September"),
    ("15", "Meyer, Rosa", "teacher", "1877", "no remarks"),
]
_COLUMNS = (80, 150, 430, 660, 790, 1160)


def with_register(picture, top, *, is_ruled, letters=24, row_pixels=48):
    """A picture with a table drawn on it, with or without rules."""
    font, pen = ImageFont.load_default(letters), ImageDraw.Draw(picture)
    bottom = top + len(REGISTER) * row_pixels
    for number, row in enumerate(REGISTER):
        for left, cell in zip(_COLUMNS, row, strict=False):
            pen.text((left + 8, top + 10 + number * row_pixels), cell, fill=20, font=font)
    if is_ruled:
        for height in range(top, bottom + 1, row_pixels):
            pen.line((_COLUMNS[0], height, _COLUMNS[-1], height), fill=30, width=2)
        for left in _COLUMNS:
            pen.line((left, top, left, bottom), fill=30, width=2)
    return picture


def place_of(word, line, left, top, *, letters=24):
    """Where ``word`` of a line drawn at ``left`` and ``top`` stands: left, top, right, bottom in pixels."""
    font = ImageFont.load_default(letters)
    begins = left + font.getlength(line[: line.index(word)])
    _, above, _, below = font.getbbox(word)
    return begins, top + above, begins + font.getlength(word), top + below


def scanned(picture, *, grain=12, angle=0.8):
    """A picture as a scanner gives it."""
    skewed = picture.rotate(angle, fillcolor=255, resample=Image.Resampling.BICUBIC)
    noise = np.random.default_rng(7).normal(0, grain, (picture.height, picture.width))
    grey = np.asarray(skewed, dtype=np.float64) * 0.85 + 15 + noise
    return Image.fromarray(grey.clip(0, 255).astype(np.uint8))


def file_of(*pictures, kind="PNG", dots_per_inch=150):
    """The bytes of an image file, or of a PDF, of these pages."""
    buffer = io.BytesIO()
    more = {"save_all": True, "append_images": pictures[1:]} if len(pictures) > 1 else {}
    fineness = {"resolution": dots_per_inch} if kind == "PDF" else {"dpi": (dots_per_inch,) * 2}
    pictures[0].save(buffer, kind, **more, **fineness)
    return buffer.getvalue()
