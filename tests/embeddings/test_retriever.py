"""Each part of the ranking can be switched off, and is then not asked at all."""

from dataclasses import replace

import numpy as np
import pytest
from encoders import WordHashEncoder, WordHashTokenEncoder, word_hash_codec
from index_support import CHUNKING, make_source, now

from embeddings.local_index import LocalIndex
from embeddings.ranking.retriever import RetrievalSettings, Retriever

PAPERS = {
    "batum.txt": "The envoy of Batum spoke at length about the fishing rights in the harbour of Batum.",
    "odessa.txt": "He asked that the customs house of Odessa be moved to the northern shore before winter.",
    "trebizond.txt": "Both sides agreed to meet again in Trebizond in March to speak of fish.",
    "kars.txt": "A secretary wrote down every word of it and sent the customs record from Kars to Moscow.",
    "poti.txt": "Nobody mentioned the two steamers that had been taken away from the harbour in the autumn.",
}
QUESTION = "Who spoke about the customs house and the harbour?"
NOTHING = RetrievalSettings(
    passage_weight=0, document_weight=0, ngram_weight=0, dense_weight=1, late_weight=0, candidates=3
)


@pytest.fixture
def index(tmp_path):
    encoder = WordHashTokenEncoder()
    with LocalIndex.open(tmp_path, encoder=encoder, chunking=CHUNKING, codec=word_hash_codec()) as index:
        index.add([make_source(name, text) for name, text in PAPERS.items()])
        yield index


def retrieve(index, settings, question=QUESTION, **options):
    encoder = WordHashTokenEncoder()
    found = Retriever(index, encoder, settings).retrieve(question, top_k=10, **options)
    return found, encoder


def key_of(index, hit):
    with index.snapshot() as snapshot:
        return snapshot.passage_keys(hit.place.document.id)[hit.place.passage.ordinal]


def test_dense_search_alone_is_the_order_of_the_cosines(index):
    found, _ = retrieve(index, NOTHING)
    vector = WordHashEncoder().encode([QUESTION])[0]
    expected = now(index).dense_search(vector, limit=3)
    assert [key_of(index, hit) for hit in found.hits] == [key for key, _ in expected]
    assert [hit.scores.dense for hit in found.hits] == pytest.approx([cosine for _, cosine in expected])
    assert [hit.scores.lexical for hit in found.hits] == [None] * 3
    assert found.hits[0].score == 1.0


@pytest.mark.parametrize(("weight", "field"), [("passage_weight", "passage"), ("ngram_weight", "ngrams")])
def test_one_lexical_method_alone_is_its_order_and_the_question_is_not_encoded(index, weight, field):
    found, encoder = retrieve(index, replace(NOTHING, dense_weight=0, **{weight: 1}))
    expected = now(index).lexical_search(QUESTION, field=field, limit=3)
    assert [key_of(index, hit) for hit in found.hits] == [key for key, _ in expected]
    assert [hit.scores.lexical for hit in found.hits] == pytest.approx([score for _, score in expected])
    assert {(hit.scores.dense, hit.scores.late_interaction) for hit in found.hits} == {(None, None)}
    assert encoder.encoded_texts == []


def test_whole_documents_add_to_the_lexical_score_and_propose_nothing(index):
    passages = replace(NOTHING, dense_weight=0, passage_weight=1)
    alone, _ = retrieve(index, passages)
    both, _ = retrieve(index, replace(passages, document_weight=0.5))
    documents = dict(now(index).lexical_search(QUESTION, field="document", limit=3))
    with index.snapshot() as snapshot:
        document_of = snapshot.documents_of([key_of(index, hit) for hit in alone.hits])
    expected = {
        hit.place.passage.id: hit.scores.lexical + 0.5 * documents[document_of[key_of(index, hit)].key]
        for hit in alone.hits
    }
    assert {hit.place.passage.id: hit.scores.lexical for hit in both.hits} == pytest.approx(expected)


@pytest.mark.parametrize("off", [{"late_weight": 0.0}, {"rescored": 0}])
def test_late_interaction_can_be_switched_off(index, off):
    on, _ = retrieve(index, RetrievalSettings(), matched=2)
    assert all(hit.scores.late_interaction is not None for hit in on.hits)
    assert on.matches.keys() == {hit.place.passage.id for hit in on.hits[:2]}
    without, _ = retrieve(index, RetrievalSettings(**off), matched=2)
    assert [hit.scores.late_interaction for hit in without.hits] == [None] * len(without.hits)
    assert without.matches == {}


def test_only_the_best_are_rescored(index):
    found, _ = retrieve(index, RetrievalSettings(rescored=2))
    assert sum(hit.scores.late_interaction is not None for hit in found.hits) == 2


def test_a_ranking_that_nothing_proposes_passages_for_is_refused():
    with pytest.raises(ValueError, match="nothing proposes passages"):
        RetrievalSettings(passage_weight=0, ngram_weight=0, dense_weight=0)


def test_a_question_without_words_finds_what_cosines_propose(index):
    found, _ = retrieve(index, RetrievalSettings(), question="?")
    assert len(found.hits) == len(PAPERS)
    assert {hit.scores.lexical for hit in found.hits} == {0.0}
    assert np.isfinite([hit.score for hit in found.hits]).all()


def test_an_index_without_headers_does_not_find_a_passage_by_its_title(tmp_path):
    chunking = replace(CHUNKING, header=False)
    source = make_source("letter.txt", "The envoy wrote of the harbour.", title="Letter from Sukhum")
    with LocalIndex.open(tmp_path / "with", encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        index.add([source])
        [hit] = now(index).places([key for key, _ in now(index).lexical_search("Sukhum", limit=5)])
        assert hit.document.title == "Letter from Sukhum"
    encoder = WordHashEncoder()
    with LocalIndex.open(tmp_path / "without", encoder=encoder, chunking=chunking) as index:
        index.add([source])
        assert now(index).lexical_search("Sukhum", limit=5) == []
        assert now(index).lexical_search("Sukhum", field="document", limit=5) == []
    assert encoder.encoded_texts == ["The envoy wrote of the harbour."]


def test_late_interaction_is_what_the_decoded_token_vectors_say(index):
    """Compare with a plain reading of the definition; each paper here is one passage of its own document."""
    encoder, codec = WordHashTokenEncoder(), index.recipe.codec
    found, _ = retrieve(index, RetrievalSettings())
    [asked] = encoder.encode_tokens([QUESTION])
    words = [QUESTION[start:end].lower() for start, end in encoder.tokenize(QUESTION).offsets]
    with index.snapshot() as snapshot:
        frequencies = snapshot.document_frequencies(QUESTION)
        codes = snapshot.token_codes_of([hit.place.passage.id for hit in found.hits])
    count = len(PAPERS)
    weights = np.array(
        [
            np.log(1 + (count - frequencies[word] + 0.5) / (frequencies[word] + 0.5))
            if word in frequencies
            else 0
            for word in words
        ]
    )
    for hit in found.hits:
        of_passage = np.frombuffer(codes[hit.place.passage.id], np.uint8).reshape(-1, codec.bytes_per_token)
        best = (asked.token_vectors @ codec.decode(of_passage).T).max(axis=1)
        expected = float(best @ weights / weights.sum())
        assert hit.scores.late_interaction == pytest.approx(expected, abs=2e-3)


def test_what_is_told_of_a_hit_is_the_same_when_it_is_asked_for_again(index):
    retriever = Retriever(index, WordHashTokenEncoder(), RetrievalSettings())
    first, again = (retriever.retrieve(QUESTION, top_k=3, matched=3) for _ in range(2))
    assert first.hits == again.hits
    for passage_id, matches in first.matches.items():
        text = next(hit.place.passage.text for hit in first.hits if hit.place.passage.id == passage_id)
        assert [text[start:end] for start, end in matches.spans] == text.rstrip(".").replace(".", "").split()
        np.testing.assert_array_equal(matches.similarities, again.matches[passage_id].similarities)


DATED = {
    "first.md": "# Note on the harbour\n\nMay 2, 1939\n\nThe envoy spoke about the harbour and its customs.",
    "second.md": "# Note on the harbour\n\nJune 8, 1940\n\nThe envoy spoke about the customs houses there.",
    "third.md": "# Note on the harbour\n\nJune 9, 1941\n\nThe envoy spoke about 12 ships and 40 guns there.",
}


@pytest.fixture
def dated(tmp_path):
    encoder = WordHashTokenEncoder()
    with LocalIndex.open(tmp_path, encoder=encoder, chunking=CHUNKING, codec=word_hash_codec()) as index:
        index.add([make_source(name, text) for name, text in DATED.items()])
        yield index


def score_of(found, name):
    return next(hit.score for hit in found.hits if hit.place.source_name == name)


def advantage(index, settings, question, name, other):
    found, _ = retrieve(index, settings, question)
    return score_of(found, name) - score_of(found, other)


def test_a_date_in_the_question_raises_the_papers_of_that_date_and_drops_none(dated):
    question = "What did the envoy say about the harbour in spring 1939?"
    without = replace(RetrievalSettings(), date_weight=0)
    assert advantage(dated, RetrievalSettings(), question, "first.md", "second.md") > advantage(
        dated, without, question, "first.md", "second.md"
    )
    found, _ = retrieve(dated, RetrievalSettings(), question)
    assert {hit.place.source_name for hit in found.hits} == set(DATED)


@pytest.mark.parametrize(
    ("words", "raised", "other"),
    [
        ("before 1940", "first.md", "second.md"),
        ("until 1939", "first.md", "second.md"),
        ("in the 1930s", "first.md", "second.md"),
        ("in the thirties", "first.md", "second.md"),
        ("after 1939", "second.md", "first.md"),
        ("since 1940", "second.md", "first.md"),
        ("in the forties", "second.md", "first.md"),
    ],
)
def test_the_asked_side_of_a_date_raises_its_papers_and_drops_none(dated, words, raised, other):
    question = f"What did the envoy say about the harbour {words}?"
    timeless = "What did the envoy say about the harbour?"
    assert advantage(dated, RetrievalSettings(), question, raised, other) > max(
        0.0, advantage(dated, RetrievalSettings(), timeless, raised, other)
    )
    found, _ = retrieve(dated, RetrievalSettings(), question)
    assert {hit.place.source_name for hit in found.hits} == set(DATED)
    assert [one.text for one in found.asked_times] == [words.removeprefix("in ").removeprefix("the ")]


@pytest.mark.parametrize(
    ("words", "searched"),
    [
        (" before 1940", ""),
        (" after June 1940", ""),
        (" before 1914", " before 1914"),
        (" in 1940", " in 1940"),
    ],
)
def test_words_that_name_the_date_of_papers_beside_a_time_are_not_searched_for(dated, words, searched):
    _, encoder = retrieve(dated, RetrievalSettings(), f"What did the envoy say{words}?")
    assert encoder.encoded_texts == [f"What did the envoy say{searched}?"]


def test_a_number_asked_for_raises_the_passages_with_numbers(dated):
    question = "How many customs houses did the envoy count in the harbour?"
    without = replace(RetrievalSettings(), number_weight=0)
    assert advantage(dated, RetrievalSettings(), question, "third.md", "second.md") > advantage(
        dated, without, question, "third.md", "second.md"
    )
    plain = "Which customs houses did the envoy count in the harbour?"
    assert advantage(dated, RetrievalSettings(), plain, "third.md", "second.md") == pytest.approx(
        advantage(dated, without, plain, "third.md", "second.md")
    )
