"""The study of quotes' rectangles, held to PDFs whose words are known, upright, turned and cropped."""

import pytest
from pdf_files import pages_pdf

from chunker.readers.isolated import IsolatedReader
from eval.studies.facsimile_boxes import main, score_file


@pytest.mark.parametrize("turn", [0, 180, 270])
def test_words_in_the_rectangles_are_those_of_the_quote(tmp_path, turn):
    path = tmp_path / "letters.pdf"
    path.write_bytes(pages_pdf(turn=turn))
    with IsolatedReader() as reader:
        score = score_file(path, reader)
    assert (score.pages, score.unfound) == (3, 0)
    assert score.same == score.quotes > 0


def test_rectangles_in_another_place_are_not_taken_for_right(tmp_path, monkeypatch):
    path = tmp_path / "letters.pdf"
    path.write_bytes(pages_pdf())
    from eval.studies import facsimile_boxes

    inside = facsimile_boxes._without_edges

    def lower(box, layout):
        left, top, right, bottom = inside(box, layout)
        return left, top + 0.05, right, bottom + 0.05

    monkeypatch.setattr(facsimile_boxes, "_without_edges", lower)
    with IsolatedReader() as reader:
        score = score_file(path, reader)
    assert (score.same, score.nearly) == (0, 0)


def test_a_folder_is_shown_as_a_table_and_bad_files_are_named(tmp_path, capsys):
    (tmp_path / "letters.pdf").write_bytes(pages_pdf())
    (tmp_path / "none.pdf").write_bytes(b"%PDF-1.4 and nothing else")
    assert main([str(tmp_path)]) == 0
    printed = capsys.readouterr()
    assert "| letters.pdf | 3 |" in printed.out
    assert "none.pdf" in printed.err
    (tmp_path / "letters.pdf").unlink()
    assert main([str(tmp_path)]) == 1
