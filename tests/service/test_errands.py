"""Errands of chat front ends: each kind is recognised and done, and no question is taken for one."""

import json
from pathlib import Path

import pytest

from service.openai_api.errands import done_errand, title_of
from service.openai_api.orders import read_order
from service.openai_api.schemas import ChatMessage

GOLD = Path(__file__).parents[2] / "eval" / "data"
QUESTION = "What did Chicherin offer Mustafa Kemal?"
ANSWER = "Relations. [1]"
TRANSCRIPT = f"User: {QUESTION}\nAI: {ANSWER}"
TITLE = "Chicherin, Mustafa Kemal"


def task_of(messages):
    order = read_order(messages)
    return order and order.task


def conversation(*said):
    """Return messages of pairs, the role by its first letter."""
    roles = {"s": "system", "u": "user", "a": "assistant"}
    return [ChatMessage(role=roles[role], content=text) for role, text in said]


TITLES = {
    "a system's order, the message in an envelope": (
        (
            "s",
            "You title chat threads.\nGoal: a very short title for the topic of the user's first message.",
        ),
        ("u", f'User message: "{QUESTION}"'),
    ),
    "a system's order with examples before the message": (
        ("s", "You never answer the user; instead summarize the user's request into four words or less."),
        ("u", "Who rules Gabon?"),
        ("a", "President of Gabon"),
        ("u", QUESTION),
    ),
    "a question's order with a transcript": (
        (
            "u",
            f"Provide a title of 5 words or less for the conversation.\n\nConversation:\n{TRANSCRIPT}",
        ),
    ),
    "a system's order with the transcript, the language asked": (
        (
            "s",
            f'Write a title for this conversation.\n||>User:\n"{QUESTION}"\n||>Response:\n"x"',
        ),
        ("u", "Language: English"),
    ),
    "tools that a system message describes": (
        ("s", "You have tools to generate the conversation title.\n\nCall them like this: <invoke>"),
        ("u", TRANSCRIPT),
    ),
    "a summarizer of conversations": (
        (
            "s",
            (
                "You sum up conversations. Generate a title for the essence of the conversation.\n\n"
                "Rules:\n- Only the title, no additional context\n- 10 words at most"
            ),
        ),
        ("u", f"user: {QUESTION}\nassistant: {ANSWER}"),
    ),
    "an order at the end of the conversation": (
        ("u", QUESTION),
        ("a", ANSWER),
        (
            "u",
            "Please generate a four to five word title summarizing our conversation, without quotes.",
        ),
    ),
    "an expert of titles with a fenced conversation": (
        ("s", "You are a conversation titles assistant, skilled in expressive titles."),
        (
            "u",
            f"Read it and extract a concise chat title that sums it up.\n\n```\n- user: {QUESTION}\n```",
        ),
    ),
    "a limit of words and a quoted message": (
        ("u", f'Summarize in a 10-word title. Give the title only. The message: "{QUESTION}"'),
    ),
    "a limit of words and the message after it": (("u", f'Summarize in a 10-word title. "{QUESTION}"'),),
    "a title for what begins": (
        ("s", "Reply with a 3-5 word title for a conversation that begins with the next message."),
        ("u", QUESTION),
    ),
    "messages as JSON under names of their own": (
        ("s", "You need to summarize the user's conversation into a title within 10 words."),
        ("u", json.dumps([{"role": "user", "mainText": QUESTION, "files": []}])),
    ),
    "a name, with a fenced conversation": (
        (
            "u",
            (
                f"Based on the chat history, give this conversation a name.\n\n```\n{QUESTION}\n\n-----\n\n"
                f"{ANSWER}\n```\n\nThe name is:"
            ),
        ),
    ),
    "an order in the form of a question": (
        ("u", QUESTION),
        ("a", ANSWER),
        ("u", "What would be a short title for this chat? Answer with the title only."),
    ),
    "a title for the following message": (
        (
            "u",
            f'Generate a title in less than 6 words for the following message:\n"""\n{TRANSCRIPT}\n"""',
        ),
    ),
    "a chat title from the user's message": (
        (
            "s",
            "Generate a very short chat title based on the user's message.\nRules:\n- no quotes",
        ),
        ("u", QUESTION),
    ),
    "a system's order and the user's again": (
        ("s", "You make titles for new chat sessions from the user's first message."),
        (
            "u",
            f"The user began a new chat with this message:\n\n{QUESTION}\n\nGenerate a clear title for it.",
        ),
    ),
    "a generator of titles": (
        ("s", "You are the title generator. Write a title that summarizes the question sent to you."),
        ("u", QUESTION),
    ),
    "a message in tags": (
        (
            "s",
            "Summarize the query in <query></query> tags. Answer with the thread title, nothing else.",
        ),
        ("u", f"<query>{QUESTION}</query>"),
    ),
}


@pytest.mark.parametrize("messages", TITLES.values(), ids=TITLES)
def test_a_title_is_recognised_in_each_form_and_made_of_what_was_asked(messages):
    assert task_of(conversation(*messages)) == "title"
    assert done_errand(conversation(*messages)) == TITLE


OTHERS = {
    "what to ask next": (
        "follow_ups",
        (
            ("s", "Suggest three follow-up questions that could be asked next in this conversation."),
            ("u", TRANSCRIPT),
        ),
        '{"follow_ups": []}',
    ),
    "tags": (
        "tags",
        (("s", "Generate up to three tags that categorise this conversation."), ("u", TRANSCRIPT)),
        '{"tags": ["Chicherin", "Mustafa Kemal"]}',
    ),
    "a summary to go on with, as the system's last word": (
        "summary",
        (
            ("u", QUESTION),
            ("a", ANSWER),
            ("s", "Summarize the discussion briefly, as a prompt for future context."),
        ),
        f"Asked so far: {QUESTION}",
    ),
    "a summary of a history in tags": (
        "summary",
        (
            ("s", "You extract takeaways by summarizing what stands in <chat_history> tags."),
            (
                "u",
                f"<chat_history><user>{QUESTION}</user><user>And Eden?</user></chat_history>",
            ),
        ),
        f"Asked so far: {QUESTION} / And Eden?",
    ),
    "a follow-up that is to stand alone": (
        "question",
        (
            (
                "u",
                (
                    "Given this and a follow-up question, rephrase the follow-up to be standalone.\n"
                    f"Human: Who was he?\nAI: A commissar.\nFollow up input: {QUESTION}\nStandalone:"
                ),
            ),
        ),
        QUESTION,
    ),
    "a follow-up, the conversation in the system message": (
        "question",
        (
            (
                "s",
                "You are a question rephraser.\n<conversation>\nHuman: Who was he?\n</conversation>",
            ),
            ("u", f"Follow up question: {QUESTION}\nRephrased question:"),
        ),
        QUESTION,
    ),
    "an emoji": (
        "emoji",
        (("s", "You select the most appropriate emoji for a text."), ("u", QUESTION)),
        "📄",
    ),
}


@pytest.mark.parametrize(("task", "messages", "done"), OTHERS.values(), ids=OTHERS)
def test_other_errands_are_recognised_and_done(task, messages, done):
    assert task_of(conversation(*messages)) == task
    assert done_errand(conversation(*messages)) == done


ABOUT_TITLES = [
    f"{ask} {what} {where}"
    for ask in ("What is", "Give", "Find", "Write down", "Suggest", "Name", "Summarise", "Create a table of")
    for what in (
        "the title of",
        "a short summary of",
        "the names in",
        "the tags on",
        "the follow-up to",
        "the first words of",
    )
    for where in (
        "the conversation between Stalin and Eden",
        "the discussion of the Straits in Potsdam",
        "the talk recorded by Pavlov.",
        "the dialogue with Saracoglu, in five words",
        "the telegram of 14 November 1940?",
        "Anna's first letter?",
    )
]
"""What a reader may ask of documents that record conversations and have titles."""


def asked_in(path):
    """Yield every question of a file of gold."""
    for line in path.read_text("utf-8").splitlines():
        found = json.loads(line)
        yield from (turn["question"] for turn in found.get("turns", [found]) if turn.get("question"))


@pytest.mark.parametrize("path", sorted(GOLD.glob("*.jsonl")), ids=lambda path: path.stem)
def test_no_question_of_the_gold_is_an_errand(path):
    asked = list(asked_in(path))
    assert len(asked) >= 5
    assert [question for question in asked if read_order(conversation(("u", question)))] == []


def test_questions_about_titles_names_and_summaries_are_questions():
    assert [text for text in ABOUT_TITLES if read_order(conversation(("u", text)))] == []


@pytest.mark.parametrize(
    "system",
    [
        "You are a helpful assistant.",
        "Answer from the documents. Cite the title and the page of each source.",
        "You are an archivist. Write short answers and give the title of each conversation that you quote.",
        "Write a short title, then your findings with their sources.",
        "You write concise replies in this chat and add tags to each answer.",
        "Generate follow-up questions at the end of every answer in this conversation.",
        "You help historians. Summarise conversations of diplomats when asked and give each a title.",
        "### Task:\nRespond to the query from the context, with inline citations.\n<context>\n…\n</context>",
        "Write in the language of the user's request.",
    ],
)
def test_a_system_message_that_tells_how_to_answer_makes_no_question_an_errand(system):
    questions = [*ABOUT_TITLES, *asked_in(GOLD / "questions.jsonl")]
    assert [text for text in questions if read_order(conversation(("s", system), ("u", text)))] == []


def message(text):
    return ChatMessage(role="user", content=text)


def test_a_title_asked_for_after_the_conversation_names_what_it_began_with():
    messages = [
        message("What did Chicherin offer Mustafa Kemal?"),
        ChatMessage(role="assistant", content="Relations. [1]"),
        message(
            "Please generate a four to five word title summarizing our conversation without any lead-in."
        ),
    ]

    assert task_of(messages) == "title"
    assert done_errand(messages) == "Chicherin, Mustafa Kemal"


def test_questions_about_documents_are_no_errands():
    for text in (
        "What title did Atatürk take?",
        "Summarise the conversation between Stalin and Eden.",
        "Give the title of the conversation between Stalin and Eden of 1941.",
        "Suggest a title for the conversation recorded by Pavlov.",
        "Who asked for a conversation with Molotov about tags?",
        "### Task: find the letter of June 1920",
        "Give me what Chicherin wrote in the letter of 1920",
        "Write about the conversation: what title did Eden give the paper?",
        "Give the facts of the dialogue: who named the price?",
        "Give the title of this conversation.",
        "Give the name of the interpreter in this conversation.",
        "Write out the names in this discussion.",
        "What is this conversation called?",
        "Summarise this discussion.",
    ):
        assert task_of([message(text)]) is None, text


@pytest.mark.parametrize(
    ("messages", "task"),
    [
        (["Provide a concise, 5-word-or-less title for the conversation.\n\nUser: Who was Eden?"], "title"),
        (["Who was Eden?", "Based on the chat history, give this conversation a name."], "title"),
        (["Who was Eden?", "Suggest three follow-up questions for this conversation."], "follow_ups"),
    ],
)
def test_errands_of_other_front_ends_are_recognised(messages, task):
    assert task_of([message(text) for text in messages]) == task


def test_open_webui_s_choice_of_a_tool_and_of_a_face_are_recognised():
    tools = ChatMessage(
        role="system", content='Available Tools: []\nReturn { "tool_calls": [] } if none fits.'
    )
    asked = [tools, message("Query: Who was Eden?")]
    face = [
        message("Your task is to reflect the speaker's likely expression through a fitting emoji. Hello!")
    ]

    assert json.loads(done_errand(asked)) == {"tool_calls": []}
    assert done_errand(face) == "📄"


def test_an_order_in_a_system_message_is_an_errand_where_nothing_else_is_asked():
    order = ChatMessage(role="system", content="Generate a title for the conversation. No quotes.")

    assert task_of([order, message("user: Who was Eden?")]) == "title"
    assert done_errand([order, message("user: Who was Anthony Eden?")]) == "Anthony Eden"
    assert task_of([order, message("Who was Eden?"), message("And Cripps?")]) is None


@pytest.mark.parametrize(
    "order",
    [
        "You will make a short title from the first message with which a user begins a conversation.",
        "Title the thread: a very short title that names the topic of the user's first message.",
        "Generate a concise name (at most 5 words) for this new chat. Plain text only.",
        "Output a title for a conversation that begins as follows.",
    ],
)
@pytest.mark.parametrize(
    "first",
    [
        'User message: "Who was Anthony Eden?"',
        '{"role": "user", "parts": [{"type": "text", "text": "Who was Anthony Eden?"}]}',
        '[{"role": "user", "content": "Who was Anthony Eden?"}]',
        "Who was Anthony Eden?",
    ],
)
def test_a_system_message_that_orders_a_title_has_one_made_of_the_first_message(order, first):
    messages = [ChatMessage(role="system", content=order), message(first)]
    assert task_of(messages) == "title"
    assert done_errand(messages) == "Anthony Eden"


@pytest.mark.parametrize(
    "rules",
    [
        "Answer the user's question. Give the title of each document you cite in the conversation.",
        "You are an archivist in a chat. Give dates and the name of the source for the user's question.",
        "You are a helpful assistant. Use the documents to answer.",
        "Provide short answers with the name of the author, whatever the user's message.",
    ],
)
def test_a_system_message_with_rules_for_answers_is_no_errand(rules):
    assert task_of([ChatMessage(role="system", content=rules), message("Who was Eden?")]) is None


def test_a_title_is_short_whatever_the_question():
    assert title_of("") == "Documents"
    assert title_of("Why?") == "Why?"
    assert len(title_of("a " + "b" * 500)) <= 80
    assert len(title_of(" ".join(f"Name{number}," for number in range(50))).split()) <= 8
