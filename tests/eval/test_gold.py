import json
from pathlib import Path

import pytest

from eval.errors import GoldError
from eval.gold.checking import check_gold
from eval.gold.questions import Evidence, load_conversations, load_questions

ROOT = Path(__file__).parents[2]
TEXTS = {
    "book.txt": "The **envoy**  said that\nhe would\\* sign.<sup>7</sup> He didn’t sail.",
    "page.txt": "Nothing.",
}


def question(**changes):
    fields = {"id": "q1", "question": "Who?", "kind": "factoid", "answer": "He.", "answerable": True}
    evidence = [{"quote": "he would sign.", "document": "Note", "date": "1920-01-02", "file": "book.txt"}]
    return fields | {"evidence": evidence} | changes


def write(path, *entries):
    path.write_text(
        "".join(f"{entry if isinstance(entry, str) else json.dumps(entry)}\n" for entry in entries)
    )
    return path


def messages(path, texts=TEXTS):
    return [str(problem) for problem in check_gold(path, texts)]


def test_a_question_is_read_with_its_evidence_and_unknown_fields_are_left_alone(tmp_path):
    gold = write(tmp_path / "gold.jsonl", question(colour="red", note="Look twice."))
    (read,) = load_questions(gold)
    assert (read.id, read.kind, read.is_answerable, read.note) == ("q1", "factoid", True, "Look twice.")
    assert read.evidence == (Evidence("he would sign.", "Note", "1920-01-02", "book.txt"),)


def test_blank_lines_and_a_byte_order_mark_do_not_matter(tmp_path):
    gold = tmp_path / "gold.jsonl"
    gold.write_text(
        "\ufeff" + json.dumps(question()) + "\n\n\n" + json.dumps(question(id="q2")), encoding="utf-8"
    )
    assert [read.id for read in load_questions(gold)] == ["q1", "q2"]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{", "gold.jsonl:1: is not JSON"),
        ("[1]", 'gold.jsonl:1: "id" must be a text'),
        (question(id=""), 'gold.jsonl:1: "id" must be a text'),
        (question(question=3), 'gold.jsonl:1: "question" must be a text'),
        (question(answerable="yes"), 'gold.jsonl:1: "answerable" must be true or false'),
        (question(evidence="he would"), 'gold.jsonl:1: "evidence" must be a list of objects'),
        (question(evidence=[{"quote": " "}]), 'gold.jsonl:1: evidence 1: "quote" must be a text'),
        (question(evidence=[]), "gold.jsonl:1: answerable, but no evidence"),
        (question(answerable=False), "gold.jsonl:1: not answerable, yet it has evidence"),
        (
            question(evidence=[{"quote": "He", "alternative": True}]),
            "gold.jsonl:1: answerable, but no evidence",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_file_and_line(tmp_path, entry, message):
    with pytest.raises(GoldError) as caught:
        load_questions(write(tmp_path / "gold.jsonl", entry))
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_all_problems_of_a_file_are_counted_in_one_message(tmp_path):
    with pytest.raises(GoldError, match=r"gold.jsonl:1: .* \(and 2 more: run dossier gold check\)"):
        load_questions(write(tmp_path / "gold.jsonl", question(id=""), "{", question(evidence=[])))


def test_an_id_that_stands_twice_is_named_with_both_lines(tmp_path):
    gold = write(tmp_path / "gold.jsonl", question(), question(question="When?"))
    assert messages(gold) == ["gold.jsonl:2: the id 'q1' stands in line 1 already; give another"]


def test_an_empty_a_missing_and_a_binary_file_are_refused(tmp_path):
    with pytest.raises(GoldError, match="holds no entry"):
        load_questions(write(tmp_path / "empty.jsonl"))
    with pytest.raises(GoldError, match="cannot be read"):
        load_questions(tmp_path / "missing.jsonl")
    (tmp_path / "binary.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(GoldError, match="is not UTF-8 at byte 0"):
        load_questions(tmp_path / "binary.jsonl")


def test_a_quote_is_found_whatever_the_markup_white_space_and_quotation_marks(tmp_path):
    quotes = ["the envoy said that he would* sign. he didn't sail.", "he didn't sail."]
    gold = write(
        tmp_path / "gold.jsonl", question(evidence=[{"quote": quote, "file": "book.txt"} for quote in quotes])
    )
    assert messages(gold) == []


def test_a_quote_that_stands_nowhere_or_elsewhere_is_named(tmp_path):
    entries = [
        question(evidence=[{"quote": "he would never sign", "file": "book.txt"}]),
        question(id="q2", evidence=[{"quote": "Nothing.", "file": "book.txt"}]),
        question(id="q3", evidence=[{"quote": "Nothing.", "file": "lost.txt"}]),
        question(id="q4", evidence=[{"quote": "Something."}]),
    ]
    copy = "copy the words from the source again"
    assert messages(write(tmp_path / "gold.jsonl", *entries)) == [
        f"gold.jsonl:1: q1: the quote 'he would never sign'... does not stand in book.txt; {copy}",
        "gold.jsonl:2: q2: the quote 'Nothing.'... does not stand in book.txt; it stands in page.txt",
        "gold.jsonl:3: q3: the quote 'Nothing.'... names the file 'lost.txt', which is not here",
        f"gold.jsonl:4: q4: the quote 'Something.'... does not stand in any source; {copy}",
    ]


def test_the_turns_of_a_conversation_get_ids_kinds_and_a_standalone_wording(tmp_path):
    turns = [
        {"question": "Who signed?", "answer": "He.", "evidence": [{"quote": "he would sign"}]},
        {
            "question": "When?",
            "standalone": "When did he sign?",
            "answer": "Then.",
            "evidence": [{"quote": "sign"}],
        },
    ]
    (read,) = load_conversations(write(tmp_path / "talks.jsonl", {"id": "t", "turns": turns}))
    assert [(turn.id, turn.kind) for turn in read.turns] == [("t#1", "first turn"), ("t#2", "follow-up")]
    assert read.standalone == ("Who signed?", "When did he sign?")


def test_a_wrong_turn_of_a_conversation_is_named(tmp_path):
    talks = write(
        tmp_path / "talks.jsonl", {"id": "t", "turns": [{"question": "Who?", "evidence": [{"quote": ""}]}]}
    )
    assert messages(talks) == ['talks.jsonl:1: turns 1: evidence 1: "quote" must be a text that is not empty']
    assert messages(write(tmp_path / "talks.jsonl", {"id": "t", "turns": []})) == [
        'talks.jsonl:1: "turns" must be a list with at least one turn'
    ]


@pytest.mark.parametrize("name", ["questions.jsonl", "conversations.jsonl", "survey.jsonl"])
def test_every_quote_of_the_gold_that_comes_with_the_project_stands_in_the_corpus(name):
    texts = {path.name: path.read_bytes().decode("utf-8") for path in (ROOT / "corpus").glob("*.txt")}
    assert len(texts) == 5
    assert check_gold(ROOT / "eval" / "data" / name, texts) == ()
