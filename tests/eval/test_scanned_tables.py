"""The study of tables in scans: it draws what it says, and counts rows that are torn as torn."""

from pathlib import Path

import pypdf
import reportlab

from eval.studies.scanned_tables import RULES, drawn_registers, whole_rows

FONT = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"


def test_the_tables_are_on_the_pages(tmp_path):
    for rules in RULES:
        data, tables = drawn_registers(rules, pages=2, font=FONT)
        path = tmp_path / "drawn.pdf"
        path.write_bytes(data)
        pages = pypdf.PdfReader(path).pages
        for page, table in zip(pages, tables, strict=True):
            assert all(cell in page.extract_text() for row in table for cell in row)


def test_rows_are_whole_in_one_line_with_their_cells_apart():
    table = [("No.", "Name"), ("11", "Weber"), ("12", "Meyer")]
    assert whole_rows("No. | Name\n11 | Weher\n12 | Meyer", [table]) == (3, 5)
    assert whole_rows("No. | Name\n11\n12\nWeber\nMeyer", [table]) == (1, 2)
    assert whole_rows("No. | Name\n11 Weber\n12 Meyer", [table]) == (1, 2)
