"""Survey questions are read, and their papers found by key quotes or by title and date."""

import json

import pytest

from eval.errors import GoldError
from eval.gold.checking import check_gold
from eval.gold.entries import Fields, gold_form
from eval.gold.evidence import SourceTexts, TextSpan
from eval.gold.survey import (
    Documents,
    GoldPaper,
    GoldSurvey,
    IndexedDocument,
    load_survey,
    locate_surveys,
    survey_of,
)

LETTERS = {
    "anna.txt": "To Karl. I have a place at Riva. The pay is small.",
    "karl.txt": "To Anna. Come home. The pay is small.",
    "copies/anna.txt": "A copy: I have a place at Riva.",
    "bach.txt": "Lease to Bach. Paid at Easter.",
    "dahl.txt": "Lease to Dahl. Paid at Easter.",
}
SOURCES = SourceTexts(LETTERS)


def document(name, title="Letter", date=None, start=0, end=None):
    return IndexedDocument(TextSpan(name, start, end or len(LETTERS[name])), title, date)


ANNA = document("anna.txt", "Letter from Anna", "1912-06-28")
KARL = document("karl.txt", "Letter from Karl", "1912-07-02")
COPY = document("copies/anna.txt", "A copy")
BACH = document("bach.txt", "Lease", "1803-11-11")
DAHL = document("dahl.txt", "Lease", "1803-11-11")
INDEXED = Documents((KARL, COPY, ANNA, DAHL, BACH))


def located(*, documents=INDEXED, **paper):
    fields = {"title": "Letter from Anna", "date": None, "grade": 2, "quotes": ()} | paper
    gold = GoldPaper(**fields)
    entry = {"id": "s", "question": "What?", "papers": [{"title": gold.title, "grade": 2}]}
    entry["papers"][0]["quotes"] = [{"text": quote} for quote in gold.quotes]
    question = survey_of(Fields(entry, [])).question
    [survey] = locate_surveys([GoldSurvey(question, (gold,))], SOURCES, documents)
    return survey.papers[0].documents


@pytest.mark.parametrize(
    ("paper", "found"),
    [
        ({"quotes": ("A place at RIVA",), "date": "1912-06-28"}, {ANNA, COPY}),
        ({"quotes": ("The pay is small.",), "date": "1912-07-02"}, {KARL}),
        ({"quotes": ("The pay is small.",), "date": "1912-07"}, {KARL}),
        ({"quotes": ("The pay is small.",), "date": None}, {ANNA, KARL}),
        ({"quotes": ("The pay is small.",), "date": "1999-01-01"}, {ANNA, KARL}),
        ({"quotes": ("Come home",), "title": "Called otherwise", "date": "1912-06-28"}, {KARL}),
    ],
)
def test_a_paper_is_where_its_key_quotes_stand_less_what_is_of_another_date(paper, found):
    assert located(**paper) == found


@pytest.mark.parametrize(
    ("paper", "found"),
    [
        ({"title": "letter  from ANNA", "date": "1912-06-28"}, {ANNA}),
        ({"title": "Letter from Anna", "date": "1911"}, {ANNA}),
        ({"title": "Lease", "date": "1803-11-11", "file": "bach.txt"}, {BACH}),
        ({"title": "Lease", "date": "1803-11-11", "start_char": 7}, {BACH, DAHL}),
        ({"title": "Read otherwise", "date": "1912-07-02", "start_char": 3}, {KARL}),
    ],
)
def test_without_quotes_it_is_found_by_title_and_date_and_then_by_one_of_them(paper, found):
    assert located(**paper) == found


def test_of_several_papers_of_one_title_and_date_it_is_the_one_that_begins_where_the_gold_says():
    first = IndexedDocument(TextSpan("book.txt", 0, 500), "Note", "1920")
    second = IndexedDocument(TextSpan("book.txt", 500, 900), "Note", "1920")
    both = Documents((first, second))
    assert located(documents=both, title="Note", date="1920", start_char=500) == {second}
    assert located(documents=both, title="Note", date="1920") == {first, second}


@pytest.mark.parametrize(
    "paper",
    [
        {"title": "Lease", "date": "1900"},
        {"title": "Read otherwise", "date": "1900", "start_char": 3},
        {"title": "A letter nobody has", "date": None, "start_char": 3},
    ],
)
def test_a_paper_that_is_not_found_is_named_with_its_question(paper):
    with pytest.raises(
        GoldError, match=rf"question s: no document of the index is the paper '{paper['title']}'"
    ):
        located(**paper)
    with pytest.raises(GoldError, match=r"\(1 of 1 papers are not found\)"):
        located(**paper)


def test_a_key_quote_that_stands_nowhere_is_named():
    with pytest.raises(GoldError, match=r"question s: the quote 'zebras'... does not stand in any source"):
        located(quotes=("zebras",))


def test_a_place_is_in_the_document_in_which_its_middle_stands():
    first = IndexedDocument(TextSpan("book.txt", 0, 50))
    second = IndexedDocument(TextSpan("book.txt", 60, 100))
    documents = Documents((second, first))
    places = (TextSpan("book.txt", start, start + 10) for start in (0, 44, 46, 50, 54, 56, 96))
    assert [documents.at(place) for place in places] == [first, first, None, None, None, second, None]
    assert documents.at(TextSpan("other.txt", 0, 9)) is None


def entry(**changes):
    papers = [
        {"title": "Letter from Anna", "date": "1912-06-28", "grade": 2, "quotes": [{"text": "at Riva"}]},
        {"title": "Letter from Karl", "grade": 1, "start_char": 7},
    ]
    return {"id": "s1", "question": "What?", "kind": "change", "papers": papers, "dates": []} | changes


def write(path, *entries):
    path.write_text("".join(json.dumps(one) + "\n" for one in entries))
    return path


def test_a_survey_file_is_told_by_its_papers_and_read_with_them(tmp_path):
    path = write(tmp_path / "survey.jsonl", entry(model_answer="She left."))
    assert gold_form(path) == "survey"
    [survey] = load_survey(path)
    assert survey.papers == (
        GoldPaper("Letter from Anna", "1912-06-28", 2, ("at Riva",)),
        GoldPaper("Letter from Karl", None, 1, (), start_char=7),
    )
    assert (survey.question.kind, survey.question.answer) == ("change", "She left.")
    assert [one.quote for one in survey.question.evidence] == ["at Riva"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"papers": [{"title": "A letter", "grade": 1}]}, '"papers" must have at least one of grade 2'),
        ({"papers": []}, '"papers" must have at least one of grade 2'),
        ({"papers": [{"grade": 2}]}, 'papers 1: "title" must be a text that is not empty'),
        ({"papers": [{"title": "x", "grade": "2"}]}, 'papers 1: "grade" must be a whole number or left out'),
        (
            {"papers": [{"title": "x", "grade": 2, "quotes": [{"quote": "y"}]}]},
            'papers 1: quotes 1: "text" must be a text that is not empty',
        ),
    ],
)
def test_what_is_wrong_with_a_survey_question_is_named_with_its_line(tmp_path, changes, message):
    path = write(tmp_path / "survey.jsonl", entry(**changes))
    assert f"survey.jsonl:1: {message}" in map(str, check_gold(path, LETTERS))
    with pytest.raises(GoldError, match=r"survey.jsonl:1: "):
        load_survey(path)


def test_key_quotes_that_stand_nowhere_are_found_by_the_check(tmp_path):
    path = write(tmp_path / "survey.jsonl", entry())
    assert check_gold(path, LETTERS) == ()
    [problem] = check_gold(path, {"other.txt": "Nothing."})
    assert str(problem).startswith("survey.jsonl:1: s1: the quote 'at Riva'... does not stand in any source")
