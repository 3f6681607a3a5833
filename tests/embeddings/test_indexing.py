"""What adding and deleting sources does to the index, and that the order of it does not matter."""

import dataclasses

import numpy as np
import pytest
from encoders import WordHashEncoder
from hypothesis import given, settings
from hypothesis import strategies as st
from index_support import CHUNKING, changed_by_hand, make_source, now

from chunker.documents import Heading, content_id
from chunker.segmenting.boilerplate import edge_lines, repeated_spans
from embeddings.encoders.encoder import EncoderError
from embeddings.indexing.preparing import IndexingProgress
from embeddings.indexing.rebuilding import rebuild
from embeddings.local_index import LocalIndex

QUERIES = ["the envoy and the Straits", "cotton", "weekly review harbour", "customs of Batum"]
SITE = "The Weekly Review of Harbours and Customs\nHome | Archive | About us | Contact | Subscribe | Search\n"


def page_of_site(words):
    return f"{SITE}\n{words} {' '.join(f'{words} again {n}.' for n in range(8))}\n"


@pytest.fixture
def encoder():
    return WordHashEncoder()


@pytest.fixture
def index(tmp_path, encoder):
    with LocalIndex.open(tmp_path, encoder=encoder, chunking=CHUNKING) as index:
        yield index


def seen(index):
    """Everything a reader can see of an index that must not depend on how it came to be."""
    encoder = WordHashEncoder()
    with index.snapshot() as snapshot:
        sources = snapshot.sources()
        documents, total = snapshot.documents(limit=1000)
        passages = {d.document.id: snapshot.passages_of(d.document.id) for d in documents}
        keys = [key for key, _ in snapshot.dense_search(encoder.encode(["x"])[0], limit=1000)]
        id_of = {key: place.passage.id for key, place in zip(keys, snapshot.places(keys), strict=True)}
        searches = []
        for query in QUERIES:
            dense = snapshot.dense_search(encoder.encode([query])[0], limit=7)
            searches.append([(id_of[key], score) for key, score in dense])
            for field in ("passage", "ngrams"):
                found = snapshot.lexical_search(query, field=field, limit=7)
                searches.append([(id_of[key], score) for key, score in found])
            searches.append([score for _, score in snapshot.lexical_search(query, field="document", limit=7)])
    listed = [dataclasses.replace(source, added_at="") for source in sources]
    assert total == len(documents)
    return listed, documents, passages, searches


def indexed_anew(folder, sources):
    with LocalIndex.open(folder, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        index.add(sources)
        return seen(index)


def test_a_new_source_is_added_and_counted(index):
    change = index.add_source(make_source("a.txt", "The envoy closed the Straits."))
    assert dataclasses.asdict(change) == {
        "status": "added",
        "name": "a.txt",
        "source_id": content_id("The envoy closed the Straits."),
        "documents": 1,
        "passages": 1,
        "tokens": 7,
        "copy_of": None,
        "has_changed": True,
    }
    assert now(index).info().generation == 1


def test_the_same_bytes_under_the_same_name_change_nothing(index):
    index.add_source(make_source("a.txt", "The envoy closed the Straits."))
    before = now(index).info()
    again = index.add_source(make_source("a.txt", "The envoy closed the Straits."))
    assert (again.status, again.documents, again.passages) == ("unchanged", 1, 1)
    assert now(index).info() == before


def test_other_bytes_under_the_same_name_take_its_place_in_one_step(index):
    index.add_source(make_source("a.txt", "The envoy closed the Straits."))
    change = index.add_source(make_source("a.txt", "The envoy asked for cotton."))
    assert change.status == "replaced"
    assert [source.name for source in now(index).sources()] == ["a.txt"]
    assert now(index).lexical_search("Straits", limit=5) == []
    assert len(now(index).lexical_search("cotton", limit=5)) == 1
    assert len(now(index).dense_search(WordHashEncoder().encode(["cotton"])[0], limit=5)) == 1
    assert now(index).info().generation == 2


def test_the_same_bytes_under_another_name_are_a_copy_and_not_stored_again(index):
    index.add_source(make_source("a.txt", "The envoy closed the Straits."))
    change = index.add_source(make_source("b.txt", "The envoy closed the Straits."))
    assert (change.status, change.copy_of, change.passages) == ("copy", "a.txt", 1)
    (source,) = now(index).sources()
    assert (source.name, source.copies, now(index).info().passages) == ("a.txt", ("b.txt",), 1)
    before = now(index).info()
    again = index.add_source(make_source("b.txt", "The envoy closed the Straits."))
    assert (again.status, again.copy_of) == ("copy", "a.txt")
    assert now(index).info() == before
    assert now(index).source("b.txt") == source


def test_a_copy_outlives_the_file_it_was_a_copy_of(index):
    index.add_source(make_source("a.txt", "The envoy closed the Straits."))
    index.add_source(make_source("b.txt", "The envoy closed the Straits."))
    change = index.add_source(make_source("a.txt", "Something else."))
    assert change.status == "replaced"
    assert [(source.name, source.copies) for source in now(index).sources()] == [("a.txt", ()), ("b.txt", ())]
    assert len(now(index).lexical_search("Straits", limit=5)) == 1


def test_a_file_that_becomes_a_copy_leaves_nothing_of_itself(index):
    index.add_source(make_source("a.txt", "The envoy closed the Straits."))
    index.add_source(make_source("b.txt", "Something else."))
    change = index.add_source(make_source("b.txt", "The envoy closed the Straits."))
    assert (change.status, change.copy_of) == ("copy", "a.txt")
    assert [(source.name, source.copies) for source in now(index).sources()] == [("a.txt", ("b.txt",))]
    assert now(index).lexical_search("something", limit=5) == []


def test_another_reading_of_the_same_bytes_replaces_the_old_one(index):
    text = "Chapter one\n\nThe envoy closed the Straits."
    index.add_source(make_source("a.md", text))
    heading = Heading(0, 11, 1, "Chapter one")
    assert index.add_source(make_source("a.md", text, headings=(heading,))).status == "replaced"
    assert index.add_source(make_source("a.md", text, headings=(heading,))).status == "unchanged"


def test_a_deleted_source_is_found_by_neither_search(index, encoder):
    index.add_source(make_source("a.txt", "The envoy closed the Straits."))
    index.add_source(make_source("b.txt", "Cotton prices were rising."))
    assert index.delete(content_id("The envoy closed the Straits."))
    assert now(index).lexical_search("envoy", limit=5) == []
    found = now(index).places(
        [key for key, _ in now(index).dense_search(encoder.encode(["envoy"])[0], limit=5)]
    )
    assert [place.source_name for place in found] == ["b.txt"]
    assert now(index).info().sources == 1
    assert index.problems() == []


def test_deleting_what_is_not_there_changes_nothing(index):
    index.add_source(make_source("a.txt", "The envoy closed the Straits."))
    before = now(index).info()
    assert not index.delete("0" * 16)
    assert now(index).info() == before


def test_no_text_is_encoded_twice(index, encoder):
    shared = "\n\n".join(
        f"Telegram {number} spoke of the envoy, the customs and the Straits." for number in range(6)
    )
    index.add_source(make_source("a.txt", shared, title="Papers"))
    first = list(encoder.encoded_texts)
    assert len(first) == len(set(first))
    index.add_source(
        make_source("a.txt", f"{shared}\n\nOne more telegram came in the evening.", title="Papers")
    )
    assert len(encoder.encoded_texts) == len(set(encoder.encoded_texts))
    assert len(encoder.encoded_texts) < 2 * len(first)


def test_a_reused_vector_is_the_one_that_would_be_made(index, encoder, tmp_path):
    shared = "\n\n".join(
        f"Telegram {number} spoke of the envoy, the customs and the Straits." for number in range(6)
    )
    index.add_source(make_source("a.txt", shared, title="Papers"))
    index.add_source(make_source("a.txt", f"{shared}\n\nOne more telegram.", title="Papers"))
    assert seen(index) == indexed_anew(
        tmp_path / "other", [make_source("a.txt", f"{shared}\n\nOne more telegram.", title="Papers")]
    )


def test_what_a_site_repeats_is_left_out_once_enough_sources_have_it(index):
    pages = [
        make_source(f"{n}.txt", page_of_site(words)) for n, words in enumerate(("Cotton", "Wool", "Silk"))
    ]
    index.add(pages[:2])
    assert len(now(index).lexical_search("subscribe", limit=10)) == 2
    index.add_source(pages[2])
    assert now(index).lexical_search("subscribe", limit=10) == []
    assert index.problems() == []
    index.delete(pages[1].id)
    assert len(now(index).lexical_search("subscribe", limit=10)) == 2
    assert index.problems() == []


def test_only_what_changes_is_encoded_when_a_site_is_found_out(index, encoder):
    pages = [
        make_source(f"{n}.txt", page_of_site(words)) for n, words in enumerate(("Cotton", "Wool", "Silk"))
    ]
    index.add(pages)
    assert len(encoder.encoded_texts) == len(set(encoder.encoded_texts))


words = st.sampled_from(["Cotton", "Wool", "Silk", "The envoy", "Customs of Batum"])
texts = st.one_of(
    words.map(page_of_site),
    words,
    words.map(lambda word: f"{SITE}{word} under another menu line\n{page_of_site(word)}"),
    st.tuples(words, words).map(lambda pair: f"{pair[0]} and the Straits.\n\n{pair[1]} of the harbour."),
)


@settings(max_examples=25, deadline=None)
@given(data=st.data(), contents=st.lists(texts, min_size=1, max_size=7))
def test_the_index_depends_on_the_set_of_sources_not_on_the_order(tmp_path_factory, data, contents):
    sources = [make_source(f"{number}.txt", text) for number, text in enumerate(contents)]
    shuffled = data.draw(st.permutations(sources))
    folder = tmp_path_factory.mktemp("orders")
    assert indexed_anew(folder / "first", sources) == indexed_anew(folder / "second", shuffled)


paths = st.lists(st.sampled_from(["a", "b", "letter.txt"]), min_size=1, max_size=4).map("/".join)
files = st.lists(
    st.tuples(st.sampled_from(["", "/", "/home/"]), paths, st.integers(1, 2), texts),
    min_size=1,
    max_size=7,
    unique_by=lambda file: file[0] + file[1],
)


def found(root, path, parts, text):
    """A file below a root, empty for one that was uploaded, known by some parts of its path."""
    return make_source("/".join(path.split("/")[-parts:]), text, path=root + path)


def ends(path):
    steps = path.split("/")
    return ["/".join(steps[-count:]) for count in range(1, len(steps) + 1)]


@settings(max_examples=50, deadline=None)
@given(data=st.data(), given=files)
def test_names_tell_files_apart_and_depend_on_no_order(tmp_path_factory, data, given):
    sources = [found(*file) for file in given]
    folder = tmp_path_factory.mktemp("named")
    with LocalIndex.open(folder / "first", encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        index.add(sources)
        first = seen(index)
        assert index.problems() == []
        names = {}
        for source in sources:
            others = {end for other in sources if other is not source for end in ends(other.path)}
            known = [end for end in ends(source.path) if end.endswith(source.name)]
            names[source.path] = next((end for end in known if end not in others), source.path)
            assert index.add_source(source).status in {"unchanged", "copy"}
            record = now(index).source_at(source.path)
            assert record.id == source.id
            assert names[source.path] in {record.name, *record.copies}
            assert now(index).source_text(record.id) == source.text
        assert len(set(names.values())) == len(sources)
        assert seen(index) == first
    assert first == indexed_anew(folder / "second", data.draw(st.permutations(sources)))


@settings(max_examples=25, deadline=None)
@given(data=st.data(), given=files)
def test_what_is_put_in_and_taken_out_again_leaves_the_other_names_as_they_were(
    tmp_path_factory, data, given
):
    sources = [found(*file) for file in given]
    gone = {source.id for source in data.draw(st.lists(st.sampled_from(sources), max_size=3))}
    folder = tmp_path_factory.mktemp("named")
    with LocalIndex.open(folder / "first", encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        index.add(sources)
        for source_id in gone:
            index.delete(source_id)
        left = seen(index)
        assert index.problems() == []
    assert left == indexed_anew(folder / "second", [one for one in sources if one.id not in gone])


def test_what_stands_beside_gets_a_number_and_what_takes_a_name_its_place(index):
    index.add_source(make_source("a.txt", "The envoy closed the Straits.", path="/home/a.txt"))
    index.add_source(make_source("a.txt", "Cotton."), placing="beside")
    second = index.add_source(make_source("a.txt", "Wool."), placing="beside")
    assert (second.status, second.name) == ("added", "a (2).txt")
    assert {one.name for one in now(index).sources()} == {"home/a.txt", "a.txt", "a (2).txt"}
    assert index.add_source(make_source("a (2).txt", "Silk."), placing="name").status == "replaced"
    taken = index.add_source(make_source("home/a.txt", "Linen."), placing="name")
    assert (taken.status, taken.name) == ("replaced", "home/a.txt")
    assert {now(index).source_text(one.id) for one in now(index).sources()} == {"Cotton.", "Silk.", "Linen."}


def test_files_of_one_path_replace_each_other_and_of_two_do_not(index):
    index.add_source(make_source("a.txt", "Cotton.", path="/one/a.txt"))
    assert index.add_source(make_source("a.txt", "Wool.", path="/two/a.txt")).status == "added"
    assert index.add_source(make_source("a.txt", "Silk.", path="/one/a.txt")).status == "replaced"
    known = {one.name: now(index).source_text(one.id) for one in now(index).sources()}
    assert known == {"one/a.txt": "Silk.", "two/a.txt": "Wool."}


def test_a_store_made_before_paths_were_kept_knows_its_files_again(tmp_path):
    with LocalIndex.open(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        index.add([make_source("a.txt", "Cotton."), make_source("box/b.txt", "Wool.")])
    with changed_by_hand(tmp_path) as connection:
        for statement in (
            "DROP INDEX source_names_by_origin",
            "DROP INDEX source_origins_by_source",
            "ALTER TABLE source_names DROP COLUMN origin",
            "ALTER TABLE source_names DROP COLUMN parts",
        ):
            connection.execute(statement)
    rebuild(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING)
    with LocalIndex.open(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        again = [
            make_source("a.txt", "Cotton.", path="/home/a.txt"),
            make_source("box/b.txt", "Wool.", path="/home/box/b.txt"),
        ]
        assert [change.status for change in index.add(again)] == ["unchanged", "unchanged"]
        assert index.add_source(make_source("a.txt", "Silk.", path="/home/a.txt")).status == "replaced"
        assert {one.name for one in now(index).sources()} == {"a.txt", "box/b.txt"}
        assert index.problems() == []


@settings(max_examples=25, deadline=None)
@given(data=st.data(), contents=st.lists(texts, min_size=3, max_size=8, unique=True))
def test_deleting_a_source_is_as_if_it_had_never_been_added(tmp_path_factory, data, contents):
    sources = [make_source(f"{number}.txt", text) for number, text in enumerate(contents)]
    gone = data.draw(st.sets(st.sampled_from(sources), max_size=3))
    folder = tmp_path_factory.mktemp("deleted")
    with LocalIndex.open(folder / "first", encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        index.add(sources)
        for source in gone:
            index.delete(source.id)
        left = seen(index)
        assert index.problems() == []
    assert left == indexed_anew(folder / "second", [source for source in sources if source not in gone])


@settings(max_examples=25, deadline=None)
@given(data=st.data(), contents=st.lists(texts, min_size=2, max_size=3, unique=True))
def test_deleting_a_file_from_its_path_is_as_if_it_alone_had_never_been_added(
    tmp_path_factory, data, contents
):
    paths = ["/one/a.txt", "/one/b.txt", "/two/a.txt", "/two/old/b.txt"]
    given_texts = [data.draw(st.sampled_from(contents)) for _ in paths]
    sources = [
        make_source(path.rsplit("/")[-1], text, path=path)
        for path, text in zip(paths, given_texts, strict=True)
    ]
    gone = data.draw(st.sets(st.sampled_from(sources), max_size=4))
    folder = tmp_path_factory.mktemp("deleted")
    with LocalIndex.open(folder / "first", encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        index.add(sources)
        assert now(index).paths_below("/one") == paths[:2]
        for source in gone:
            assert index.delete(source.id, path=source.path)
            assert not index.delete(source.id, path=source.path)
        left = seen(index)
        assert index.problems() == []
    assert left == indexed_anew(folder / "second", [source for source in sources if source not in gone])


@settings(max_examples=25, deadline=None)
@given(contents=st.lists(texts, min_size=1, max_size=9), deleted=st.sets(st.integers(0, 8)))
def test_what_is_left_out_is_what_comparing_all_sources_leaves_out(tmp_path_factory, contents, deleted):
    sources = {text: make_source(f"{number}.txt", text) for number, text in enumerate(contents)}
    with LocalIndex.open(
        tmp_path_factory.mktemp("site"), encoder=WordHashEncoder(), chunking=CHUNKING
    ) as index:
        index.add(sources.values())
        for number, text in enumerate(list(sources)):
            if number in deleted:
                index.delete(sources.pop(text).id)
        edges = [edge_lines(text) for text in sources]
        for text, source in sources.items():
            covered = [
                (passage.start_char, passage.end_char)
                for record in now(index).documents(limit=1000)[0]
                if record.document.source_id == source.id
                for passage in now(index).passages_of(record.document.id)
            ]
            repeated = {
                position
                for span in repeated_spans(text, edges)
                for position in range(span.start_char, span.end_char)
            }
            for position, character in enumerate(text):
                is_covered = any(start <= position < end for start, end in covered)
                assert is_covered == (position not in repeated) or character.isspace()


def test_what_utf8_cannot_hold_is_replaced_character_by_character(index):
    change = index.add_source(
        make_source("caf\udce9.txt", "The envoy\ud800 closed the Straits.", title="A\udfff", id="surrogates")
    )
    (source,) = now(index).sources()
    assert (source.name, source.title) == ("caf\ufffd.txt", "A\ufffd")
    assert now(index).source_text("surrogates") == "The envoy\ufffd closed the Straits."
    assert change.name == "caf\ufffd.txt"


@pytest.mark.parametrize("text", ["", "   \n\n ", "\0", "🙂", "a\0b the envoy\0"])
def test_odd_texts_are_kept_whole(index, text):
    source = make_source("odd.txt", text)
    index.add_source(source)
    assert now(index).source_text(source.id) == text
    assert index.problems() == []
    assert index.add_source(source).status == "unchanged"


class BrokenEncoder(WordHashEncoder):
    """Gives vectors that are none, as a damaged model may."""

    def __init__(self, vectors):
        super().__init__()
        self.vectors = vectors

    def encode(self, texts, *, on_progress=None):  # noqa: ARG002 - the seam's signature
        return self.vectors


@pytest.mark.parametrize(
    "vectors",
    [np.full((1, 32), np.nan, np.float32), np.zeros((1, 8), np.float32), np.zeros((2, 32), np.float32)],
)
def test_an_encoder_that_fails_changes_nothing(tmp_path, vectors):
    with LocalIndex.open(tmp_path, encoder=BrokenEncoder(vectors), chunking=CHUNKING) as index:
        with pytest.raises(EncoderError, match="word-hash gave no valid vectors"):
            index.add_source(make_source("a.txt", "The envoy closed the Straits."))
        assert now(index).sources() == []
        assert now(index).info().generation == 0


def test_sources_before_one_that_fails_stay_added(tmp_path):
    def sources():
        yield make_source("a.txt", "The envoy closed the Straits.")
        raise OSError("the disk was pulled out")

    with LocalIndex.open(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        with pytest.raises(OSError, match="pulled out"):
            index.add(sources())
        assert [source.name for source in now(index).sources()] == ["a.txt"]


def test_progress_counts_the_passages_to_encode(index):
    text = " ".join(f"Telegram {number} spoke of cotton." for number in range(40))
    reports = []
    index.add_source(make_source("a.txt", text), on_progress=reports.append)
    passages = now(index).info().passages
    assert passages > 1
    assert reports == [IndexingProgress("a.txt", passages, passages)]
    index.add_source(make_source("a.txt", text), on_progress=reports.append)
    index.add_source(make_source("b.txt", text), on_progress=reports.append)
    assert len(reports) == 1
