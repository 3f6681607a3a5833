"""The reference of the API as a page: Swagger UI over the OpenAPI document, from this machine alone."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse  # noqa: TC002 - what the route answers with

from service.web.pages import PageFiles, page

router = APIRouter()

_FILES = Path(str(files("fastapi_offline"))) / "static"
"""Swagger UI as a package brings it."""


def static_files() -> PageFiles:
    """Return the app that serves Swagger UI's script and styles."""
    return PageFiles(directory=_FILES)


@router.get("/docs", include_in_schema=False)
def reference(request: Request) -> HTMLResponse:
    """Show what can be asked of the API, and let it be tried."""
    return page("reference.html", openapi_url=request.app.openapi_url)
