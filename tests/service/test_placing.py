"""Whether names stand where the passages have them: minutes, a letter, and sentences with people mixed up."""

import pytest
from ranked_passages import ranked

from service.language_model.support import fault_of, known_of, surroundings

MINUTES = (
    "Mr Howe moved that the pump be mended; Mrs Dale seconded. The clerk, Mr Finch, read a letter of the "
    "county. Dr Shaw objected to the cost, and Mary Pell asked for a second estimate from Ashford."
)
LETTER = (
    "My dear sister, I left Trieste on Monday with Karl. Otto met us at Villach and paid for the rooms. "
    "He has sold the mill to Josef Brandt for ninety crowns."
)


def fault(sentence, text):
    passage = ranked(1, text)
    return fault_of(sentence, [known_of(passage)], surroundings("What happened?", [passage]))


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("Howe moved, and Dale seconded, that the pump be mended.", MINUTES),
        ("The cost was objected to by Shaw.", MINUTES),
        ("Dr. Shaw thought little of the cost, while Mary Pell wanted a second estimate.", MINUTES),
        ("Finch, the clerk, read the county's letter.", MINUTES),
        ("Litvinov left Trieste with Karl.", LETTER),  # the letter is his: "I left"
        ("Otto paid for the rooms at Villach.", LETTER),
        ("Otto sold the mill to Josef Brandt.", LETTER),
        ("Josef Brandt bought the mill from Otto.", LETTER),
    ],
)
def test_a_name_in_its_place_is_supported_however_it_is_said(sentence, text):
    assert fault(sentence, text) is None


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("Dale moved that the pump be mended and Howe seconded.", MINUTES),  # the other way round
        ("Dale objected to the cost.", MINUTES),  # another fits
        ("Shaw moved that the pump be mended.", MINUTES),
        ("Mary Shaw asked for a second estimate.", MINUTES),  # two people made one
        ("Mary Pell asked for a second estimate from Finch.", MINUTES),
        ("Karl sold the mill to Josef Otto.", LETTER),
        ("The mill was sold to Josef Villach for ninety crowns.", LETTER),
    ],
)
def test_a_name_in_anothers_place_is_not(sentence, text):
    assert fault(sentence, text) == "place"


def test_a_sentence_of_names_without_end_is_judged_all_the_same():
    assert fault("Dale objected to the cost, " + "Howe and Dale " * 500, MINUTES) == "place"
