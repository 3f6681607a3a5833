"""`dossier audit`."""

from typing import Annotated

import typer

from service.commands.options import DataOption, JsonOption, settings_from


def audit(
    *,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many of the newest.")] = 100,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Tell who added, described and deleted what, and made and revoked keys, the newest first.

    It has names, never contents, and is only added to; a backup holds it.
    """
    from service.api.presenting import audit_list
    from service.audit import AuditLog
    from service.commands.lists import print_audit

    entries, total = AuditLog(settings_from(data=data).folder).newest(limit=limit)
    if as_json:
        typer.echo(audit_list(entries, total, offset=0, limit=limit).model_dump_json(indent=2))
    else:
        print_audit(entries, total)
