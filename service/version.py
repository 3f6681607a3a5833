"""Which version of the program is installed."""

from importlib.metadata import PackageNotFoundError, version

DISTRIBUTION = "dossier-qa"
"""The name it is installed under; on the public index, ``dossier`` is another program."""


def installed_version() -> str:
    """Return the version of the installed distribution, ``0+unknown`` where none is installed."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "0+unknown"
