"""Lexical search: BM25 as it is defined, and any question is a safe query."""

import math
import re
import sqlite3
from contextlib import closing, nullcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from index_support import prepare_by_hand, write_by_hand, write_passages

from chunker.documents import DocumentMetadata
from embeddings.indexing.writing import delete_source
from embeddings.store import filtering, lexical_index
from embeddings.store.connections import Store, make_derived_tables, make_source_tables
from embeddings.store.filtering import Condition, Selection

FIELDS = ["passage", "document", "ngrams"]


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "index.sqlite")
    yield store
    store.close()


@pytest.fixture(scope="module")
def telegrams(tmp_path_factory):
    """Two documents of two passages each, keys 1 to 4."""
    store = Store(tmp_path_factory.mktemp("store") / "index.sqlite")
    none = DocumentMetadata()
    write_by_hand(
        store,
        prepare_by_hand(
            "a.txt",
            [
                (
                    "Telegram from Terentyev",
                    none,
                    ["The envoy closed the Straits.", "He asked about cotton."],
                ),
                ("Letter from Angora", none, ["Cotton prices were rising.", "Café Pera, the envoy’s home."]),
            ],
        ),
    )
    yield store
    store.close()


def search(store, query, *, field="passage", limit=10, condition=None):
    with store.reading() as connection:
        selection = Selection(connection, condition) if condition else None
        return lexical_index.search(connection, query, field=field, limit=limit, selection=selection)


def keys(store, query, **options):
    return [key for key, _ in search(store, query, **options)]


def bm25(texts, terms):
    """Robertson's BM25 as FTS5 defines it, of texts given as lists of terms."""
    mean_length = sum(map(len, texts)) / len(texts)
    scores = []
    for text in texts:
        score = 0.0
        for term in terms:
            with_term = sum(term in other for other in texts)
            weight = max(1e-6, math.log((len(texts) - with_term + 0.5) / (with_term + 0.5)))
            count = text.count(term)
            score += weight * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * len(text) / mean_length))
        scores.append(score)
    return scores


@settings(max_examples=25, deadline=None)
@given(
    texts=st.lists(
        st.lists(st.sampled_from("harbour cotton envoy straits customs".split()), min_size=1, max_size=12),
        min_size=1,
        max_size=8,
    ),
    query=st.lists(
        st.sampled_from("harbour cotton envoy treaty".split()), min_size=1, max_size=3, unique=True
    ),
)
def test_scores_are_those_of_the_formula(tmp_path_factory, texts, query):
    store = Store(tmp_path_factory.mktemp("store") / "index.sqlite")
    write_passages(store, [" ".join(text) for text in texts])
    found = dict(search(store, " ".join(query), limit=100))
    stems = {"straits": "strait", "customs": "custom"}
    stemmed = [[stems.get(word, word) for word in text] for text in texts]
    for key, expected in enumerate(bm25(stemmed, query), start=1):
        assert found.get(key, 0.0) == pytest.approx(expected, abs=1e-9)
    assert set(found) == {key for key, text in enumerate(texts, start=1) if set(query) & set(text)}
    store.close()


def test_words_match_whatever_their_ending_case_or_accents(telegrams):
    assert keys(telegrams, "CLOSING a strait") == [1]
    assert keys(telegrams, "cafe") == [4]
    assert keys(telegrams, "CAFÉ") == [4]
    assert keys(telegrams, "cafe\u0301") == [4]


def test_a_header_counts_for_each_of_its_passages(telegrams):
    assert sorted(keys(telegrams, "Angora")) == [3, 4]
    only_body, header_too = dict(search(telegrams, "cotton")), dict(search(telegrams, "cotton letter"))
    assert header_too[3] > only_body[3]
    assert header_too[2] == only_body[2]


def test_a_document_is_found_by_words_of_different_passages(telegrams):
    assert keys(telegrams, "straits cotton", field="document")[0] == 1
    assert keys(telegrams, "Pera prices", field="document") == [2]


def test_ngrams_find_a_name_in_another_spelling(telegrams):
    assert keys(telegrams, "Tereityeva") == []
    assert sorted(keys(telegrams, "Tereityeva", field="ngrams")) == [1, 2]


def test_ngrams_are_the_fours_of_each_word_with_its_ends():
    assert lexical_index.ngrams("eden at x café") == "_ede eden den_ _at_ _x_ _caf cafe afe_"
    assert lexical_index.ngrams("... \n -") == ""


def test_function_words_are_left_out_unless_there_is_nothing_else(telegrams):
    assert lexical_index.query_terms("What did the envoy do about the Straits?") == ["envoy", "straits"]
    assert lexical_index.query_terms("Who was he?") == ["who", "was", "he"]
    assert keys(telegrams, "he") == [2]


def test_each_word_counts_once():
    assert lexical_index.query_terms("envoy Envoy ENVOY’s") == ["envoy"]


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(
    "query", ["", "   ", "?!", "🙂", "\0", "'\"", "(", "*", "--", "\ud800", "NEAR", "OR"]
)
def test_a_query_without_words_of_the_texts_finds_nothing(telegrams, query, field):
    assert search(telegrams, query, field=field) == []


@pytest.mark.parametrize(
    "query",
    [
        'envoy" OR body:*',
        "envoy AND NOT straits",
        "NEAR(envoy straits)",
        "header : envoy",
        "{header body} : envoy ^envoy envoy*",
        "envoy\0 straits",
        "envoy 🙂 'envoy' \"envoy\"",
        "envoy); DROP TABLE passages; --",
        "-envoy +envoy",
    ],
)
def test_the_syntax_of_the_engine_means_nothing_in_a_question(telegrams, query):
    assert {1, 4} <= set(keys(telegrams, query))


@given(query=st.text(max_size=200), field=st.sampled_from(FIELDS))
def test_any_text_is_a_safe_query(telegrams, query, field):
    scores = [score for _, score in search(telegrams, query, field=field)]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("field", FIELDS)
def test_of_a_very_long_question_the_beginning_counts(telegrams, field):
    words = " ".join(f"word{number}" for number in range(100_000))
    assert len(words) > 1_000_000 - 100_000
    assert keys(telegrams, f"envoy {words}", field=field) == keys(telegrams, "envoy", field=field)
    assert keys(telegrams, f"{words} envoy") == []


def test_the_best_come_first_and_no_more_than_asked_for(store):
    write_passages(store, ["cotton", "cotton cotton cotton", "wool wool", "cotton wool wool wool"])
    found = search(store, "cotton", limit=2)
    assert [key for key, _ in found] == [2, 1]
    assert found == search(store, "cotton", limit=3)[:2]


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 10])
def test_equal_scores_stand_in_the_order_of_the_public_ids(store, limit, field):
    none = DocumentMetadata()
    parts = [prepare_by_hand(f"{n}.txt", [(f"{n}", none, ["the same words"])]) for n in range(6)]
    write_by_hand(store, *parts)
    ids = [
        part.chunked.documents[0].id if field == "document" else part.chunked.passages[0].id for part in parts
    ]
    expected = [key for _, key in sorted(zip(ids, range(1, 7), strict=True))]
    assert keys(store, "same", field=field, limit=limit) == expected[:limit]


@pytest.mark.parametrize("listed", [0, 2, 3])
@pytest.mark.parametrize(("field", "expected"), [("passage", [3]), ("document", [2]), ("ngrams", [3])])
def test_a_condition_restricts_what_is_found(telegrams, monkeypatch, field, expected, listed):
    monkeypatch.setattr(filtering, "_LISTED", listed)
    condition = Condition("d.title = ?", ("Letter from Angora",))
    assert keys(telegrams, "cotton prices", field=field, condition=condition) == expected


def test_a_condition_does_not_change_the_scores(telegrams):
    condition = Condition("d.title = ?", ("Letter from Angora",))
    unrestricted = dict(search(telegrams, "cotton envoy"))
    restricted = search(telegrams, "cotton envoy", condition=condition)
    assert sorted(restricted) == [(3, unrestricted[3]), (4, unrestricted[4])]


def test_what_is_deleted_is_found_nowhere_and_counts_for_nothing(store, tmp_path):
    none = DocumentMetadata()
    kept = prepare_by_hand("a.txt", [("Telegram", none, ["cotton and wool", "the envoy"])])
    gone = prepare_by_hand(
        "b.txt", [("Letter", none, ["cotton and silk, naïvely", "café"]), ("Note", none, [])]
    )
    keys_of_sources = write_by_hand(store, kept, gone)
    with store.writing() as connection:
        delete_source(connection, keys_of_sources[1])
    other = Store(tmp_path / "other.sqlite")
    write_by_hand(other, kept)
    for field in FIELDS:
        for query in ("cotton", "silk", "café naïvely", "envoy"):
            assert search(store, query, field=field) == search(other, query, field=field)
    with store.trying() as connection, other.reading() as untouched:
        for kind in ("stem", "ngram"):
            counts = f"SELECT {kind}, passages FROM {kind}_counts ORDER BY 1"  # noqa: S608 - constants
            assert connection.execute(counts).fetchall() == untouched.execute(counts).fetchall()
        for table in ("passage_text", "document_text", "passage_ngrams"):
            connection.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")  # noqa: S608 - constants
    other.close()


def test_the_rarest_ngrams_are_those_that_are_looked_for(store):
    write_passages(store, ["common", "common", "common rare"])
    with store.reading() as connection:
        rows = connection.execute("SELECT ngram, passages FROM ngram_counts").fetchall()
    expected = {"_com": 3, "comm": 3, "ommo": 3, "mmon": 3, "mon_": 3, "_rar": 1, "rare": 1, "are_": 1}
    assert dict(rows) == expected
    words = " ".join(re.findall("....", "abcdefghijklmnopqrstuvwxyz" * 4))
    assert keys(store, f"rare common {words}", field="ngrams")[0] == 3


WORDS = (
    "possibly analogies as is us s naïve café Ærø Straße 1920s 14/11 ШКОЛЫ 協定 β-Strahlen O'Neill".split()
)


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join), min_size=1, max_size=5))
def test_words_are_counted_as_the_engine_has_them(tmp_path_factory, texts):
    store = Store(tmp_path_factory.mktemp("store") / "index.sqlite")
    write_passages(store, texts)
    with store.reading() as connection:
        for word in {word for text in texts for word in lexical_index.query_terms(text)}:
            (count,) = connection.execute(
                "SELECT count(*) FROM passage_text WHERE passage_text MATCH ?", (f'"{word}"',)
            ).fetchone()
            assert lexical_index.document_frequencies(connection, [word]) == {word: count}
    store.close()


@pytest.fixture
def few_postings(monkeypatch):
    """What would be a large index: no more than three passages may be looked at."""
    monkeypatch.setattr(lexical_index, "_LIMITS", lexical_index.QueryLimits(postings=3))


def test_of_many_words_the_rarest_are_looked_for_as_far_as_their_passages_go(store, few_postings):
    write_passages(store, ["cotton", "cotton", "cotton wool", "cotton wool envoy", "cotton"])
    assert keys(store, "envoy and wool and cotton") == [4, 3]


def test_in_a_small_part_of_the_index_common_words_are_looked_for_too(store, few_postings):
    none = DocumentMetadata()
    parts = [prepare_by_hand(f"{n}.txt", [(f"Letter {n}", none, ["cotton and wool"])]) for n in range(8)]
    write_by_hand(store, *parts, prepare_by_hand("last.txt", [("Last", none, ["cotton", "wool", "silk"])]))
    assert keys(store, "cotton") == keys(store, "cotton wool") == []
    last = Condition("d.title = ?", ("Last",))
    assert (keys(store, "cotton", condition=last), keys(store, "wool", condition=last)) == ([9], [10])


def test_where_all_words_are_common_the_passages_that_have_them_all_are_found(store, few_postings):
    write_passages(
        store, ["cotton", "wool", "wool", "cotton wool", "cotton", "cotton wool", "wool", "cotton"]
    )
    assert sorted(keys(store, "wool and cotton")) == [4, 6]
    assert sorted(keys(store, "wool and cotton and unknown")) == [4, 6]
    assert keys(store, "wool and cotton", field="ngrams") == []


def test_after_a_merging_for_each_of_very_many_changes_few_segments_find_the_same():
    count = 1_500  # merged into one each time, they were taken for damaged after 1,085
    texts = [lexical_index.lexical_text("Letter", f"Envoy {number}.") for number in range(count)]
    rows = [(key, [(key, text)]) for key, text in enumerate(texts, start=1)]
    with closing(in_memory()) as merged, closing(in_memory()) as at_once:
        for row in rows:
            lexical_index.add_documents(merged, [row])
            lexical_index.merge_by_steps(lambda: nullcontext(merged))
        lexical_index.add_documents(at_once, rows)
        for field in FIELDS:
            found = [
                lexical_index.search(one, "envoy 7", field=field, limit=count) for one in (merged, at_once)
            ]
            assert found[0] == found[1]
            assert 7 + 1 in [key for key, _ in found[0]]
        for table in ("passage_text", "document_text", "passage_ngrams"):
            (segments,) = merged.execute(f"SELECT count(DISTINCT segid) FROM {table}_idx").fetchone()  # noqa: S608 - a constant
            assert segments <= math.log2(count)


def in_memory():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    make_source_tables(connection)
    make_derived_tables(connection)
    return connection
