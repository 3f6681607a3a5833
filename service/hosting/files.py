"""Files that are sent as they are."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote

from fastapi.responses import FileResponse, Response

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi import Request

# What others wrote is never shown as a page of this site, whatever a browser takes it for.
HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def download(path: Path, *, name: str, media_type: str) -> FileResponse:
    """Return a file to be saved under the last part of ``name``."""
    headers = {
        **HARMLESS,
        "Content-Disposition": attachment(PurePosixPath(name).name),
        "Cache-Control": "private, no-cache",
    }
    return FileResponse(path, media_type=media_type, headers=headers)


def picture(png: bytes, *, tag: str, request: Request) -> Response:
    """Return a picture, or 304 where the client has it: what has this ``tag`` never changes."""
    headers = {**HARMLESS, "ETag": f'"{tag}"', "Cache-Control": "private, no-cache"}
    if f'"{tag}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(png, media_type="image/png", headers=headers)


def attachment(name: str) -> str:
    """Return a Content-Disposition for a file to be saved (RFC 6266): its name, and one in ASCII."""
    plain = "".join(one if one.isascii() and one.isprintable() and one not in '"\\%' else "_" for one in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
