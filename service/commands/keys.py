"""`dossier keys`: who may ask, and who may add and delete."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.commands.options import DataOption, JsonOption, settings_from
from service.hosting.scopes import KeyScope

if TYPE_CHECKING:
    from service.hosting.key_store import Key, KeyStore

keys = typer.Typer(
    help="Make, list and revoke the keys of those who may use the service.", no_args_is_help=True
)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Whose key it is, or what for.")]
ScopeOption = Annotated[
    list[KeyScope] | None,
    typer.Option(
        "--scope",
        help="What it is for: ask; edit, which includes ask; metrics; admin, which is all. May be repeated."
        " [ask]",
    ),
]
CollectionsOption = Annotated[
    list[str] | None,
    typer.Option("--collection", help="Which collections there are for it. May be repeated. [all]"),
]
ExpiresOption = Annotated[
    datetime | None,
    typer.Option("--expires", formats=["%Y-%m-%d"], help="Last day (UTC) on which it is good. [never ends]"),
]


@keys.command()
def create(
    name: NameArgument,
    *,
    scope: ScopeOption = None,
    expires: ExpiresOption = None,
    collection: CollectionsOption = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Make a key and print it. It is shown this once; only a hash of it is kept.

    \b
      dossier keys create anna --scope edit
      dossier keys create karl --collection letters --collection diaries

    For one that is held to collections, to ask or to edit, there are no others.
    """  # noqa: D301 - \\b is how click is told to keep lines
    from service.collections import collection_in
    from service.settings import DEFAULT_COLLECTION

    settings = settings_from(data=data)
    if collection is None and settings.collection != DEFAULT_COLLECTION:
        collection = [settings.collection]  # as `dossier --collection NAME keys create` says
    for one in collection or ():
        collection_in(settings.data, one)
    ends = expires.replace(tzinfo=UTC) + timedelta(days=1) if expires else None
    scopes = tuple(dict.fromkeys(scope or [KeyScope.ask]))
    key, text = _store(settings.data).create(name, scopes, expires_at=ends, collections=collection)
    typer.echo(json.dumps({**_as_json(key), "key": text}, indent=2) if as_json else text)


@keys.command("list")
def list_keys(*, as_json: JsonOption = False, data: DataOption = None) -> None:
    """List the keys: what each is for, since when, until when, and when it was used, to the hour."""
    from service.commands.lists import print_table

    settings = settings_from(data=data)
    found = _store(settings.data).keys()
    if as_json:
        typer.echo(json.dumps([_as_json(key) for key in found], indent=2))
        return
    rows = []
    for key in found:
        ends = _until(key.expires_at) if key.expires_at else "ever"
        used = f"{key.used_at:%Y-%m-%d %H:%M}" if key.used_at else "never"
        held = "all" if key.collections is None else " ".join(key.collections)
        rows.append((key.id, key.name, " ".join(key.scopes), held, f"{key.created_at:%Y-%m-%d}", ends, used))
    if settings.api_keys:
        rows.append(
            ("", "DOSSIER_API_KEYS", "admin", "all", "", f"{len(settings.api_keys)} in the settings", "")
        )
    if rows:
        print_table(("id", "name", "scopes", "collections", "made", "until", "used"), rows)
    else:
        typer.echo("There are no keys: `dossier keys create NAME` makes one.")


@keys.command()
def revoke(name: NameArgument, *, data: DataOption = None) -> None:
    """Make a key, by name or id, good for nothing from this moment on."""
    key = _store(settings_from(data=data).data).revoke(name)
    typer.echo(f"revoked {key.name} ({key.id})")


def _store(folder: Any) -> "KeyStore":  # noqa: ANN401
    from service.hosting.key_store import KeyStore

    return KeyStore(folder)


def _until(ends: datetime) -> str:
    """Return the last day of a time that ends with a day."""
    return f"{ends - timedelta(seconds=1):%Y-%m-%d}"


def _as_json(key: "Key") -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(key).items()
    }
