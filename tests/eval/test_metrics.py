import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.gold.evidence import LocatedEvidence, LocatedQuestion, SourceTexts, TextSpan
from eval.gold.questions import GoldQuestion
from eval.measures.matching import first_hit_rank
from eval.measures.metrics import (
    answer_values,
    question_values,
    retrieval_values,
    token_f1,
    word_budget_value,
)
from eval.measures.response import OtherPlace, Response, ResponseQuote, RetrievedPassage
from eval.measures.spans import character_budget_values, quote_values, span_values


def span(start, end, source="book.txt"):
    return TextSpan(source, start, end)


def asked(*evidence, answer="", is_answerable=True):
    gold = GoldQuestion("q", "What?", "factoid", answer, is_answerable)
    return LocatedQuestion(gold, evidence)


def piece(start, end, **options):
    return LocatedEvidence((span(start, end),), **options)


def response(*spans, **options):
    passages = tuple(RetrievedPassage(one, "word " * 10) for one in spans)
    return Response("What?", **({"answerable": True, "confidence": 0.5, "passages": passages} | options))


def values(question, answered, **options):
    return retrieval_values([question], [answered], **options)[0]


MISS = span(9000, 9010)


def test_ranks_are_those_of_the_first_result_with_evidence():
    found = values(asked(piece(0, 10)), response(MISS, MISS, span(0, 10), span(0, 10)))
    assert found == {
        "hit@1": 0.0,
        "hit@3": 1.0,
        "hit@5": 1.0,
        "hit@10": 1.0,
        "mrr@10": pytest.approx(1 / 3),
        "ndcg@10": pytest.approx(0.5),
        "evidence@10": 1.0,
    }


def test_a_question_without_a_hit_or_without_results_scores_nought():
    for nothing in (response(MISS), response()):
        assert set(values(asked(piece(0, 10)), nothing).values()) == {0.0}


def test_an_unanswerable_question_has_no_retrieval_values():
    assert values(asked(is_answerable=False), response(MISS)) == {}
    answerable, unanswerable = retrieval_values(
        [asked(piece(0, 10)), asked(is_answerable=False)], [response(span(0, 10)), response(span(0, 10))]
    )
    assert answerable["hit@1"] == 1.0
    assert unanswerable == {}


def test_evidence_beyond_rank_ten_does_not_count():
    late = response(*[MISS] * 10, span(0, 10))
    assert set(values(asked(piece(0, 10)), late).values()) == {0.0}
    assert first_hit_rank(asked(piece(0, 10)), late) == 11


def test_every_piece_counts_once_and_missing_pieces_lower_the_gain():
    question = asked(piece(0, 10), piece(20, 30), piece(40, 50))
    found = values(question, response(span(0, 10), span(0, 10), span(20, 30)))
    assert found["evidence@10"] == pytest.approx(2 / 3)
    ideal = 1 + 0.6309297535714575 + 0.5
    assert found["ndcg@10"] == pytest.approx((1 + 0.5) / ideal)


def test_one_result_that_holds_everything_is_ideal():
    found = values(asked(piece(0, 10), piece(20, 30)), response(span(0, 30)))
    assert (found["ndcg@10"], found["evidence@10"], found["mrr@10"]) == (1.0, 1.0, 1.0)


def test_an_alternative_stands_in_for_a_missing_piece_but_is_not_asked_for():
    question = asked(piece(0, 10), piece(20, 30), piece(40, 50, is_alternative=True))
    assert values(question, response(span(0, 10), span(20, 30)))["evidence@10"] == 1.0
    assert values(question, response(span(0, 10), span(40, 50)))["evidence@10"] == 1.0
    assert values(question, response(span(40, 50)))["evidence@10"] == 0.5
    assert values(question, response(span(0, 10), span(20, 30), span(40, 50)))["ndcg@10"] == 1.0


def test_more_than_ten_pieces_can_be_found_in_ten_results():
    question = asked(*[piece(start, start + 10) for start in range(0, 240, 10)])
    found = values(question, response(*[span(start, start + 20) for start in range(0, 240, 20)]))
    assert found["evidence@10"] == pytest.approx(20 / 24)


def test_sets_that_judge_sources_rank_each_source_by_its_best_passage():
    question = asked(LocatedEvidence((span(0, 100, "b"),), is_whole_source=True))
    found = values(question, response(span(0, 5, "a"), span(5, 9, "a"), span(90, 99, "b")))
    assert found["mrr@10"] == 0.5


def test_collections_of_many_sources_are_also_judged_by_the_source_found():
    question = asked(LocatedEvidence((span(0, 100, "b"),)))
    answered = response(span(0, 5, "a"), span(5, 9, "a"), span(500, 599, "b"))
    many = SourceTexts(dict.fromkeys("abcdefghijk", ""))
    few = SourceTexts(dict.fromkeys("ab", ""))
    found, without = (
        question_values([question], [answered], sources, lambda _: None)[0] for sources in (many, few)
    )
    assert found["ndcg@10"] == 0
    assert found["ndcg@10 (sources)"] == pytest.approx(1 / math.log2(3))
    assert found["hit@1 (sources)"] == 0
    assert "ndcg@10 (sources)" not in without


def test_sources_are_ranked_by_grade_as_published_tables_have_it():
    def whole(source, grade):
        return LocatedEvidence((span(0, 100, source),), is_whole_source=True, grade=grade)

    question = asked(whole("b", 2), whole("c", 1), whole("d", 1))
    answered = response(span(0, 5, "a"), span(0, 5, "b"), span(5, 9, "b"), span(0, 5, "c"))
    (found,) = question_values([question], [answered], SourceTexts({}), lambda _: None)
    gain = 2 / math.log2(3) + 1 / math.log2(4)
    assert found["ndcg@10 (sources)"] == pytest.approx(gain / (2 + 1 / math.log2(3) + 1 / math.log2(4)))
    assert found["evidence@10 (sources)"] == pytest.approx(2 / 3)
    assert found["mrr@10 (sources)"] == 0.5
    assert not {"ndcg@10", "mrr@10", "hit@5"} & found.keys()


@given(st.permutations(range(6)), st.integers(1, 6))
def test_retrieval_values_lie_between_nought_and_one_and_hits_only_grow(order, pieces):
    question = asked(*[piece(start * 10, start * 10 + 10) for start in range(pieces)])
    found = values(question, response(*[span(start * 10, start * 10 + 10) for start in order]))
    assert all(0 <= value <= 1 for value in found.values())
    assert found["hit@1"] <= found["hit@3"] <= found["hit@5"] <= found["hit@10"]
    assert found["evidence@10"] == 1.0


def words(count, start=0, source="book.txt"):
    """A passage of ``count`` words of 4 characters and a space each."""
    return RetrievedPassage(span(start, start + 5 * count, source), "abcd " * count)


def test_a_hit_counts_when_its_words_are_read_within_the_budget():
    question = asked(piece(5000, 5020))
    before = [words(20, start=9000) for _ in range(4)]
    within = response(passages=(*before, words(20, start=4950)))
    assert word_budget_value(question, within, words=100) == {"hit@100words": 1.0}
    assert word_budget_value(question, within, words=80) == {"hit@80words": 0.0}


def test_a_large_passage_is_read_only_to_the_end_of_the_budget():
    large = response(passages=(words(500, start=0),))
    assert word_budget_value(asked(piece(0, 20)), large, words=100) == {"hit@100words": 1.0}
    assert word_budget_value(asked(piece(490, 510)), large, words=100)["hit@100words"] == 0.0
    assert word_budget_value(asked(piece(488, 508)), large, words=100)["hit@100words"] == 1.0
    numbered = "".join(f"{number:4d} " for number in range(500))
    also_in = (OtherPlace(span(0, 2500), numbered),)
    for place, value in ((piece(0, 20), 1.0), (piece(490, 510), 0.0), (piece(2000, 2020), 0.0)):
        copied = response(passages=(RetrievedPassage(span(9000, 11500), numbered, also_in=also_in),))
        assert word_budget_value(asked(place), copied, words=100) == {"hit@100words": value}


SOURCE = "Molotov asked for bases. Stalin agreed."
SOURCES = SourceTexts({"book.txt": SOURCE})


def quoting(*quotes, **options):
    return response(quotes=tuple(quotes), **options)


def test_quotes_are_verified_against_the_source_itself():
    true = ResponseQuote("Stalin agreed.", span(25, 39))
    tidied = ResponseQuote("Stalin  agreed.", span(25, 39), "normalised")
    wrong_place = ResponseQuote("Stalin agreed.", span(0, 14))
    untrue_claim = ResponseQuote("Stalin  agreed.", span(25, 39), "exact")
    nowhere = ResponseQuote("Stalin agreed.", span(25, 39, ""))
    question = asked(is_answerable=False)
    assert answer_values(question, quoting(true, tidied), SOURCES)["quotes_verified"] == 1.0
    for bad in (wrong_place, untrue_claim, nowhere):
        assert answer_values(question, quoting(true, bad), SOURCES)["quotes_verified"] == 0.5
    assert "quotes_verified" not in answer_values(question, quoting(), SOURCES)


def test_an_answer_holds_the_evidence_when_its_quotes_together_cover_half_of_a_gold_quote():
    question = asked(piece(0, 24))
    first, second = ResponseQuote("Molo", span(0, 6)), ResponseQuote("asked", span(6, 12))
    assert answer_values(question, quoting(first), SOURCES)["answer_holds_evidence"] == 0.0
    assert answer_values(question, quoting(first, second), SOURCES)["answer_holds_evidence"] == 1.0
    refused = quoting(first, second, answerable=False)
    assert answer_values(question, refused, SOURCES)["answer_holds_evidence"] == 0.0


def test_token_f1_is_that_of_squad():
    assert token_f1("The Straits, closed!", "straits closed") == 1.0
    assert token_f1("closed to warships of all flags", "closed to all") == pytest.approx(2 * 3 / 9)
    assert token_f1("open", "closed") == 0.0
    assert token_f1("the", "closed") == 0.0


def test_token_f1_compares_the_words_of_the_answer_and_is_nought_for_a_refusal():
    question = asked(piece(0, 24), answer="He agreed")
    assert (
        answer_values(question, quoting(text="He agreed. [1] [12]", words="He agreed."), SOURCES)["token_f1"]
        == 1.0
    )
    assert answer_values(question, quoting(words="He agreed", answerable=False), SOURCES)["token_f1"] == 0.0


def test_character_ranges_are_scored_as_in_chromas_chunking_evaluation():
    question = asked(piece(0, 100), piece(200, 300))
    found = span_values(question, response(span(50, 150), span(50, 150), span(200, 250)))
    assert found == {
        "span_recall@5": 100 / 200,
        "span_precision@5": 100 / 250,
        "span_iou@5": 100 / (200 + 250 - 100),
    }
    assert set(span_values(question, response()).values()) == {0.0}


def test_as_many_characters_of_every_system_are_compared():
    question = asked(piece(90, 190))
    found = character_budget_values(question, response(span(0, 100), span(100, 300)), characters=150)
    assert found == {
        "span_recall@150chars": 0.6,
        "span_precision@150chars": 0.4,
        "span_iou@150chars": pytest.approx(60 / 190),
    }


def test_a_piece_counts_where_most_of_it_was_retrieved():
    twice = asked(LocatedEvidence((span(0, 10, "a"), span(50, 60, "b"))))
    assert span_values(twice, response(span(45, 65, "b")))["span_recall@5"] == 1.0


def test_quotes_are_judged_by_how_much_of_them_is_evidence():
    question = asked(piece(0, 10), piece(20, 30))
    quoted = response(span(0, 40), quotes=(ResponseQuote("x", span(0, 20)),))
    assert quote_values(question, quoted) == {
        "span_recall_quotes": 0.5,
        "span_precision_quotes": 0.5,
        "span_iou_quotes": pytest.approx(10 / 30),
    }
    assert quote_values(question, response(span(0, 40))) == {"span_recall_quotes": 0.0}
