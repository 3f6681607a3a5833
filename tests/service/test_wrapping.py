"""What prompts and people put around a question is taken off; questions themselves never are."""

import json
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.understanding.wrapping import core_question

QUESTION = "When was the treaty of Kars signed?"
CLAUSE = "when the treaty of Kars was signed"

PROMPTS = {
    "inline labels": "You are a helpful assistant. Answer using the context below. Question: {} Answer:",
    "question at the end": (
        "Use the following pieces of context to answer the question at the end. If you don't know the "
        "answer, just say that you don't know, don't try to make up an answer.\n\nThe Treaty of Moscow was "
        "signed in 1921. Why?\n\nQuestion: {}\nHelpful Answer:"
    ),
    "rulers": (
        "Context information is below.\n-----------------\nLenin wrote to Frunze.\n-----------------\n"
        "Given the context information and not prior knowledge, answer the query.\nQuery: {}\nAnswer: "
    ),
    "headings": (
        "### Task:\nRespond to the user query using the provided context.\n\n### Guidelines:\n- If you don't "
        "know the answer, say so.\n\n### Query:\n{}"
    ),
    "headings on one line": "### Task: Answer from the documents. ### Query: {}",
    "tags": "Answer it.\n<context>\nWho wrote? Lenin.\n</context>\n<user_query>\n{}\n</user_query>",
    "one tag": "<question>{}</question>",
    "material before it": "<context>noise? noise</context>\n\n{}",
    "context without an end": "Answer using only the provided context.\n\nContext:\nAnna left.\n\n{}",
    "bold labels": "**Question:** {}\n\n**Answer:**",
    "transcript": "Human: Hi\nAssistant: Hello! What is it?\nHuman: {}",
    "template": "[INST] You are a librarian. [/INST] {}",
    "JSON": '{{"system": "Be brief.", "question": "{}"}}',
    "step by step before": "Think step by step. {}",
    "step by step behind": "{} Let's think step by step.",
    "one sentence before": "Please answer in one sentence: {}",
    "one sentence behind": "{} Please answer in one sentence.",
    "form": "{} Respond in JSON.",
    "form and citations": "{} Answer in two or three sentences, citing page numbers.",
    "role": "Act as a historian. {} Cite your sources. Be concise.",
    "translation": "Translate to English and answer: {}",
    "quotation": 'Answer the following question: "{}"',
    "fence": "Answer the question delimited by triple backticks.\n```\n{}\n```",
    "only sources": "{}\n\nOnly use the sources given. Don't speculate.",
    "greeting and thanks": "Hello! I am a student. {} Many thanks in advance!",
    "aside": "{} (answer briefly)",
    "instruction": (
        "Below is an instruction that describes a task. Write a response that completes the request.\n\n"
        "### Instruction:\n{}\n\n### Response:"
    ),
    "chat template": "<|system|>You are helpful<|end|><|user|>{}<|end|><|assistant|>",
    "condensing": (
        "Given the following conversation and a follow up question, rephrase the follow up question.\n\n"
        "Chat History:\nHuman: hi\nAssistant: hello\nFollow Up Input: {}\nStandalone question:"
    ),
    "lead-in": "Please provide a detailed answer to the following question, with citations: {}",
    "lead-in of a person": "I have a question: {}",
    "asking to ask": "Could you help me? {}",
    "key of JSON": 'Respond only with JSON like {{"answer": "..."}}. {}',
    "list of orders": "1. Read the documents.\n2. Answer the question below.\n\n{}",
    "yes or no": "{} Answer with yes or no.",
    "tip": "Take a deep breath. You will be tipped $200. {}",
    "quotation marks": '"""{}"""',
    "context behind it": 'QUESTION: {}\nCONTEXT: "Lenin was here. Who was he?"\nFINAL ANSWER:',
    "two wrappings": "You are a bot.\nQuestion: Hi there! Think step by step. {}\nAnswer:",
}
POLITE = [
    "Hi, I was wondering whether you could tell me {}",
    "Can you tell me {}?",
    "Could you please explain {}?",
    "For a school essay I need to know {}.",
    "I'd like to know {}, please.",
    "Do you know {}?",
    "Hello, could you tell me, please, {}",
    "Based on the documents, {}",
    "I want you to tell me {}",
    "Please tell me {}",
    "Hi! I'm Josef's grandson. Could you please tell me {}? Many thanks!",
]
PLAIN = [
    "Answer of Chicherin to Curzon's note",
    "Please the Sultan: what did the envoys bring?",
    "Write-off of Russian debts",
    "The Straits question: what did Molotov say?",
    "Reply to the note of Curzon: what did it say?",
    "Use of the Straits: what did Molotov ask?",
    "Answer to the question of the Straits",
    "Give the text of the treaty of Kars",
    "Explain the Soviet position on the Straits.",
    "Can you trust Saracoglu's words on the Straits?",
    "I have a letter of 1921. Who wrote it?",
    "Context of the Kars treaty",
    "Think tanks in Ankara: who ran them?",
    "Note: to whom was it sent?",
    "Dear Anna",
    "Hello Girls: who were they?",
    "As a neutral, did Turkey sell chrome?",
    "List all documents that mention citations of Lenin",
    "Show the documents of 1921",
    "Cite the sources of the conflict over Mosul",
    "Read me the letter of Anna",
    "Given the documents of Lausanne, was Turkey sovereign?",
    "Only the answer of Molotov counted. Why?",
    "Write the answer to Curzon on the prisoners: who was told to?",
    "Keep the documents safe: who ordered it?",
    "Do not forget the Straits! Who said so?",
    'What is meant by "Answer in one word" in the telegram?',
    "What did he say (in June)?",
    "Is it true (as reported) that Turkey asked?",
    "So far no answer",
    "Read the reply of Curzon: who wrote it?",
    "What is the answer of Chicherin: yes or no?",
    "Now the question of the Straits: who raised it?",
    "In which documents is the question of the Straits raised?",
    "Explain why Turkey did not answer the question",
    "1. Anna. 2. Josef. Who left first?",
    "Instructions to Bekir Sami",
    "Based on the documents of 1921, who was right?",
    "Human rights: who spoke of them?",
    "You are my love: who wrote so?",
    "Think step by step.",
    "You are a helpful assistant.",
    "Question:",
    "???",
]


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS.keys())
def test_the_question_of_a_prompt_is_found_word_for_word(prompt):
    assert core_question(prompt.format(QUESTION)) == QUESTION


@pytest.mark.parametrize("letter", POLITE)
def test_politeness_around_a_question_is_taken_off(letter):
    assert core_question(letter.format(CLAUSE)).rstrip("?.") == CLAUSE


def test_an_order_that_is_the_question_stays():
    assert core_question("Could you please list all letters of Anna?") == "list all letters of Anna?"


@pytest.mark.parametrize("question", PLAIN)
def test_a_question_that_only_looks_like_a_prompt_is_left_as_it_is(question):
    assert core_question(question) == question


def test_the_gold_questions_are_left_as_they_are():
    questions = []
    for file in ("questions", "survey", "conversations", "follow_ups"):
        for line in (files("eval") / "data" / f"{file}.jsonl").read_text("utf-8").splitlines():
            entry = json.loads(line)
            questions += [turn["question"] for turn in entry.get("turns", [entry])]
    assert len(questions) > 150
    assert [one for one in questions if core_question(one) != one] == []


def test_the_question_of_a_very_long_prompt_is_found_at_its_end_and_at_its_beginning():
    noise = "The harbour was frozen. Who came? Nobody. " * 30_000
    assert core_question(f"Answer from this.\n\nContext:\n{noise}\n\nQuestion: {QUESTION}") == QUESTION
    assert core_question(f"Question: {QUESTION}\n\nContext:\n{noise}") == QUESTION


pieces = st.sampled_from(
    [QUESTION, "Question:", "Context:", "\n", "\n\n", "### ", "Think step by step.", "Please", "<question>",
     "</question>", "</context>", "You are a bot.", "Hi,", "(", ")", '"', "```", "tell me", "Anna",
     "why", "?", ".", "{", "}"]
)  # fmt: skip


@given(st.lists(pieces, max_size=12).map(" ".join))
def test_taking_off_ends_and_what_is_left_stands_in_the_text(text):
    core = core_question(text)
    assert core_question(core) == core
    assert " ".join(core.split()) in " ".join(text.replace("```", " ").split()) or "```" in text
    assert bool(core) or not text.strip()
