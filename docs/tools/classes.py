"""What Python programs import, as Markdown."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

from markdown import code, table

import service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ROLE = re.compile(r":\w+:`~?([^`]+)`")


def python() -> str:
    """Return what `from service import …` brings, by its docstrings."""
    lines = ["# Python", "", "What `from service import …` brings.", ""]
    for name in sorted(service.__all__, key=lambda name: (name != "Dossier", name)):
        lines += _told_class(name, getattr(service, name))
    return "\n".join(lines)


def _told_class(name: str, kind: type) -> Iterator[str]:
    yield from (f"## {name}", "", *_told_docstring(kind))
    fields = getattr(kind, "__dataclass_fields__", {})
    public = {field: one for field, one in fields.items() if not field.startswith("_")}
    if public:
        yield from table(
            ("field", "type"), ((code(field), code(str(one.type))) for field, one in public.items())
        )
    for member_name, member in vars(kind).items():
        if member_name.startswith("_") or not inspect.getdoc(member):
            continue
        if isinstance(member, property):
            yield from (
                f"### {name}.{member_name}",
                "",
                f"`{_returns(member.fget)}`",
                "",
                *_told_docstring(member),
            )
        elif callable(called := getattr(kind, member_name)):
            yield from (
                f"### {name}.{member_name}()",
                "",
                "```python",
                _signature(member_name, called),
                "```",
                "",
            )
            yield from _told_docstring(called)


def _told_docstring(member: object) -> Iterator[str]:
    """Yield a docstring in Google's form as Markdown: what it raises as a list."""
    is_list = False
    for line in (inspect.getdoc(member) or "").splitlines():
        words = _ROLE.sub(r"`\1`", line)
        if words in {"Raises:", "Args:", "Returns:", "Yields:"}:
            is_list = True
            yield from (words, "")
        elif is_list and re.match(r"    \w[\w.]*:", words):
            yield re.sub(r"^    (\w[\w.]*):", r"- `\1`:", words)
        else:
            yield words.strip() if not is_list else f"  {words.strip()}".rstrip()
    yield ""


class _Bare(str):
    """An annotation that is shown as it is written, without quotation marks."""

    __slots__ = ()
    __repr__ = str.__str__


def _signature(name: str, called: Callable[..., object]) -> str:
    signature = inspect.signature(called)
    given = [
        one.replace(annotation=_Bare(one.annotation)) if isinstance(one.annotation, str) else one
        for one in signature.parameters.values()
        if one.name != "self"
    ]
    shown = [str(one) for one in given]
    first_by_name = next((i for i, one in enumerate(given) if one.kind is one.KEYWORD_ONLY), None)
    if first_by_name is not None:
        shown.insert(first_by_name, "*")
    returned = signature.return_annotation
    line = f"{name}({', '.join(shown)}) -> {returned}"
    return (
        line
        if len(line) <= 100
        else f"{name}(\n" + "".join(f"    {one},\n" for one in shown) + f") -> {returned}"
    )


def _returns(getter: Callable[..., object] | None) -> str:
    return str(inspect.signature(getter).return_annotation) if getter else ""
