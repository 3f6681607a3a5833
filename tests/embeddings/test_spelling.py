"""Words of a question that the index does not hold are searched as the words that were meant."""

import random

import pytest
from encoders import WordHashTokenEncoder, word_hash_codec
from index_support import CHUNKING, make_source, write_passages

from embeddings.local_index import LocalIndex
from embeddings.ranking.retriever import RetrievalSettings, Retriever
from embeddings.ranking.spelling import SpellingSettings, respelt
from embeddings.store.connections import Store
from embeddings.store.snapshot import Snapshot
from eval.studies.typing_errors import ERRORS, mistyped

SETTINGS = SpellingSettings()
TEXTS = [
    "Chicherin wrote to Verkhovsky about the convention of Belgorod.",
    "Müllerson and Jørgensen kept the harbour accounts at Łomża.",
    "Mukhtarov met Gromyko in the consulate of Erzerum on 17 March 1937.",
    "The Shcherbakov commission inspected the lighthouse near Trapezund.",
    "Đorđević delivered the memorandum to Zhdanovich; Kemaloglu answered.",
    "A single lighthouse keeper, Haakonsen, refused the instructions.",
]
NAMES = "Chicherin Verkhovsky Belgorod Mukhtarov Erzerum Shcherbakov Trapezund Zhdanovich Kemaloglu".split()


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("store") / "index.sqlite")
    write_passages(store, TEXTS)
    with store.reading() as connection:
        yield Snapshot(connection, None)
    store.close()


def searched(snapshot, question, **options):
    frequencies = snapshot.document_frequencies(question)
    return respelt(snapshot, question, frequencies, SETTINGS, **options)


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("Tchitcherine", "chicherin"),
        ("Tschitscherin", "chicherin"),
        ("Schtscherbakow", "shcherbakov"),
        ("Chtcherbakov", "shcherbakov"),
        ("Verkovskij", "verkhovsky"),
        ("Gromiko", "gromyko"),
        ("Muchtarow", "mukhtarov"),
        ("Erzurum", "erzerum"),
        ("Trapezunt", "trapezund"),
        ("Kemalogly", "kemaloglu"),
        ("convension", "convention"),
        ("lighthuose", "lighthouse"),
        ("memmorandum", "memorandum"),
        ("comission", "commission"),
        ("consulatt", "consulate"),
        ("instuctions", "instructions"),
        ("Muellerson", "mullerson"),
        ("Joergensen", "jorgensen"),
        ("Djordjevic", "dordevic"),
        ("Håkonsen", "haakonsen"),
        ("harbor", "harbour"),
    ],
)
def test_a_variant_is_searched_as_the_word_that_the_index_holds(snapshot, asked, meant):
    found = searched(snapshot, f"What of {asked}?")
    assert found.also_searched[asked][0] == meant
    assert found.text.lower() == f"what of {meant}?"


@pytest.mark.parametrize("kind", ERRORS)
@pytest.mark.parametrize("name", NAMES)
def test_a_name_with_any_one_error_is_found(snapshot, name, kind):
    for seed in range(12):
        wrong = mistyped(name, kind=kind, chance=random.Random(seed))  # noqa: S311 - no secret
        if wrong != name:
            assert name.lower() in searched(snapshot, wrong).also_searched[wrong]


@pytest.mark.parametrize(
    "question",
    [
        "Chicherin and the convention of Belgorod",  # held as it is written
        "lighthouses, commissioned, accounting",  # other forms of what is held
        "1938 and 17th and 1736",  # another number is never meant
        "Lomza",  # the plain form is what is indexed
        "who was he to them?",
        "zebra quantum xylophone",  # nothing like it
        "met mat met",  # too short to tell
        "",
    ],
)
def test_nothing_else_is_searched(snapshot, question):
    found = searched(snapshot, question)
    assert (found.text, found.also_searched, found.replaced) == (question, {}, {})


def test_a_word_that_the_model_knows_is_no_error(snapshot):
    assert searched(snapshot, "lightmouse").also_searched == {"lightmouse": ("lighthouse",)}
    assert searched(snapshot, "lightmouse", vocabulary={"lightmouse"}).also_searched == {}


def test_the_other_spelling_of_a_known_word_is_searched_but_stands_for_nothing(tmp_path):
    store = Store(tmp_path / "index.sqlite")
    write_passages(store, ["the rumors of the armor"])
    with store.reading() as connection:
        found = searched(Snapshot(connection, None), "rumours of armour", vocabulary={"rumours", "armour"})
    store.close()
    assert found.also_searched == {"rumours": ("rumors",), "armour": ("armor",)}
    assert (found.text, found.replaced) == ("rumours of armour", {})


def test_a_rare_word_is_searched_beside_a_frequent_one_it_may_be(tmp_path):
    store = Store(tmp_path / "index.sqlite")
    write_passages(store, ["Molotof came"] + ["Molotov came"] * 10 + ["Kalinin came"] * 3 + ["Kalanin"] * 3)
    with store.reading() as connection:
        snapshot = Snapshot(connection, None)
        assert searched(snapshot, "Molotof").also_searched == {"Molotof": ("molotov",)}
        assert searched(snapshot, "Molotof").replaced == {}
        assert searched(snapshot, "Molotov Kalinin Kalanin").also_searched == {}
    store.close()


def test_a_retrieval_finds_what_was_meant_and_tells_what_it_searched(tmp_path):
    encoder = WordHashTokenEncoder()
    with LocalIndex.open(tmp_path, encoder=encoder, chunking=CHUNKING, codec=word_hash_codec()) as index:
        index.add([make_source(f"{number}.txt", text) for number, text in enumerate(TEXTS)])
        settings = RetrievalSettings(late_weight=0)
        found = Retriever(index, encoder, settings).retrieve("Djordjevic and Muchtarow", top_k=3)
        assert found.also_searched == {"Djordjevic": ("dordevic",), "Muchtarow": ("mukhtarov",)}
        assert {hit.place.source_name for hit in found.hits[:2]} == {"2.txt", "4.txt"}
        assert set(found.term_weights) == {"dordev", "mukhtarov"}


def test_words_of_what_is_deleted_are_not_meant(tmp_path):
    encoder = WordHashTokenEncoder()
    kept, gone = make_source("kept.txt", TEXTS[0]), make_source("gone.txt", TEXTS[2])
    with LocalIndex.open(tmp_path, encoder=encoder, chunking=CHUNKING, codec=word_hash_codec()) as index:
        index.add([kept, gone])
        index.delete(gone.id)
        with index.snapshot() as snapshot:
            assert snapshot.word_counts(["mukhtarov", "chicherin"]) == {"chicherin": 1}


def test_of_the_words_that_share_an_end_the_most_frequent_are_looked_at(tmp_path):
    store = Store(tmp_path / "index.sqlite")
    write_passages(store, ["harbour harvest", "harbour", "labour", "harrier", "scour"])
    with store.reading() as connection:
        snapshot = Snapshot(connection, None)
        assert snapshot.words_sharing_an_end("harbour", range(7, 8), limit=1) == {"harbour": 2}
        assert snapshot.words_sharing_an_end("habour", range(5, 8), limit=9) == {
            "harbour": 2, "harvest": 1, "harrier": 1, "labour": 1, "scour": 1,
        }  # fmt: skip
    store.close()
