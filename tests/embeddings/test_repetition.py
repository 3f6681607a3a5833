"""The counts kept of what sources begin and end with are those that counting all sources gives."""

import sqlite3

from hypothesis import given, settings
from hypothesis import strategies as st
from index_support import make_source

from chunker.segmenting.boilerplate import count_edges, edge_lines, prefixes, repeated_spans
from embeddings.indexing import repetition
from embeddings.indexing import writing as store_writing
from embeddings.store.connections import Store

LINES = [
    "The Weekly Review of Harbours and Customs, founded in 1901",
    "Home | Archive | Search",
    "Molotov",
    "p. 4",
]
heads = st.lists(st.sampled_from(LINES), max_size=4)
# what stands between head and foot is too long for either, so that other sources may have equal edges
texts = st.tuples(heads, st.integers(0, 9), heads).map(
    lambda parts: "\n".join([*parts[0], f"Paragraph {parts[1]}. " * 60, *parts[2]])
)
changes = st.lists(st.tuples(st.booleans(), texts), max_size=14)


def stored_counts(connection: sqlite3.Connection) -> int:
    return connection.execute("SELECT count(*), coalesce(sum(sources), 0) FROM edge_prefixes").fetchone()


@settings(max_examples=60, deadline=None)
@given(changes=changes)
def test_counting_as_sources_come_and_go_is_counting_those_that_are_there(tmp_path_factory, changes):
    store = Store(tmp_path_factory.mktemp("store") / "index.sqlite")
    present = {}
    with store.trying() as connection:
        for number, (is_addition, text) in enumerate(changes):
            if is_addition or not present:
                key = store_writing.insert_source(connection, make_source(str(number), text, id=str(number)))
                repetition.write_edges(connection, key, edge_lines(text))
                present[key] = text
            else:
                key = sorted(present)[number % len(present)]
                repetition.delete_edges(connection, key)
                del present[key]
        edges = [edge_lines(text) for text in present.values()]
        counts = count_edges(edges)
        assert stored_counts(connection) == (
            len(counts.heads) + len(counts.tails),
            sum(counts.heads.values()) + sum(counts.tails.values()),
        )
        for text in present.values():
            assert repetition.repeated_in(connection, text) == repeated_spans(text, edges)
    store.close()


@settings(max_examples=60, deadline=None)
@given(contents=st.lists(texts, min_size=3, max_size=12), new=texts)
def test_where_no_site_has_changed_nothing_else_is_repeated(tmp_path_factory, contents, new):
    store = Store(tmp_path_factory.mktemp("store") / "index.sqlite")
    with store.trying() as connection:
        keys = {}
        for number, text in enumerate(contents):
            key = store_writing.insert_source(connection, make_source(str(number), text, id=str(number)))
            repetition.write_edges(connection, key, edge_lines(text))
            keys[key] = text
        before = {key: repetition.repeated_in(connection, text) for key, text in keys.items()}
        sites = {prefix for key in keys for prefix in repetition.sites_of(connection, [key], [])}
        sites |= repetition.sites_of(connection, [], [edge_lines(new)])
        blocks = {site: repetition.site_block(connection, site) for site in sites}
        repetition.write_edges(connection, 0, edge_lines(new))
        changed = {site for site in sites if repetition.site_block(connection, site) != blocks[site]}
        concerned = {key for site in changed for key in repetition.sources_of_site(connection, site)}
        assert changed <= repetition.sites_of(connection, [], [edge_lines(new)])
        for key, text in keys.items():
            if key not in concerned:
                assert repetition.repeated_in(connection, text) == before[key]
    store.close()


def test_the_block_of_a_site_is_what_nearly_all_of_its_sources_begin_with(tmp_path):
    store = Store(tmp_path / "index.sqlite")
    with store.trying() as connection:
        for number, last in enumerate(["one", "two", "three"]):
            key = store_writing.insert_source(connection, make_source(str(number), last, id=str(number)))
            repetition.write_edges(connection, key, edge_lines("\n".join([*LINES[:2], last])))
        edges = edge_lines("\n".join([*LINES[:2], "four"]))
        head, foot = sorted(
            repetition.sites_of(connection, [], [edges]),
            key=lambda site: repetition.site_block(connection, site) is None,
        )
        assert repetition.site_block(connection, foot) is None
        counts = connection.execute("SELECT prefix, sources FROM edge_prefixes WHERE sources = 3").fetchall()
        assert len(counts) == len(list(prefixes(tuple(LINES[:2]))))
        assert repetition.site_block(connection, head) in {prefix for prefix, _ in counts}
    store.close()
