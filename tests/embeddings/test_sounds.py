"""Names that writers of several languages hear alike have one sound; others have not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.sounds import sound, spoken


@pytest.mark.parametrize(
    "spellings",
    [
        "chicherin tchitcherine tschitscherin cicerin czyczerin chitcherin",
        "khrushchev chruschtschow khrouchtchev",
        "shcherbakov schtscherbakow chtcherbakov szczerbakow",
        "gromyko gromiko gromyco",
        "trotsky trotzki trotski",
        "yevgeny evgeni evgueni",
        "shevardin schewardin szewardin",
        "wassiliew vassiliev vasiliev",
        "philipp filip",
        "eden iden",
    ],
)
def test_spellings_of_one_name_sound_alike(spellings):
    assert len({sound(name) for name in spellings.split()}) == 1


@pytest.mark.parametrize("pair", ["molotov mikoyan", "kars batum", "weber wagner", "stalin lenin"])
def test_different_names_sound_differently(pair):
    one, other = pair.split()
    assert sound(one) != sound(other)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", max_size=20))
def test_the_sound_is_what_is_spoken_without_vowels(word):
    consonants = [letter for letter in spoken(word) if letter.isupper()]
    assert sound(word).removeprefix("A") == "".join(consonants)
