"""Long lists: the same parts whether they are sorted or walked, and no sorting where they are walked."""

import random
from itertools import product

import pytest
from index_support import prepare_by_hand, write_by_hand

from chunker.documents import DocumentDate, DocumentMetadata
from embeddings.search import Filters
from embeddings.store import listing
from embeddings.store.catalogue import Catalogue
from embeddings.store.connections import Store

CHANCE = random.Random(4)  # noqa: S311 - always the same
SOURCES = ["b/2.txt", "a.txt", "c.txt", "b/10.txt"]


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("store") / "index.sqlite")
    for name in SOURCES:
        papers = []
        for number in range(CHANCE.randint(3, 6)):
            day = f"19{CHANCE.randint(10, 13)}-05-0{CHANCE.randint(1, 3)}"
            date = DocumentDate(day, day, "day") if number % 3 else None
            kind = ("letter", "note")[number % 2]
            papers.append((f"Paper {number} of {name}", DocumentMetadata(date=date, kind=kind), ["text"]))
        write_by_hand(store, prepare_by_hand(name, papers))
    with store.reading() as reading:
        yield reading
    store.close()


@pytest.mark.parametrize("order", ["place", "earliest", "latest"])
@pytest.mark.parametrize("filters", [Filters(), Filters(kinds=("letter",))])
def test_lists_that_are_walked_are_those_that_are_sorted(connection, monkeypatch, order, filters):
    catalogue = Catalogue(connection)
    monkeypatch.setattr(listing, "_SORTED", 100)
    whole, total = catalogue.documents(filters=filters, order=order)
    assert len(whole) == total > 3
    monkeypatch.setattr(listing, "_SORTED", 0)
    for offset, limit in product(range(total + 1), [1, 3]):
        part, _ = catalogue.documents(filters=filters, order=order, offset=offset, limit=limit)
        assert part == whole[offset : offset + limit]


@pytest.mark.parametrize("most_sorted", [0, 100])
def test_a_part_begins_after_the_one_that_is_named(connection, monkeypatch, most_sorted):
    monkeypatch.setattr(listing, "_SORTED", most_sorted)
    catalogue = Catalogue(connection)
    whole, total = catalogue.documents()
    for number, record in enumerate(whole, start=1):
        assert catalogue.documents(after=record, limit=2) == (whole[number : number + 2], total)


@pytest.mark.parametrize("order", ["place", "earliest"])
def test_a_list_that_is_walked_is_not_sorted_whole(connection, monkeypatch, order):
    monkeypatch.setattr(listing, "_SORTED", 0)
    statements = []
    connection.set_trace_callback(statements.append)
    Catalogue(connection).documents(order=order, limit=5)
    connection.set_trace_callback(None)
    (listed,) = (one for one in statements if "ORDER BY n.name" in one or "ORDER BY d.date" in one)
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {listed}")]
    assert not [step for step in plan if step == "USE TEMP B-TREE FOR ORDER BY"]
