"""What was encoded ahead is not encoded again, and the index is the same with it and without."""

import sqlite3
from contextlib import closing

import pytest
from encoders import TranslatingEncoder, WordHashEncoder, WordHashTokenEncoder, word_hash_codec
from index_support import CHUNKING, make_source

from embeddings.encoders.encoder import EncoderError
from embeddings.indexing.preparing import Recipe, encode
from embeddings.local_index import LocalIndex
from embeddings.store.data_folder import ENCODED_AHEAD_NAME

SITE = "The Weekly Telegram of Harbours\nHome | Archive | About us | Contact | Subscribe | Search\n"
# the third source makes the site's header known, by which the first two are chunked anew
SOURCES = [
    make_source(f"{n}.txt", f"{SITE}\n" + " ".join(f"Telegram {i} of {n} told of cotton." for i in range(20)))
    for n in range(4)
]


def open_index(folder, **options):
    return LocalIndex.open(
        folder, encoder=WordHashTokenEncoder(), chunking=CHUNKING, codec=word_hash_codec(), **options
    )


class Elsewhere:
    """Encodes in bulk, and fails after so many texts."""

    def __init__(self, fails_after=None, **second):
        self.recipe = Recipe(WordHashTokenEncoder(), CHUNKING, word_hash_codec(), **second)
        self.encoded = []
        self._fails_after = fails_after

    def __call__(self, texts):
        for text_hash, text in reversed(texts.items()):
            if len(self.encoded) == self._fails_after:
                raise EncoderError("the cluster is gone")
            self.encoded.append(text)
            yield text_hash, next(encode(self.recipe, [text]))


def content(folder):
    """All that an index holds of passages."""
    with closing(sqlite3.connect(folder / "index.sqlite")) as connection:
        second = "(SELECT vector FROM second_vectors WHERE passage_key = p.key)"
        return connection.execute(
            f"SELECT p.key, p.id, p.text, v.vector, v.token_codes, {second} FROM passages p"  # noqa: S608 - a constant
            " JOIN vectors v ON v.passage_key = p.key ORDER BY p.key"
        ).fetchall()


def add_ahead(index, elsewhere, together=2):
    for start in range(0, len(SOURCES), together):
        some = SOURCES[start : start + together]
        index.encode_ahead(some, elsewhere)
        index.add(some)
    index.encode_ahead([], elsewhere)


@pytest.mark.parametrize("second", [None, TranslatingEncoder()])
def test_the_index_is_the_same_and_what_was_foreseen_is_encoded_once(tmp_path, second):
    with open_index(tmp_path / "usual", second=second) as index:
        index.add(SOURCES)
        texts = sorted(set(index.recipe.encoder.encoded_texts))
    elsewhere = Elsewhere(second=second)
    with open_index(tmp_path / "ahead", second=second) as index:
        add_ahead(index, elsewhere)
        here = index.recipe.encoder.encoded_texts
    assert content(tmp_path / "ahead") == content(tmp_path / "usual")
    assert sorted({*here, *elsewhere.encoded}) == texts
    assert len(here) + len(elsewhere.encoded) == len(texts)
    assert len(elsewhere.encoded) > len(here)
    assert not (tmp_path / "ahead" / ENCODED_AHEAD_NAME).exists()


def test_a_run_that_was_broken_off_goes_on_without_encoding_anything_again(tmp_path):
    with open_index(tmp_path / "usual") as index:
        index.add(SOURCES)
    first = Elsewhere(fails_after=9)
    with open_index(tmp_path) as index, pytest.raises(EncoderError, match="the cluster is gone"):
        add_ahead(index, first, together=4)
    second = Elsewhere()
    with open_index(tmp_path) as index:
        add_ahead(index, second, together=4)
    assert len(first.encoded) == 9
    assert not set(first.encoded) & set(second.encoded)
    assert content(tmp_path) == content(tmp_path / "usual")


def test_sources_that_are_in_the_index_are_not_encoded_again(tmp_path):
    with open_index(tmp_path) as index:
        index.add(SOURCES)
    elsewhere = Elsewhere()
    with open_index(tmp_path) as index:
        index.add(SOURCES)
        known = len(elsewhere.encoded)
        index.encode_ahead(SOURCES[-1:], elsewhere)
    # only the header of the site, which the source alone does not tell
    assert known == 0
    assert all(SITE.splitlines()[0] in text for text in elsewhere.encoded)


def test_what_another_model_encoded_is_dropped(tmp_path):
    with open_index(tmp_path) as index:
        index.encode_ahead(SOURCES, elsewhere := Elsewhere())
    other = WordHashEncoder(name="other")
    with LocalIndex.open(tmp_path / "new", encoder=other, chunking=CHUNKING) as index:
        (tmp_path / ENCODED_AHEAD_NAME).rename(tmp_path / "new" / ENCODED_AHEAD_NAME)
        again = Elsewhere()
        again.recipe = Recipe(other, CHUNKING)
        index.encode_ahead(SOURCES, again)
    assert sorted(again.encoded) == sorted(elsewhere.encoded)
