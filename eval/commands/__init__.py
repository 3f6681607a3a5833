"""The commands ``dossier eval`` and ``dossier gold``.

The command line of the service finds them by their entry points (group ``dossier.commands``), so
that nothing below this package imports it.
"""

from eval.commands.evaluating import evaluate
from eval.commands.gold import gold

__all__ = ["evaluate", "gold"]
