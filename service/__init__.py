"""From a question to a cited answer: :class:`Dossier`, and the doors that lead to it.

The doors are HTTP, chat, the Model Context Protocol, a web page and the command line. Never touches FAISS
or torch: everything below the question comes through ``embeddings``. Nothing is imported before it is
asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embeddings.search import Filters
    from service.answer import Answer, Citation, Quote, Turn, Words
    from service.dossier import Dossier

__all__ = ["Answer", "Citation", "Dossier", "Filters", "Quote", "Turn", "Words"]

_HOME = {"Dossier": "service.dossier", "Filters": "embeddings.search"}


def __getattr__(name: str) -> object:
    """Return a public name, importing its module on first use."""
    if name in __all__:
        return getattr(import_module(_HOME.get(name, "service.answer")), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
