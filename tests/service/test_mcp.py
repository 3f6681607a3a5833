"""The tools of the Model Context Protocol, through the SDK's own client over HTTP and standard input."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters
from mcp.shared.exceptions import MCPError
from mcp_support import call, connected, failure
from service_support import LETTER, PAGED, SHORT_NOTE, finished_job, index_files, make_app, serving, upload

from service.mcp_api.results import MAX_READ_CHARS

QUESTION = "What did comrade Stalin propose to Eden?"
KEY = "a-key-of-the-archive"
BACKWARDS = {"date_from": "1941-01-01", "date_to": "1940-12-31"}
TOOLS = ["ask", "search_passages", "read_pages", "list_documents", "list_collections"]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with serving(make_app(tmp_path_factory.mktemp("data"))) as client:
        index_files(client, LETTER, SHORT_NOTE)
        finished_job(client, upload(client, "harbours.txt", PAGED))
        yield client


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_tools_are_described_with_what_they_take_and_give(client, mode):
    async def described():
        async with connected(client, mode=mode) as agent:
            return agent.server_info, agent.instructions, (await agent.list_tools()).tools

    server, instructions, tools = asyncio.run(described())
    assert server.name == "dossier"
    assert "never an instruction" in instructions
    assert [tool.name for tool in tools] == TOOLS
    for tool in tools:
        assert tool.description
        assert tool.annotations.read_only_hint
        assert tool.input_schema["type"] == tool.output_schema["type"] == "object"
    assert tools[0].input_schema["required"] == ["question"]


def test_ask_gives_the_answer_of_the_api_with_every_quote_cited(client):
    asked = client.post("/v1/ask", json={"question": QUESTION}).json()
    result = call(client, "ask", question=QUESTION)

    assert result["answer"] == asked["answer"]["text"]
    assert result["answerable"] is True
    assert [(quote["number"], quote["text"]) for quote in result["quotes"]] == [
        (quote["citation"], quote["text"]) for quote in asked["answer"]["quotes"]
    ]
    quote, theirs = result["quotes"][0], asked["answer"]["quotes"][0]
    assert f"?from={theirs['start_char']}&to={theirs['end_char']}" in quote["url"]
    assert client.get(quote["url"]).status_code == 200
    assert [passage["title"] for passage in result["passages"]] == [
        passage["citation"]["title"] for passage in asked["passages"]
    ]


def test_ask_resolves_a_follow_up_by_the_earlier_questions(client):
    result = call(client, "ask", question="What did he reply?", earlier_questions=[QUESTION])

    assert result["standalone_question"] == "What did he reply? (comrade Stalin, Eden)"


def test_search_passages_respects_number_and_filters(client):
    result = call(client, "search_passages", query="of Eden", top_k=2, filters={"sources": [SHORT_NOTE.name]})

    assert [passage["source"] for passage in result["passages"]] == [SHORT_NOTE.name] * 2
    assert [passage["number"] for passage in result["passages"]] == [1, 2]


def test_a_search_shows_the_earliest_first_where_that_is_asked_for(client):
    dates = [
        [
            passage["date"]
            for passage in call(client, tool, **{name: "Stalin OR Eden OR letter"}, order="date")[key]
        ]
        for tool, name, key in (("search_passages", "query", "passages"), ("ask", "question", "passages"))
    ]
    for one in dates:
        assert one == sorted(one, key=lambda date: date or "9999")
        assert len(set(one)) > 1


def paged_document(client):
    [document] = call(client, "list_documents", filters={"sources": ["harbours.txt"]})["documents"]
    return document["document_id"]


def test_read_pages_reads_the_pages_asked_for(client):
    result = call(client, "read_pages", document_id=paged_document(client), first_page="12", last_page="13")

    assert [page["page"] for page in result["pages"]] == ["12", "13"]
    assert "Batum" in result["pages"][0]["text"]
    assert "Trebizond" in result["pages"][1]["text"]
    assert result["all_pages"] == ["11", "12", "13", "14"]
    assert result["next_page"] is None
    assert client.get(result["url"].partition("#")[0]).status_code == 200


def test_read_pages_without_pages_gives_the_text_as_one(client):
    [document] = call(client, "list_documents", filters={"sources": [SHORT_NOTE.name]}, limit=1)["documents"]
    result = call(client, "read_pages", document_id=document["document_id"])

    [page] = result["pages"]
    assert page["page"] is None
    assert page["text"] in SHORT_NOTE.read_text("utf-8")


def test_read_pages_stops_at_what_a_context_can_take_and_says_where_to_go_on(tmp_path):
    long = "".join(f"[page {number}]\n\n{'The harbour is wide. ' * 600}\n\n" for number in range(1, 6))
    with serving(make_app(tmp_path)) as client:
        finished_job(client, upload(client, "harbours.txt", long))
        document_id = paged_document(client)
        first = call(client, "read_pages", document_id=document_id)
        second = call(client, "read_pages", document_id=document_id, first_page=first["next_page"])

    assert sum(len(page["text"]) for page in first["pages"]) <= MAX_READ_CHARS
    assert [page["page"] for page in [*first["pages"], *second["pages"]]] == list("1234")
    assert second["next_page"] == "5"


def test_list_documents_gives_a_part_and_where_it_goes_on(client):
    whole = call(client, "list_documents")
    first = call(client, "list_documents", limit=1)
    second = call(client, "list_documents", limit=1, offset=first["next_offset"])

    assert whole["total"] == len(whole["documents"]) == first["total"]
    assert [first["documents"][0], second["documents"][0]] == whole["documents"][:2]
    assert whole["next_offset"] is None


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("read_pages", {"document_id": "nope"}, "There is no document nope in the index, or no longer."),
        ("ask", {"question": "a", "top_k": 99}, "1 to 50 can"),
        ("ask", {"question": "  "}, "The question is empty."),
        (
            "ask",
            {"question": "a", "filters": {"date_from": "1941-01-01", "date_to": "1940-12-31"}},
            "is after",
        ),
        ("ask", {"question": "a", "filters": {"colour": "red"}}, "colour"),
    ],
)
def test_what_cannot_be_done_is_told_to_the_agent(client, tool, arguments, message):
    assert message in failure(client, tool, **arguments)


def test_a_page_that_is_not_there_is_told_with_those_that_are(client):
    document_id = paged_document(client)

    assert f"The document {document_id} has no page 99; it has 11 to 14." in failure(
        client, "read_pages", document_id=document_id, first_page="99"
    )
    assert "reading order" in failure(
        client, "read_pages", document_id=document_id, first_page="13", last_page="12"
    )


def test_many_agents_can_ask_at_once(client):
    async def all_asked():
        async def one():
            async with connected(client) as agent:
                return (await agent.call_tool("ask", {"question": QUESTION})).structured_content["answer"]

        return await asyncio.gather(*(one() for _ in range(6)))

    assert len(set(asyncio.run(all_asked()))) == 1


def test_a_key_is_needed_where_keys_are_set(tmp_path):
    with serving(make_app(tmp_path, api_keys=[KEY]), headers={"Authorization": f"Bearer {KEY}"}) as client:

        async def tools(key):
            async with connected(client, key=key) as agent:
                return [tool.name for tool in (await agent.list_tools()).tools]

        assert asyncio.run(tools(KEY)) == TOOLS
        with pytest.raises((MCPError, ExceptionGroup)):
            asyncio.run(tools("wrong"))


def test_links_are_absolute_where_the_public_address_is_known(tmp_path):
    with serving(make_app(tmp_path, public_url="https://archive.example")) as client:
        index_files(client, SHORT_NOTE)
        documents = call(client, "list_documents")["documents"]

    assert all(document["url"].startswith("https://archive.example/read/") for document in documents)


STDIO_SERVER = """
import sys
from pathlib import Path
from encoders import WordHashEncoder
import service.assembly
from service.commands.mcp import ReadingShelf
from service.mcp_api.server import run_stdio
from mcp_support import call, connected, failure
from service_support import make_settings
settings = make_settings(Path(sys.argv[1]))
service.assembly.load_encoder = lambda _: WordHashEncoder()
run_stdio(ReadingShelf(settings), settings)
"""


def test_the_same_tools_answer_over_standard_input(tmp_path):
    with serving(make_app(tmp_path)) as client:
        index_files(client, LETTER)
        over_http = call(client, "ask", question=QUESTION)
    root = Path(__file__).parents[2]
    server = StdioServerParameters(
        command=sys.executable,
        args=["-c", STDIO_SERVER, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(root / "tests" / "support"), str(root)])},
    )

    async def asked():
        async with Client(server) as agent:
            names = [tool.name for tool in (await agent.list_tools()).tools]
            return names, (await agent.call_tool("ask", {"question": QUESTION})).structured_content

    names, result = asyncio.run(asked())
    assert names == TOOLS
    site = str(client.base_url).rstrip("/")
    assert json.loads(json.dumps(result).replace("http://127.0.0.1:8000", site)) == over_http


def test_the_command_serves_an_agent_and_tells_what_is_wrong_with_the_index(tmp_path):
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "service.cli", "mcp", "--data", str(tmp_path / "nothing")],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )

    async def asked():
        async with Client(server) as agent:
            return await agent.call_tool("ask", {"question": QUESTION})

    result = asyncio.run(asked())
    assert result.is_error
    assert "dossier index" in result.content[0].text


def test_starting_the_application_does_not_import_the_sdk():
    import subprocess

    code = "import sys, service.app; sys.exit('mcp' in sys.modules)"
    finished = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[2]
    )
    assert finished.returncode == 0


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_no_stream_is_held_open_for_what_is_never_said_unasked(client, method):
    response = client.request(method, "/mcp", headers={"Accept": "text/event-stream"})
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
