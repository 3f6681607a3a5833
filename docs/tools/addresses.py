"""The HTTP API, as Markdown."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from json_types import type_of
from markdown import cell, code, table

from service.app import create_app
from service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


def http() -> str:
    """Return every address of the API and every object that goes in or out, as OpenAPI has them."""
    with TemporaryDirectory() as folder:
        api = create_app(Settings(data=Path(folder))).openapi()
    lines = [
        "# HTTP",
        "",
        "`/docs` of a running service is the same to try out, `/openapi.json` the same for machines.",
        "",
    ]
    operations = [(path, method, one) for path, by in api["paths"].items() for method, one in by.items()]
    for tag in api["tags"]:
        lines += [f"## {tag['name'].capitalize()}", "", tag.get("description", ""), ""]
        for path, method, operation in operations:
            if tag["name"] in operation["tags"]:
                lines += _told_operation(path, method, operation)
    lines += [*_told_problems(operations), "## Objects", ""]
    for name, schema in api["components"]["schemas"].items():
        lines += _told_object(name, schema)
    return "\n".join(lines)


def _told_operation(path: str, method: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"### {method.upper()} `{path}`", "", operation.get("description", ""), "")
    if parameters := operation.get("parameters"):
        rows = (
            (code(one["name"]), one["in"], type_of(one["schema"]), cell(one.get("description", "")))
            for one in parameters
        )
        yield from table(("parameter", "in", "type", "meaning"), rows)
    if body := operation.get("requestBody"):
        yield from (f"Body: {_contents(body)}", "")
    answers: dict[str, list[str]] = {}
    for status, response in operation["responses"].items():
        answers.setdefault(_contents(response), []).append(code(status))
    told = (f"{', '.join(statuses)} {contents}".rstrip() for contents, statuses in answers.items())
    yield from (f"Answers: {'; '.join(told)}", "")


def _is_problem(response: Mapping[str, Any]) -> bool:
    return "application/problem+json" in response.get("content", {})


def _told_problems(operations: Iterable[tuple[str, str, Mapping[str, Any]]]) -> Iterator[str]:
    """Yield what each status means that a [Problem](#problem) comes with."""
    meanings: dict[str, dict[str, None]] = {}
    for *_, operation in operations:
        for status, response in operation["responses"].items():
            if _is_problem(response):
                meanings.setdefault(status, {})[response["description"]] = None
    yield from (
        "## Problems",
        "",
        "What is refused comes with a [Problem](#problem) as `application/problem+json`.",
        "",
    )
    yield from table(
        ("status", "meaning"),
        ((code(status), cell(" ".join(meanings[status]))) for status in sorted(meanings)),
    )


def _contents(body: Mapping[str, Any]) -> str:
    found = body.get("content", {}).items()
    return "; ".join(
        f"{type_of(of['schema'])} as `{kind}`" if of.get("schema") else f"`{kind}`" for kind, of in found
    )


def _told_object(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"### {name}", "", schema.get("description", ""), "")
    required = schema.get("required", ())
    rows = (
        (
            code(field) + ("" if field in required else ", optional"),
            type_of(of),
            cell(of.get("description", "")),
        )
        for field, of in schema.get("properties", {}).items()
    )
    yield from table(("field", "type", "meaning"), rows)
