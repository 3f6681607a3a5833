import math

import pytest
from encoders import WordHashEncoder, WordHashTokenEncoder, word_hash_codec
from index_support import CHUNKING, make_source

from embeddings.local_index import LocalIndex
from embeddings.ranking.retriever import RetrievalSettings, Retriever
from service.answering.extracting import ExtractionSettings, read_sentences
from service.answering.judging import VOTES, Calibration, confidence, packaged_calibrations, signals_of
from service.answering.settings import AnswerSettings

NOTES = {
    "straits.md": "# Note on the Straits\n\nMarch 3, 1937\n\nTurkey fortified the Straits with 40 guns.",
    "prisoners.md": "# Note on prisoners\n\nMay 9, 1921\n\nThe camps near the city were closed by the envoy.",
}


@pytest.fixture
def signals(tmp_path):
    encoder = WordHashEncoder()
    with LocalIndex.open(tmp_path, encoder=encoder, chunking=CHUNKING) as index:

        def of(question, *, sources=NOTES):
            index.add([make_source(name, text) for name, text in sources.items()])
            retrieval = Retriever(index, encoder, RetrievalSettings()).retrieve(question, top_k=10, matched=3)
            return signals_of(
                retrieval, read_sentences(question, retrieval, ExtractionSettings(), passages=3)
            )

        yield of


def test_a_number_asked_for_and_not_given_speaks_against_an_answer(signals):
    assert signals("How many guns fortified the Straits?")["type"] == 0
    assert signals("How many camps were closed by the envoy?")["type"] == -1
    assert signals("Which camps were closed by the envoy?")["type"] == 0


def test_one_passage_stands_out_of_no_field(signals):
    found = signals("Who closed the camps?", sources={"prisoners.md": NOTES["prisoners.md"]})
    assert "margin" not in found
    assert "lead" not in found
    assert found["passage"] > 0


def test_what_words_say_of_an_answer_does_not_change_as_other_documents_come_in(tmp_path):
    encoder = WordHashTokenEncoder()
    question = "Which camps near the harbour were closed by the envoy?"
    others = [
        make_source(f"{number}.md", f"# Ledger {number}\n\nThe {word} was sold by the envoy in spring.")
        for number, word in enumerate(["mare", "barn", "clock", "meadow", "bridge", "wheat", "hay"] * 9)
    ]
    with LocalIndex.open(tmp_path, encoder=encoder, chunking=CHUNKING, codec=word_hash_codec()) as index:
        retriever = Retriever(index, encoder, RetrievalSettings())

        def asked():
            retrieval = retriever.retrieve(question, top_k=10, matched=4)
            sentences = read_sentences(question, retrieval, ExtractionSettings(), passages=4)
            return signals_of(retrieval, sentences), sentences[0].scores.late

        index.add([make_source(name, text) for name, text in NOTES.items()])
        alone, late = asked()
        index.add(others)
        among, late_among = asked()
    assert alone["tokens"] == pytest.approx(among["tokens"], abs=1e-6)
    assert alone["words"] == pytest.approx(among["words"], abs=1e-6)
    assert late != pytest.approx(late_among, abs=1e-3)  # by the rarity in the index it does


def test_a_question_that_nothing_was_found_for_has_no_confidence(signals):
    assert signals("Who closed the camps?", sources={}) == {}
    assert confidence({}) == 0


def test_a_calibration_is_a_logistic_curve_over_standard_deviations():
    calibration = Calibration(intercept=-1.0, terms={"passage": (0.5, 0.25, 2.0), "margin": (0.1, 0.1, 1.0)})
    at = calibration.probability({"passage": 0.75, "margin": 0.1})
    assert at == pytest.approx(1 / (1 + math.exp(-1.0)))
    assert calibration.probability({"passage": 0.75}) == pytest.approx(at)  # what is not known is average


def test_the_packaged_weights_are_in_the_proportion_of_the_votes():
    for name, calibration in packaged_calibrations().items():
        weights = {signal: weight for signal, (_, _, weight) in calibration.terms.items()}
        scale = weights["passage"] / VOTES[name]["passage"]
        assert scale > 0
        assert weights == pytest.approx({k: scale * v for k, v in VOTES[name].items()}, abs=2e-4)


def test_every_signal_raises_the_confidence():
    average = {
        signal: mean
        for signal, (mean, _, _) in packaged_calibrations()["with_late_interaction"].terms.items()
    }
    for signal, (mean, deviation, _) in packaged_calibrations()["with_late_interaction"].terms.items():
        assert confidence(average | {signal: mean + deviation}) > confidence(average), signal


def test_bounds_are_odds_and_a_reader_sees_words_from_one_in_ten():
    bounds = AnswerSettings()
    assert (bounds.doubt, bounds.threshold, bounds.sure) == (0.1, 0.25, 0.5)
