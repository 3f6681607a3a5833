"""Letters are found by plain ones, whatever script of Europe they come from and however they were typed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunker.text.letters import other_spellings, plain, undecomposed
from chunker.text.normalising import fold


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Wałęsław Żółkiewicz", "waleslaw zolkiewicz"),
        ("Jørn Ærenlund", "jorn aerenlund"),
        ("Işıl Kırımlı", "isil kirimli"),
        ("İĞDIR", "igdir"),
        ("Đurađ Hadžić", "durad hadzic"),
        ("Þórir Guðjónsson", "thorir gudjonsson"),
        ("Großstraße, GROẞ", "grossstrasse, gross"),
        ("Sacré-Cœur, Œuvres", "sacre-coeur, oeuvres"),
        ("Ħamrun, Ġgantija", "hamrun, ggantija"),
        ("Ivvár Ŋuolla, Ŧuŧŧa", "ivvar nuolla, tutta"),
        ("Nguyễn Đình Chiểu", "nguyen dinh chieu"),
        ("Ștefan Țepeș, Şerban", "stefan tepes, serban"),
        ("Ģirts Ķīlis, Ļena", "girts kilis, lena"),
        ("ﬁnal ﬂeet, ſtate", "final fleet, state"),
        ("Ｆｕｌｌ　ｗｉｄｔｈ　１９３７", "full width 1937"),
        ("١٩٣٧ ۱۹۳۷ १९३७", "1937 1937 1937"),
        ("Mo\u200blo\u00adtov\u2060, \u200eKars\u200f", "molotov, kars"),
        ("non\u2011breaking − figure‒dash", "non-breaking - figure-dash"),
        ("Cafe\u0301 Zu\u0308rich L\u0335odz", "cafe zurich lodz"),
        ("Ἀθῆναι, Ὀδυσσεύς", "αθηναι, οδυσσευσ"),
        ("Ёлкин, Ґалаґан", "елкин, галаган"),
        ("مُحَمَّد", "محمد"),
        ("ʿAbd al-Raḥmān", "abd al-rahman"),
        ("O’Brien ‘quoted’ “twice”", "o'brien 'quoted' \"twice\""),
    ],
)
def test_a_text_is_found_by_what_a_plain_keyboard_types(written, typed):
    assert fold(written).text == typed
    assert fold(unicodedata.normalize("NFD", written)).text == typed


@pytest.mark.parametrize(
    ("word", "others"),
    [
        ("Müller", {"mueller"}),
        ("Mueller", {"muller"}),
        ("Jørgen", {"joergen"}),
        ("Haakon", {"hakon"}),
        ("Håkon", {"haakon"}),
        ("Đorđe", {"djordje"}),
        ("Djordje", {"dorde"}),
        ("Þórður", {"tordur"}),
        ("Søgaard", {"soegaard", "sogard", "soegard"}),
        ("harbour", set()),
        ("Łódź", set()),
    ],
)
def test_a_letter_with_two_plain_forms_is_given_in_the_other(word, others):
    assert set(other_spellings(word, shortened=True)) == others


@given(st.text(max_size=20))
def test_what_is_no_short_form_is_not_shortened(word):
    ascii_only = word.encode("ascii", "ignore").decode()
    assert other_spellings(ascii_only, shortened=False) == ()


@given(st.characters())
def test_plain_letters_stay_plain(character):
    once = plain(character)
    assert "".join(map(plain, once)) == once


def test_the_table_for_readers_without_accents_keeps_the_length():
    text = "Łódź, Ødegård, Đakovo, Kırım"
    translated = text.translate(dict(undecomposed()))
    assert translated == "Lódź, Odegård, Dakovo, Kirim"
