"""A server that never gets to the end of a file of several passages, to be killed while it is at it."""

import os
import re
import subprocess
import sys
from contextlib import contextmanager


@contextmanager
def paused_server(folder):
    """Run this file as a program; give its process and the address that it listens on."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
    with subprocess.Popen(  # noqa: S603 - this very file
        [sys.executable, __file__, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        try:
            yield process, re.fullmatch(r"(http://\S+)\n", process.stdout.readline())[1]
        finally:
            process.kill()


if __name__ == "__main__":
    from pathlib import Path

    from encoders import PausingEncoder
    from service_support import make_app, serving

    with serving(make_app(Path(sys.argv[1]), encoder=PausingEncoder())) as serving_client:
        print(str(serving_client.base_url).rstrip("/"), flush=True)  # noqa: T201
        sys.stdin.read()
