"""Follow-ups that are only a time or a name, and what becomes of times that are counted from others."""

import pytest

from chunker.metadata.asked_times import read_asked_times
from chunker.metadata.year_forms import DecadeFinder
from service.answer import Turn
from service.understanding.follow_ups.conversation import Held, resolve
from service.understanding.follow_ups.relative_times import Anchor, read_relative_time

OPENING = "What did Molotov say about the Straits in November 1940?"
PERSONS = {"molotov", "hitler", "papen", "anna", "josef"}
HELD = Held(
    DecadeFinder(lambda first, last: first <= "1949-12-31" and last >= "1919-01-01"),
    lambda name: name.split()[-1].lower() in PERSONS,
)


def asked_after(question, *earlier, held=HELD):
    return resolve(question, [Turn("user", one) for one in earlier], held).text


@pytest.mark.parametrize(
    ("anchor", "question", "words"),
    [
        ("in June 1920", "And the year after?", "1921"),
        ("in June 1920", "the year before that?", "1919"),
        ("in June 1920", "A month later?", "July 1920"),
        ("in December 1920", "And the next month?", "January 1921"),
        ("in January 1920", "And the previous month?", "December 1919"),
        ("in June 1920", "What did he do two years later?", "1922"),
        ("in June 1920", "And before that?", "before June 1920"),
        ("in June 1920", "What happened after that?", "after June 1920"),
        ("in 1936-1939", "And after that?", "after 1939"),
        ("before 1923", "And after that?", "after 1923"),
        ("on 14 November 1940", "And the day after?", "15 November 1940"),
        ("on 1 March 1940", "And the day before?", "29 February 1940"),
        ("on 14 November 1940", "And a week later?", "from 18 November 1940 to 24 November 1940"),
        ("on 14 November 1940", "What did he write that month?", "November 1940"),
        ("in June 1920", "Who came that spring?", "spring 1920"),
        ("in June 1920", "And the following spring?", "spring 1921"),
        ("in February 1920", "And the next spring?", "spring 1920"),
        ("in June 1920", "And in May?", "May 1920"),
        ("on 3 May 1921", "And on 10 May?", "10 May 1921"),
        ("on 3 May 1921", "What did he do on the 10th of June?", "10 June 1921"),
        ("in June 1920", "And later that year?", "from July 1920 to December 1920"),
        ("in June 1920", "And earlier that year?", "from January 1920 to May 1920"),
        ("in the 1920s", "And the next decade?", "the 1930s"),
        ("in 1920", "And since then?", "since 1920"),
    ],
)
def test_a_time_counted_from_another_is_said_in_words_that_stand_alone(anchor, question, words):
    found = read_relative_time(question, Anchor.of(read_asked_times(f"What happened {anchor}?")))
    assert found.words == words
    [read] = read_asked_times(f"What happened in {words}?")
    assert words.removeprefix("the ") in read.text or read.text in words


@pytest.mark.parametrize(
    "question",
    [
        "What happened two years after the war?",
        "Who led the last year of the council?",
        "What did the next speaker say?",
        "What post had he held before?",
        "May Anna come?",
        "Who says that the month was cold?",
    ],
)
def test_words_that_count_from_something_else_are_no_such_time(question):
    assert read_relative_time(question, Anchor.of(read_asked_times("in June 1920"))) is None


def test_what_cannot_be_told_as_exactly_is_not_made_up():
    assert read_relative_time("And on 31 February?", Anchor.of(read_asked_times("in 1920"))) is None
    year = Anchor.of(read_asked_times("in 1920"))
    assert read_relative_time("And a month later?", year) is None
    assert read_relative_time("And in the spring?", Anchor.of(read_asked_times("in the 1920s"))) is None


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("in 1940?", "What did Molotov say about the Straits in 1940?"),
        ("1941?", "What did Molotov say about the Straits in 1941?"),
        ("And on 14 November 1940?", "What did Molotov say about the Straits on 14 November 1940?"),
        ("And before 1923?", "What did Molotov say about the Straits before 1923?"),
        ("And the year after?", "What did Molotov say about the Straits in 1941?"),
        ("And before that?", "What did Molotov say about the Straits before November 1940?"),
        ("And in the thirties?", "What did Molotov say about the Straits in the thirties?"),
        ("What about after the war?", "What did Molotov say about the Straits after the war?"),
    ],
)
def test_a_follow_up_that_is_a_time_takes_the_place_of_the_time_before(question, expected):
    assert asked_after(question, OPENING) == expected


def test_a_question_without_a_time_is_given_it_at_its_end():
    assert (
        asked_after("And in 1940?", "What did Anna think of Karl?") == "What did Anna think of Karl in 1940?"
    )


def test_the_time_of_an_event_stays_where_the_question_has_a_time_of_its_own():
    asked = "What did Turkey think of the treaty of 1921 in 1939?"
    assert asked_after("And in 1940?", asked) == "What did Turkey think of the treaty of 1921 in 1940?"


def test_times_are_counted_on_from_follow_up_to_follow_up():
    assert asked_after("And the year after?", OPENING, "And the year after?").endswith("in 1942?")
    assert asked_after("Did he come the next year?", OPENING, "And in 1935?").endswith("1936)")


def test_a_time_counts_from_the_best_document_where_the_question_before_names_none():
    asked = []
    held = Held(days_of=lambda question: asked.append(question) or ("1921-10-13", "1921-10-13"))
    opening = "When was the treaty of Kars signed?"
    after = "When was the treaty of Kars signed in 1922?"
    assert asked_after("And the year after?", opening, held=held) == after
    assert set(asked) == {opening}
    assert asked_after("And the year after?", opening, "And the year after?", held=held).endswith("in 1923?")
    assert asked_after("And Moscow?", opening, held=held).startswith(opening)
    assert set(asked) == {opening}
    nowhere = Held(days_of=lambda _: None)
    assert asked_after("And the year after?", opening, held=nowhere) == f"{opening} And the year after?"


def test_a_time_that_a_whole_sentence_counts_stands_beside_the_names():
    assert asked_after("What did he say the year after?", OPENING) == (
        "What did he say the year after? (Molotov, Straits, 1941)"
    )


def test_a_decade_that_is_carried_along_is_no_name_beside_it():
    assert asked_after("Did he agree?", OPENING, "And in the thirties?").endswith(
        "(Molotov, Straits, the thirties)"
    )


def test_a_time_of_its_own_is_not_given_that_of_the_question_before():
    assert "1940" not in asked_after("What did he say in 1923?", OPENING)


@pytest.mark.parametrize(
    ("question", "opening", "expected"),
    [
        ("and Hitler?", OPENING, "What did Hitler say about the Straits in November 1940?"),
        ("What about Hitler?", OPENING, "What did Hitler say about the Straits in November 1940?"),
        ("And Hitler in 1941?", OPENING, "What did Hitler say about the Straits in 1941?"),
        ("And Josef?", "When did Anna leave Trieste?", "When did Josef leave Trieste?"),
        ("And Aras?", "Who was Karakhan?", "Who was Aras?"),
        ("And of Moscow?", "When was the treaty of Kars signed?", "When was the treaty of Moscow signed?"),
        ("And to Hitler?", "What did Stalin propose to Eden?", "What did Stalin propose to Hitler?"),
        ("And Turkey?", "What did Molotov say about Iran?", "What did Molotov say about Turkey?"),
        (
            "And Hitler?",
            "How did the German ambassador Papen justify the march?",
            "How did Hitler justify the march?",
        ),
    ],
)
def test_a_name_takes_the_place_that_fits_it(question, opening, expected):
    assert asked_after(question, opening) == expected


@pytest.mark.parametrize(
    ("question", "opening"),
    [
        ("And the young officers?", "How did Turkish generals feel about the USSR in 1939?"),
        ("And Vienna?", "How did the Lausanne session on the Straits end?"),
        ("And Turkey?", OPENING),
        ("And Hitler?", "What did Molotov and Stalin want?"),
    ],
)
def test_what_fits_no_one_place_is_put_behind_the_question(question, opening):
    assert asked_after(question, opening) == f"{opening} {question}"


def test_who_speaks_of_the_same_matter_is_not_searched_with_who_spoke_before():
    assert asked_after("And what did Hitler say about that?", OPENING) == (
        "And what did Hitler say about that? (Straits, November 1940)"
    )
    assert "Molotov" in asked_after("And what did Hitler reply to that?", OPENING)


def test_the_same_question_again_is_the_same_question():
    history = [Turn("user", one) for one in (OPENING, "Why?")]
    first, again = resolve("Why?", history[:1], HELD), resolve("why", history, HELD)
    assert again.text == first.text
    assert again.is_repeated
    assert not first.is_repeated
    assert resolve(OPENING, history, HELD).is_repeated


def test_wrapped_questions_of_the_history_are_read_without_their_wrapping():
    wrapped = f"You are a helpful assistant. Use the context of Vienna in 1815. Question: {OPENING}"
    assert asked_after("And the year after?", wrapped) == asked_after("And the year after?", OPENING)
