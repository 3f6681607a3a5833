import pytest

from chunker.documents import Document, Page, Passage, Span
from chunker.text.sentences import sentence_spans
from embeddings.search import Hit, Place, Scores
from eval.gold.evidence import SourceTexts, TextSpan, locate, locate_conversations
from eval.gold.questions import Evidence, GoldConversation, GoldQuestion
from eval.measures.matching import overlap_chars
from eval.measures.response import (
    OtherPlace,
    Response,
    ResponseQuote,
    RetrievedPassage,
    response_from_answer,
)
from eval.runs.asking import (
    Exchange,
    Measuring,
    and_then,
    run_first_turns,
    run_follow_ups,
    run_hidden_evidence,
    run_questions,
)
from service.answer import Answer, Citation, IndexState, Quote, RankedPassage

BOOK = (
    "Molotov asked Ribbentrop about bases on the Straits. Stalin agreed to send wool to Ankara. "
    "Saracoglu promised an answer about the wool. The tankers passed the Straits in October."
)
SOURCES = SourceTexts({"book.txt": BOOK})


def question(identity, wording, *quotes):
    evidence = tuple(Evidence(quote, file="book.txt") for quote in quotes)
    return GoldQuestion(identity, wording, "factoid", " ".join(quotes), bool(quotes), evidence)


GOLD = (
    question("bases", "What did Molotov ask Ribbentrop about?", "bases on the Straits"),
    question("wool", "Who promised an answer about the wool?", "Saracoglu promised an answer"),
    question("ships", "How many ships did Peru build?"),
)


class SentenceSearch:
    """Ranks sentences by the share of the question's words they hold, and keeps what it was asked."""

    def __init__(self):
        self.asked = []

    def __call__(self, wording, *, top_k, history=(), hidden=()):
        self.asked.append((wording, tuple(history), tuple(hidden)))
        context = " ".join([exchange.question for exchange in history] + [wording])
        wanted = {word.strip("?.") for word in context.split() if word[0].isupper()} | set(wording.split())
        found = [self._passage(span, wanted) for span in sentence_spans(BOOK)]
        found = [one for one in found if not any(overlap_chars(one.span, span) for span in hidden)]
        ranked = sorted(found, key=lambda one: -one.score)[:top_k]
        best = ranked[0]
        return Response(
            wording,
            answerable=best.score > 0.3,
            confidence=best.score,
            passages=tuple(ranked),
            text=best.text,
            quotes=(ResponseQuote(best.text, best.span),),
            timings_ms={"total": 2.0},
        )

    def _passage(self, span, wanted):
        text = BOOK[span.start_char : span.end_char]
        words = {word.strip("?.") for word in text.split()}
        place = TextSpan("book.txt", span.start_char, span.end_char)
        return RetrievedPassage(place, text, score=len(words & wanted) / len(wanted))


def test_questions_are_asked_plainly_and_measured_in_order():
    ask, calls = SentenceSearch(), []
    told = and_then(ask, lambda: calls.append(1))
    outcomes = run_questions(told, locate(GOLD, SOURCES), Measuring(SOURCES, top_k=4))
    assert [outcome.id for outcome in outcomes] == ["bases", "wool", "ships"]
    assert [outcome.first_hit_rank for outcome in outcomes] == [1, 1, None]
    assert outcomes[1].values["hit@1"] == 1.0
    assert outcomes[1].values["answer_holds_evidence"] == 1.0
    assert "hit@1" not in outcomes[2].values
    assert ask.asked[0] == ("What did Molotov ask Ribbentrop about?", (), ())
    assert len(calls) == 3


def test_with_the_evidence_hidden_the_answerable_questions_become_unanswerable():
    ask = SentenceSearch()
    outcomes = run_hidden_evidence(ask, locate(GOLD, SOURCES), Measuring(SOURCES))
    assert [outcome.id for outcome in outcomes] == ["bases", "wool"]
    assert not any(outcome.is_answerable for outcome in outcomes)
    start = BOOK.index("bases on the Straits")
    assert ask.asked[0][2] == (TextSpan("book.txt", start, start + len("bases on the Straits")),)
    assert [outcome.values["leaked"] for outcome in outcomes] == [0.0, 0.0]
    assert [outcome.values["answered"] for outcome in outcomes] == [0.0, 0.0]
    assert all(0 <= outcome.values["confidence"] <= 0.3 for outcome in outcomes)


def test_a_system_that_does_not_hide_the_evidence_is_found_out():
    search = SentenceSearch()

    def careless(wording, *, top_k, history=(), hidden=()):
        return search(wording, top_k=top_k)

    outcomes = run_hidden_evidence(careless, locate(GOLD, SOURCES), Measuring(SOURCES))
    assert [outcome.values["leaked"] for outcome in outcomes] == [1.0, 1.0]


TALK = GoldConversation(
    "talk",
    (
        question("talk#1", "What did Molotov ask Ribbentrop about?", "bases on the Straits"),
        question("talk#2", "And who promised an answer?", "Saracoglu promised an answer"),
    ),
    ("What did Molotov ask Ribbentrop about?", "Who promised an answer about the wool?"),
)


@pytest.mark.parametrize(
    ("mode", "asked"),
    [
        (
            "with history",
            [
                ("What did Molotov ask Ribbentrop about?", ()),
                (
                    "And who promised an answer?",
                    (
                        Exchange(
                            "What did Molotov ask Ribbentrop about?",
                            "Molotov asked Ribbentrop about bases on the Straits.",
                        ),
                    ),
                ),
            ],
        ),
        ("standalone", [("Who promised an answer about the wool?", ())]),
        ("without history", [("And who promised an answer?", ())]),
    ],
)
def test_follow_ups_are_asked_in_three_ways_and_only_they_are_measured(mode, asked):
    ask = SentenceSearch()
    (talk,) = locate_conversations([TALK], SOURCES)
    outcomes = run_follow_ups(ask, [talk], Measuring(SOURCES), mode=mode)
    assert [(wording, history) for wording, history, _ in ask.asked] == asked
    assert [outcome.id for outcome in outcomes] == ["talk#2"]


def test_first_turns_are_asked_after_a_whole_other_conversation():
    other = GoldConversation(
        "other",
        (
            question("other#1", "Who agreed to send wool?", "Stalin agreed"),
            question("other#2", "Where to?", "to Ankara"),
        ),
        ("Who agreed to send wool?", "Where was the wool sent?"),
    )
    ask = SentenceSearch()
    asked = run_first_turns(ask, locate_conversations([TALK, other], SOURCES), Measuring(SOURCES))
    assert [one.id for one in asked] == ["talk#1", "other#1"]
    assert [[exchange.question for exchange in history] for _, history, _ in ask.asked] == [
        ["Who agreed to send wool?", "Where to?"],
        ["What did Molotov ask Ribbentrop about?", "And who promised an answer?"],
    ]
    assert ask.asked[0][1][0].answer == "Stalin agreed"


def place(start, end, source="book.txt", page=None, page_end=None):
    passage = Passage("p", "d", 0, start, end, BOOK[start:end], 9, page, page_end)
    return Place(passage, Document("d", "s", 0, "Telegram", 0, 50), source)


def test_the_services_answer_is_reduced_to_what_is_measured():
    hit = Hit(
        place(0, 52, page=Page("404", "estimated", 2), page_end=Page("405", "estimated", 2)),
        0.8,
        Scores(dense=0.6),
        also_in=(place(0, 52, "page.txt"),),
    )
    citation = Citation(1, hit.place, Span(0, 14), None, None)
    answer = Answer(
        question="What?",
        standalone_question="What did Molotov ask?",
        confidence=0.7,
        kind="extractive",
        form="extract",
        pieces=(Quote("Molotov asked.", citation, "exact"),),
        passages=(RankedPassage(hit, "tidied", citation, (Span(0, 3),)),),
        index=IndexState(1, "model", 9),
        timings_ms={"total": 3.0},
    )
    assert response_from_answer(answer) == Response(
        question="What?",
        standalone_question="What did Molotov ask?",
        answerable=True,
        confidence=0.7,
        text="Molotov asked. [1]",
        words="Molotov asked.",
        quotes=(ResponseQuote("Molotov asked.", TextSpan("book.txt", 0, 14)),),
        passages=(
            RetrievedPassage(
                TextSpan("book.txt", 0, 52),
                BOOK[:52],
                score=0.8,
                title="Telegram",
                page="404",
                page_end="405",
                also_in=(OtherPlace(TextSpan("page.txt", 0, 52), BOOK[:52]),),
            ),
        ),
        timings_ms={"total": 3.0},
        form="extract",
    )
