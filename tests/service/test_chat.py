"""The OpenAI-compatible interface, byte by byte: what clients of every make rely on."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from service_support import LETTER, SHORT_NOTE, index_files, make_app, serving

from chunker.documents import Document, Page, Passage, Span
from embeddings.search import Hit, Place, Scores
from service.answer import Citation, RankedPassage
from service.openai_api.message import Message

QUESTION = "What did comrade Stalin propose to Eden?"
KEY = "a-key-of-the-archive"


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with serving(make_app(tmp_path_factory.mktemp("data"))) as client:
        index_files(client, LETTER, SHORT_NOTE)
        yield client


def complete(client, *messages, **request):
    conversation = [{"role": "user", "content": text} for text in messages or (QUESTION,)]
    return client.post("/v1/chat/completions", json={"model": "dossier", "messages": conversation, **request})


def chunks_of(response):
    assert response.headers["content-type"].startswith("text/event-stream")
    lines = response.text.removesuffix("\n\n").split("\n\n")
    assert lines.pop() == "data: [DONE]"
    return [json.loads(line.removeprefix("data: ")) for line in lines]


def error_of(response):
    body = response.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"message", "type", "param", "code"}
    assert "\n" not in body["error"]["message"]
    return body["error"]


def text_of(chunks):
    return "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks if chunk["choices"])


def test_the_one_model_is_listed_and_found(client):
    listed = client.get("/v1/models").json()

    assert listed["object"] == "list"
    assert [(model["id"], model["object"], model["owned_by"]) for model in listed["data"]] == [
        ("dossier", "model", "dossier")
    ]
    assert client.get("/v1/models/dossier").json() == listed["data"][0]


def test_another_model_is_not_found(client):
    response = client.get("/v1/models/gpt-5")

    assert response.status_code == 404
    assert error_of(response)["message"] == "There is no model gpt-5; there is dossier."


def test_an_answer_has_the_shape_of_a_chat_completion(client):
    body = complete(client).json()

    assert body["object"] == "chat.completion"
    assert body["id"].startswith("chatcmpl-")
    assert body["model"] == "dossier"
    assert 1_600_000_000 < body["created"] < 10_000_000_000
    [choice] = body["choices"]
    assert choice["index"] == 0
    assert choice["finish_reason"] == "stop"
    assert choice["message"]["role"] == "assistant"
    usage = body["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


def test_tokens_are_counted_with_tiktoken(client):
    from chunker.text.tokens import token_counter

    body = complete(client).json()
    count = token_counter()

    assert body["usage"]["prompt_tokens"] == count(QUESTION) + 6
    assert body["usage"]["completion_tokens"] == count(body["choices"][0]["message"]["content"])


def test_the_answer_is_the_one_of_ask_and_then_lists_its_sources(client):
    asked = client.post("/v1/ask", json={"question": QUESTION}).json()
    content = complete(client).json()["choices"][0]["message"]["content"]

    assert content.startswith(asked["answer"]["text"] + "\n\n- [")
    numbers = {quote["citation"] for quote in asked["answer"]["quotes"]}
    assert {int(number) for number in re.findall(r"^- \[(\d+)\]", content, re.MULTILINE)} == numbers


def test_citations_and_search_results_stand_in_the_order_of_their_numbers(client):
    asked = client.post("/v1/ask", json={"question": QUESTION}).json()
    body = complete(client).json()

    titles = [passage["citation"]["title"] for passage in asked["passages"]]
    assert [result["title"] for result in body["search_results"]] == titles
    assert [result["url"] for result in body["search_results"]] == body["citations"]
    assert len(body["citations"]) == len(set(body["citations"])) == 5


def test_links_open_the_reader_at_the_words_quoted(client):
    asked = client.post("/v1/ask", json={"question": QUESTION}).json()
    body = complete(client).json()

    content = body["choices"][0]["message"]["content"]
    annotations = [one["url_citation"] for one in body["choices"][0]["message"]["annotations"]]
    assert len(annotations) == len(asked["answer"]["quotes"]) > 0
    for annotation, quote in zip(annotations, asked["answer"]["quotes"], strict=True):
        assert content[annotation["start_index"] : annotation["end_index"]] == f"[{quote['citation']}]"
        url = urlsplit(annotation["url"])
        assert parse_qs(url.query) == {"from": [str(quote["start_char"])], "to": [str(quote["end_char"])]}
        assert client.get(annotation["url"]).status_code == 200


def test_links_are_absolute_and_begin_as_the_settings_say(tmp_path):
    with serving(make_app(tmp_path, public_url="https://archive.example/papers/")) as client:
        index_files(client, LETTER)
        citations = complete(client).json()["citations"]

    assert all(url.startswith("https://archive.example/papers/read/") for url in citations)


def test_a_stream_says_the_same_under_one_id(client):
    whole = complete(client).json()
    chunks = chunks_of(complete(client, stream=True))

    assert text_of(chunks) == whole["choices"][0]["message"]["content"]
    assert len({(chunk["id"], chunk["created"], chunk["model"]) for chunk in chunks}) == 1
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert chunks[-1]["choices"][0]["delta"] == {}
    assert chunks[0]["citations"] == chunks[-1]["citations"] == whole["citations"]
    assert chunks[-2]["choices"][0]["delta"]["annotations"] == whole["choices"][0]["message"]["annotations"]
    assert not any("usage" in chunk for chunk in chunks)


def test_usage_comes_last_and_without_choices_where_it_is_wanted(client):
    chunks = chunks_of(complete(client, stream=True, stream_options={"include_usage": True}))

    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"] == complete(client).json()["usage"]
    assert all(chunk["usage"] is None for chunk in chunks[:-1])


def test_system_messages_parts_and_unknown_parameters_are_tolerated(client):
    plain = complete(client).json()["choices"][0]["message"]
    response = client.post(
        "/v1/chat/completions",
        json={
            "messages": [
                {"role": "system", "content": "You are a pirate."},
                {"role": "developer", "content": [{"type": "text", "text": "Say arr."}]},
                {
                    "role": "user",
                    "name": "reader",
                    "content": [
                        {"type": "text", "text": QUESTION},
                        {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
                    ],
                },
            ],
            "temperature": 0.7,
            "top_k": 40,
            "tools": [{"type": "function", "function": {"name": "f"}}],
            "stream_options": None,
            "model": None,
            "response_format": {"type": "text"},
            "frobnicate": {"deeply": ["odd"]},
        },
    )

    assert response.status_code == 200
    assert response.json()["choices"][0]["message"] == plain


def test_earlier_messages_tell_what_a_follow_up_means(client):
    conversation = [
        {"role": "user", "content": "What did comrade Stalin propose to Eden?"},
        {"role": "assistant", "content": "An operation. [1]"},
        {"role": "user", "content": "What did he reply?"},
    ]
    follow_up = client.post("/v1/chat/completions", json={"messages": conversation}).json()
    asked = client.post(
        "/v1/ask", json={"question": "What did he reply?", "history": conversation[:2]}
    ).json()

    assert asked["standalone_question"] == "What did he reply? (comrade Stalin, Eden)"
    assert [result["title"] for result in follow_up["search_results"]] == [
        passage["citation"]["title"] for passage in asked["passages"]
    ]


@pytest.mark.parametrize(
    ("page", "page_end", "counted_from_zero", "said"),
    [
        (Page("56", "printed"), Page("56", "printed"), 55, "p. 56"),
        (Page("56", "printed"), Page("57", "printed"), None, "pp. 56–57"),
        (Page("56", "estimated", 1), Page("56", "estimated", 1), None, "about p. 56 ± 1"),
        (Page("xii", "printed"), Page("xii", "printed"), None, "p. xii"),
    ],
)
def test_open_webui_is_given_the_page_where_there_is_one_for_sure(page, page_end, counted_from_zero, said):
    document = Document("d", "s", 0, "A letter", 0, 9)
    place = Place(Passage("p", "d", 0, 0, 9, "It began.", 3, page, page_end), document, "b.txt")
    citation = Citation(1, place, Span(0, 9), page, page_end)
    passage = RankedPassage(Hit(place, 1.0, Scores(dense=0.25)), "It began.", citation)

    [event] = Message("https://a.example").source_events([passage])
    assert event["data"]["metadata"][0].get("page") == counted_from_zero
    assert event["data"]["source"]["name"] == f"A letter, {said}"
    assert event["data"]["distances"] == [0.25]


def test_material_that_open_webui_puts_before_the_question_is_passed_over(client):
    wrapped = f"### Task:\nRespond using the context.\n<context>\n{'Noise. ' * 999}</context>\n\n{QUESTION}"

    assert complete(client, wrapped).json()["citations"] == complete(client).json()["citations"]


def test_filters_and_the_number_of_passages_can_be_given(client):
    body = complete(client, dossier={"top_k": 2, "filters": {"sources": [SHORT_NOTE.name]}}).json()

    assert [result["source"] for result in body["search_results"]] == [SHORT_NOTE.name] * 2


def test_where_there_is_no_answer_the_nearest_passages_are_listed(tmp_path):
    with serving(make_app(tmp_path, answer_threshold=1.0)) as client:
        index_files(client, LETTER)
        body = complete(client).json()

    message = body["choices"][0]["message"]
    assert message["content"].startswith("The documents do not answer this question.")
    assert [line[:5] for line in message["content"].splitlines()[2:]] == ["- [1]", "- [2]", "- [3]"]
    assert message["annotations"] == []


def test_open_webui_gets_one_source_event_for_each_number(tmp_path):
    with serving(make_app(tmp_path, chat_sources="open-webui")) as client:
        index_files(client, LETTER)
        chunks = chunks_of(complete(client, stream=True))
        whole = complete(client).json()

    events = [chunk["event"] for chunk in chunks if "event" in chunk]
    assert [event["type"] for event in events] == ["source"] * 5
    sources = [event["data"]["metadata"][0]["source"] for event in events]
    assert len(set(sources)) == len(sources)
    assert [event["data"]["source"]["url"] for event in events] == chunks[0]["citations"]
    for event in events:
        assert set(event["data"]) == {"source", "document", "metadata", "distances"}
        assert [len(event["data"][name]) for name in ("document", "metadata", "distances")] == [1, 1, 1]
    assert not any("annotations" in chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"])
    assert "\n\n- [" not in text_of(chunks), "the events replace the list of sources"
    assert "\n\n- [" in whole["choices"][0]["message"]["content"], "events need a stream"


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "system", "content": "Hello"}]}, "messages"),
        ({"messages": [{"role": "user", "content": "   "}]}, "messages"),
        ({"messages": [{"role": "user", "content": "x" * 5000}]}, "messages"),
        ({"messages": [{"content": "no role"}]}, "messages.0.role"),
        ({"model": "dossier"}, "messages"),
        ({"messages": [{"role": "user", "content": "a"}], "dossier": {"top_k": 99}}, "dossier.top_k"),
    ],
)
def test_a_bad_request_is_told_in_openais_shape(client, body, param):
    response = client.post("/v1/chat/completions", json=body)

    assert response.status_code == 400
    error = error_of(response)
    assert error["type"] == "invalid_request_error"
    assert error["param"] == param


def test_a_body_that_is_no_json_is_told_in_openais_shape(client):
    response = client.post(
        "/v1/chat/completions", content=b"{nope", headers={"Content-Type": "application/json"}
    )

    assert response.status_code == 400
    assert "not valid JSON" in error_of(response)["message"]


def test_a_missing_key_is_told_in_openais_shape(tmp_path):
    with serving(make_app(tmp_path, api_keys=[KEY]), is_ready=False) as client:
        responses = [complete(client), client.get("/v1/models")]
        allowed = client.get("/v1/models", headers={"Authorization": f"Bearer {KEY}"})

    for response in responses:
        assert response.status_code == 401
        assert error_of(response)["code"] == "invalid_api_key"
        assert response.headers["www-authenticate"]
    assert allowed.status_code == 200


def test_too_many_requests_are_told_in_openais_shape(tmp_path):
    with serving(make_app(tmp_path, requests_per_minute=1)) as client:
        client.get("/v1/models")
        response = client.get("/v1/models")

    assert response.status_code == 429
    assert error_of(response)["code"] == "rate_limit_exceeded"
    assert int(response.headers["retry-after"]) > 0


def test_an_index_that_is_not_open_is_told_in_openais_shape(tmp_path):
    import threading

    from encoders import WordHashEncoder
    from service_support import make_settings

    from service.dossier import Dossier

    opening = threading.Event()

    def open_when_told(_settings):
        opening.wait(30)
        return Dossier.open(settings=make_settings(tmp_path), encoder=WordHashEncoder())

    with serving(make_app(tmp_path, open_dossier=open_when_told), is_ready=False) as client:
        response = complete(client)
        opening.set()

    assert response.status_code == 503
    assert error_of(response)["type"] == "server_error"


def test_other_paths_keep_their_problem_details(client):
    response = client.post("/v1/ask", json={})

    assert response.headers["content-type"] == "application/problem+json"


OPEN_WEBUI = """### Task:
{task}
### Guidelines:
- The words should represent the main theme of the conversation.
### Output:
JSON format: {{ "{key}": … }}
### Chat History:
<chat_history>
USER: What did Chicherin offer Mustafa Kemal in June 1920?
ASSISTANT: “Relations at once.” [1]
</chat_history>"""


@pytest.mark.parametrize(
    ("task", "key", "expected"),
    [
        (
            "Generate a concise, 3-5 word title with an emoji summarizing the chat history.",
            "title",
            "Chicherin, Mustafa Kemal",
        ),
        (
            (
                "Generate 1-3 broad tags categorizing the main themes of the chat history, along with 1-3 "
                "more specific subtopic tags."
            ),
            "tags",
            ["Chicherin", "Mustafa Kemal"],
        ),
        (
            (
                "Suggest 3-5 relevant follow-up questions or prompts that the user might naturally ask next "
                "in this conversation as a **user**, based on the chat history, to help continue."
            ),
            "follow_ups",
            [],
        ),
        (
            (
                "Analyze the chat history to determine the necessity of generating search queries, in the "
                "given language."
            ),
            "queries",
            [],
        ),
        ("Predict 3-5 useful messages this user might naturally send next.", "follow_ups", []),
        ("You are an autocompletion system. Continue the text in `<text>`.", "text", ""),
        ("Generate a detailed prompt for an image generation task.", "prompt", ""),
    ],
)
def test_errands_of_open_webui_are_done_without_a_search(client, task, key, expected):
    asked_before = questions_asked(client)
    body = complete(client, OPEN_WEBUI.format(task=task, key=key)).json()

    assert json.loads(body["choices"][0]["message"]["content"]) == {key: expected}
    assert body["citations"] == []
    assert questions_asked(client) == asked_before


def test_an_errand_is_done_over_a_stream_too(client):
    prompt = OPEN_WEBUI.format(task="Generate a concise, 3-5 word title.", key="title")

    assert json.loads(text_of(chunks_of(complete(client, prompt, stream=True)))) == {
        "title": "Chicherin, Mustafa Kemal"
    }


def questions_asked(client):
    lines = client.get("/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("dossier_questions_total"))
