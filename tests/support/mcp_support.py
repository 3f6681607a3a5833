"""An agent's client of the Model Context Protocol over HTTP, for tests."""

import asyncio
from contextlib import asynccontextmanager

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client


@asynccontextmanager
async def connected(client, *, key=None, mode="auto"):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
        transport = streamable_http_client(f"{client.base_url}/mcp", http_client=http)
        async with Client(transport, mode=mode) as agent:
            yield agent


def call(client, tool, **arguments):
    """Call a tool over HTTP and return its structured result."""

    async def called():
        async with connected(client) as agent:
            return await agent.call_tool(tool, arguments)

    result = asyncio.run(called())
    assert not result.is_error, result.content
    return result.structured_content


def failure(client, tool, **arguments):
    async def called():
        async with connected(client) as agent:
            return await agent.call_tool(tool, arguments)

    result = asyncio.run(called())
    assert result.is_error
    return result.content[0].text
