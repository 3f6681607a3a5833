import pytest
from real_corpus import BOOK, CORPUS, corpus_segmentation, corpus_source
from synthetic_books import Setting, write_book

from chunker.documents import Source
from chunker.segmenting.cuts import segment
from eval.studies.page_inference import LeaveOutScore, leave_out, main, table


def _score(book, hidden):
    return leave_out(book.source, segment(book.source), hidden)


def test_a_regular_book_is_estimated_without_a_single_error():
    score = _score(write_book(papers=24, seed=3, max_sentences=20), 1)
    assert (score.exact, score.within_one, score.largest_error, score.covered) == (1.0, 1.0, 0, 1.0)
    assert score.estimates == 22


def test_books_whose_papers_share_pages_stay_within_one_page():
    score = _score(write_book(papers=24, seed=3, setting=Setting(shares_pages=True), max_sentences=20), 5)
    assert score.within_one >= 0.95
    assert score.covered >= 0.95


def test_too_few_pages_to_hide_is_said_plainly():
    with pytest.raises(ValueError, match=r"book\.txt: 5 known pages are too few to hide 10"):
        _score(write_book(papers=5, seed=1, max_sentences=5), 10)
    plain = Source("id", "a.txt", "text/plain", "Prose.", 6)
    with pytest.raises(ValueError, match="0 known pages"):
        leave_out(plain, segment(plain), 1)
    with pytest.raises(ValueError, match="at least 1"):
        leave_out(plain, segment(plain), 0)


def test_the_table_has_a_row_for_each_score():
    score = LeaveOutScore(1, 10, 0.9, 1.0, 1.0, 1, 1.0, 1.25)
    assert table([score]).splitlines()[2] == "| 1 | 10 | 90.0% | 100.0% | 100.0% | 1 | 100.0% | 1.25 |"


def test_the_command_prints_the_table(tmp_path, capsys):
    path = tmp_path / "book.txt"
    path.write_text(write_book(papers=20, seed=3, max_sentences=20).text, encoding="utf-8")
    assert main([str(path), "--hidden", "1"]) == 0
    assert capsys.readouterr().out.startswith("| hidden | estimates | exact |")


@pytest.mark.corpus
@pytest.mark.parametrize(("hidden", "exact", "within_one"), [(1, 0.91, 0.99), (10, 0.77, 0.95)])
def test_the_real_book_is_estimated_as_well_as_is_known_to_be_possible(hidden, exact, within_one):
    assert (CORPUS / BOOK).is_file()
    score = leave_out(corpus_source(BOOK), corpus_segmentation(BOOK), hidden)
    assert score.exact >= exact
    assert score.within_one >= within_one
    assert score.covered >= 0.95
