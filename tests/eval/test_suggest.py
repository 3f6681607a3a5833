"""Drafts ask about definite things, by patterns; where they are fewer than asked, it is said why."""

import json
from dataclasses import replace

import pytest

from chunker.documents import Document, DocumentDate, DocumentMetadata, Source
from eval.gold.checking import check_gold
from eval.gold.question_patterns import (
    ask_how_much,
    ask_what_is_told,
    ask_what_was_resolved,
    ask_what_was_said,
    ask_when,
    ask_where_or_by_whom,
    ask_why,
    is_definite,
    subject,
)
from eval.gold.questions import load_questions
from eval.gold.suggest import SegmentedSource, draft_json, suggest_questions

MINUTES = """Minutes of the harbour board. 3 March 1921

The crane on the north quay was mended on 2 February 1921 at the
cost of the **town**. Captain Wiese said that the lower basin would be dredged in the spring.
It was resolved to ask the county for a loan. He did not speak of the matter that we had all heard about.
"""
NOTE = """Note on the ships. 1923

The French navy took away seven steamers in the night. The lighthouse keeper's boat was burnt by the pirates.
"""


def segmented(*texts):
    documents, text = [], ""
    for number, part in enumerate(texts or (MINUTES, NOTE)):
        metadata = DocumentMetadata()
        if part is MINUTES:
            metadata = DocumentMetadata(date=DocumentDate("1921-03-03", "1921-03-03", "day"), kind="minutes")
        title = part.partition(".")[0]
        documents.append(Document(f"d{number}", "s", number, title, len(text), len(text + part), metadata))
        text += part
    source = Source("s", "book.txt", "text/plain", text, len(text))
    return [SegmentedSource(source, tuple(documents))]


def drafted(count=20, *texts):
    return suggest_questions(segmented(*texts), count=count)


def test_each_sentence_that_says_something_definite_makes_one_question():
    assert {(draft.kind, draft.question, draft.answer) for draft in drafted().questions} == {
        ("factoid", "When was the crane on the north quay mended?", "2 February 1921"),
        (
            "position",
            "What did Captain Wiese say about the lower basin?",
            "the lower basin would be dredged in the spring",
        ),
        ("factoid", "What was resolved in the minutes of 3 March 1921?", "to ask the county for a loan"),
        ("factoid", "How many steamers were taken away by the French navy?", "seven steamers"),
        (
            "position",
            "What is said about the lighthouse keeper's boat?",
            "The lighthouse keeper's boat was burnt by the pirates.",
        ),
    }


@pytest.mark.parametrize(
    ("ask", "sentence", "question", "answer"),
    [
        (
            ask_what_was_said,
            "Then Miss Dunn asked whether corrugated iron would not do.",
            "What did Miss Dunn ask about corrugated iron?",
            "corrugated iron would not do",
        ),
        (
            ask_what_was_said,
            "The envoy expressed the hope that the wool of Angora could be sold.",
            "What did the envoy say about the wool of Angora?",
            "the wool of Angora could be sold",
        ),
        (
            ask_when,
            "So much for the treaty of friendship, signed on March 16 in Moscow.",
            "When was the treaty of friendship signed?",
            "March 16",
        ),
        (ask_when, "The old mill was repaired in 1803.", "When was the old mill repaired?", "1803"),
        (
            ask_why,
            "The Kars road was closed because of the snow.",
            "Why was the Kars road closed?",
            "because of the snow",
        ),
        (
            ask_how_much,
            "Mr Pell's estimate for slates was 86 pounds (of the old coin).",
            "What was Mr Pell's estimate for slates?",
            "86 pounds",
        ),
        (
            ask_how_much,
            "The second division bought 150 million cartridges at once.",
            "How many cartridges were bought by the second division?",
            "150 million cartridges",
        ),
        (
            ask_where_or_by_whom,
            "The first refreshment rooms were designed by James Gamble in a month.",
            "By whom were the first refreshment rooms designed?",
            "James Gamble in a month",
        ),
        (
            ask_where_or_by_whom,
            "The peace conference was held in Lausanne.",
            "Where was the peace conference held?",
            "in Lausanne",
        ),
        (
            ask_what_was_resolved,
            "It was agreed that the prisoners go home.",
            "What was agreed?",
            "that the prisoners go home",
        ),
        (
            ask_what_is_told,
            "The lighthouse keeper knew it.",
            "What is said about the lighthouse keeper?",
            None,
        ),
    ],
)
def test_a_pattern_asks_for_what_is_said_of_a_thing(ask, sentence, question, answer):
    assert [(asked.wording, asked.answer) for asked in ask(sentence)] == [(question, answer)]


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (ask_what_was_said, "He said that the wool of Angora could be sold."),  # who?
        (ask_what_was_said, "Molotov said that they would come."),  # of whom?
        (ask_what_was_said, "A letter from Turkey showed that the wool was late."),  # the letter did
        (ask_when, "The ships that he had seen were gone in 1803."),
        (ask_how_much, "The talks with the king lasted 30 minutes."),  # were lasted by
        (ask_where_or_by_whom, "The envoy was in Eden's room."),
        (ask_where_or_by_whom, "The virus was detected by measuring the rate."),  # no one
        (ask_why, "The storms are usually due to the wind."),  # why are they usually?
        (ask_what_is_told, "An hour later the flags were at half mast."),
        (ask_what_is_told, "On Wednesday the ship was seen."),
    ],
)
def test_what_points_back_or_reads_badly_is_not_asked(ask, sentence):
    assert list(ask(sentence)) == []


def test_the_thing_of_a_clause_ends_before_its_verb():
    assert subject("The roof of the reading room let in rain.") == (
        "the roof of the reading room",
        "let",
        "in rain.",
    )
    assert subject("all of this was known") is None
    assert subject("of the ships some came") is None


def test_a_thing_is_definite_by_a_name_or_by_two_words():
    assert is_definite("Polonia")
    assert is_definite("the reading room")
    assert not is_definite("the chair")


def test_what_stands_in_many_documents_is_not_asked_about():
    same = [
        f"Note {n}. 19{n}\n\nThe Soviet government was told of it by the envoy of Persia.\n"
        for n in range(10, 40)
    ]
    drafts = drafted(
        5, *same, "A note. 1950\n\nThe Morpurgo warehouse was told of it by the envoy of Persia.\n"
    )
    assert len(drafts.questions) == 1
    assert "warehouse" in drafts.questions[0].question
    assert drafts.sentences["speak of nothing that tells documents apart"] == 30


def test_why_there_are_fewer_than_asked_for_is_said():
    assert drafted().why_fewer(20) == (
        "5 of 20 drafts: 2 documents with 10 sentences (5 can be asked about, 1 say nothing that a pattern "
        "asks for, 4 too short or too long for one quote). A sentence makes one question, and the patterns "
        "read English: give more documents, or write the others by hand"
    )
    nothing = suggest_questions([], count=5)
    assert nothing.why_fewer(5).startswith("0 of 5 drafts: 0 documents with 0 sentences (none)")


def test_what_recognition_spoilt_is_not_asked_about():
    drafts = drafted(
        3, "Some dir. 1921\n\nThe crane on the north quay was m[ended on 2 February 1921 in the town.\n"
    )
    assert drafts.questions == ()
    assert drafts.sentences["incomplete or damaged"] == 1


def test_a_draft_is_a_sound_gold_entry_with_verbatim_evidence(tmp_path):
    (one,) = segmented()
    drafts = drafted().questions
    path = tmp_path / "drafts.jsonl"
    path.write_text("".join(draft_json(draft) + "\n" for draft in drafts))
    assert load_questions(path) == drafts
    assert check_gold(path, {"book.txt": one.source.text}) == ()
    assert all(draft.evidence[0].quote in one.source.text for draft in drafts)
    (crane,) = [draft for draft in drafts if "crane" in draft.question]
    assert "\n" in crane.evidence[0].quote
    assert "**" in crane.evidence[0].quote
    assert json.loads(draft_json(crane))["note"].startswith("Draft:")


def test_drafts_are_spread_over_documents_and_always_the_same():
    first, second = drafted(2).questions
    assert {first.evidence[0].document, second.evidence[0].document} == {
        "Minutes of the harbour board",
        "Note on the ships",
    }
    assert drafted(2).questions == (first, second)
    assert [draft.id for draft in drafted(4).questions] == [f"draft-00{n}" for n in (1, 2, 3, 4)]
    assert len({draft.evidence[0].quote for draft in drafted().questions}) == len(drafted().questions)


def test_a_document_without_kind_or_day_is_named_by_its_title():
    (one,) = segmented(MINUTES)
    plain = replace(
        one, documents=tuple(replace(each, metadata=DocumentMetadata()) for each in one.documents)
    )
    questions = [draft.question for draft in suggest_questions([plain], count=9).questions]
    assert "What was resolved in “Minutes of the harbour board”?" in questions
