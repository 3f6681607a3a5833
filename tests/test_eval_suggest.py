import json

from chunker.documents import Document, DocumentDate, DocumentMetadata, Source
from eval.gold import check_gold, load_questions
from eval.suggest import SegmentedSource, draft_json, suggest_questions

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
        ("position", "What is said about Mikhail Frunze in the telegram of 1921-03-03?"),
        ("factoid", "What happened on 17 October 1923, according to “Note on the ships”?"),
        ("factoid", "Of how many steamers does “Note on the ships” speak?"),
    ]


def test_a_draft_is_a_sound_gold_entry_with_verbatim_evidence(tmp_path):
    sources, texts = segmented()
    drafts = suggest_questions(sources, count=10)
    path = tmp_path / "drafts.jsonl"
    path.write_text("".join(draft_json(draft) + "\n" for draft in drafts))
    assert load_questions(path) == drafts
    assert check_gold(path, texts) == ()
    assert all(draft.evidence[0].quote in texts["book.txt"] for draft in drafts)
    assert "\n" in drafts[0].evidence[0].quote
    assert drafts[0].answer.startswith("In the evening the commander Mikhail Frunze arrived in the city")


def test_no_more_drafts_are_made_than_asked_for_and_always_the_same():
    sources, _ = segmented()
    (only,) = suggest_questions(sources, count=1)
    assert (only.id, only.question) == ("draft-001", suggest_questions(sources, count=10)[0].question)
    assert suggest_questions([], count=5) == ()


def test_a_draft_says_that_it_is_one():
    sources, _ = segmented()
    assert json.loads(draft_json(suggest_questions(sources, count=1)[0]))["note"].startswith("Draft:")
