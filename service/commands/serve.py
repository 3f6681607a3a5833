"""`dossier serve`."""

import logging
import socket
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.commands.options import DataOption, settings_from
from service.errors import SettingsError

if TYPE_CHECKING:
    from service.settings import Settings


def serve(
    *,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; 0.0.0.0: every one. [127.0.0.1]")
    ] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; 0: any free one. [8000]")] = None,
    data: DataOption = None,
) -> None:
    """Serve the web page and the API until stopped with Ctrl-C.

    A stop lets requests finish, and a running ingest up to its next safe point.
    """
    import uvicorn

    from service.app import create_app

    settings = settings_from(host=host, port=port, data=data)
    check_address(settings.host, settings.port)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=log_config(settings),
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )


def check_address(host: str, port: int) -> None:
    """See that the address can be listened on, before anything is opened.

    Raises:
        SettingsError: it is taken, not this machine's, or not allowed.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        socket.create_server(address[:2], family=family).close()
    except OSError as error:
        reason = str(error.strerror).partition(" (")[0]
        line = f"{host} port {port} cannot be listened on ({reason}): choose others with --host and --port"
        raise SettingsError([line]) from None


def log_config(settings: "Settings") -> dict[str, Any]:
    """Return one line per event on stderr, for uvicorn's loggers as for ours."""
    logging.getLogger().handlers.clear()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {
            name: {"level": settings.log_level.upper()}
            for name in ("chunker", "embeddings", "service", "uvicorn")
        },
    }
