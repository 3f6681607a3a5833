"""The study of scans: pages that it draws are read as they were drawn, and their quotes marked."""

from pathlib import Path

import pytest
import reportlab

from eval.studies.scanned_pages import HEIGHT, SCANS, WIDTH, askew, score
from tests.support.scans import needs_tesseract

FONT = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"


@needs_tesseract
def test_a_drawn_page_with_grain_and_askew_is_read_and_its_quotes_are_marked():
    found = score("eng", SCANS[2], pages=1, font=FONT)
    assert found.error_rate < 0.01
    assert found.quotes > 40
    assert found.right >= 0.95 * found.quotes


def test_a_point_turns_about_the_middle_of_the_page():
    assert askew((0.5, 0.5), 30) == pytest.approx((0.5, 0.5))
    x, y = askew((1.0, 0.5), 90)  # the right edge goes up
    assert (x * WIDTH, y * HEIGHT) == pytest.approx((WIDTH / 2, HEIGHT / 2 - WIDTH / 2))
