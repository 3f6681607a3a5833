"""`dossier mcp`."""

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from service.commands.options import DataOption, settings_from

if TYPE_CHECKING:
    from service.dossier import Dossier


def mcp(*, data: DataOption = None) -> None:
    """Let an agent ask the documents: a Model Context Protocol server on standard input and output.

    For an agent's configuration: command `dossier`, arguments `mcp --data FOLDER`. A running
    `dossier serve` offers the same at /mcp.
    """
    from service.assembly import reading_catalogue
    from service.dossier import Dossier
    from service.mcp_api.server import run_stdio

    settings = settings_from(data=data)

    def open_index() -> "Dossier":
        with reading_catalogue(settings):
            pass  # a missing index is found before the model is loaded
        return Dossier.open(settings=settings, read_only=True)

    with ThreadPoolExecutor(1, thread_name_prefix="open-index") as executor:
        # The agent is answered at once; its first question waits for the model if it must.
        opening = executor.submit(open_index)
        try:
            run_stdio(opening.result, settings)
        finally:
            if opening.exception() is None:
                opening.result().close()
