"""Names of persons and places in texts: what shows one, what speaks against it, which forms are one's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunker.metadata.mentioned_names import Name, cluster_of, filed_under, names_among
from chunker.metadata.mentions import find_mentions


def names_in(*texts, participants=()):
    """Return the names in some documents: each with its kind and forms."""
    totals = {}
    for text in texts:
        for one in find_mentions(text, participants):
            totals[one.form] = totals[one.form].plus(one) if one.form in totals else one
    clusters = {}
    for one in totals.values():
        clusters.setdefault(cluster_of(one.form), []).append(one)
    return sorted(
        (name for each in clusters.values() for name in names_among(each)), key=lambda one: one.name
    )


def people_in(*texts, **options):
    return [one.name for one in names_in(*texts, **options) if one.kind == "person"]


def places_in(*texts):
    return [one.name for one in names_in(*texts) if one.kind == "place"]


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("The roof was mended by Mr Pell and by Miss Dunn.", ["Dunn", "Pell"]),
        ("They met Dr. Adler and V. M. Molotov there.", ["Adler", "V. M. Molotov"]),
        ("Then v. M. Molotov spoke.", ["V. M. Molotov"]),  # scans lower initials
        ("Dear Karl,\n\nthe crate has come.", ["Karl"]),
        ("Lieber Josef,\n\ndas Dach ist gedeckt.", ["Josef"]),
        ("Dear Father,\n\nthe crate has come.", []),
        ("We saw Herr Hofer, Monsieur Ponsot and Señora Ruiz.", ["Hofer", "Ponsot", "Ruiz"]),
        ("товарищ Карахан и господин Потёмкин", ["Карахан", "Потёмкин"]),
        ("We went with Uncle Josef and Josef Brandt to the mill.", ["Josef", "Josef Brandt"]),
        ("There was one English general. Martial law came.", []),
        ("The General Staff met; so did the Minister President.", []),
        ("It is told in Article 5 and in Document 7, in March and in English.", []),
        ("This was decided by letter. G. Invited were all.", []),
        ("", []),
    ],
)
def test_a_person_is_shown_by_what_stands_before_the_name(text, people):
    assert people_in(text) == people


def test_whom_the_head_of_a_paper_names_is_a_person_in_its_text():
    text = "The envoy read what Ruth Hall had written, and Hall agreed."
    assert people_in(text) == []
    (hall,) = names_in(text, participants=("Ruth Hall",))
    assert hall == Name("person", "Ruth Hall", ("Hall", "Ruth Hall"))


def test_a_place_is_shown_by_in_before_it_and_by_date_lines():
    assert places_in("The house in Linz is let.", "He stays in Linz, near Graz.") == ["Linz"]
    assert places_in("Trieste, 28 June 1912\n\nI have found a position.\n") == ["Trieste"]
    assert places_in("in Molotov's opinion", "in Molotov's view") == []
    assert places_in("in Easter week; after Easter; before Easter", "in Easter week") == []


def test_where_all_nouns_have_capitals_in_shows_no_place():
    german = (
        "Wir gingen in Eile durch die Stadt und suchten das Haus, aber in Wahrheit war der Tag in Gefahr. "
    )
    assert places_in(german * 3, german * 3) == []
    assert places_in(f"Linz, 2. April 1911\n\n{german * 3}") == ["Linz"]


def test_a_word_that_stands_in_small_letters_or_behind_articles_is_no_name():
    assert people_in("So said Mr Miller. The miller paid; the miller left; a miller came.") == []
    assert places_in("They sail in Straits and in Straits, the Straits, the Straits, the Straits.") == []


def test_forms_of_one_surname_are_one_name_unless_first_names_contradict():
    text = "Mr Brandt came. Then J. K. Brandt wrote to Dr. Josef Brandt, and Brandt went."
    (brandt,) = names_in(text)
    assert (brandt.name, set(brandt.forms)) == ("Josef Brandt", {"Brandt", "J. K. Brandt", "Josef Brandt"})
    apart = "Herr Karl Weber and Frau Anna Weber came, and then Frau Weber left again with Herr Weber."
    assert [one.forms for one in names_in(apart)] == [("Anna Weber",), ("Karl Weber",), ("Weber",)]


def test_a_full_name_that_agrees_with_initials_is_the_same_person():
    (lindner,) = names_in("We saw M. K. Lindner. The doctor said that Marta Lindner is ill.")
    assert (lindner.name, set(lindner.forms)) == ("Marta Lindner", {"M. K. Lindner", "Marta Lindner"})


def test_case_endings_of_slavic_surnames_and_possessives_are_the_same_name():
    text = "V. A. Vinogradov spoke to comrade Vinogradov; comrade Vinogradova's paper; S. A. Petrov’s note."
    names = {one.name: set(one.forms) for one in names_in(text)}
    assert names == {
        "V. A. Vinogradov": {"Vinogradov", "Vinogradova", "V. A. Vinogradov"},
        "S. A. Petrov": {"S. A. Petrov"},
    }
    assert cluster_of("Martina") != cluster_of("Mart")


def test_a_place_and_a_person_side_by_side_are_neither_one_place():
    text = "The envoy in Turkey Vinogradov came. He was in Turkey, comrade Vinogradov said."
    names = [(one.kind, one.name) for one in names_in(text, text)]
    assert names == [("place", "Turkey"), ("person", "Vinogradov")]


def test_addresses_of_mails_name_nobody():
    text = "Write to Anna@Example.org or see http://Example/Weber now."
    assert [one.form for one in find_mentions(text)] == ["Write"]


@given(st.text(alphabet="AaBb .,'\n-1é", max_size=200))
def test_any_text_can_be_read_and_no_form_counts_less_than_it_shows(text):
    for one in find_mentions(text):
        assert one.count > 0
        assert 0 <= one.inside <= one.count
        assert one.form
        assert one.form == " ".join(one.form.split())


@pytest.mark.parametrize(
    ("participant", "place"),
    [
        ("K. Brandt", "brandt"),
        ("Brandt", "brandt"),
        ("Maria von der Heyden", "heyden"),
        ("Jean de la Tour", "tour"),
        ("Society of Friends", "society of friends"),
        ("Foreign Office", "foreign office"),
        ("", ""),
    ],
)
def test_persons_are_filed_under_surnames_and_bodies_under_their_names(participant, place):
    assert filed_under(participant) == place
