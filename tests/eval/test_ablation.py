"""Parts of the ranking are switched off one at a time, and what is left is measured beside the whole."""

import json
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import pytest
from encoders import WordHashEncoder

from eval.runs.run import EvaluatedQuestion, values_of
from eval.studies.ablation import ablation_markdown, main
from eval.studies.asking_variants import ask_all_ways, read_gold, read_other
from eval.studies.variants import PARTS, WHOLE, WHOLE_NAME, built_up, taken_away

ROOT = Path(__file__).parents[2]
PAGE = "002_a7661d073cbfbb9e.txt"


def test_the_ranking_is_built_up_to_the_whole_and_each_part_is_taken_away_once():
    assert built_up()[-1].settings == WHOLE
    by_name = {one.name: one for one in taken_away()}
    for part, name in PARTS.items():
        lesser = by_name[f"- {name}"]
        assert asdict(lesser.settings) == asdict(WHOLE) | {part: 0.0}
    assert by_name["- header"].settings == WHOLE
    assert [one.name for one in taken_away() if not one.header] == ["- header"]
    names = [one.name for one in (*built_up(), *taken_away())]
    assert len(set(names)) == len(names)


def test_each_step_adds_parts_to_the_one_before():
    weights = [[getattr(one.settings, part) > 0 for part in PARTS] for one in built_up()[4:]]
    assert weights[0] == [True] + [False] * (len(PARTS) - 1)
    for before, after in pairwise(weights):
        assert all(was <= now for was, now in zip(before, after, strict=True))
        assert sum(after) > sum(before)


@pytest.fixture
def gold_file(tmp_path):
    text = " ".join((ROOT / "corpus" / PAGE).read_bytes().decode("utf-8").split())
    quotes = [text[start : start + 120] for start in (900, 1500, 2100)]
    path = tmp_path / "gold.jsonl"
    entries = [
        {"id": f"q{n}", "question": quote, "evidence": [{"quote": quote}]} for n, quote in enumerate(quotes)
    ]
    entries.append({"id": "no", "question": "Which zebra?", "answerable": False})
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    return path


def test_every_variant_is_asked_over_the_index_it_needs_and_an_index_is_made_once(gold_file, tmp_path):
    asked = read_gold(gold_file, ROOT / "corpus" / PAGE, limit=None)
    assert [one.gold.id for one in asked.questions] == ["q0", "q1", "q2"]
    variants = (*built_up(), *taken_away())
    encoder = WordHashEncoder(dimension=256, max_tokens=256)
    steps = []

    def ask():
        return ask_all_ways(
            asked,
            variants,
            tmp_path / "kept",
            encoder=encoder,
            on_progress=lambda stage, total, **_: steps.append((stage, total)),
        )

    results = ask()
    passages = [text for text in encoder.encoded_texts if len(text) > 200]
    headed = [text for text in passages if "\n" in text]
    assert 0 < len(headed) < len(passages)
    ask()
    assert [text for text in encoder.encoded_texts if len(text) > 200] == passages
    assert results.keys() == {one.name for one in variants}
    assert set(values_of(results[WHOLE_NAME], "hit@5").values()) == {1.0}
    assert values_of(results["BM25"], "mrr@10")["q1"] == 1.0
    assert steps.count((f"gold: asking {len(variants)} ways", 3)) == 6


def test_the_document_says_what_each_part_is_worth(gold_file):
    def measured(reciprocal_rank, milliseconds):
        values = {"hit@1": 0.0, "hit@5": 1.0, "mrr@10": reciprocal_rank, "ndcg@10": 0.5}
        values |= {"evidence@10": 0.25, "hit@800words": 1.0}
        times = {"q1": milliseconds, "q2": milliseconds, "q3": 100.0}
        return tuple(
            EvaluatedQuestion(identity, "k", True, "mark", values, timings_ms={"rank": ms})
            for identity, ms in times.items()
        )

    names = [one.name for one in (*built_up(), *taken_away())]
    gold = {name: measured(0.5, 5.0) for name in names} | {WHOLE_NAME: measured(0.75, 10.0)}
    text = ablation_markdown(gold, {"other": gold}, name="gold.jsonl")
    assert "3 answerable questions of gold.jsonl, 3 of other." in text
    row = next(line for line in text.splitlines() if line.startswith("| - cosine |"))
    assert row == (
        "| - cosine | 0.000 | 1.000 | 0.500 | 0.500 | 0.250 | 1.000 "
        "| -0.250 (-0.671 to +0.452) | 0.50 | 0.500 |"
    )


def test_another_set_is_read_without_its_unanswerable_questions(tmp_path):
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "docs.jsonl").write_text(json.dumps({"id": "d1", "text": "The envoy signed in Kars."}))
    queries = [
        {"id": "1", "text": "Where?"},
        {"id": "2", "text": "Which zebra?", "answerable": False},
    ]
    (folder / "queries.jsonl").write_text("".join(json.dumps(one) + "\n" for one in queries))
    (folder / "spans.jsonl").write_text(json.dumps({"qid": "1", "docid": "d1", "start": 20, "end": 24}))
    found = read_other(folder, limit=None)
    assert (found.name, [source.text for source in found.sources]) == ("plain", ["The envoy signed in Kars."])
    assert [one.gold.id for one in found.questions] == ["1"]


def test_what_cannot_be_read_is_told_in_one_line(tmp_path, capsys):
    assert main(["--gold", str(tmp_path / "missing.jsonl")]) == 1
    error = capsys.readouterr().err
    assert error.startswith("ablation: ")
    assert len(error.splitlines()) == 1
