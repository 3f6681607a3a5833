"""Puts pages into HTML: templates, the headers every page has, and errors as pages."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.errors import NotReadyError
from service.hosting.access import current_caller
from service.hosting.problems import RETRY_SECONDS, Problem, answered_with, problem_from, problem_of
from service.settings import DEFAULT_COLLECTION
from service.wording.links import links_root, original_link, reader_link
from service.wording.phrases import ocr_words, source_words

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from fastapi import Request, Response
    from starlette.types import Scope

    from service.hosting.open_collections import OpenCollections

WEB = Path(__file__).parent
_service: ContextVar[OpenCollections | None] = ContextVar("service", default=None)
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # The address holds what somebody looked for: no other site is told.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Checked each time, but kept for the way back: leaving the reader must not ask everything anew.
    "Cache-Control": "private, no-cache",
}


class PageRoute(APIRoute):
    """A route whose errors are pages, as its answers are."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler with errors turned into pages."""
        handle = super().get_route_handler()

        async def handle_page(request: Request) -> Response:
            _service.set(request.app.state.service)
            try:
                return await handle(request)
            except Exception as error:
                problem = page_problem(error)
                if problem is None:
                    raise
                return problem_page(problem, is_opening=isinstance(error, NotReadyError))

        return handle_page


class PageFiles(StaticFiles):
    """Scripts and styles; a browser asks each time whether its copy is still good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file with the headers that let a browser keep, but check, it."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def static_files() -> PageFiles:
    """Return the app that serves ``service/web/static``."""
    return PageFiles(directory=WEB / "static")


def page(
    template: str,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **values: Any,  # noqa: ANN401 - whatever the template shows
) -> HTMLResponse:
    """Return ``template`` filled with ``values``."""
    return HTMLResponse(
        rendered(template, **values), status_code=status, headers={**HEADERS, **(headers or {})}
    )


def rendered(template: str, **values: Any) -> str:  # noqa: ANN401 - whatever the template shows
    """Return the HTML of ``template`` filled with ``values``."""
    return _environment().get_template(template).render(**values)


def problem_page(problem: Problem, *, is_opening: bool = False) -> HTMLResponse:
    """Return a page that tells one line of what is wrong, and the way on."""
    headers, problem = {"Retry-After": str(RETRY_SECONDS)} if is_opening else None, answered_with(problem)
    return page(
        "problem.html", status=problem.status, headers=headers, problem=problem, is_opening=is_opening
    )


def page_problem(error: Exception) -> Problem | None:
    """Return the problem an expected error amounts to on a page, ``None`` for an unexpected one."""
    if isinstance(error, RequestValidationError):
        names = ", ".join(sorted({str(one["loc"][-1]) for one in error.errors()}))
        return problem_of(422, f"The address is not valid: look at {names}.", name="invalid-request")
    return problem_from(error)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A collection as the head of each page names it; ``option`` names it on the command line."""

    title: str
    option: str
    link: str
    is_current: bool


def _shelves() -> list[Shelf]:
    """Return the collections that the caller may see; none where there is nothing to choose."""
    service = _service.get()
    if service is None or len(permitted := service.permitted()) < 2:
        return []
    return [
        Shelf(
            one.title or ("Main collection" if one.name == DEFAULT_COLLECTION else one.name),
            f"--collection {one.name} " if one.name != service.settings.collection else "",
            f"{service.root_of(one.name)}/",
            one.name == service.usual,
        )
        for one in permitted
    ]


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(WEB / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["caller"] = current_caller
    environment.globals["root"] = links_root
    environment.globals["shelves"] = _shelves
    environment.filters["reader_link"] = reader_link
    environment.filters["original_link"] = original_link
    environment.filters["ocr_words"] = ocr_words
    environment.filters["source_words"] = lambda one: source_words(one.label, one.name)
    environment.filters["place_source"] = lambda one: source_words(one.source_label, one.source_name)
    environment.filters["thousands"] = lambda number: f"{number:,}"
    return environment
