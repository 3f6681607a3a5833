from itertools import pairwise

import pytest
from encoders import WordHashEncoder
from index_support import CHUNKING, make_source, now
from service_support import dossier_over

from embeddings.local_index import LocalIndex
from embeddings.search import Filters, HiddenSpan
from service.answering.answerer import NOTHING_FOUND, NOTHING_INDEXED
from service.answering.quoting import is_verified
from service.answering.writing import NO_ANSWER

STRAITS = (
    "# Note on the Straits\n\nMarch 3, 1937\n\nThe envoy dined at the embassy. The guests spoke of winter. "
    "Turkey asked for the **fortification** of the Straits.\nThe Soviet Union agreed to it at once."
)
PRISONERS = (
    "# Note on prisoners\n\nMay 9, 1921\n\nThe delegation asked for the return of the prisoners of war. "
    "The camps near Constantinople were to be closed within five months."
)
COPY = STRAITS.replace("# ", "## ").replace("embassy. The", "embassy.  The")


@pytest.fixture
def index(tmp_path):
    with LocalIndex.open(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING) as opened:
        yield opened


def test_the_answer_quotes_the_sentence_that_holds_the_question_s_words(index):
    index.add([make_source("straits.md", STRAITS), make_source("prisoners.md", PRISONERS)])
    answer = dossier_over(index).ask("Who asked for the fortification of the Straits?")
    assert answer.kind == "extractive"
    lead = answer.pieces[0]
    assert "Turkey asked for the fortification of the Straits." in lead.text
    assert lead.citation.number == 1
    assert answer.passages[0].hit.place.source_name == "straits.md"


def test_every_quote_stands_in_the_source_where_it_says(index):
    index.add([make_source("straits.md", STRAITS), make_source("prisoners.md", PRISONERS)])
    found = set()
    for question in ("Who asked for the fortification of the Straits?", "Who asked for prisoners of war?"):
        answer = dossier_over(index).ask(question)
        assert answer.quotes
        for quote in answer.quotes:
            place = quote.citation.place
            assert place == answer.passages[quote.citation.number - 1].hit.place
            text = now(index).source_text(place.document.source_id)
            assert is_verified(quote.text, quote.citation.span, text, quote.match)
            found.add(quote.match)
    assert found == {"exact", "normalised"}


def test_highlights_mark_the_question_s_words_in_the_text_shown(index):
    index.add([make_source("straits.md", STRAITS)])
    shown = dossier_over(index).ask("Which fortifications of the Straits?").passages[0]
    marked = {shown.text[span.start_char : span.end_char] for span in shown.highlights}
    assert {"fortification", "Straits"} <= marked


def test_below_the_threshold_nothing_is_claimed_but_the_nearest_passages_come(index):
    index.add([make_source("straits.md", STRAITS)])
    answer = dossier_over(index, threshold=1.1).ask("Who asked for the fortification of the Straits?")
    assert (answer.kind, answer.answerable, answer.quotes) == ("none", False, ())
    assert "do not answer" in answer.text
    assert answer.passages


def test_an_empty_index_says_how_to_fill_it(index):
    answer = dossier_over(index).ask("What did Turkey ask for?")
    assert (answer.kind, answer.text, answer.confidence) == ("none", NOTHING_INDEXED, 0.0)


def test_filters_that_leave_nothing_are_named_as_the_reason(index):
    index.add([make_source("straits.md", STRAITS)])
    answer = dossier_over(index).ask("What did Turkey ask for?", filters=Filters(date_from="1950-01-01"))
    assert (answer.kind, answer.text, answer.passages) == ("none", NOTHING_FOUND, ())


def test_the_same_paper_in_two_sources_is_cited_once_with_both_places(index):
    index.add([make_source("straits.md", STRAITS), make_source("copy.md", COPY)])
    answer = dossier_over(index).ask("Who asked for the fortification of the Straits?")
    sources = [passage.hit.place.source_name for passage in answer.passages]
    others = [place.source_name for place in answer.passages[0].hit.also_in]
    assert sorted({sources[0], *others}) == ["copy.md", "straits.md"]
    assert len(sources) == len({passage.text for passage in answer.passages})


def test_hidden_words_are_neither_found_nor_quoted(index):
    index.add([make_source("straits.md", STRAITS), make_source("prisoners.md", PRISONERS)])
    hidden = HiddenSpan("straits.md", STRAITS.index("fortification"), len(STRAITS))
    answer = dossier_over(index).ask("Who asked for the fortification of the Straits?", hidden_spans=[hidden])
    assert answer.passages
    assert not any("fortification" in passage.text for passage in answer.passages)


def test_passages_are_ranked_and_no_more_than_asked_for(index):
    index.add([make_source("straits.md", STRAITS), make_source("prisoners.md", PRISONERS)])
    for top_k in (1, 2, 50):
        passages = dossier_over(index).search("the prisoners of the Straits", top_k=top_k).passages
        assert [passage.rank for passage in passages] == list(range(1, len(passages) + 1))
        assert 0 < len(passages) <= top_k
        assert all(better.hit.score >= worse.hit.score for better, worse in pairwise(passages))


def test_asking_again_gives_the_same_answer(index):
    index.add([make_source("straits.md", STRAITS), make_source("prisoners.md", PRISONERS)])
    first, second = (dossier_over(index).ask("What did the delegation ask for?") for _ in range(2))
    assert (first.text, first.passages, first.confidence) == (second.text, second.passages, second.confidence)


@pytest.mark.parametrize("question", ["?", "the of and", '"; DROP TABLE passages; --', "\x00", "🙂" * 50])
def test_odd_questions_get_an_answer_of_the_ordinary_form(index, question):
    index.add([make_source("straits.md", STRAITS)])
    answer = dossier_over(index).ask(question)
    assert answer.kind in {"extractive", "none"}
    assert 0.0 <= answer.confidence <= 1.0


@pytest.mark.parametrize("question", ["Что предложил посланник?", "zzyzx qwerty", "使節は何を求めたか"])
def test_what_was_not_understood_is_not_denied(index, question):
    index.add([make_source("straits.md", STRAITS)])
    answer = dossier_over(index, threshold=1.1).ask(question)
    assert not answer.answerable
    assert "could not be judged" in answer.text


def test_what_was_understood_and_is_foreign_is_denied(index):
    index.add([make_source("straits.md", STRAITS)])
    answer = dossier_over(index, threshold=1.1).ask("Who invented the telephone?")
    assert answer.text == NO_ANSWER
