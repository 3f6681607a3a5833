"""Answers and searches as notebooks show them: HTML that stands by itself and needs no running service.

Whatever a document holds is text in it: everything is escaped, and nothing is loaded or linked.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


def notebook_html(template: str, **shown: object) -> str:
    """Return the template of that name in ``service/data`` with what it is to show."""
    return _templates().get_template(f"{template}.html").render(**shown)


@cache
def _templates() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("service", "data"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
