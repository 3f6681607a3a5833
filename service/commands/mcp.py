"""`dossier mcp`."""

from concurrent.futures import ThreadPoolExecutor

from service.commands.options import DataOption, settings_from


def mcp(*, data: DataOption = None) -> None:
    """Let an agent ask the documents: a Model Context Protocol server on standard input and output.

    For an agent's configuration: command `dossier`, arguments `mcp --data FOLDER`. A running
    `dossier serve` offers the same at /mcp.
    """
    from service.assembly import assemble
    from service.mcp_server import run_stdio

    settings = settings_from(data=data)
    with ThreadPoolExecutor(1, thread_name_prefix="open-index") as executor:
        # The agent is answered at once; its first question waits for the model if it must.
        opening = executor.submit(assemble, settings, read_only=True)
        try:
            run_stdio(opening.result, settings)
        finally:
            if opening.exception() is None:
                opening.result().close()
