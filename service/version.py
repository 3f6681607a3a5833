"""Which version of the program is installed."""

from importlib.metadata import PackageNotFoundError, version


def installed_version() -> str:
    """Return the version of the installed distribution."""
    try:
        return version("dossier")
    except PackageNotFoundError:
        return "0+unknown"
