"""What is read for a question, a change and a page view does not grow with the index.

Counted are the bytes that the store reads without a cache, not the time: four times as many passages may cost
the deeper search trees, but no more of what is searched.
"""

import random
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from encoders import WordHashEncoder
from index_support import CHUNKING, make_source, prepare_by_hand, write_by_hand

from chunker.documents import DocumentDate, DocumentMetadata
from chunker.metadata.mentions import find_mentions
from embeddings.local_index import LocalIndex
from embeddings.ranking.retriever import RetrievalSettings, Retriever
from embeddings.search import Filters
from embeddings.store import connections, filtering, lexical_index, listing
from embeddings.store.browsing import Browsed

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts what Linux counts")

SMALL, FACTOR = 1_000, 4
"""Passages of the smaller index, and how many times as many the larger one has."""
ALLOWED = 1.5
WORDS = [f"{first}{second}{third}" for first in "bdfgklmnprst" for second in "aeiou" for third in "lmnrst"]
COMMON = " ".join(WORDS[:4])
RARE = "quixor zeppelin"
"""Words of the first source alone."""


def sources(passages):
    """Sources of five papers of four passages; words are as frequent as in a language (Zipf, 1949)."""
    chance = random.Random(1)  # noqa: S311 - always the same
    weights = [1 / rank for rank in range(1, len(WORDS) + 1)]
    dimension = WordHashEncoder().dimension
    for number in range(passages // 20):
        papers = []
        for paper in range(5):
            day = f"19{chance.randint(10, 39)}-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}"
            metadata = DocumentMetadata(
                date=DocumentDate(day, day, "day"), kind=("letter", "note")[paper % 2]
            )
            bodies = [" ".join(chance.choices(WORDS, weights, k=25)) for _ in range(4)]
            if number == 0:
                bodies = [f"{RARE} {body}" for body in bodies]
            papers.append((f"Paper {paper} of {number}", metadata, bodies))
        vectors = np.random.default_rng(number).standard_normal((20, dimension)).astype(np.float32)
        prepared = prepare_by_hand(f"{number}.txt", papers, vectors=vectors)
        names = find_mentions(f"In March Mr Brandt met K. {WORDS[number].title()} in Linz; he stays in Linz.")
        yield replace(prepared, mentions={one.id: names for one in prepared.chunked.documents})


@pytest.fixture(scope="module")
def indexes(tmp_path_factory):
    """An index and one of several times its size; the limits are as much smaller than usual as they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "_CACHE_KIBIBYTES", 0)
        patch.setattr(lexical_index, "_LIMITS", replace(lexical_index.QueryLimits(), postings=400))
        patch.setattr(filtering, "_LISTED", 100)
        patch.setattr(listing, "_SORTED", 50)
        opened = []
        for passages in (SMALL, FACTOR * SMALL):
            folder = tmp_path_factory.mktemp("index")
            index = LocalIndex.open(folder, encoder=WordHashEncoder(), chunking=CHUNKING)
            write_by_hand(index._store, *sources(passages))
            index.close()  # which makes each full text one segment
            opened.append(LocalIndex.open(folder, encoder=WordHashEncoder(), chunking=CHUNKING))
        yield opened
        for index in opened:
            index.close()


def bytes_read():
    return int(Path("/proc/self/io").read_text("ascii").split()[1])


def cost(index, action):
    """How many bytes are read for an action the second time, when all that is made once is made."""
    action(index)
    before = bytes_read()
    action(index)
    return bytes_read() - before


def asked(question, **filters):
    def ask(index):
        settings = RetrievalSettings(candidates=20, late_weight=0)
        retriever = Retriever(index, WordHashEncoder(), settings)
        assert retriever.retrieve(question, top_k=5, filters=Filters(**filters)).hits

    return ask


def read(name, **options):
    def look(index):
        with index.snapshot() as snapshot:
            assert getattr(snapshot, name)(**options)

    return look


def leafed(**browsed):
    return read("browsed", browsed=Browsed(**browsed), limit=10)


def last_documents(index):
    with index.snapshot() as snapshot:
        record = snapshot.documents(filters=Filters(sources=("9.txt",)), limit=1)[0][0]
        assert len(snapshot.documents(after=record, limit=3)[0]) == 3


def change(index):
    source = make_source("new.txt", f"A paper of {RARE}. " * 30)
    index.add([source])
    index.delete(source.id)


@pytest.mark.parametrize(
    "action",
    [
        pytest.param(asked(COMMON), id="a question of common words"),
        pytest.param(asked(RARE), id="a question of rare words"),
        pytest.param(asked("balm nomle"), id="a question with words that are not there"),
        pytest.param(asked(COMMON, kinds=("letter",)), id="a filter that lets half through"),
        pytest.param(asked(RARE, sources=("0.txt",)), id="a filter that lets one source through"),
        pytest.param(read("facets"), id="facets"),
        pytest.param(read("sources", limit=10), id="the first sources"),
        pytest.param(read("documents", order="earliest", limit=10), id="the earliest documents"),
        pytest.param(last_documents, id="the last documents"),
        pytest.param(leafed(period="1920"), id="the papers of a year"),
        pytest.param(leafed(kind="letter", are_many=True), id="the papers of a kind"),
        pytest.param(leafed(forms=("Brandt",), are_many=True), id="the papers that name somebody"),
        pytest.param(read("mentioned", kind="person", limit=10), id="the first names in the texts"),
        pytest.param(read("most_mentioned", kind="place", limit=10), id="the most frequent names"),
        pytest.param(change, id="a source that comes and goes"),
    ],
)
def test_what_is_read_does_not_grow_with_the_index(indexes, action):
    small, large = (cost(index, action) for index in indexes)
    assert large <= ALLOWED * small


def test_the_count_tells_what_grows(indexes):
    small, large = (cost(index, read("sources")) for index in indexes)
    assert large > ALLOWED * small
