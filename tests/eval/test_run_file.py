"""A run is one file, whole or as a baseline, and is read back as it was."""

import json
from dataclasses import replace

import pytest
from outcomes import RUN, outcome

from eval.errors import RunError
from eval.runs.run import HIDDEN, QUESTIONS
from eval.runs.run_file import FORMAT, as_baseline, read_run, run_json, write_file

HEAD = {"format": FORMAT, "name": "x", "made_at": "", "index": {}, "settings": {}, "versions": {}}
QUESTION = {"section": "s", "id": "q", "kind": "k", "is_answerable": True, "mark": "m", "values": {}}


@pytest.mark.parametrize("run", [RUN, as_baseline(RUN)], ids=["whole", "baseline"])
def test_a_run_is_read_back_as_it_was(run, tmp_path):
    write_file(tmp_path / "run.json", run_json(run))
    assert read_run(tmp_path / "run.json") == run


def test_a_file_has_a_line_for_each_question_and_figures_for_other_readers():
    text = run_json(RUN)
    content = json.loads(text)
    assert [(one["section"], one["id"]) for one in content["questions"]] == [
        (QUESTIONS, "q1"),
        (QUESTIONS, "q2"),
        (QUESTIONS, "q3"),
        (QUESTIONS, "q4"),
        (HIDDEN, "q1"),
    ]
    assert sum(line.startswith('{"section"') for line in text.splitlines()) == 5
    assert content["index"] == {"model": "minilm", "passages": 12, "generation": 3, "size_bytes": 4_500_000}
    assert content["figures"][QUESTIONS] == {
        "confidence": 0.6,
        "answered": 0.75,
        "hit@5": 0.6667,
        "mrr@10": 0.5,
    }
    told = [outcome(f"q{n}", answerable=n < 10, confidence=float(n < 10)) for n in range(20)]
    content = json.loads(run_json(replace(RUN, sections={QUESTIONS: tuple(told)})))
    assert content["figures"][QUESTIONS]["auroc"] == 1.0  # of ten questions of either kind


def test_a_baseline_keeps_the_measures_of_the_gate_and_no_texts():
    small = as_baseline(RUN)
    (first, *_), (hidden,) = small.sections.values()
    assert (first.values, hidden.values) == (
        {"hit@5": 1.0, "mrr@10": 1.0, "answered": 1.0, "confidence": 0.9},
        {"answered": 0.0, "confidence": 0.2, "leaked": 0.0},
    )
    assert (first.mark, first.kind) == (RUN.sections[QUESTIONS][0].mark, "factoid")
    assert "What of" not in run_json(small)
    assert "timings" not in run_json(small)
    assert as_baseline(small) == small


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is no run of dossier eval"),
        ([], "is no run"),
        ({}, "is no run"),
        ({"format": "other"}, "is of the form 'other', this reads"),
        ({"format": FORMAT, "name": "x"}, "is no run"),
        (HEAD | {"questions": [{"section": "s", "id": "q"}]}, "is no run"),
        (HEAD | {"questions": [QUESTION | {"values": {"hit@5": "much"}}]}, "is no run"),
        (
            HEAD | {"questions": [QUESTION | {"values": {"hit@5": float("nan")}}]},
            "q has a value that",
        ),
        (HEAD | {"questions": [QUESTION | {"colour": "red"}]}, "is no run"),
    ],
)
def test_what_is_no_run_is_told_in_one_line_with_the_remedy(content, message, tmp_path):
    path = tmp_path / "run.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(RunError, match=message) as caught:
        read_run(path)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(f"{path}: ")
    assert str(caught.value).endswith("--save or --write-baseline")


def test_a_missing_file_and_a_place_that_cannot_be_written_are_named(tmp_path):
    with pytest.raises(RunError, match=r"missing\.json: cannot be read"):
        read_run(tmp_path / "missing.json")
    with pytest.raises(RunError, match=r"run\.json: cannot be written"):
        write_file(tmp_path / "missing" / "run.json", "{}")
