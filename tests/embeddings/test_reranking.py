"""A cross-encoder re-ranks the best passages, and what is none is refused with the remedy."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from encoders import WordHashEncoder
from index_support import CHUNKING, make_source

from chunker.chunking import indexed_text
from embeddings.encoders.encoder import EncoderError
from embeddings.encoders.model_files import PACKAGED_MODEL
from embeddings.local_index import LocalIndex
from embeddings.ranking.reranking import CrossEncoderReranker
from embeddings.ranking.retriever import RetrievalSettings, Retriever
from embeddings.search import Filters, HiddenSpan
from service.api.presenting import search_response
from service.dossier import Dossier
from service.settings import Settings

WORDS = "the envoy spoke of fish in harbour who asked for customs house winter record moscow autumn".split()
TEXTS = {
    "one.txt": "The envoy spoke of the harbour.",
    "two.txt": "The envoy asked for the customs house.",
    "three.txt": "The record of the envoy of winter.",
    "four.txt": "Fish in the harbour, the envoy in Moscow in autumn.",
    "five.txt": "Who asked the envoy?",
}
QUESTION = "Who spoke of the envoy?"
WINDOW = 24


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory):
    """Make a real cross-encoder, so small that nothing has to be fetched; its weights are random."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder = tmp_path_factory.mktemp("cross-encoder")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", ",", "?", *WORDS]
    (folder / "vocab.txt").write_text("\n".join(vocabulary))
    BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(5)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    config = BertConfig(vocab_size=len(vocabulary), max_position_embeddings=WINDOW, num_labels=1, **sizes)
    config.initializer_range = 0.5  # so that texts differ
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def reranker(model_folder):
    return CrossEncoderReranker(str(model_folder), device="cpu", threads=1)


@pytest.fixture
def index(tmp_path):
    with LocalIndex.open(tmp_path / "data", encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        index.add([make_source(name, text) for name, text in TEXTS.items()])
        yield index


def logits_of(model_folder, question, text):
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model_folder)
    model = AutoModelForSequenceClassification.from_pretrained(model_folder).eval()
    read = tokenizer(question, text, truncation="longest_first", max_length=WINDOW, return_tensors="pt")
    with torch.inference_mode():
        return float(model(**read).logits[0, 0])


def retrieve(index, reranker, settings, **options):
    return Retriever(index, WordHashEncoder(), settings, reranker).retrieve(QUESTION, top_k=5, **options)


def ids_of(retrieval):
    return [hit.place.passage.id for hit in retrieval.hits]


def test_the_scores_are_the_model_s_own_before_any_sigmoid(reranker, model_folder):
    texts = list(TEXTS.values())
    expected = [logits_of(model_folder, QUESTION, text) for text in texts]
    assert max(expected) - min(expected) > 0.1
    np.testing.assert_allclose(reranker.scores(QUESTION, texts), expected, atol=1e-5)
    assert reranker.scores(QUESTION, []).shape == (0,)


def test_a_question_longer_than_the_window_is_cut(reranker, model_folder):
    question = "who spoke of the envoy in the harbour " * 20
    expected = logits_of(model_folder, question, TEXTS["one.txt"])
    assert reranker.scores(question, [TEXTS["one.txt"]])[0] == pytest.approx(expected, abs=1e-5)


def test_a_heavy_reranker_alone_decides_the_order_of_the_head(index, reranker):
    found = retrieve(index, reranker, RetrievalSettings(rerank_weight=1e6))
    scores = [hit.scores.rerank for hit in found.hits]
    texts = [indexed_text(index.recipe.header(hit.place.document), hit.place.passage) for hit in found.hits]
    assert scores == pytest.approx(reranker.scores(QUESTION, texts).tolist(), abs=1e-5)
    assert scores == sorted(scores, reverse=True)
    assert ids_of(found) != ids_of(retrieve(index, None, RetrievalSettings()))
    assert found.timings_ms.keys() == {"encode", "search", "rank", "rerank"}


def test_the_sum_is_that_of_the_ranking_and_the_min_max_of_the_reranker(index, reranker):
    settings = RetrievalSettings(rerank_weight=2.0)
    before = {hit.place.passage.id: hit.score for hit in retrieve(index, None, settings).hits}
    found = retrieve(index, reranker, settings).hits
    scores = np.array([hit.scores.rerank for hit in found])
    stretched = (scores - scores.min()) / (scores.max() - scores.min())
    best = 1 + settings.dense_weight
    expected = [
        (before[hit.place.passage.id] * best + 2.0 * gain) / (best + 2.0)
        for hit, gain in zip(found, stretched, strict=True)
    ]
    assert [hit.score for hit in found] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("off", [{"reranked": 0}, {"rerank_weight": 0.0}])
def test_without_weight_or_passages_it_is_not_asked(index, reranker, off):
    plain = retrieve(index, None, RetrievalSettings())
    found = retrieve(index, reranker, replace(RetrievalSettings(), **off))
    assert found.hits == plain.hits
    assert found.timings_ms.keys() == {"encode", "search", "rank"}


def test_only_the_head_is_read(index, reranker):
    plain = ids_of(retrieve(index, None, RetrievalSettings()))
    found = retrieve(index, reranker, RetrievalSettings(reranked=2, rerank_weight=1e6))
    assert {hit.place.passage.id for hit in found.hits if hit.scores.rerank is not None} == set(plain[:2])


def test_what_filters_leave_out_or_is_hidden_stays_out(index, reranker):
    found = retrieve(index, reranker, RetrievalSettings(), filters=Filters(sources=("one.txt", "two.txt")))
    assert {hit.place.source_name for hit in found.hits} == {"one.txt", "two.txt"}
    hidden = [HiddenSpan("five.txt", 0, 5)]
    found = retrieve(index, reranker, RetrievalSettings(), hidden=hidden)
    assert {hit.place.source_name for hit in found.hits} == TEXTS.keys() - {"five.txt"}
    nothing = retrieve(index, reranker, RetrievalSettings(), filters=Filters(sources=("none.txt",)))
    assert nothing.hits == ()


def test_a_configured_cross_encoder_is_in_the_answer_s_scores(index, model_folder, tmp_path):
    index.close()
    settings = Settings(
        data=tmp_path / "data",
        passage_tokens=CHUNKING.max_tokens,
        reranker=str(model_folder),
        reranked=3,
        encoder_threads=1,
    )
    dossier = Dossier.open(settings=settings, encoder=WordHashEncoder())
    try:
        response = search_response(dossier.search(QUESTION, top_k=5))
    finally:
        dossier.close()
    assert sum(passage.scores.rerank is not None for passage in response.passages) == 3
    assert "rerank" in response.timings_ms


@pytest.mark.parametrize("model", [PACKAGED_MODEL, "/no/such/folder"])
def test_what_is_no_cross_encoder_is_refused_with_the_setting_to_change(model):
    with pytest.raises(EncoderError, match="set DOSSIER_RERANKER") as raised:
        CrossEncoderReranker(model)
    assert "\n" not in str(raised.value)


def test_a_model_of_several_labels_or_without_weights_is_refused(model_folder, tmp_path):
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    model = AutoModelForSequenceClassification.from_pretrained(
        model_folder, num_labels=3, ignore_mismatched_sizes=True
    )
    model.save_pretrained(tmp_path / "three")
    AutoTokenizer.from_pretrained(model_folder).save_pretrained(tmp_path / "three")
    with pytest.raises(EncoderError, match=r"no single score .* set DOSSIER_RERANKER"):
        CrossEncoderReranker(str(tmp_path / "three"), device="cpu")
    (tmp_path / "empty").mkdir()
    with pytest.raises(EncoderError, match=r"holds no weights .* set DOSSIER_RERANKER"):
        CrossEncoderReranker(str(tmp_path / "empty"))
    (tmp_path / "empty" / "model.safetensors").write_bytes(b"not weights")
    (tmp_path / "empty" / "config.json").write_text(
        '{"model_type": "bert", "architectures": ["BertForSequenceClassification"]}'
    )
    with pytest.raises(EncoderError, match="cannot be loaded as a cross-encoder"):
        CrossEncoderReranker(str(tmp_path / "empty"))


def test_a_hub_id_that_is_not_cached_is_refused_when_offline_and_nothing_heavy_is_imported_without_one():
    script = (
        "import sys\n"
        "from embeddings.encoders.encoder import EncoderError\n"
        "from embeddings.ranking.reranking import CrossEncoderReranker\n"
        "import service.assembly\n"
        "print(sorted({'torch', 'sentence_transformers'} & set(sys.modules)))\n"
        "try:\n    CrossEncoderReranker('nobody/nothing')\n"
        "except EncoderError as error:\n    print(error)\n"
    )
    output = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        cwd=Path(__file__).parents[2],
    ).stdout.splitlines()
    assert output[0] == "[]"
    assert output[1].startswith("The model nobody/nothing is neither a folder nor to be had from the hub")
    assert output[1].endswith(
        "set DOSSIER_RERANKER to a model's folder, or fetch it once with network access."
    )
