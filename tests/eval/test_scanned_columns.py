"""The study of columns in scans: it draws what it says, and counts what is torn or out of order."""

from pathlib import Path

import pypdf
import pytest
import reportlab

from eval.studies.scanned_columns import LAYOUTS, drawn_layout, errors_and_quotes

FONT = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_words_are_on_the_pages_and_not_on_one_another(tmp_path, layout):
    data, drawn = drawn_layout(LAYOUTS[layout], pages=2, font=FONT)
    path = tmp_path / "drawn.pdf"
    path.write_bytes(data)
    pages = pypdf.PdfReader(path).pages
    assert len(pages) == 2
    assert sorted(" ".join(page.extract_text() for page in pages).split()) == sorted(drawn.split())


def test_quotes_are_whole_where_their_words_follow_one_another():
    drawn = "one two three four five six seven eight nine ten eleven twelve"
    assert errors_and_quotes(drawn.replace(" seven", "\nseven"), drawn) == (0.0, 2, 2)
    errors, whole, quotes = errors_and_quotes("seven eight one two nine ten three four five six", drawn)
    assert (errors > 0.2, whole, quotes) == (True, 0, 2)
