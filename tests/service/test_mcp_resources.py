"""Documents and pages as resources of the Model Context Protocol, and its prompts, by the SDK's client."""

import asyncio
import json
import os
import re
import sys
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters
from mcp.shared.exceptions import MCPError
from mcp_support import call, connected
from service_support import LETTER, PAGED, SHORT_NOTE, finished_job, index_files, make_app, serving, upload

from service.mcp_api.results import MAX_READ_CHARS

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with serving(make_app(tmp_path_factory.mktemp("data"))) as client:
        index_files(client, LETTER, SHORT_NOTE)
        finished_job(client, upload(client, "harbours.txt", PAGED))
        yield client


def with_agent(client, use, **options):
    """Return what ``use`` does with an agent that is connected."""

    async def used():
        async with connected(client, **options) as agent:
            return await use(agent)

    return asyncio.run(used())


async def everything_listed(agent):
    resources, cursor = [], None
    while True:
        part = await agent.list_resources(cursor=cursor)
        resources += part.resources
        cursor = part.next_cursor
        if cursor is None:
            return resources


def read(client, uri):
    (content,) = with_agent(client, lambda agent: agent.read_resource(uri)).contents
    assert content.mime_type == "text/plain"
    return content.text


def paged_document(client):
    [document] = call(client, "list_documents", filters={"sources": ["harbours.txt"]})["documents"]
    return document["document_id"]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
@pytest.mark.parametrize("part", [1, 2, 100])
def test_every_document_is_a_resource_listed_part_by_part(client, monkeypatch, mode, part):
    monkeypatch.setattr("service.mcp_api.resources._LISTED", part)
    listed = with_agent(client, everything_listed, mode=mode)
    documents = call(client, "list_documents")["documents"]
    assert [(one.uri, one.name) for one in listed] == [
        (f"dossier://documents/{one['document_id']}", one["title"]) for one in documents
    ]
    assert all(one["source"] in said.description for one, said in zip(documents, listed, strict=True))


def test_the_templates_tell_what_can_be_read(client):
    templates = with_agent(client, lambda agent: agent.list_resource_templates()).resource_templates
    assert {one.uri_template for one in templates} == {
        "dossier://documents/{document_id}",
        "dossier://documents/{document_id}/pages/{page}",
    }
    assert all(one.title and one.description for one in templates)


def test_a_document_is_read_page_by_page_with_what_it_is(client):
    document_id = paged_document(client)
    text = read(client, f"dossier://documents/{document_id}")
    tool = call(client, "read_pages", document_id=document_id)
    head, *pages = text.split("\n\n[p. ")
    assert head == f"{tool['title']} · {tool['source']} · {tool['url']}"
    assert [page.split("]\n", 1) for page in pages] == [[one["page"], one["text"]] for one in tool["pages"]]
    assert [page.split("]")[0] for page in pages] == ["11", "12", "13", "14"]


def test_a_page_is_read_by_its_label(client):
    text = read(client, f"dossier://documents/{paged_document(client)}/pages/12")
    _, mark, page = text.partition("[p. 12]\n")
    assert mark
    assert "Batum" in page
    assert "Odessa" not in page


def test_a_document_without_pages_is_its_text(client):
    [document] = call(client, "list_documents", filters={"sources": [SHORT_NOTE.name]}, limit=1)["documents"]
    text = read(client, f"dossier://documents/{document['document_id']}")
    assert "[p. " not in text
    assert text.split("\n\n", 1)[1] in SHORT_NOTE.read_text("utf-8")


def test_a_long_document_says_where_it_goes_on_and_is_read_to_its_end_by_that(tmp_path):
    long = "".join(f"[page {number}]\n\n{'The harbour is wide. ' * 600}\n\n" for number in range(1, 6))
    with serving(make_app(tmp_path)) as client:
        finished_job(client, upload(client, "harbours.txt", long))
        document_id = paged_document(client)
        text = read(client, f"dossier://documents/{document_id}")
        (further,) = re.findall(r"goes on at (dossier://\S+)\]$", text)
        assert len(text) < MAX_READ_CHARS + 1_000
        assert re.findall(r"^\[p. (\d)\]$", text, re.MULTILINE) == ["1", "2"]
        assert re.findall(r"^\[p. (\d)\]$", read(client, further), re.MULTILINE) == ["3"]


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        ("dossier://documents/nope", "There is no document nope in the index, or no longer."),
        ("dossier://documents/{paged}/pages/99", "has no page 99; it has 11 to 14."),
        ("dossier://letters/1", "Unknown resource"),
        ("dossier://documents/..%2F..%2Fetc%2Fpasswd", "Unknown resource"),
        ("file:///etc/passwd", "Unknown resource"),
    ],
)
def test_what_there_is_not_is_told_in_a_line(client, uri, told):
    with pytest.raises((MCPError, ExceptionGroup)) as raised:
        read(client, uri.format(paged=paged_document(client)))
    error = raised.value
    while isinstance(error, ExceptionGroup):
        (error,) = error.exceptions
    assert told in str(error)
    assert "Traceback" not in str(error)


def test_resources_need_the_key_that_the_tools_need(tmp_path):
    key = "a-key-of-the-archive"
    with serving(make_app(tmp_path, api_keys=[key]), headers={"Authorization": f"Bearer {key}"}) as client:
        index_files(client, SHORT_NOTE)
        assert with_agent(client, everything_listed, key=key) != []
        with pytest.raises((MCPError, ExceptionGroup)):
            with_agent(client, everything_listed, key="wrong")


@pytest.mark.parametrize(
    ("name", "arguments", "parts"),
    [
        ("answer", {"question": "Who left Trieste?"}, ["Who left Trieste?", "`ask`", "not from memory"]),
        ("chronology", {"topic": "the Straits"}, ["how this went: the Straits", "overview"]),
        (
            "chronology",
            {"topic": "the Straits", "date_from": "1936", "date_to": "1941"},
            ["how this went from 1936 to 1941: the Straits"],
        ),
        ("read_document", {"document_id": "d1"}, ["the document d1", "`read_pages`"]),
    ],
)
def test_a_prompt_says_what_to_do_with_the_tools_and_to_cite(client, name, arguments, parts):
    (message,) = with_agent(client, lambda agent: agent.get_prompt(name, arguments)).messages
    assert message.role == "user"
    for part in [*parts, "Cite title, date and page"]:
        assert part in message.content.text


def test_the_prompts_name_their_arguments_and_only_tools_that_there_are(client):
    prompts = with_agent(client, lambda agent: agent.list_prompts()).prompts
    assert {one.name: [(arg.name, arg.required) for arg in one.arguments] for one in prompts} == {
        "answer": [("question", True)],
        "chronology": [("topic", True), ("date_from", False), ("date_to", False)],
        "read_document": [("document_id", True)],
    }
    tools = {tool.name for tool in with_agent(client, lambda agent: agent.list_tools()).tools}
    for one in prompts:
        given = {argument.name: "x" for argument in one.arguments}
        text = with_agent(client, lambda agent, one=one, given=given: agent.get_prompt(one.name, given))
        assert set(re.findall(r"`(\w+)`", text.messages[0].content.text)) <= tools


def test_the_command_that_the_documentation_gives_desktop_clients_serves_resources(tmp_path):
    """The block of JSON is read from its page; the folder in it is replaced by one that is there."""
    page = (ROOT / "docs" / "howto" / "agents.md").read_text("utf-8")
    block = re.search(r"```json\n(\{\s*\"mcpServers\".*?)```", page, re.DOTALL)
    server = json.loads(block[1])["mcpServers"]["dossier"]
    assert server["args"][:2] == ["mcp", "--data"]
    with serving(make_app(tmp_path)) as client:
        index_files(client, SHORT_NOTE)
        expected = [one.uri for one in with_agent(client, everything_listed)]
    script = (
        "import sys; sys.argv = ['dossier', *sys.argv[1:]]\n"
        "import service.assembly; from encoders import WordHashEncoder\n"
        "service.assembly.load_encoder = lambda _: WordHashEncoder()\n"
        "from service.cli import main; main()"
    )
    started = StdioServerParameters(
        command=sys.executable,
        args=["-c", script, *server["args"][:2], str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "tests" / "support"), str(ROOT)])},
    )

    async def listed():
        async with Client(started) as agent:
            return [one.uri for one in await everything_listed(agent)]

    assert asyncio.run(listed()) == expected
