import pytest

from eval.gold.questions import Evidence, GoldConversation, GoldQuestion, load_conversations
from eval.measures.matching import SourceTexts
from eval.measures.response import Response, RetrievedPassage, TextSpan
from eval.runs.runner import Measuring, locate_conversations
from eval.studies.conversations import ConversationScore, score_first_turns, score_follow_ups

TEXT = "Chicherin offered a treaty. Kemal agreed to it. Vorovsky was refused couriers. He went to Rome."
SOURCES = SourceTexts({"book.txt": TEXT})


def turn(identity, wording, quote):
    return GoldQuestion(identity, wording, "factoid", "", True, (Evidence(quote),))


CONVERSATIONS = locate_conversations(
    [
        GoldConversation(
            "a",
            (
                turn("a#1", "What did Chicherin offer?", "offered a treaty"),
                turn("a#2", "Who agreed?", "Kemal"),
            ),
            ("What did Chicherin offer?", "Who agreed to the treaty of Chicherin?"),
        ),
        GoldConversation(
            "b",
            (
                turn("b#1", "What was Vorovsky refused?", "refused couriers"),
                turn("b#2", "And?", "went to Rome"),
            ),
            ("What was Vorovsky refused?", "Where did Vorovsky go?"),
        ),
    ],
    SOURCES,
)


def passage(quote):
    start = TEXT.index(quote)
    return RetrievedPassage(TextSpan("book.txt", start, start + len(quote)), quote)


def ask_knowing_only_vorovsky(question, *, top_k, history=(), hidden=()):
    """Finds what Vorovsky did wherever he is named, second; always offers Chicherin's treaty first."""
    context = " ".join([exchange.question for exchange in history] + [question])
    found = [passage("offered a treaty")]
    if "Vorovsky" in context:
        found += [passage("refused couriers"), passage("went to Rome")]
    return Response(question, answerable=True, confidence=1.0, passages=tuple(found[:top_k]))


def test_a_score_counts_hits_and_reciprocal_ranks_up_to_ten():
    score = ConversationScore("any", (1, 4, None, 12))

    assert score.hit_at(1) == 0.25
    assert score.hit_at(5) == 0.5
    assert score.mean_reciprocal_rank == (1 + 0.25) / 4


def test_a_score_of_no_questions_is_zero():
    assert ConversationScore("none", ()).hit_at(5) == 0
    assert ConversationScore("none", ()).mean_reciprocal_rank == 0


def test_follow_ups_are_asked_bare_in_conversation_and_as_a_person_words_them():
    outcomes = score_follow_ups(ask_knowing_only_vorovsky, CONVERSATIONS, Measuring(SOURCES))

    ranks = {mode: [outcome.first_hit_rank for outcome in asked] for mode, asked in outcomes.items()}
    assert ranks == {
        "without history": [None, None],
        "with history": [None, 3],
        "standalone": [None, 3],
    }


def test_first_turns_are_asked_alone_and_after_another_conversation():
    alone, after_another = score_first_turns(ask_knowing_only_vorovsky, CONVERSATIONS, Measuring(SOURCES))

    assert alone.ranks == (1, 2)
    assert after_another.ranks == (1, 2)


@pytest.mark.parametrize("name", ["conversations.jsonl", "follow_ups.jsonl"])
def test_the_packaged_conversations_can_be_read(name):
    from importlib.resources import as_file, files

    with as_file(files("eval") / "data" / name) as path:
        conversations = load_conversations(path)

    assert all(len(conversation.turns) > 1 for conversation in conversations)
