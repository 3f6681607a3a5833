import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.encoders.encoder import TextEncoding, Tokens
from embeddings.ranking.late_interaction import best_matches, in_context, known_words, question_tokens

QUESTION = "Who shot Vorovsky?"
OFFSETS = [(0, 3), (4, 8), (9, 12), (12, 17), (17, 18)]


def tokens_of(question, offsets):
    count = len(offsets)
    vectors = np.eye(count, dtype=np.float32)
    tokens = Tokens(np.arange(count, dtype=np.int32), np.array(offsets, dtype=np.int32).reshape(-1, 2))
    return TextEncoding(np.ones(2, dtype=np.float32), tokens.ids, vectors), tokens


def test_the_pieces_of_a_word_share_its_weight_and_other_words_do_not_count():
    encoding, tokens = tokens_of(QUESTION, OFFSETS)
    found = question_tokens(QUESTION, encoding, tokens, {"shot": 1.0, "vorovsky": 3.0})
    assert found.weights.tolist() == pytest.approx([0.25, 0.375, 0.375])
    assert found.vectors.tolist() == encoding.token_vectors[1:4].tolist()


def test_how_a_token_counts_in_the_language_is_the_same_whatever_the_index_holds():
    encoding, tokens = tokens_of(QUESTION, OFFSETS)
    few = question_tokens(QUESTION, encoding, tokens, {"shot": 0.5, "vorovsky": 0.5})
    many = question_tokens(QUESTION, encoding, tokens, {"shot": 2.0, "vorovsky": 9.0})
    expected = np.log([3.0, 4.0, 5.0]) / np.log([3.0, 4.0, 5.0]).sum()
    assert few.language_weights.tolist() == many.language_weights.tolist() == pytest.approx(expected.tolist())
    assert few.weights.tolist() != many.weights.tolist()


def test_a_question_without_content_words_has_no_tokens():
    encoding, tokens = tokens_of(QUESTION, OFFSETS)
    assert question_tokens(QUESTION, encoding, tokens, {}) is None
    encoding, tokens = tokens_of("", [])
    assert question_tokens("", encoding, tokens, {"shot": 1.0}) is None


def test_each_question_token_meets_its_best_token_in_each_passage():
    similarities = np.array([[0.1, 0.9, 0.3], [0.5, 0.2, 0.4]], dtype=np.float32)
    expected = np.array([[0.9, 0.3], [0.5, 0.4]], dtype=np.float32)
    assert best_matches(similarities, [2, 1]).tolist() == expected.tolist()


def test_neighbours_and_the_document_raise_a_passage_in_part():
    matches = np.array([[0.2, 0.7, 0.1, 0.9]], dtype=np.float32)
    raised = in_context(
        matches,
        documents=np.array([5, 5, 5, 8]),
        previous=np.array([-1, 0, 1, -1]),
        following=np.array([1, 2, -1, -1]),
        neighbour_share=0.3,
        document_share=0.1,
    )
    assert raised.tolist()[0] == pytest.approx([0.2 + 0.4 * 0.5, 0.7, 0.1 + 0.4 * 0.6, 0.9])


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12), st.integers(0, 1000))
def test_a_passage_alone_in_its_document_keeps_its_matches_and_none_is_lowered(documents, seed):
    matches = np.random.default_rng(seed).random((3, len(documents)), dtype=np.float32)
    nowhere = np.full(len(documents), -1)
    raised = in_context(
        matches,
        documents=np.array(documents),
        previous=nowhere,
        following=nowhere,
        neighbour_share=0.2,
        document_share=0.2,
    )
    assert (raised >= matches).all()
    alone = [position for position, one in enumerate(documents) if documents.count(one) == 1]
    assert np.array_equal(raised[:, alone], matches[:, alone])


def test_words_that_the_model_knows_are_one_token_or_one_with_an_ending():
    text = "cabled Molotof the news, Montrex"
    spans = [(0, 5), (5, 6), (7, 9), (9, 12), (12, 14), (15, 18), (19, 23), (25, 29), (29, 32)]
    tokens = Tokens(np.arange(len(spans), dtype=np.int32), np.array(spans, dtype=np.int32))
    assert known_words(text, tokens) == {"cabled", "the", "news"}
