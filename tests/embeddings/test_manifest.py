"""What an index was made with must not change under it."""

from contextlib import closing
from pathlib import Path

import pytest
from encoders import WordHashEncoder

from chunker.chunking import ChunkingSettings
from embeddings.errors import ManifestMismatchError
from embeddings.store.connections import Store
from embeddings.store.manifest import Manifest, read_manifest, require_same, write_manifest

FOLDER = Path("data")


def test_the_same_model_and_chunking_have_equal_manifests():
    first = Manifest.of(WordHashEncoder(), ChunkingSettings())
    second = Manifest.of(WordHashEncoder(), ChunkingSettings())
    require_same(first, second, folder=FOLDER)
    assert first == second


@pytest.mark.parametrize(
    ("encoder", "chunking", "difference"),
    [
        (WordHashEncoder(name="other"), ChunkingSettings(), "model word-hash, now other"),
        (WordHashEncoder(revision="2"), ChunkingSettings(), "model revision 1, now 2"),
        (WordHashEncoder(dimension=8), ChunkingSettings(), "vector dimension 32, now 8"),
        (WordHashEncoder(max_tokens=9), ChunkingSettings(), "model window in tokens 64, now 9"),
        (WordHashEncoder(), ChunkingSettings(max_tokens=7), "chunking max_tokens 200, now 7"),
    ],
)
def test_whatever_changes_the_index_is_named_with_both_values(encoder, chunking, difference):
    stored = Manifest.of(WordHashEncoder(), ChunkingSettings(max_tokens=200))
    wanted = Manifest.of(encoder, chunking if chunking.max_tokens == 7 else ChunkingSettings(max_tokens=200))
    assert stored.differences(wanted) == [difference]


def test_an_entry_that_only_one_manifest_has_is_a_difference():
    assert Manifest({"model": "a"}).differences(Manifest({"model": "a", "late interaction": "on"})) == [
        "late interaction not set, now on"
    ]
    assert Manifest({"model": "a", "overlap": "3"}).differences(Manifest({"model": "a"})) == [
        "overlap 3, now not set"
    ]


def test_the_message_is_one_line_with_the_folder_the_difference_and_the_remedy():
    stored = Manifest.of(WordHashEncoder(), ChunkingSettings())
    wanted = Manifest.of(WordHashEncoder(name="other"), ChunkingSettings())
    with pytest.raises(ManifestMismatchError) as caught:
        require_same(stored, wanted, folder=FOLDER)
    assert str(caught.value) == (
        "The index in data was made with model word-hash, now other: "
        "set these back, or make it anew with `dossier index --rebuild`."
    )


def test_vectors_outlive_other_chunking_but_no_other_model():
    stored = Manifest.of(WordHashEncoder(), ChunkingSettings(max_tokens=200))
    assert Manifest.of(WordHashEncoder(), ChunkingSettings(max_tokens=50)).has_vectors_of(stored)
    assert not Manifest.of(WordHashEncoder(revision="2"), ChunkingSettings(max_tokens=200)).has_vectors_of(
        stored
    )


def test_an_index_made_before_headers_were_a_choice_has_them(tmp_path):
    manifest = Manifest.of(WordHashEncoder(), ChunkingSettings())
    with closing(Store(tmp_path / "index.sqlite")) as store:
        with store.writing() as connection:
            write_manifest(connection, manifest)
            connection.execute("DELETE FROM manifest WHERE name = 'chunking header'")
        with store.reading() as connection:
            stored = read_manifest(connection)
    assert stored.differences(manifest) == []
    assert stored.differences(Manifest.of(WordHashEncoder(), ChunkingSettings(header=False))) == [
        "chunking header True, now False"
    ]
