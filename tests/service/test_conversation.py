import re

from hypothesis import given
from hypothesis import strategies as st

from service.answer import Turn
from service.understanding.follow_ups.conversation import resolve, stand_alone
from service.understanding.follow_ups.dependence import read_dependence

OPENING = "What did Chicherin offer Mustafa Kemal in his letter of June 1920?"


def turns(*questions):
    return [Turn("user", question) for question in questions]


def words_of(text):
    return set(re.findall(r"[^\W_]+", text))


def test_a_question_without_history_is_left_as_it_is():
    assert stand_alone("And what did he answer?", []) == "And what did he answer?"


def test_a_pronoun_is_given_the_names_nouns_and_dates_of_the_question_before():
    resolved = resolve("And what does it say about the Straits?", turns(OPENING))

    assert resolved.text == (
        "And what does it say about the Straits? (Chicherin, Mustafa Kemal, letter, June 1920)"
    )
    assert resolved.context == "Chicherin, Mustafa Kemal, letter, June 1920"


def test_what_the_follow_up_names_itself_is_not_repeated():
    asked = "And what does his letter say about the Straits?"

    assert stand_alone(asked, turns(OPENING)) == f"{asked} (Chicherin, Mustafa Kemal, June 1920)"


def test_a_question_that_names_what_it_is_about_opens_a_new_topic():
    asked = "Which ports had Japanese troops captured in Siberia by June 1920?"

    assert resolve(asked, turns(OPENING)).context == ""
    assert stand_alone("What did they intend to seize next?", turns(OPENING, asked)) == (
        "What did they intend to seize next? (ports, Japanese troops captured, Siberia, by June 1920)"
    )


def test_a_chain_of_follow_ups_keeps_the_topic_and_adds_whom_it_names():
    history = turns(OPENING, "How did he answer?", "And what did Karabekir think of it?")

    assert stand_alone("Was he right?", history) == (
        "Was he right? (Chicherin, Mustafa Kemal, letter, Karabekir, June 1920)"
    )


def test_a_fragment_is_given_the_whole_question_before_it():
    asked = "How did Turkish generals feel about the USSR in 1939?"

    assert stand_alone("And the young officers?", turns(asked)) == f"{asked} And the young officers?"
    assert stand_alone("What about Iran?", turns(asked)) == f"{asked} What about Iran?"
    assert stand_alone("Why?", turns(asked, "What about Iran?")) == f"{asked} What about Iran? Why?"


def test_a_point_in_time_takes_only_the_date():
    asked = "What did Vinogradov assure Saracoglu of that month?"

    assert stand_alone(asked, turns("Who received General Macfarlane in August 1941?")) == (
        f"{asked} (August 1941)"
    )


def test_a_date_of_the_follow_up_replaces_the_earlier_one_from_then_on():
    history = turns(OPENING, "And what did he write to him in May 1921?")

    assert stand_alone("Did he answer?", history).endswith("(Chicherin, Mustafa Kemal, letter, May 1921)")


def test_answers_in_the_history_are_not_needed_and_do_not_disturb():
    asked = "And what does it say about the Straits?"
    with_answer = [Turn("user", OPENING), Turn("assistant", "“Lloyd George spoke in Cairo in 1903.” [1]")]

    assert stand_alone(asked, with_answer) == stand_alone(asked, turns(OPENING))


def test_pronouns_that_find_their_name_in_the_question_point_nowhere_else():
    for question in (
        "What did Turkey plan to do with its share of Mosul oil in 1937?",
        "Did Molotov say that he would come to Berlin?",
        "In his answers of August 1939, what limits did Saracoglu want?",
        "When Litvinov met Aras in Geneva, who had asked for it?",
        "In which documents of 1920 is it said that Turkey wanted the Straits settled?",
        "Were there talks between Chicherin and Bekir Sami?",
        "Did the envoy in Ankara say that Germany would attack Greece?",
    ):
        assert read_dependence(question) == "none", question


def test_pronouns_and_demonstratives_without_a_name_point_back():
    for question in (
        "Did the envoy agree with him?",
        "How many of them did the Turks buy?",
        "Who led that delegation?",
        "Did the Soviet ambassador accept this?",
        "What happened to the women there?",
        "And what did he say about the reliability of the British and French?",
        "How were their crews treated?",
        "Who signed the letter?",
        "Did Ismet Pasha reply?",
    ):
        assert read_dependence(question) == "topic", question


def test_a_very_long_question_is_not_carried_along_whole():
    history = turns("Tell me about the Straits. " * 100)

    assert stand_alone("Why?", history) == "Why? (Straits)"


def test_an_empty_message_is_passed_over():
    assert stand_alone("Did he answer?", turns(OPENING, "  ")) == stand_alone(
        "Did he answer?", turns(OPENING)
    )


messages = st.text(max_size=80) | st.lists(
    st.sampled_from(
        "And what did he they it Chicherin 1920 the letter of June say there that ? , Kemal".split()
    ),
    max_size=12,
).map(" ".join)


@given(messages, st.lists(messages, max_size=5))
def test_the_names_and_years_of_a_question_are_always_part_of_what_is_searched(question, earlier):
    resolved = resolve(question, turns(*earlier))

    for word in ("Chicherin", "Kemal", "1920"):
        assert word not in question or word in resolved.text
    assert question in resolved.text or (resolved.context and question not in resolved.context)


@given(messages, st.lists(messages, max_size=5))
def test_what_is_added_stands_in_the_questions_before(question, earlier):
    resolved = resolve(question, turns(*earlier))
    before = words_of(" ".join([*earlier, question]))

    # what leads into a time that was put in may be new
    assert words_of(resolved.text) <= before | {"in", "on", "and", "after", "before"}
