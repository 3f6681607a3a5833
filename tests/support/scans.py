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
