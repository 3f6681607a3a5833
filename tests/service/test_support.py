"""Whether a passage supports a sentence: numbers, names and denials in other forms, and false ones."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ranked_passages import ranked

from service.language_model.naming import is_same_name, known_names, read_names
from service.language_model.negation import agrees
from service.language_model.quantities import days, quantities, values
from service.language_model.support import fault_of, known_of, surroundings
from service.wording.phrases import MONTHS

TEXT = (
    "The Soviet Union sold 23,000 tons of grain to Great Britain on March 3, 1921. "
    "Ambassador Sarajoglu did not sign the protocol. "
    "The ships of Holland waited for three and a half weeks in Reval. "
    "The International Labour Office asked the Turkish consul for two dozen tents."
)
PASSAGES = [ranked(1, TEXT)]


def fault(sentence):
    around = surroundings("What was sold?", PASSAGES)
    return fault_of(sentence, [known_of(PASSAGES[0])], around)


@pytest.mark.parametrize(
    "sentence",
    [
        "The USSR sold 23 thousand tons of grain to Britain.",
        "Twenty-three thousand tons of grain were sold to the United Kingdom by Russia.",
        "On 3 March 1921 the Soviets sold grain to the UK.",
        "The British bought 23 000 tons of Soviet grain.",
        "Saracoglu didn't sign the protocol.",
        "The Dutch ships waited for 3½ weeks in Tallinn.",
        "The ILO asked Turkey's consul for 24 tents.",
        "The ILO asked the Turks for twenty-four tents.",
        "Moscow sold grain to London.",
        "The USSR exported grain.",
        "The ILO requested tents.",
        "Sarajoglu rejected the protocol, which he did not sign.",
        "Die Sowjetunion hat damals 23.000 Tonnen Getreide verkauft.",
    ],
)
def test_true_sentences_in_other_words_are_supported(sentence):
    assert fault(sentence) is None


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The USSR sold 32 thousand tons of grain to Britain.", "number"),
        ("The USSR sold 23 million tons of grain to Britain.", "number"),
        ("On 5 March 1921 the Soviets sold grain to the UK.", "number"),
        ("The Dutch ships waited for four weeks in Reval.", "number"),
        ("The Soviet Union sold grain to the United States.", "name"),
        ("Maisky did not sign the protocol.", "name"),
        ("The Danish ships waited in Reval.", "name"),
        ("The ILO asked the Greek consul for tents.", "name"),
        ("Saracoglu signed the protocol.", "negation"),
        ("The Soviet Union did not sell grain to Britain.", "negation"),
        ("The Dutch ships never waited in Reval.", "negation"),
        ("Die Schweiz hat damals 23.000 Tonnen Getreide verkauft.", "name"),
        ("Die Sowjetunion hat damals 32.000 Tonnen Getreide verkauft.", "number"),
        ("The British enjoyed opera, gardens, horses, poetry and music.", "words"),
        ("Sarajoglu wanted bases.", "words"),
        ("Sarajoglu asked for bases.", "place"),
        ("Sarajoglu refused.", "words"),
        ("Holland asked for tents.", "place"),
    ],
)
def test_sentences_made_false_in_one_place_are_not(sentence, expected):
    assert fault(sentence) == expected


ONES = "one two three four five six seven eight nine".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


@given(
    st.integers(2, 9), st.integers(1, 9), st.sampled_from([("", 1), (" thousand", 1000), (" million", 10**6)])
)
def test_a_number_in_words_has_the_value_of_its_figures(ten, one, scale):
    word, factor = scale
    value = (10 * ten + one) * factor
    for text in (
        f"{TENS[ten - 2]}-{ONES[one - 1]}{word}",
        f"{10 * ten + one}{word}",
        f"{value:,}",
        f"{value}",
    ):
        assert values(f"They had {text} sheep.") == {Fraction(value)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a dozen", [12]),
        ("three and a half", [Fraction(7, 2)]),
        ("21/2 million", [Fraction(5, 2) * 10**6]),
        ("1917-18", [1917, 1918]),
        ("the VIIIth and the IX Congress", [9]),
        ("£40-45 million", [40 * 10**6, 45 * 10**6]),
        ("one hundred and five", [105]),
        ("two thousand three hundred", [2300]),
    ],
)
def test_forms_of_numbers(text, expected):
    assert values(text).issuperset(expected)


def test_one_and_first_are_not_surely_numbers():
    assert [one.is_plain for one in quantities("one cannot guess at first")] == [False, False]


@given(st.integers(1, 31), st.integers(1, 12))
def test_a_day_is_the_same_in_every_form(day, month):
    name = MONTHS[month - 1]
    words = (f"{day} {name} 1921", f"{name} {day}, 1921", f"the {day}th of {name}", f"{name[:3]}. {day}")
    forms = (*words, f"{day:02}.{month:02}.1921", f"1921-{month:02}-{day:02}")
    for form in forms:
        assert days(f"It was {form}; nobody came.") == {(day, month)}


@pytest.mark.parametrize(
    ("first", "second"),
    [("turkey", "turkish"), ("saracoglu", "sarajoglu"), ("molotov", "molotova"), ("chicherin", "tchitcherin"),
     ("ukraine", "ukrainian"), ("vyshinsky", "vishinski"), ("litvinov", "litvinoff")],
)  # fmt: skip
def test_two_spellings_of_one_name(first, second):
    assert is_same_name(first, second)
    assert is_same_name(second, first)


@pytest.mark.parametrize(
    ("first", "second"), [("iran", "iraq"), ("inonu", "ismet"), ("eden", "enver"), ("kars", "kabul")]
)
def test_two_names_are_two(first, second):
    assert not is_same_name(first, second)


@pytest.mark.parametrize(
    ("said", "text", "is_known"),
    [
        ("It went to the US.", "sent to the United States", True),
        ("It went to the US.", "he told us of it", False),
        ("It was told to Austria.", "it was told to Australia", False),
        ("It was agreed in Ankara.", "the Turkish envoy agreed", False),
        ("It was told by the ambassador in Ankara.", "the ambassador in Turkey", True),
        ("He asked the RSC.", "The Red Silk Company", True),
        ("Он написал Молотову.", "Molotov was written to", True),
    ],
)
def test_a_name_is_known_by_its_other_forms(said, text, is_known):
    [name] = read_names(said, capitals=frozenset(), lower=frozenset())

    assert known_names([text]).holds(name) is is_known


@pytest.mark.parametrize(
    ("sentence", "source", "expected"),
    [
        ("He would not go to Rome.", "He refused to go to Rome.", True),
        ("He did not go to Rome.", "He went to Rome with his brother.", False),
        ("He went to Rome with his brother.", "He did not go to Rome with his brother.", False),
        ("Nobody paid the rent.", "The rent was not paid.", True),
        ("He not only paid the rent but the wood.", "He paid the rent and the wood.", True),
        ("He paid the rent without delay.", "He paid the rent at once and did not delay.", True),
        ("He did not pay nothing.", "He paid nothing.", False),
        (
            "The loans to Holm were aimed at Rask.",
            "Loans given to Holm are not directed against Rask.",
            False,
        ),
        ("He found the key.", "He did not find the key.", False),
    ],
)
def test_denials_are_compared_where_they_stand(sentence, source, expected):
    assert agrees(sentence, [source]) is expected
