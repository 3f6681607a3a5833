"""What a value may be, by its JSON schema, in a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markdown import code, number, plain

if TYPE_CHECKING:
    from collections.abc import Mapping


def type_of(schema: Mapping[str, Any], *, links: bool = True) -> str:
    """Return in a few words what a value may be."""
    if reference := schema.get("$ref"):
        name = reference.rpartition("/")[2]
        return f"[{name}](#{name.lower()})" if links else name
    if options := schema.get("anyOf", schema.get("oneOf")):
        bounds = {name: value for name, value in schema.items() if name in {"minimum", "maximum"}}
        told = (type_of({**one, **bounds}, links=links) for one in options if one.get("type") != "null")
        return " or ".join(dict.fromkeys(told))
    if "enum" in schema or "const" in schema:
        return ", ".join(code(plain(one)) for one in schema.get("enum", [schema.get("const")]))
    kind = {"integer": "whole number", "boolean": "`true` or `false`", "string": "text"}.get(
        schema.get("type", ""), schema.get("type", "anything")
    )
    if kind == "array":
        return f"list of {type_of(schema.get('items', {}), links=links)}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {type_of(schema['additionalProperties'], links=links)} by name"
    low, high = schema.get("minimum"), schema.get("maximum")
    over = schema.get("exclusiveMinimum")
    bounds = [
        f"from {number(low)}" if low is not None else "",
        f"over {number(over)}" if over is not None else "",
    ]
    bounds += [f"to {number(high)}" if high is not None else ""]
    return " ".join(filter(None, (kind, *bounds)))
