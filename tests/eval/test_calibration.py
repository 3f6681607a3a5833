"""The confidence is learnt from several collections; each is judged by a curve that has not seen its kind."""

import json

import numpy as np
import pytest
from encoders import WordHashEncoder

from eval.runs.opening import open_sources
from eval.studies import asked_collections, calibration
from eval.studies.asked_collections import (
    AskedCollection,
    Places,
    ask_collections,
    read_signals,
    write_signals,
)
from service.answering.judging import VOTES

VOTED = VOTES["without_late_interaction"]


def collection(kind, seed, *, shift=0.0, count=60, **values):
    random = np.random.default_rng(seed)

    def group(mean):
        rows = random.normal(mean + shift, 1.0, (count, 2))
        return [{"passage": one, "margin": other, "type": 0.0} for one, other in rows.tolist()]

    return AskedCollection(kind, 10, answered=group(1), hidden=group(0), foreign=group(-2), **values)


def test_every_kind_counts_the_same_however_many_questions_and_collections_it_has():
    few, many = collection("few", 1, shift=1.0), collection("many", 2)
    doubled = AskedCollection(
        "many", 10, answered=many.answered * 2, hidden=many.hidden * 2, foreign=many.foreign * 2
    )
    once = calibration._fitted([few, many], VOTED)
    for asked in ([few, doubled], [few, many, many]):
        again = calibration._fitted(asked, VOTED)
        assert again.means.tolist() == pytest.approx(once.means.tolist())
        assert (again.slope, again.intercept) == pytest.approx((once.slope, once.intercept), abs=1e-3)


def test_weights_are_in_the_proportion_of_the_votes_and_half_is_even_odds():
    asked = [collection("one", 1), collection("two", 2)]
    model = calibration._fitted(asked, VOTED)
    assert model.slope > 0
    told = calibration._judged(asked[0], asked, VOTED)
    assert np.average(told.confidence, weights=told.weights) == pytest.approx(0.5, abs=0.06)
    assert calibration._auroc(told.answered, told.foreign) > 0.9


def test_a_collection_is_judged_by_a_curve_that_has_not_seen_its_kind():
    one, two = collection("one", 1), collection("two", 2)
    strange = collection("two", 3, shift=5.0)
    alone = calibration._judged(one, [one, two], VOTED)
    assert not np.array_equal(calibration._judged(one, [one, strange], VOTED).answered, alone.answered)
    changed = collection("one", 9, shift=3.0)
    same = calibration._judged(one, [changed, two], VOTED)
    assert np.array_equal(same.answered, alone.answered)


def test_collections_of_one_kind_are_told_as_one_and_grown_ones_apart():
    asked = [collection("part", 1), collection("part", 2), collection("part", 3, grown=True)]
    judged = [(one, calibration._judged(one, [*asked, collection("two", 4)], VOTED)) for one in asked]
    merged = calibration._merged(judged)
    assert [(name, len(told.answered)) for (name, _), told in merged.items()] == [
        ("part", 120),
        ("part, others around it", 60),
    ]
    for told in merged.values():
        bins = calibration._bins(told)
        assert [x for x, _ in bins] == sorted(x for x, _ in bins)
        assert all(0 <= share <= 1 for _, share in bins)


@pytest.fixture
def asked_places(small_collection, tmp_path, monkeypatch):
    """The small collection as gold with an index of its own, and once more as files."""
    monkeypatch.setattr("service.assembly.load_encoder", lambda _: WordHashEncoder())
    monkeypatch.setattr(
        asked_collections, "SETTINGS", asked_collections.AskedSettings(foreign_questions=2, parts=((1, 1),))
    )
    gold = small_collection / "questions.jsonl"
    sources = calibration_sources(small_collection / "files")
    with open_sources(sources, name="gold", data=tmp_path / "index", encoder=WordHashEncoder()):
        pass
    return Places(
        gold, tmp_path / "index", grown=[tmp_path / "index"], files=[(gold, small_collection / "files")]
    )


def calibration_sources(folder):
    from chunker.readers.finding import find_files
    from chunker.readers.reading import read_source

    return [read_source(file.path, name=file.name) for file in find_files([folder]).files]


def test_collections_are_asked_with_evidence_there_and_hidden_and_what_is_foreign(asked_places, tmp_path):
    asked = ask_collections(asked_places, late=True)
    gold, part, files, grown, files_grown = asked
    assert [one.passages for one in asked] == [3, 1, 3, 3, 3]
    assert [one.grown for one in asked] == [False, False, False, True, True]
    assert (grown.kind, files_grown.kind) == ("gold", files.kind)
    assert (len(gold.answered), len(gold.hidden), len(gold.unanswerable)) == (2, 2, 1)
    assert (len(part.answered), len(part.unanswerable)) == (1, 0)
    made_up = len(asked_collections.FOREIGN.read_text(encoding="utf-8").splitlines())
    assert (len(gold.foreign), len(part.foreign)) == (made_up + 2, made_up)
    assert len(grown.foreign) == made_up
    assert gold.answered == files.answered == grown.answered
    assert all(there != hidden for there, hidden in zip(gold.answered, gold.hidden, strict=True))
    write_signals(tmp_path / "kept.json", asked)
    assert read_signals(tmp_path / "kept.json") == asked
    assert json.loads((tmp_path / "kept.json").read_text())[0]["kind"] == "gold"
