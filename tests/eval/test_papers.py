"""The measures of survey questions, each with values reckoned by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.gold.evidence import LocatedEvidence, LocatedQuestion, TextSpan
from eval.gold.questions import GoldQuestion
from eval.gold.survey import Documents, GoldPaper, IndexedDocument, LocatedPaper, LocatedSurvey
from eval.measures.papers import quoted_papers, returned_papers, survey_values
from eval.measures.response import OtherPlace, Response, ResponseQuote, RetrievedPassage

LENGTH = 100
WORDS = "{} wrote of the tolls."


def span(number, start=0, end=20):
    return TextSpan("book.txt", LENGTH * number + start, LENGTH * number + end)


DATES = ("1920", "1921-03-16", "1921-03", None, "1919-05-01", *(f"19{year}" for year in range(30, 55)))
DOCUMENTS = tuple(
    IndexedDocument(span(number, 0, LENGTH), f"Note {number}", date) for number, date in enumerate(DATES)
)
INDEXED = Documents(DOCUMENTS)


def paper(number, grade):
    gold = GoldPaper(f"Note {number}", DATES[number], grade, ("key words",))
    return LocatedPaper(gold, frozenset({DOCUMENTS[number]}))


def survey(*papers):
    question = GoldQuestion("s", "What?", "change", "", is_answerable=True)
    numbers = [int(one.gold.title.split()[1]) for one in papers]
    return LocatedSurvey(
        LocatedQuestion(question, tuple(LocatedEvidence((span(number, 40, 60),)) for number in numbers)),
        papers,
    )


def passage(number, *also_in, text=None):
    return RetrievedPassage(span(number), text or WORDS.format(number), also_in=also_in)


def quote(number, start=0, end=20):
    return ResponseQuote("words", span(number, start, end))


def response(returned=(), quotes=(), **options):
    passages = tuple(one if isinstance(one, RetrievedPassage) else passage(one) for one in returned)
    fields = {"answerable": True, "confidence": 0.5, "passages": passages, "quotes": tuple(quotes)}
    return Response("What?", **(fields | options))


def values(asked, answered):
    return survey_values(asked, answered, INDEXED)


THREE = survey(paper(0, 2), paper(1, 2), paper(2, 1))


def test_papers_are_counted_and_not_passages():
    many = response([9, 9, 9, 8, *range(10, 17), 0, 9, 1])
    assert [DOCUMENTS.index(one) for one in returned_papers(THREE, many, INDEXED)[:3]] == [9, 8, 10]
    found = values(THREE, many)
    assert (found["must_papers@10"], found["must_papers@20"]) == (0.5, 1.0)


def test_the_gain_of_a_paper_is_its_grade_discounted_by_its_rank():
    ideal = 2 + 2 / math.log2(3) + 1 / 2
    found = values(THREE, response([2, 7, 1, 1]))["ndcg@10 (papers)"]
    assert found == pytest.approx((1 + 2 / math.log2(4)) / ideal)
    assert values(THREE, response([0, 1, 2]))["ndcg@10 (papers)"] == pytest.approx(1.0)
    assert values(THREE, response())["ndcg@10 (papers)"] == 0.0


def test_a_paper_is_quoted_where_the_quote_stands_whatever_it_is_cited_to():
    answered = response(quotes=[quote(0), quote(0, 50, 70), quote(2), quote(9)])
    found = values(THREE, answered)
    assert found["must_papers_quoted"] == 0.5
    assert (found["papers_quoted"], found["relevant_papers_quoted"]) == (3.0, pytest.approx(2 / 3))
    assert quoted_papers(THREE, answered, INDEXED) == (THREE.papers[0], THREE.papers[2], DOCUMENTS[9])


def test_a_key_quote_is_held_where_half_of_it_is_quoted():
    def held(*quotes):
        return values(THREE, response(quotes=quotes))["key_quotes_held"]

    assert held(quote(0, 40, 50), quote(1, 0, 49)) == pytest.approx(1 / 3)
    assert held(quote(0, 40, 45), quote(0, 55, 60), quote(1, 30, 70)) == pytest.approx(2 / 3)


def test_an_answer_without_quotes_says_nothing_of_their_relevance_or_order():
    found = values(THREE, response([0], answerable=False, words="No."))
    assert not {"relevant_papers_quoted", "in_order_of_time"} & found.keys()
    assert (found["must_papers_quoted"], found["papers_quoted"], found["answered"]) == (0.0, 0.0, 0.0)
    assert "answer_words" not in found
    assert values(THREE, response(quotes=[quote(0)], words="Two words."))["answer_words"] == 2.0


@pytest.mark.parametrize(
    ("numbers", "order"),
    [
        ((4, 0, 1), 1.0),
        ((1, 0, 4), 0.0),
        ((4, 1, 0), 0.5),
        ((1, 2, 1), 1.0),
        ((0, 3, 4), None),
        ((1, 1, 1), None),
        ((0, 0, 4, 4), 0.0),
    ],
)
def test_order_of_time_looks_at_steps_between_dated_papers_of_an_overview(numbers, order):
    quotes = [quote(number) for number in numbers]
    assert values(THREE, response(quotes=quotes, form="overview")).get("in_order_of_time") == order
    assert "in_order_of_time" not in values(THREE, response(quotes=quotes, form="extract"))


def elsewhere(number, text, start=0, end=20):
    return OtherPlace(span(number, start, end), text)


@pytest.mark.parametrize(
    ("other", "counts"),
    [
        (elsewhere(0, "9 WROTE of the tolls."), True),
        (elsewhere(0, "0 wrote of the tolls."), False),
        (elsewhere(0, "It says: 9 wrote of the tolls, it says.", 31, 70), True),
        (elsewhere(0, "It says: 9 wrote of the wools, it says.", 31, 70), False),
        (elsewhere(8, "9 wrote of the tolls."), False),
    ],
)
def test_a_paper_elsewhere_is_returned_only_where_its_words_or_its_key_quote_are_shown(other, counts):
    found = returned_papers(THREE, response([passage(9, other)]), INDEXED)
    assert found == ((THREE.papers[0],) if counts else (DOCUMENTS[9],))


def test_documents_that_repeat_a_paper_are_that_paper_once():
    twice = LocatedPaper(THREE.papers[0].gold, frozenset({DOCUMENTS[0], DOCUMENTS[5]}))
    repeated = LocatedSurvey(THREE.question, (twice, *THREE.papers[1:]))
    assert returned_papers(repeated, response([5, 0, 7]), INDEXED) == (twice, DOCUMENTS[7])
    assert values(repeated, response(quotes=[quote(5), quote(0)]))["papers_quoted"] == 1.0


@given(st.lists(st.integers(0, 29), max_size=40), st.lists(st.integers(0, 29), max_size=12))
def test_more_passages_and_more_quotes_never_lose_a_paper(returned, quoted):
    found = values(THREE, response(returned, map(quote, quoted)))
    must = {0, 1}
    first = list(dict.fromkeys(returned))
    assert found["must_papers@10"] == len(must & set(first[:10])) / 2
    assert found["must_papers@20"] == len(must & set(first[:20])) / 2 >= found["must_papers@10"]
    assert found["must_papers_quoted"] == len(must & set(quoted)) / 2
    assert found["papers_quoted"] == len(set(quoted))
    assert 0.0 <= found["ndcg@10 (papers)"] <= 1.0 + 1e-9
