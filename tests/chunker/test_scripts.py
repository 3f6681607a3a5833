"""Words of two scripts are set in the one that their other letters are of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunker.text.scripts import in_one_script


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("Мocквa", "Москва"),
        ("Rоmаn", "Roman"),
        ("Хоlm, Kаrl", "Xolm, Karl"),
        ("до Риги, cтена", "до Риги, стена"),
        ("СССР", "СССР"),
        ("CCCP, или Cоюз", "СССР, или Союз"),
        ("и a, и c", "и а, и с"),
        ("XX век", "XX век"),
        ("глава I, C. Петров", "глава I, С. Петров"),
        ("of а loan, СОМЕ", "of a loan, COME"),
        ("Роман said: а", "Роман said: а"),  # words of both
        ("COМ", "COМ"),  # nothing tells which
        ("Wодка", "Wодка"),  # letters of both that look like none of the other
    ],
)
def test_a_word_is_of_the_script_that_its_other_letters_or_its_neighbours_have(read, meant):
    assert in_one_script(read) == meant


@given(st.text(alphabet="aceopxyАВЕКМзнwb 1-", max_size=30))
def test_the_length_stays_and_a_second_time_changes_nothing(text):
    once = in_one_script(text)
    assert len(once) == len(text)
    assert in_one_script(once) == once


@given(st.text(alphabet="абвгдеёжзийклмнопрстуфхцчшщъыьэюя АВС", max_size=30))
def test_what_is_of_one_script_stays(text):
    assert in_one_script(text) == text
