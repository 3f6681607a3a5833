"""The client of a language model's endpoint, against an endpoint that misbehaves in every way we know."""

import json

import pytest
from scripted_endpoint import closed_port, endpoint, streamed

from service.language_model.chat_model import ChatMessage, ChatModelError, OpenAIChatModel

MESSAGES = [ChatMessage("system", "Be brief."), ChatMessage("user", "Who was Aras?")]
REPLY = "Aras was the foreign minister of Turkey. [1]"


@pytest.fixture
def script():
    with endpoint() as script:
        script.says(REPLY)
        yield script


def model_at(url, **settings):
    return OpenAIChatModel(**{"url": url, "model": "m", "key": None, "timeout_seconds": 5.0, **settings})


def refusal(script, **settings):
    with pytest.raises(ChatModelError) as caught:
        model_at(script.url, **settings).complete(MESSAGES)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_streamed_reply_is_put_together(script):
    assert model_at(script.url).complete(MESSAGES) == REPLY


def test_a_reply_that_is_not_streamed_is_taken_too(script):
    script.gives(body=json.dumps({"choices": [{"message": {"role": "assistant", "content": REPLY}}]}))

    assert model_at(script.url).complete(MESSAGES) == REPLY


def test_the_request_names_the_model_the_messages_and_the_key(script):
    model_at(script.url, model="small", key="secret-of-theirs").complete(MESSAGES)

    assert script.requests == [
        {
            "model": "small",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Who was Aras?"},
            ],
            "stream": True,
            "temperature": 0,
        }
    ]
    assert script.headers[0]["Authorization"] == "Bearer secret-of-theirs"


def test_a_model_that_takes_no_temperature_is_asked_without_one_from_then_on(script):
    script.replies = [
        (400, {"Content-Type": "application/json"}, '{"error": {"message": "Unsupported: temperature"}}'),
        (200, {"Content-Type": "text/event-stream"}, streamed(REPLY)),
    ]
    model = model_at(script.url)

    assert [model.complete(MESSAGES), model.complete(MESSAGES)] == [REPLY, REPLY]
    assert ["temperature" in request for request in script.requests] == [True, False, False]


def test_an_endpoint_that_is_down_cannot_be_reached():
    with closed_port() as url, pytest.raises(ChatModelError, match="cannot be reached"):
        model_at(url).complete(MESSAGES)


@pytest.mark.parametrize("status", [301, 401, 404, 500, 502])
def test_an_error_status_is_told(script, status):
    script.gives(status, "<html>Whoops</html>", content_type="text/html", Location="http://127.0.0.1:1/")

    assert refusal(script) == f"it answered with the error {status}"


def test_a_reply_that_breaks_off_in_the_middle_is_none(script):
    script.gives(body=streamed(REPLY, ends=False), content_type="text/event-stream")

    assert refusal(script) == "its reply broke off"


def test_a_body_shorter_than_announced_is_no_reply(script):
    script.gives(body='{"choices": [', Content_Length="500")

    assert refusal(script).startswith("it cannot be reached")


@pytest.mark.parametrize(
    "body",
    [
        "{'choices'",
        "",
        "[]",
        "null",
        '{"choices": "many"}',
        '{"choices": ["one"]}',
        '{"choices": [{"message": {"content": 7}}]}',
        '{"choices": []}',
        '{"error": {"message": "no"}}',
        b"\xff\xfe\x00",
    ],
)
def test_nonsense_is_no_reply(script, body):
    script.gives(body=body)

    assert refusal(script).startswith("it")


def test_nonsense_within_a_stream_is_no_reply(script):
    script.gives(body=": ping\n\ndata: {oops\n\n", content_type="text/event-stream")

    assert refusal(script) == "its reply is not JSON"


def test_an_error_within_a_stream_is_no_reply(script):
    script.gives(body='data: {"error": {"message": "overloaded"}}\n\n', content_type="text/event-stream")

    assert refusal(script) == "it reported an error"


def test_an_empty_reply_is_none(script):
    script.says("  \n ")

    assert refusal(script) == "its reply was empty"


def test_an_endpoint_that_keeps_silent_is_given_up_and_left_alone_for_a_while(script):
    script.gives(body=[30.0])
    now = [100.0]
    model = model_at(script.url, timeout_seconds=0.2, clock=lambda: now[0])

    with pytest.raises(ChatModelError, match=r"did not answer within 0\.2 s"):
        model.complete(MESSAGES)
    with pytest.raises(ChatModelError, match="a moment ago"):
        model.complete(MESSAGES)
    assert len(script.requests) == 1
    script.says(REPLY)
    now[0] += 16
    assert model.complete(MESSAGES) == REPLY


def test_a_reply_that_drips_in_for_too_long_is_given_up(script):
    pieces = [f"data: {json.dumps({'choices': [{'delta': {'content': 'a'}}]})}\n\n"] * 400
    script.gives(body=[part for piece in pieces for part in (piece, 0.02)], content_type="text/event-stream")

    assert refusal(script, timeout_seconds=0.3) == "it did not finish within 0.3 s"


def test_a_reply_without_end_is_given_up(script):
    long = f"data: {json.dumps({'choices': [{'delta': {'content': 'a' * 60_000}}]})}\n\n"
    script.gives(body=[long] * 40, content_type="text/event-stream")

    assert refusal(script) == "its reply had no end"


def test_an_endpoint_that_is_too_busy_is_left_alone_as_long_as_it_says(script):
    script.gives(429, "{}", Retry_After="60")
    now = [0.0]
    model = model_at(script.url, clock=lambda: now[0])

    with pytest.raises(ChatModelError, match="the error 429"):
        model.complete(MESSAGES)
    now[0] = 59
    with pytest.raises(ChatModelError, match="a moment ago"):
        model.complete(MESSAGES)
    script.says(REPLY)
    now[0] = 61
    assert model.complete(MESSAGES) == REPLY


def test_a_redirect_is_not_followed_with_the_key(script):
    with endpoint() as other:
        other.says(REPLY)
        script.gives(307, "", Location=f"{other.url}/chat/completions")
        assert refusal(script, key="secret-of-theirs") == "it answered with the error 307"
        assert other.requests == []


def test_a_reply_is_given_piece_by_piece(script):
    assert [*model_at(script.url).stream(MESSAGES)][:2] == [REPLY[:7], REPLY[7:14]]


@pytest.mark.parametrize(
    ("status", "complaint"),
    [
        (400, "Unsupported parameter: 'max_tokens' … Use 'max_completion_tokens' instead."),
        (400, "Unrecognized request argument supplied: max_tokens"),
        (422, "body.max_tokens: Extra inputs are not permitted"),
    ],
)
def test_a_model_that_takes_another_limit_is_asked_with_it_from_then_on(script, status, complaint):
    script.replies = [
        (status, {"Content-Type": "application/json"}, json.dumps({"error": {"message": complaint}})),
        (200, {"Content-Type": "text/event-stream"}, streamed(REPLY)),
    ]
    model = model_at(script.url)

    assert [model.complete(MESSAGES, max_tokens=50), model.complete(MESSAGES, max_tokens=50)] == [
        REPLY,
        REPLY,
    ]
    limits = [(one.get("max_tokens"), one.get("max_completion_tokens")) for one in script.requests]
    assert limits == [(50, None), (None, 50), (None, 50)]


def test_a_limit_that_is_too_large_is_no_other_parameter(script):
    script.gives(400, '{"error": {"message": "max_tokens is too large: 9000"}}')

    assert refusal(script) == "it answered with the error 400"
    assert len(script.requests) == 1


def test_a_model_that_takes_neither_limit_is_asked_twice(script):
    script.gives(400, '{"error": {"message": "unsupported: max_tokens, max_completion_tokens"}}')
    with pytest.raises(ChatModelError, match="the error 400"):
        model_at(script.url).complete(MESSAGES, max_tokens=50)

    assert len(script.requests) == 2


def test_a_reply_cut_at_its_limit_is_told(script):
    choice = {"delta": {"content": REPLY}, "finish_reason": "length"}
    script.gives(body=f"data: {json.dumps({'choices': [choice]})}\n\n", content_type="text/event-stream")

    assert refusal(script) == "its reply was longer than DOSSIER_CHAT_REPLY_TOKENS gives it room for"
