"""The command line with a quick encoder, in a process of its own that can be stopped and killed."""

import os
import subprocess
import sys
import threading
from contextlib import contextmanager


@contextmanager
def command_process(*arguments, folder):
    """Run `dossier` in a folder; give its process and the list to which its lines are added."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
    with subprocess.Popen(  # noqa: S603 - this very file
        [sys.executable, "-u", __file__, *map(str, arguments)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    ) as process:
        lines = []
        reading = threading.Thread(target=lambda: lines.extend(map(str.rstrip, process.stdout)))
        reading.start()
        try:
            yield process, lines
        finally:
            process.kill()
            reading.join()


if __name__ == "__main__":
    from encoders import WordHashEncoder

    import service.assembly
    from service.cli import main

    service.assembly.load_encoder = lambda _: WordHashEncoder()
    main()
