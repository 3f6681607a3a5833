"""Rankings by docno, as they go into TREC files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.gold.docnos import names_span, source_docno, span_docno, span_of
from eval.gold.evidence import LocatedEvidence, LocatedQuestion, TextSpan
from eval.gold.questions import GoldQuestion
from eval.measures.rankings import Ranking, passage_ranking, source_ranking
from eval.measures.response import Response, RetrievedPassage


@given(st.text(min_size=1), st.integers(0, 50), st.integers(1, 50))
def test_a_docno_is_one_word_that_names_its_place_whatever_the_source_is_called(name, start, length):
    texts = {name: "x" * 100}
    span = TextSpan(name, start, start + length)
    for docno, named in ((span_docno(span), span), (source_docno(name), TextSpan(name, 0, 100))):
        assert docno.split() == [docno]
        assert span_of(docno, texts) == named
        assert names_span(docno) is (named == span)


def test_a_docno_is_read_as_rfc_5147_has_it_or_is_a_sets_own_id():
    texts = {"letters/anna 1.txt": "word " * 10, "50% of it": "words", "a%20b": "words"}
    assert span_of("letters/anna%201.txt#char=5,9", texts) == TextSpan("letters/anna 1.txt", 5, 9)
    assert span_of("50% of it", texts) == TextSpan("50% of it", 0, 5)
    assert span_of("a%20b", texts) == TextSpan("a%20b", 0, 5)
    for stranger in (
        "nobody",
        "letters/anna%201.txt#char=9,5",
        "letters/anna%201.txt#char=0,51",
        "x#char=0,1",
    ):
        assert span_of(stranger, texts) is None


def asked(*evidence, is_answerable=True):
    return LocatedQuestion(GoldQuestion("q", "What?", "factoid", "", is_answerable), evidence)


def piece(start, end, source="a b.txt", **options):
    return LocatedEvidence((TextSpan(source, start, end),), **options)


def response(*places):
    spans = [TextSpan(source, start, end) for source, start, end in places]
    return Response("What?", True, 0.5, tuple(RetrievedPassage(span, "words") for span in spans))


RETRIEVED = response(("c.txt", 0, 9), ("a b.txt", 0, 30), ("a b.txt", 10, 40), ("d.txt", 0, 9))


def test_what_repeats_is_not_relevant_and_what_is_missing_has_its_own_docno():
    question = asked(piece(0, 10), piece(20, 30), piece(80, 90))
    assert passage_ranking(question, RETRIEVED) == Ranking(
        ("c.txt#char=0,9", "a%20b.txt#char=0,30", "a%20b.txt#char=10,40", "d.txt#char=0,9"),
        {"a%20b.txt#char=0,30": 1, "a%20b.txt#char=80,90": 1},
    )
    assert source_ranking(question, RETRIEVED).relevant["a%20b.txt"] == 1


def test_pieces_missing_from_one_place_are_as_many_judgements():
    ranking = passage_ranking(asked(piece(80, 90), piece(80, 90)), RETRIEVED)
    assert list(ranking.relevant) == ["a%20b.txt#char=80,90", "a%20b.txt#char=80,90'"]


def test_sources_come_once_and_are_judged_by_grade():
    question = asked(piece(0, 10), is_answerable=True)
    wholes = (piece(0, 9, "d.txt", is_whole_source=True, grade=2), piece(0, 9, "e.txt", is_whole_source=True))
    judged = LocatedQuestion(question.gold, question.evidence, wholes)
    for one in (judged, LocatedQuestion(question.gold, wholes)):
        assert source_ranking(one, RETRIEVED) == Ranking(
            ("c.txt", "a%20b.txt", "d.txt"), {"d.txt": 2, "e.txt": 1}
        )


def test_what_nothing_answers_is_ranked_and_judged_by_nobody():
    for rank in (passage_ranking, source_ranking):
        ranking = rank(asked(is_answerable=False), RETRIEVED)
        assert ranking.results
        assert ranking.relevant == {}


@pytest.mark.parametrize("alternative_found", [False, True])
def test_an_alternative_that_is_found_takes_a_missing_pieces_judgement(alternative_found):
    place = (0, 10) if alternative_found else (60, 70)
    question = asked(piece(80, 90), piece(*place, is_alternative=True))
    relevant = passage_ranking(question, RETRIEVED).relevant
    assert list(relevant) == ["a%20b.txt#char=0,30" if alternative_found else "a%20b.txt#char=80,90"]
