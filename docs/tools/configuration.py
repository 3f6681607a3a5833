"""The settings, as Markdown."""

from __future__ import annotations

from json_types import type_of
from markdown import code, escaped, plain, table

from service.settings import PREFIX, Settings

_HEAD = f"""Each is set by a variable, its name in capitals after `{PREFIX}` (`{PREFIX}DATA`), or by a line of
`dossier.toml` (`data = "archive"`), which is read from the folder that a command is run in, or from where
`DOSSIER_CONFIG` names it. A flag of a command wins over a variable, a variable over the file.
`dossier config` shows what holds and where it comes from; `dossier config --write` begins a `dossier.toml`
with all of them as comments."""


def settings() -> str:
    """Return every setting with its variable, what it may be, and its default."""
    schema = Settings.model_json_schema()["properties"]
    defaults = Settings().model_dump(mode="json")
    rows = (
        (
            code(name),
            type_of(schema[name], links=False),
            "unset" if defaults[name] is None else code(plain(defaults[name])),
            escaped(field.description or ""),
        )
        for name, field in Settings.model_fields.items()
    )
    table_lines = table(("setting", "may be", "default", "meaning"), rows)
    return "\n".join(["# Settings", "", _HEAD, "", *table_lines])
