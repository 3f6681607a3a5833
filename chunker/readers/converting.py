"""Converts files of programs before XML (.doc, .ppt and the like) by LibreOffice, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from chunker.errors import BrokenSourceError, UnsupportedFormatError
from chunker.readers.programs import SECONDS, output_of

PROGRAMS = ("soffice", "libreoffice", "/Applications/LibreOffice.app/Contents/MacOS/soffice")
HINT = "install LibreOffice to have files of Office before 2007 read, or save them as .docx or .pptx"


def converted(data: bytes, *, name: str, target: str) -> bytes:
    """Return a file as LibreOffice saves it in the format ``target``: "docx", "pptx".

    The program gets a profile of its own, so that it neither meets one that runs nor keeps anything.

    Raises:
        UnsupportedFormatError: there is no LibreOffice.
        BrokenSourceError: it cannot read the file, or not in time.
    """
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise UnsupportedFormatError(f"{name}: is an old Office file", hint=HINT)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        source.write_bytes(data)
        command = [
            *(program, f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}"),
            *("--headless", "--norestore", "--convert-to", target, "--outdir", folder, str(source)),
        ]
        try:
            output_of(command)
            return source.with_suffix(f".{target}").read_bytes()
        except subprocess.TimeoutExpired as error:
            raise BrokenSourceError(
                f"{name}: LibreOffice did not read it within {SECONDS} s; save it as .{target}"
            ) from error
        except (OSError, subprocess.CalledProcessError) as error:
            raise BrokenSourceError(
                f"{name}: LibreOffice cannot read it; open it in its program and save it as .{target}"
            ) from error
