"""`dossier serve`."""

import ipaddress
import os
import socket
from contextlib import nullcontext
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from service.commands.options import DataOption, loaded_settings, settings_from
from service.errors import SettingsError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import ASGIApp

    from service.settings import Settings


_SILENT_SECONDS = 30
"""How long a process may be silent until another takes its place: much work is no reason. Chosen by hand."""


def serve(
    *,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; 0.0.0.0: every one. [127.0.0.1]")
    ] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; 0: any free one. [8000]")] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=256, help="Processes that answer. [1]")] = None,
    without_key: Annotated[
        str | None,
        typer.Option(
            metavar="nothing|ask|edit|admin",
            help="What anybody may do without a key. [everything while there are no keys, which is for this"
            " machine alone; nothing once there are]",
        ),
    ] = None,
    data: DataOption = None,
) -> None:
    """Serve the web page and the API until stopped with Ctrl-C.

    A stop lets requests finish, and a running ingest up to its next safe point.
    """
    import uvicorn

    from service.hosting.connections import PromptProtocol
    from service.hosting.logs import log_config

    flags = {"host": host, "port": port, "workers": workers, "without_key": without_key, "data": data}
    settings = settings_from(**flags)
    check_exposure(settings)
    check_address(settings.host, settings.port)
    # Each process reads the settings for itself, and what the flags say from the environment.
    for name, value in {**flags, "collection": settings.collection}.items():
        if value is not None:
            os.environ[f"DOSSIER_{name.upper()}"] = str(value)
    with TemporaryDirectory(prefix="dossier-") if settings.workers > 1 else nullcontext() as counted:
        if counted is not None:
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = counted
        uvicorn.run(
            "service.commands.serve:served_app",
            factory=True,
            workers=settings.workers,
            host=settings.host,
            port=settings.port,
            http=PromptProtocol,
            log_config=log_config(settings),
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=settings.shutdown_seconds,
            timeout_worker_healthcheck=_SILENT_SECONDS,
        )


def run_locally(app: "ASGIApp", settings: "Settings") -> None:
    """Run an application in this process until Ctrl-C; what is shown of it, its caller tells."""
    import uvicorn

    from service.hosting.connections import PromptProtocol

    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        http=PromptProtocol,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )


def served_app() -> "FastAPI":
    """Return the application that a process serves."""
    from service.app import create_app

    return create_app(loaded_settings().settings)


def check_exposure(settings: "Settings") -> None:
    """See that nobody opens the index to other machines without having said so.

    Raises:
        SettingsError: other machines may reach the service, and nobody said who may do what.
    """
    from service.hosting.access import Doorkeeper

    if settings.without_key or is_loopback(settings.host) or Doorkeeper(settings).has_keys():
        return
    line = (
        f"On {settings.host} other machines could read, add and delete, since there are no keys: make one"
        " with `dossier keys create NAME --scope edit`, or say what may be done without one, as"
        " --without-key ask (DOSSIER_WITHOUT_KEY)"
    )
    raise SettingsError([line])


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches what listens on ``host``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


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
