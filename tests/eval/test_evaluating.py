import json
from pathlib import Path

import pytest
from encoders import WordHashEncoder
from typer.testing import CliRunner

from chunker.readers.reading import read_source
from eval import commands
from eval.errors import ExternalSetError, GoldError
from eval.gold.external import read_external
from eval.measures.rankings import PASSAGES, SOURCES, Ranking
from eval.reports.report import report_tables
from eval.runs.evaluating import Request, evaluate
from eval.runs.opening import open_data_folder, open_external
from eval.runs.run import HIDDEN, QUESTIONS, WINDOWS
from eval.runs.run_file import as_baseline, read_run, run_json
from eval.runs.summary import summarise
from service.dossier import Dossier
from service.settings import Settings

ROOT = Path(__file__).parents[2]
PAGE = "002_a7661d073cbfbb9e.txt"
SMALL = ("002_a7661d073cbfbb9e.txt", "003_3093749205775cb2.txt")


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("DOSSIER_DATA", "DOSSIER_CONFIG", "DOSSIER_MODEL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A data folder with two of the web pages."""
    folder = tmp_path_factory.mktemp("data")
    dossier = Dossier.open(settings=Settings(data=folder), encoder=WordHashEncoder())
    dossier.index.add([read_source(ROOT / "corpus" / name, name=name) for name in SMALL])
    dossier.close()
    return folder


def verbatim(start, length):
    text = (ROOT / "corpus" / PAGE).read_bytes().decode("utf-8")
    return " ".join(text.split())[start : start + length]


@pytest.fixture
def gold_file(tmp_path):
    quote = verbatim(900, 120)
    entries = [
        {"id": "q1", "question": quote, "kind": "factoid", "answer": quote, "evidence": [{"quote": quote}]},
        {"id": "q2", "question": "Which zebra won?", "kind": "unanswerable", "answerable": False},
    ]
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    return path


@pytest.fixture
def talk_file(tmp_path):
    first, second = verbatim(900, 120), verbatim(1100, 120)
    turns = [
        {"question": first, "answer": "x", "evidence": [{"quote": first}]},
        {"question": second, "standalone": second, "answer": "y", "evidence": [{"quote": second}]},
    ]
    path = tmp_path / "talk.jsonl"
    path.write_text(json.dumps({"id": "t", "turns": turns}) + "\n", encoding="utf-8")
    return path


def request(*files, **options):
    return Request(files, "a run", "2020-01-02", **options)


def test_gold_is_asked_through_the_services_own_answerer(data, gold_file):
    run = evaluate(request(gold_file, data=data), encoder=WordHashEncoder())
    first, second = run.sections[QUESTIONS]
    assert first.values["hit@5"] == 1.0
    assert (first.is_answerable, second.is_answerable) == (True, False)
    assert all(record.values.get("quotes_verified", 1.0) == 1.0 for record in (first, second))
    assert "total" in first.timings_ms
    assert run.index.model == "word-hash"
    assert run.index.size_bytes > 0


def test_with_its_evidence_hidden_a_question_never_finds_it(data, gold_file):
    run = evaluate(request(gold_file, data=data), encoder=WordHashEncoder())
    (record,) = run.sections[HIDDEN]
    assert record.values["leaked"] == 0.0
    assert not any(shown.holds_evidence for shown in record.retrieved)


def test_conversations_are_asked_in_three_ways(data, gold_file, talk_file):
    steps = []
    run = evaluate(
        request(gold_file, talk_file, data=data, asks_hidden=False),
        encoder=WordHashEncoder(),
        on_progress=lambda stage, total: steps.append((stage, total)),
    )
    assert list(run.sections) == [
        QUESTIONS,
        "follow-ups with history",
        "follow-ups standalone",
        "follow-ups without history",
        "first turns",
        "first turns after another conversation",
    ]
    assert run.sections["follow-ups standalone"][0].values["hit@5"] == 1.0
    assert [steps.count(step) for step in ((QUESTIONS, 2), ("follow-ups with history", 2))] == [2, 2]


def test_the_same_questions_give_the_same_run(data, gold_file):
    def values():
        run = evaluate(request(gold_file, data=data), encoder=WordHashEncoder())
        content = json.loads(run_json(run))
        for question in content["questions"]:
            question.pop("timings_ms")
        return content

    assert values() == values()


def test_gold_for_another_corpus_is_refused(data, tmp_path):
    path = tmp_path / "other.jsonl"
    path.write_text(json.dumps({"id": "q", "question": "Who?", "evidence": [{"quote": "zebras"}]}))
    with pytest.raises(GoldError, match="see that the index holds the gold's sources"):
        evaluate(request(path, data=data), encoder=WordHashEncoder())


@pytest.fixture
def plain_set(tmp_path):
    folder = tmp_path / "plain"
    folder.mkdir()
    texts = {
        "d1": "The envoy signed the treaty in Kars.\r\nIt was cold.",
        "d2": "The wool came late to Ankara.",
    }
    documents = [{"id": name, "title": "", "text": text} for name, text in texts.items()]
    (folder / "docs.jsonl").write_text("".join(json.dumps(one) + "\n" for one in documents))
    queries = [
        {"id": "1", "text": "Where was the treaty signed?"},
        {"id": "2", "text": "Where did the wool go?"},
    ]
    (folder / "queries.jsonl").write_text("".join(json.dumps(one) + "\n" for one in queries))
    (folder / "qrels.tsv").write_text("2\td2\t1\n")
    (folder / "spans.jsonl").write_text(json.dumps({"qid": "1", "docid": "d1", "start": 31, "end": 35}))
    return folder


def test_another_set_is_asked_in_an_index_of_its_own(plain_set):
    run = evaluate(request(external=plain_set), encoder=WordHashEncoder())
    first, second = run.sections[QUESTIONS]
    assert (first.values["hit@5"], second.values["ndcg@10 (sources)"]) == (1.0, 1.0)
    assert first.gold_answer == "Kars"
    assert run.index.passages == 2


def test_another_set_is_also_put_to_a_plain_system_and_both_stand_side_by_side(plain_set):
    run = evaluate(request(external=plain_set), encoder=WordHashEncoder())
    plain = run.sections[WINDOWS]
    places, wholes = (record.values for record in plain)
    assert (places["ndcg@10"], wholes["ndcg@10 (sources)"]) == (1.0, 1.0)
    assert not any("confidence" in record.values for record in plain)
    (table,) = [one for one in report_tables(run) if one.title == f"Against {WINDOWS}"]
    row = next(row for row in table.rows if row[0] == "span_recall@4000chars")
    assert row == ("span_recall@4000chars", "1.000", "1.000", "+0.000", "-0.793 +0.793", "1.000", "0/0 of 1")


def test_places_and_whole_sources_are_each_judged_in_their_own_kind(plain_set):
    run = evaluate(request(external=plain_set), encoder=WordHashEncoder())
    places, wholes = run.sections[QUESTIONS]
    assert "ndcg@10" in places.values
    assert not {"ndcg@10", "hit@5", "span_recall@5", "answer_holds_evidence"} & wholes.values.keys()
    assert (set(places.rankings), set(wholes.rankings)) == ({PASSAGES}, {SOURCES})
    assert [one.id for one in run.sections[HIDDEN]] == ["1"]  # places can be hidden
    tables = {table.title: table for table in report_tables(run)}
    counts = {row[0]: row[3] for row in tables["2 answerable questions, 0 unanswerable"].rows}
    assert (counts["ndcg@10"], counts["ndcg@10 (sources)"], counts["answered"]) == ("1", "1", "2")


def test_where_only_whole_sources_are_judged_the_report_is_of_these(plain_set):
    (plain_set / "spans.jsonl").unlink()
    (plain_set / "qrels.tsv").write_text("1 0 d1 2\n2 0 d2 1\n1 0 d2 0\n")  # as TREC has them
    run = evaluate(request(external=plain_set), encoder=WordHashEncoder())
    (kinds,) = [table for table in report_tables(run) if table.title == "By kind of question"]
    assert kinds.columns[2:6] == (
        "hit@1 (sources)",
        "hit@5 (sources)",
        "mrr@10 (sources)",
        "evidence@10 (sources)",
    )
    assert kinds.rows[0][:4] == ("answerable", "2", "1.000", "1.000")
    first, _ = run.sections[QUESTIONS]
    assert first.rankings[SOURCES] == Ranking(("d1", "d2"), {"d1": 2})
    assert summarise(run)[QUESTIONS].abstention.reliability[0].share_right == 1.0


def test_the_index_of_another_set_is_kept_only_where_asked_and_never_mixed(plain_set, data, tmp_path):
    external = read_external(plain_set)
    with open_external(external, data=tmp_path / "kept", encoder=WordHashEncoder()) as opened:
        assert opened.sources.texts["d1"].startswith("The envoy signed the treaty in Kars.\r\n")
    with open_data_folder(tmp_path / "kept", encoder=WordHashEncoder()) as opened:
        assert set(opened.sources.texts) == {"d1", "d2"}
    with (
        pytest.raises(ExternalSetError, match="which is not of plain; give an empty folder"),
        open_external(external, data=data, encoder=WordHashEncoder()),
    ):
        pass


def command(target, *arguments):
    import typer

    app = target
    if not isinstance(target, typer.Typer):
        app = typer.Typer()
        app.command()(target)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_gold_check_names_every_problem_and_fails(gold_file, tmp_path):
    assert command(commands.gold, "check", gold_file, "--sources", ROOT / "corpus" / PAGE).exit_code == 0
    gold_file.write_text('{"id": "q", "question": "Who?", "evidence": [{"quote": "zebras"}]}\n{')
    result = command(commands.gold, "check", gold_file, "--sources", ROOT / "corpus" / PAGE)
    assert result.exit_code == 1
    assert [line.split(":")[1] for line in result.stdout.splitlines()] == ["1", "2"]
    assert command(commands.gold, "check", gold_file, "--sources", tmp_path / "missing").exit_code == 1


def test_gold_suggest_prints_drafts_that_check_accepts(tmp_path):
    result = command(commands.gold, "suggest", ROOT / "corpus" / PAGE, "--count", 2)
    assert result.exit_code == 0
    drafts = tmp_path / "drafts.jsonl"
    drafts.write_text(result.stdout, encoding="utf-8")
    assert len(result.stdout.splitlines()) == 2
    assert command(commands.gold, "check", drafts, "--sources", ROOT / "corpus" / PAGE).exit_code == 0


def test_gold_suggest_reads_question_sets_and_says_why_there_are_fewer(plain_set):
    documents = plain_set / "docs.jsonl"
    more = {
        "id": "d3",
        "title": "A winter",
        "text": "The peace conference was held in Lausanne in the winter.",
    }
    documents.write_text(documents.read_text() + json.dumps(more) + "\n")
    result = command(commands.gold, "suggest", plain_set, "--count", 9)
    assert result.exit_code == 0
    (draft,) = map(json.loads, result.stdout.splitlines())
    assert draft["question"] == "Where was the peace conference held?"
    assert draft["evidence"][0]["file"] == "d3"
    assert result.stderr.startswith("dossier: 1 of 9 drafts: 3 documents with 4 sentences (1 can be asked")


def test_eval_asks_for_something_to_do_and_says_in_one_line_what_is_wrong(tmp_path):
    assert command(commands.evaluate).exit_code == 2
    result = command(commands.evaluate, tmp_path / "missing.jsonl")
    assert result.exit_code == 1
    assert result.stderr.startswith("dossier: ")
    assert len(result.stderr.strip().splitlines()) == 1


def test_two_saved_runs_are_compared_on_the_command_line(data, gold_file, tmp_path):
    run = evaluate(request(gold_file, data=data), encoder=WordHashEncoder())
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(run_json(run))
    files = (tmp_path / "a.json", tmp_path / "b.json")
    result = command(commands.evaluate, "--compare", *files, "--markdown", tmp_path / "c.md")
    assert result.exit_code == 0
    assert "| hit@5 | 1.000 | 1.000 | +0.000 |" in (tmp_path / "c.md").read_text()
    assert "hit@5" in result.stdout


@pytest.fixture
def quick_model(monkeypatch):
    """Replaces the model where it is loaded; `make gate` runs the command with the real one."""
    monkeypatch.setattr("service.assembly.load_encoder", lambda _: WordHashEncoder())


@pytest.mark.usefixtures("quick_model")
def test_the_whole_command_writes_its_files_and_is_held_to_its_own_baseline(data, gold_file, tmp_path):
    files = {name: tmp_path / name for name in ("run.json", "report.html", "report.md", "baseline.json")}
    written = ["--save", files["run.json"], "--html", files["report.html"], "--markdown", files["report.md"]]
    written += ["--write-baseline", files["baseline.json"]]
    result = command(commands.evaluate, gold_file, "--data", data, *written)
    assert result.exit_code == 0, result.stderr
    assert read_run(files["baseline.json"]) == as_baseline(read_run(files["run.json"]))
    assert "<h1>Evaluation: gold</h1>" in files["report.html"].read_text()
    assert files["report.md"].read_text().startswith("# gold\n")
    for kept in ("run.json", "baseline.json"):
        result = command(commands.evaluate, gold_file, "--data", data, "--baseline", files[kept], "--json")
        assert result.exit_code == 0, result.stderr
        assert json.loads(result.stdout)["figures"]["questions"]["hit@5"] == 1.0
    better = json.loads(files["baseline.json"].read_text())
    better["questions"][0]["values"]["hit@1"] = 2.0
    files["baseline.json"].write_text(json.dumps(better))
    result = command(commands.evaluate, gold_file, "--data", data, "--baseline", files["baseline.json"])
    assert result.exit_code == 1
    assert "questions: hit@1 went from 2.000 to 1.000" in result.stderr
    assert result.stderr.rstrip().endswith("worse: q1")
