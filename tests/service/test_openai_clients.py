"""OpenAI's own Python client against the service: what it makes of every answer and error."""

import asyncio
import re

import openai
import pytest
from service_support import LETTER, SHORT_NOTE, index_files, make_app, serving

KEY = "a-key-of-the-archive"
MESSAGES = [{"role": "user", "content": "What did comrade Stalin propose to Eden?"}]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    app = make_app(tmp_path_factory.mktemp("data"), api_keys=[KEY])
    with serving(app, headers={"Authorization": f"Bearer {KEY}"}) as client:
        index_files(client, LETTER, SHORT_NOTE)
        yield f"{client.base_url}/v1"


@pytest.fixture
def client(address):
    with openai.OpenAI(base_url=address, api_key=KEY) as client:
        yield client


def test_models_are_listed_and_retrieved(client):
    assert [model.id for model in client.models.list()] == ["dossier"]
    assert client.models.retrieve("dossier").owned_by == "dossier"


def test_an_answer_comes_with_annotations_and_citations(client):
    completion = client.chat.completions.create(model="dossier", messages=MESSAGES)

    [choice] = completion.choices
    assert choice.finish_reason == "stop"
    annotation = choice.message.annotations[0].url_citation
    marker = choice.message.content[annotation.start_index : annotation.end_index]
    assert re.fullmatch(r"\[\d+\]", marker)
    assert completion.citations[int(marker.strip("[]")) - 1].startswith("http://127.0.0.1:")
    assert completion.usage.total_tokens > 0


def test_a_stream_adds_up_to_the_same_answer(client):
    whole = client.chat.completions.create(model="dossier", messages=MESSAGES)
    with client.chat.completions.create(
        model="dossier", messages=MESSAGES, stream=True, stream_options={"include_usage": True}
    ) as stream:
        chunks = list(stream)

    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    assert chunks[-1].usage == whole.usage
    assert chunks[-2].choices[0].finish_reason == "stop"


def test_the_clients_own_accumulation_of_a_stream_works(client):
    with client.chat.completions.stream(model="dossier", messages=MESSAGES) as stream:
        events = list(stream)
        final = stream.get_final_completion()

    assert events[-1].type == "content.done" or events[-1].type == "chunk"
    assert final.choices[0].message.content == "".join(
        event.delta for event in events if event.type == "content.delta"
    )
    assert final.choices[0].finish_reason == "stop"


def test_the_asynchronous_client_answers_and_streams(address):
    async def ask():
        async with openai.AsyncOpenAI(base_url=address, api_key=KEY) as client:
            whole = await client.chat.completions.create(model="dossier", messages=MESSAGES)
            stream = await client.chat.completions.create(model="dossier", messages=MESSAGES, stream=True)
            return whole, [chunk async for chunk in stream]

    whole, chunks = asyncio.run(ask())

    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == (
        whole.choices[0].message.content
    )


def test_filters_go_through_the_clients_extra_body(client):
    completion = client.chat.completions.create(
        model="dossier",
        messages=MESSAGES,
        extra_body={"dossier": {"filters": {"sources": [SHORT_NOTE.name]}}},
    )

    assert {result["source"] for result in completion.search_results} == {SHORT_NOTE.name}


def test_a_wrong_key_is_an_authentication_error(address):
    with (
        openai.OpenAI(base_url=address, api_key="wrong", max_retries=0) as client,
        pytest.raises(openai.AuthenticationError, match="not known here"),
    ):
        client.models.list()


def test_a_conversation_without_a_question_is_a_bad_request(client):
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="dossier", messages=[{"role": "system", "content": "Hi"}])

    assert caught.value.param == "messages"
    assert caught.value.type == "invalid_request_error"


def test_another_model_is_not_found(client):
    with pytest.raises(openai.NotFoundError, match="There is no model"):
        client.models.retrieve("gpt-5")


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"response_format": {"type": "json_object"}}, "response_format"),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {}}}},
            "response_format",
        ),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tool_choice": {"type": "function", "function": {"name": "a"}}}, "tool_choice"),
        ({"n": 2}, "n"),
        ({"modalities": ["text", "audio"]}, "modalities"),
    ],
)
def test_what_would_give_the_answer_another_form_is_refused_by_name(client, wish, field):
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(model="dossier", messages=MESSAGES, **wish)
    assert refused.value.param.startswith(field)
    assert field in refused.value.message


def test_wishes_that_are_met_anyway_and_nulls_are_taken(client):
    wishes = {"response_format": {"type": "text"}, "tool_choice": "auto", "n": 1, "modalities": ["text"]}
    for given in (
        wishes,
        dict.fromkeys(wishes),
        {"stream": None, "stream_options": None, "temperature": None},
    ):
        completion = client.chat.completions.create(model="dossier", messages=MESSAGES, extra_body=given)
        assert completion.choices[0].message.content
    chunks = client.chat.completions.create(
        model="dossier",
        messages=MESSAGES,
        stream=True,
        extra_body={"stream_options": {"include_usage": None}},
    )
    assert list(chunks)[-1].choices[0].finish_reason == "stop"


@pytest.mark.parametrize("stream", [0, "yes", "true"])
def test_what_is_no_boolean_is_none(client, stream):
    with pytest.raises(openai.BadRequestError, match="stream"):
        client.chat.completions.create(model="dossier", messages=MESSAGES, extra_body={"stream": stream})
