import csv
import json

import pytest

from eval.errors import ExternalSetError
from eval.gold.evidence import TextSpan
from eval.gold.external import read_external


def write_lines(path, *entries):
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))


def spans(question):
    return [place for piece in question.evidence for place in piece.places]


@pytest.fixture
def plain(tmp_path):
    folder = tmp_path / "plain"
    folder.mkdir()
    write_lines(
        folder / "docs.jsonl",
        {"id": "d1", "title": "", "text": "The envoy signed in Kars."},
        {"id": "d2", "title": "Wool", "text": "The wool was late."},
    )
    write_lines(
        folder / "queries.jsonl",
        {"id": "1", "text": "Where did he sign?", "answerable": True},
        {"id": "2", "text": "What was late? ", "answerable": True},
        {"id": "3", "text": "Who paid?", "answerable": False},
        {"id": "4", "text": "Never judged?", "answerable": True},
    )
    (folder / "qrels.tsv").write_text("1\td1\t1\n2\td2\t1\n2\td1\t0\n")
    write_lines(folder / "spans.jsonl", {"qid": "1", "docid": "d1", "start": 20, "end": 24})
    return folder


def test_the_plain_form_has_spans_where_it_knows_them_and_whole_sources_elsewhere(plain):
    read = read_external(plain)
    assert [(source.name, source.title) for source in read.sources] == [("d1", None), ("d2", "Wool")]
    where, late, who = read.questions
    assert spans(where) == [TextSpan("d1", 20, 24)]
    assert (where.gold.answer, where.gold.evidence[0].quote) == ("Kars", "Kars")
    assert late.gold.question == "What was late?"
    assert (late.judges_whole_sources, spans(late)) == (True, [TextSpan("d2", 0, 18)])
    assert (who.gold.is_answerable, who.gold.kind, who.evidence) == (False, "unanswerable", ())


def test_a_limit_spreads_the_questions_over_the_set(plain):
    assert [question.gold.id for question in read_external(plain, limit=2).questions] == ["1", "2"]
    assert len(read_external(plain, limit=99).questions) == 3


@pytest.fixture
def beir(tmp_path):
    folder = tmp_path / "beir"
    (folder / "qrels").mkdir(parents=True)
    write_lines(
        folder / "corpus.jsonl",
        {"_id": "a", "title": "Straits", "text": "Closed to all."},
        {"_id": "b", "title": "Straits again", "text": "Closed to all."},
        {"_id": "c", "title": "", "text": ""},
        {"_id": "d", "title": "", "text": "Open."},
    )
    write_lines(folder / "queries.jsonl", {"_id": "1", "text": "Closed?"}, {"_id": "2", "text": "Open?"})
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n1\tb\t1\n1\ta\t2\n1\td\t0\n")
    (folder / "qrels" / "train.tsv").write_text("query-id\tcorpus-id\tscore\n2\td\t1\n")
    return folder


def test_beir_judges_whole_documents_and_its_test_split_is_taken(beir):
    read = read_external(beir)
    (question,) = read.questions
    assert question.judges_whole_sources
    assert question.gold.id == "1"
    assert [piece.grade for piece in question.evidence] == [2]  # the higher, of two of the same text


def test_a_set_may_judge_whole_sources_beside_the_places_in_them(plain):
    (plain / "qrels.tsv").write_text("1\td1\t1\n1\td2\t2\n2\td2\t1\n")
    where, late, who = read_external(plain).questions
    assert spans(where) == [TextSpan("d1", 20, 24)]
    assert [(piece.places[0].source_name, piece.grade) for piece in where.sources] == [("d1", 1), ("d2", 2)]
    assert (late.evidence, who.sources) == (late.sources, ())


def test_judgements_of_a_beir_folder_may_have_trecs_four_columns(beir):
    before = read_external(beir)
    (beir / "qrels" / "test.tsv").unlink()
    (beir / "qrels" / "test.trec").write_text("1 0 b 1\n1 0 a 2\n1 0 d 0\n")
    assert read_external(beir).questions == before.questions


def test_documents_of_the_same_text_are_one_source_and_empty_ones_none(beir):
    read = read_external(beir)
    assert [source.name for source in read.sources] == ["a", "d"]
    assert spans(read.questions[0]) == [TextSpan("a", 0, 14)]


def squad(tmp_path, *questions, context="Stalin met Saracoglu. Stalin spoke."):
    path = tmp_path / "squad.json"
    paragraphs = [{"context": context, "qas": list(questions)}]
    path.write_text(
        json.dumps({"version": "2.0", "data": [{"title": "The_talks", "paragraphs": paragraphs}]})
    )
    return path


def answer(text, start):
    return {"text": text, "answer_start": start}


def test_squad_answers_of_several_annotators_are_one_piece_of_evidence(tmp_path):
    entry = {"id": "1", "question": "Whom?", "answers": [answer("Saracoglu", 11), answer("met Saracoglu", 7)]}
    read = read_external(squad(tmp_path, entry))
    (question,) = read.questions
    (piece,) = question.evidence
    assert piece.places == (TextSpan("0-0", 11, 20), TextSpan("0-0", 7, 20))
    assert (question.gold.answer, read.sources[0].title) == ("Saracoglu", "The talks")


def test_an_answer_whose_start_is_off_is_found_at_the_nearest_place(tmp_path):
    read = read_external(
        squad(tmp_path, {"id": "1", "question": "Who spoke?", "answers": [answer("Stalin", 20)]})
    )
    assert spans(read.questions[0]) == [TextSpan("0-0", 22, 28)]


def test_an_answer_that_stands_nowhere_takes_its_question_out(tmp_path):
    lost = {"id": "1", "question": "Who?", "answers": [answer("Molotov", 0)]}
    kept = {"id": "2", "question": "Who paid?", "is_impossible": True, "answers": []}
    read = read_external(squad(tmp_path, lost, kept))
    assert [(question.gold.id, question.gold.is_answerable) for question in read.questions] == [("2", False)]


def chroma(tmp_path, references, corpus="talks"):
    folder = tmp_path / "chroma"
    (folder / "corpora").mkdir(parents=True)
    (folder / "corpora" / "talks.md").write_text("Stalin met Saracoglu in Moscow.")
    with (folder / "questions_df.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["question", "references", "corpus_id"])
        writer.writerow(["Who, and where?", json.dumps(references), corpus])
        writer.writerow(["Elsewhere?", "[]", "a corpus that is not here"])
    return folder


def test_chromas_references_are_ranges_of_a_corpus(tmp_path):
    references = [{"content": "Saracoglu", "start_index": 11, "end_index": 20}]
    references += [{"content": "Moscow", "start_index": 24, "end_index": 30}]
    (question,) = read_external(chroma(tmp_path, references)).questions
    assert spans(question) == [TextSpan("talks", 11, 20), TextSpan("talks", 24, 30)]
    assert (question.required_pieces, question.gold.kind) == (2, "talks")


@pytest.mark.parametrize("reference", [{"start_index": 11, "end_index": 99}, {"start_index": 11}, "words"])
def test_a_damaged_reference_is_refused_in_one_line(tmp_path, reference):
    with pytest.raises(ExternalSetError, match="is damaged or of another form") as caught:
        read_external(chroma(tmp_path, [reference]))
    assert "\n" not in str(caught.value)


def test_what_is_no_question_set_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(ExternalSetError, match="no question set; give a folder with docs"):
            read_external(path)


def test_a_set_with_a_damaged_or_missing_file_is_refused(plain, beir, tmp_path):
    (plain / "queries.jsonl").write_text('{"id": "1", "text": "Where?"}\n{')
    with pytest.raises(ExternalSetError, match=r"queries.jsonl:2: is not JSON"):
        read_external(plain)
    (plain / "queries.jsonl").unlink()
    with pytest.raises(ExternalSetError, match=r"queries.jsonl: cannot be read"):
        read_external(plain)
    for path in (beir / "qrels").iterdir():
        path.unlink()
    with pytest.raises(ExternalSetError, match=r"qrels: has no .tsv file"):
        read_external(beir)
    with pytest.raises(ExternalSetError, match="has no question that can be asked"):
        read_external(squad(tmp_path))
