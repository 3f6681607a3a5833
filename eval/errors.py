"""What can go wrong while answers are measured.

    EvalError
    ├── GoldError          a file of gold questions cannot be used
    ├── ExternalSetError   a folder or file is no question set that a reader knows
    └── RunError           a run's file cannot be read or written, or two runs cannot be compared

Each message is one line that names the file (and the line in it) and what to do about it.
"""

from __future__ import annotations


class EvalError(Exception):
    """Base of this package's errors."""


class GoldError(EvalError):
    """A file of gold questions is missing, unreadable or says something that cannot be."""


class ExternalSetError(EvalError):
    """A question set from elsewhere is not in a form that a reader knows."""


class RunError(EvalError):
    """A run's file cannot be read or written, or does not speak of the same questions as another."""
