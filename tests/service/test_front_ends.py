"""Requests as Open WebUI, LibreChat and chat-ui send them, by their sources of 2026: whole and as streams.

Each body has every field that the front end sends; what the service does not know of is passed over.
"""

import json

import pytest
from service_support import LETTER, SHORT_NOTE, index_files, make_app, serving

QUESTION = "What did comrade Stalin propose to Eden?"
TITLE = "comrade Stalin, Eden"


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with serving(make_app(tmp_path_factory.mktemp("data"))) as client:
        index_files(client, LETTER, SHORT_NOTE)
        yield client


def open_webui(*said, **more):
    """Its backend sends what the browser sent, without its metadata, and names who asks in headers."""
    body = {
        "model": "dossier",
        "messages": list(said),
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.8,
        "top_k": 40,
        "num_ctx": 4096,
        "logit_bias": {},
        "tools": [{"type": "function", "function": {"name": "get_time", "parameters": {"type": "object"}}}],
    }
    headers = {
        "X-OpenWebUI-User-Name": "Anna",
        "X-OpenWebUI-Chat-Id": "7f0c",
        "HTTP-Referer": "https://openwebui.com/",
    }
    return {"json": body | more, "headers": headers}


def librechat(*said, **more):
    """It speaks through LangChain and OpenAI's own client for JavaScript."""
    body = {
        "model": "dossier",
        "temperature": 1,
        "top_p": 1,
        "presence_penalty": 0,
        "frequency_penalty": 0,
        "user": "65f1c0ffee",
        "stop": None,
        "n": 1,
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": list(said),
    }
    return {"json": body | more, "headers": {"X-Stainless-Lang": "js", "User-Agent": "OpenAI/JS 5.10.1"}}


def chat_ui(*said, **more):
    """It leaves what is not set out of the JSON, and names the conversation in a header."""
    body = {
        "model": "dossier",
        "messages": list(said),
        "stream": True,
        "max_tokens": 4096,
        "stop": [],
        "temperature": 0.7,
        "top_p": 0.95,
        "frequency_penalty": 0,
        "reasoning_effort": "medium",
    }
    return {"json": body | more, "headers": {"ChatUI-Conversation-ID": "68aa", "X-use-cache": "false"}}


FRONT_ENDS = {"Open WebUI": open_webui, "LibreChat": librechat, "chat-ui": chat_ui}


def said(role, content):
    return {"role": role, "content": content}


CONVERSATIONS = {
    "a question": [said("user", QUESTION)],
    "with a system message": [said("system", "You are a helpful assistant."), said("user", QUESTION)],
    "in parts": [said("user", [{"type": "text", "text": QUESTION}])],
    "with what was said before": [
        said("user", "Who was Maisky?"),
        said("assistant", "An ambassador. [1]"),
        said("user", QUESTION),
    ],
}


@pytest.mark.parametrize("messages", CONVERSATIONS.values(), ids=CONVERSATIONS)
@pytest.mark.parametrize("request_of", FRONT_ENDS.values(), ids=FRONT_ENDS)
def test_a_question_is_answered_whole_and_as_a_stream_with_the_same_words(client, request_of, messages):
    whole = client.post("/v1/chat/completions", **request_of(*messages, stream=False, stream_options=None))
    streamed = client.post("/v1/chat/completions", **request_of(*messages))
    body = whole.json()
    answer = body["choices"][0]["message"]
    assert answer["role"] == "assistant"
    assert "[1]" in answer["content"]
    assert body["citations"][0].startswith("http://127.0.0.1:")
    chunks = chunks_of(streamed)
    assert told(chunks) == answer["content"]
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks if chunk["choices"]][-1] == "stop"
    if request_of is not chat_ui:
        assert chunks[-1]["usage"] == body["usage"]


ERRANDS = {
    "Open WebUI": open_webui(
        said(
            "user",
            "### Task:\nGenerate a short title with an emoji summarizing the chat history.\n### Output:\n"
            f'JSON format: {{ "title": "…" }}\n### Chat History:\n<chat_history>\nUSER: {QUESTION}\n'
            "ASSISTANT: A protocol.\n</chat_history>",
        ),
        stream=False,
        max_completion_tokens=1000,
    ),
    "LibreChat": librechat(
        said(
            "user",
            "Provide a title of 5 words or less for the conversation. Only return the title itself.\n\n"
            f"Conversation:\nUser: {QUESTION}\nAI: A protocol.",
        ),
        stream=False,
        stream_options=None,
    ),
    "chat-ui": chat_ui(
        said(
            "system", "You title chat threads: a very short title of the topic of the user's first message."
        ),
        said("user", f'User message: "{QUESTION}"'),
        max_tokens=24,
        temperature=0,
    ),
}


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("name", ERRANDS)
def test_the_title_of_a_conversation_is_told_as_the_front_end_reads_it(client, name, streams):
    sent = ERRANDS[name]
    response = client.post(
        "/v1/chat/completions", json=sent["json"] | {"stream": streams}, headers=sent["headers"]
    )
    content = told(chunks_of(response)) if streams else response.json()["choices"][0]["message"]["content"]
    assert (json.loads(content)["title"] if name == "Open WebUI" else content) == TITLE


@pytest.mark.parametrize("path", ["/v1/models", "/v1/models/dossier"])
def test_the_models_are_listed_as_front_ends_look_for_them(client, path):
    body = client.get(path).json()
    model = body["data"][0] if "data" in body else body
    assert (model["id"], model["object"]) == ("dossier", "model")


def chunks_of(response):
    *events, done = response.text.removesuffix("\n\n").split("\n\n")
    assert response.headers["content-type"].startswith("text/event-stream")
    assert done == "data: [DONE]"
    return [json.loads(event.removeprefix("data: ")) for event in events]


def told(chunks):
    return "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks if chunk["choices"])
