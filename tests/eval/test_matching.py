import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.errors import GoldError
from eval.gold.evidence import LocatedEvidence, SourceTexts, TextSpan, locate
from eval.gold.questions import Evidence, GoldQuestion
from eval.measures.matching import (
    ANY_OVERLAP,
    WHOLE,
    covers,
    found_pieces,
    matches,
    overlap_chars,
)
from eval.measures.response import OtherPlace, RetrievedPassage

BOOK = "One. The **Straits** are\nclosed to all. Two. The Straits are closed to all. Three."
PAGE = "Site menu. The Straits are closed to all."


def span(start, end, source="book.txt"):
    return TextSpan(source, start, end)


def gold(*quotes, file="book.txt"):
    evidence = tuple(Evidence(quote, file=file) for quote in quotes)
    return GoldQuestion(
        "q", "What of the Straits?", "factoid", "Closed.", is_answerable=True, evidence=evidence
    )


def test_every_place_of_a_quote_counts_as_the_same_piece_of_evidence():
    sources = SourceTexts({"book.txt": BOOK, "page.txt": PAGE})
    (located,) = locate([gold("the straits are closed to all.")], sources)
    (piece,) = located.evidence
    assert [
        sources.texts[place.source_name][place.start_char : place.end_char] for place in piece.places
    ] == [
        "The **Straits** are\nclosed to all.",
        "The Straits are closed to all.",
        "The Straits are closed to all.",
    ]
    assert [place.source_name for place in piece.places] == ["book.txt", "book.txt", "page.txt"]
    assert located.required_pieces == 1


def test_a_quote_that_is_not_in_the_file_it_names_stops_the_run():
    with pytest.raises(GoldError, match=r"question q: the quote 'Site menu'... does not stand in book.txt"):
        locate([gold("Site menu")], SourceTexts({"book.txt": BOOK, "page.txt": PAGE}))
    with pytest.raises(GoldError, match="does not stand in any source"):
        locate([gold("Nobody wrote this", file=None)], SourceTexts({"book.txt": BOOK}))


def test_a_passage_matches_from_half_of_the_quote_on():
    evidence = LocatedEvidence((span(100, 120),))
    assert matches([span(0, 110)], evidence)
    assert not matches([span(0, 109)], evidence)
    assert matches([span(0, 101)], evidence, share=ANY_OVERLAP)
    assert not matches([span(0, 100)], evidence, share=ANY_OVERLAP)
    assert matches([span(90, 120)], evidence, share=WHOLE)
    assert not matches([span(101, 120)], evidence, share=WHOLE)
    assert not matches([span(0, 200, "page.txt")], evidence, share=ANY_OVERLAP)


def test_two_passages_that_hold_a_third_each_do_not_add_up_to_a_match():
    evidence = LocatedEvidence((span(0, 90),))
    assert not matches([span(0, 30), span(30, 60)], evidence)
    assert covers([span(0, 30), span(30, 60)], span(0, 90))


def test_what_is_covered_twice_counts_once():
    assert not covers([span(0, 40), span(0, 40), span(10, 40)], span(0, 90))
    assert not covers([], span(0, 90))


def test_other_places_of_a_passage_count_for_its_rank():
    question = locate([gold("Two.")], SourceTexts({"book.txt": BOOK}))[0]
    (place,) = question.evidence[0].places
    also_in = (OtherPlace(place, "Two."),)
    elsewhere = RetrievedPassage(span(0, 10, "page.txt"), "Menu. **two.**", also_in=also_in)
    assert found_pieces(question, [RetrievedPassage(span(0, 4), "One."), elsewhere]) == (frozenset(), {0})


FORMS = "Licence of Ole Dahl, pilot, at 310 kroner. Licence of Per Holm, pilot, at 820 kroner."


@pytest.mark.parametrize(
    ("quote", "is_found"),
    [
        ("Ole Dahl, pilot, at 310 kroner", True),
        ("Per Holm, pilot, at 820 kroner", False),
        ("at 820 kroner", False),
        ("310 kroner. Licence of Per Holm", False),
    ],
)
def test_another_place_is_no_hit_unless_its_words_stand_in_the_passage_shown(quote, is_found):
    question = locate([gold(quote, file="forms.txt")], SourceTexts({"forms.txt": FORMS}))[0]
    cut = FORMS.index("Licence of Per")
    first = OtherPlace(span(0, cut, "forms.txt"), FORMS[:cut])
    second = OtherPlace(span(cut, len(FORMS), "forms.txt"), FORMS[cut:])
    shown = RetrievedPassage(span(0, 43, "copy.txt"), f"{FORMS[:cut]}A copy.", also_in=(first, second))
    assert found_pieces(question, [shown]) == (({0} if is_found else frozenset()),)


def test_where_whole_sources_are_judged_any_passage_of_the_source_matches():
    evidence = LocatedEvidence((span(0, 5000),), is_whole_source=True)
    assert matches([span(4000, 4001)], evidence)
    assert not matches([span(0, 5000, "page.txt")], evidence)


def test_a_quote_holds_where_its_words_stand_and_nowhere_else():
    sources = SourceTexts({"book.txt": BOOK})
    start = BOOK.index("The **")
    end = BOOK.index(" Two.")
    assert sources.holds(span(start, end), "The Straits are closed to all.")
    assert not sources.holds(span(start, end), "The Straits are closed to all.", to_the_character=True)
    assert sources.holds(span(0, 4), "One.", to_the_character=True)
    assert not sources.holds(span(start, end), "The Straits are open to all.")
    assert not sources.holds(span(0, 4, "lost.txt"), "One.")
    assert not sources.holds(span(0, 4000), "One.")
    assert not sources.holds(span(4, 4), "")


spans = st.builds(lambda start, length: span(start, start + length), st.integers(0, 60), st.integers(1, 30))


@given(spans, spans)
def test_overlap_is_the_number_of_shared_characters(first, second):
    shared = set(range(first.start_char, first.end_char)) & set(range(second.start_char, second.end_char))
    assert overlap_chars(first, second) == overlap_chars(second, first) == len(shared)


@given(st.lists(spans, max_size=5), spans, st.sampled_from([0.0, 0.3, 0.5, 1.0]))
def test_coverage_is_that_of_the_union_of_characters(several, place, share):
    characters = set().union(*(range(one.start_char, one.end_char) for one in several))
    covered = len(characters & set(range(place.start_char, place.end_char)))
    length = place.end_char - place.start_char
    assert covers(several, place, share=share) == (covered > 0 and covered >= share * length)
