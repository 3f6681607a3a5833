import json
from collections import Counter

import pytest

from chunker.documents import Document, DocumentDate, DocumentMetadata, Source
from eval.gold.checking import check_gold
from eval.gold.question_patterns import (
    Sentence,
    ask_about_count,
    ask_about_name,
    ask_by_keywords,
    ask_what_was_said,
)
from eval.gold.questions import load_questions
from eval.gold.suggest import SegmentedSource, draft_json, suggest_questions

TELEGRAM = """Telegram of the envoy. 3 March 1921

In the evening the commander Mikhail Frunze arrived
in the city, received by the **government** with all honours. Nothing else was reported.
"""
NOTE = """Note on the ships. 1923

Of the merchant fleet in the harbour the French took away seven steamers and two tugs. On 17 October 1923
the commissar protested in London against the seizure of the fleet.
"""


def segmented():
    text = TELEGRAM + NOTE
    source = Source("s", "book.txt", "text/plain", text, len(text))
    date = DocumentDate("1921-03-03", "1921-03-03", "day")
    first = Document(
        "d1", "s", 0, "Telegram of the envoy", 0, len(TELEGRAM), DocumentMetadata(date=date, kind="telegram")
    )
    second = Document("d2", "s", 1, "Note on the ships", len(TELEGRAM), len(text))
    return [SegmentedSource(source, (first, second))], {"book.txt": text}


def test_drafts_ask_about_names_days_and_counted_things():
    sources, _ = segmented()
    assert [(draft.kind, draft.question) for draft in suggest_questions(sources, count=10)] == [
        ("factoid", "What happened on 17 October 1923, according to “Note on the ships”?"),
        ("factoid", "How many steamers does “Note on the ships” speak of?"),
        ("position", "What is said about Mikhail Frunze in the telegram of 3 March 1921?"),
    ]


NO_FREQUENCY = Counter()


def sentence(text):
    return Sentence.read(text, text)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Then Molotov asked when the ships would come.", "What did Molotov ask, according to it?"),
        ("In reply S. Cripps said that it was so.", "What did Cripps say, according to it?"),
        ("He said nothing of the sort to Molotov.", None),
        ("The said government agreed.", None),
    ],
)
def test_a_named_speaker_is_asked_for_what_was_said(text, question):
    assert ask_what_was_said(sentence(text), "it", NO_FREQUENCY) == question


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("They sent 30 oil tanks and two tugs.", "How many oil tanks does it speak of?"),
        ("They lent 150 million marks at once.", "How many marks does it speak of?"),
        ("He came three times, and took two articles and five rifles.", "How many rifles does it speak of?"),
        ("He came three times in two weeks.", None),
    ],
)
def test_counted_things_are_asked_for_but_not_times_and_days(text, question):
    assert ask_about_count(sentence(text), "it", NO_FREQUENCY) == question


def test_names_are_no_months_days_or_adjectives_and_lose_their_genitive():
    found = sentence("Then in March the Turkish envoy met Cripps' aide and Stalin's on Monday in Kars.")
    assert found.names == ("Cripps", "Stalin", "Kars")


def test_the_rarer_name_is_asked_about_but_not_one_that_may_be_misread():
    frequency = Counter({"Kars": 9, "Frunze": 3, "Fruuze": 1})
    asked = ask_about_name(sentence("So the Fruuze letter came to Frunze in Kars."), "it", frequency)
    assert asked == "What is said about Frunze in it?"


def test_keywords_are_the_two_rarest_names_and_words():
    frequency = Counter({"Kars": 9, "Frunze": 3, "Angora": 5, "letter": 4, "arrived": 7, "after": 90})
    text = "So the letter arrived from Frunze, Kars and Angora after all."
    assert ask_by_keywords(sentence(text), "it", frequency) == "frunze angora letter arrived"
    assert ask_by_keywords(sentence("So the letter arrived from Frunze."), "it", frequency) is None


def test_what_recognition_spoilt_is_not_asked_about():
    words = "In the evening the commander Mikhail Frunze arrived in the city with four ships."
    text = f"Some] dir [ekti] 1921\n\n{words}\n"
    document = Document("d", "s", 0, "Some] dir [ekti]", 0, len(text))
    source = Source("s", "a.txt", "text/plain", text, len(text))
    assert suggest_questions([SegmentedSource(source, (document,))], count=3) == ()


def test_a_draft_is_a_sound_gold_entry_with_verbatim_evidence(tmp_path):
    sources, texts = segmented()
    drafts = suggest_questions(sources, count=10)
    path = tmp_path / "drafts.jsonl"
    path.write_text("".join(draft_json(draft) + "\n" for draft in drafts))
    assert load_questions(path) == drafts
    assert check_gold(path, texts) == ()
    assert all(draft.evidence[0].quote in texts["book.txt"] for draft in drafts)
    assert "\n" in drafts[2].evidence[0].quote
    assert drafts[2].answer.startswith("In the evening the commander Mikhail Frunze arrived in the city")


def test_no_more_drafts_are_made_than_asked_for_and_always_the_same():
    sources, _ = segmented()
    (only,) = suggest_questions(sources, count=1)
    assert (only.id, only.question) == ("draft-001", suggest_questions(sources, count=10)[0].question)
    assert suggest_questions([], count=5) == ()


def test_a_draft_says_that_it_is_one():
    sources, _ = segmented()
    assert json.loads(draft_json(suggest_questions(sources, count=1)[0]))["note"].startswith("Draft:")
