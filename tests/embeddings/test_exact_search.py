"""Catalogue search: exactly the passages that hold the words, whatever is asked and however it is indexed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from index_support import write_passages

from chunker.text.normalising import fold
from embeddings.expressions import AllOf, AnyOf, Phrase, Without, holds, names_something, phrases_of
from embeddings.store import exact_search, filtering
from embeddings.store.connections import Store
from embeddings.store.exact_search import ExactLimits
from embeddings.store.filtering import Condition, Selection

BODIES = [
    "The envoy closed the Straits, and the strait was quiet.",
    "A strait\nway leads to the har-\nbour of Brest-\nLitovsk.",
    "He organized the organization of organs; they communicated.",
    "Łódź, Ærø, Café Müller and «O’Brien» met in 1941 and in the 1940s.",
    "The closed envoy. The Straits! _The_ *straits* of covid19.",
    "the the the envoys' bodies were closing.",
]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("store") / "index.sqlite")
    write_passages(store, BODIES, title="The harbour of Odessa")
    yield store
    store.close()


def found(store, wanted, condition=None):
    """The numbers of the passages that match, from 0."""
    with store.reading() as connection:
        selection = Selection(connection, condition) if condition else None
        matches = exact_search.search(connection, wanted, selection=selection)
    return sorted(key - 1 for key, _ in matches.scored)


def word(text):
    return Phrase.read(text.rstrip("*"), is_prefix=text.endswith("*"))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("strait", [0, 1]),
        ("straits", [0, 4]),
        ("STRAITS", [0, 4]),
        ("strait*", [0, 1, 4]),
        ("envoy", [0, 4]),
        ("envoys", [5]),
        ("closed the straits", [0]),
        ("envoy the straits", [4]),
        ("strait way", [1]),
        ("harbour", [1]),  # the title above every passage has it, too
        ("Brest-Litovsk", [1]),
        ("organi*", [2]),
        ("organization of organ*", [2]),
        ("communic*", [2]),
        ("communicate", []),
        ("Lodz", [3]),
        ("łódź", [3]),
        ("aero", [3]),
        ("cafe muller", [3]),
        ("o'brien", [3]),
        ("194*", [3]),
        ("1940", []),
        ("covid*", [4]),
        ("bodi*", [5]),
        ("body", []),
        ("the", [0, 1, 2, 3, 4, 5]),
        ("odessa", []),
    ],
)
def test_a_word_is_that_word_and_a_phrase_its_very_words(store, text, numbers):
    assert found(store, word(text)) == numbers


def test_parts_are_joined_as_they_say(store):
    straits, envoy, quiet = word("strait*"), word("envoy"), word("quiet")
    assert found(store, AllOf((straits, envoy))) == [0, 4]
    assert found(store, AllOf((straits, Without(quiet)))) == [1, 4]
    assert found(store, AnyOf((quiet, word("organs")))) == [0, 2]
    assert found(store, AllOf((AnyOf((quiet, word("way"))), Without(word("envoys"))))) == [0, 1]
    # its stem-mate is no reason to leave a passage out
    assert found(store, AllOf((word("quiet"), Without(word("closing"))))) == [0]


def test_what_only_leaves_out_is_refused(store):
    for wanted in (Without(word("envoy")), AnyOf((word("envoy"), Without(word("quiet"))))):
        with pytest.raises(ValueError, match="only left out"):
            found(store, wanted)


vocabulary = st.sampled_from(
    "strait straits envoy envoys close closed closing organ organs organized relate relation relative "
    "relational happy happily happiness 1941 1940s a the łódź lodz b2b ties tied tie".split()
)
words = st.lists(vocabulary, min_size=1, max_size=12)
phrases = st.builds(
    lambda several, cut, is_prefix: Phrase.read(
        " ".join(several)[: -cut if cut and is_prefix else None] or several[0], is_prefix=is_prefix
    ),
    st.lists(vocabulary, min_size=1, max_size=2),
    st.integers(0, 2),
    st.booleans(),
).filter(bool)
expressions = st.recursive(
    phrases,
    lambda parts: (
        st.builds(Without, parts)
        | st.builds(lambda some: AllOf(tuple(some)), st.lists(parts, min_size=2, max_size=3))
        | st.builds(lambda some: AnyOf(tuple(some)), st.lists(parts, min_size=2, max_size=3))
    ),
    max_leaves=5,
).filter(names_something)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(words.map(" ".join), min_size=1, max_size=5, unique=True),
    st.lists(expressions, min_size=1, max_size=5),
)
def test_it_finds_what_reading_everything_finds(tmp_path_factory, bodies, asked):
    store = Store(tmp_path_factory.mktemp("store") / "index.sqlite")
    write_passages(store, bodies)
    for wanted in asked:
        expected = [number for number, body in enumerate(bodies) if holds(fold(body).text, wanted)]
        assert found(store, wanted) == expected
    store.close()


@pytest.mark.parametrize(
    "hostile",
    ['NEAR("a" "b")', '" OR 1 --', "body : a", "a* b^ {c}", "'; DROP TABLE passages; --", "a\0b", "½ ⅷ"],
)
def test_no_text_reaches_the_syntax_of_the_full_text_index(store, hostile):
    wanted = Phrase.read(hostile)
    assert found(store, wanted) == [n for n, body in enumerate(BODIES) if holds(fold(body).text, wanted)]


def test_better_passages_come_first_and_what_is_hidden_is_not_there(store):
    with store.reading() as connection:
        ranked = exact_search.search(connection, word("the")).scored
        assert ranked[0][0] == 6
        assert [score for _, score in ranked] == sorted((score for _, score in ranked), reverse=True)
        left = exact_search.search(connection, word("the"), left_out={6}).scored
    assert [key for key, _ in left] == [key for key, _ in ranked[1:]]


@pytest.mark.parametrize("listed", [0, 1_000])
def test_filters_hold(store, monkeypatch, listed):
    monkeypatch.setattr(filtering, "_LISTED", listed)
    nothing, everything = Condition("d.key < ?", ("0",)), Condition("d.key > ?", ("0",))
    assert found(store, word("envoy"), condition=nothing) == []
    assert found(store, word("envoy"), condition=everything) == [0, 4]


def test_where_too_much_is_proposed_the_count_is_told_as_a_lower_bound(store):
    with store.reading() as connection:
        few = exact_search.search(connection, word("the"), limits=ExactLimits(proposals=2))
        cut = exact_search.search(connection, word("o*"), limits=ExactLimits(beginnings=1))
        whole = exact_search.search(connection, word("the"))
    assert (len(few.scored), few.is_whole) == (2, False)
    assert not cut.is_whole
    assert whole.is_whole


def test_phrases_that_are_left_out_are_not_looked_for():
    wanted = AllOf((word("a"), AnyOf((word("b"), word("a"))), Without(word("c"))))
    assert [phrase.written for phrase in phrases_of(wanted)] == ["a", "b"]
