"""What can go wrong in the service, whoever asks.

    ServiceError
    ├── SettingsError       settings that cannot be used; one line for each
    ├── NotReadyError       the index is still being opened, could not be opened, or is shutting down
    ├── NotFoundError       no source, document, page or job of that id
    └── ConflictError       the change contradicts what is there

Each message is a line a person can act on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class ServiceError(Exception):
    """Base of this package's errors."""


class SettingsError(ServiceError):
    """Settings that cannot be used; ``lines`` names every one of them with its origin."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = tuple(lines)


class NotReadyError(ServiceError):
    """The index cannot be asked now."""


class NotFoundError(ServiceError):
    """There is nothing of that id."""


class ConflictError(ServiceError):
    """A change contradicts what is there; ``existing_id`` names what stands in the way."""

    def __init__(self, message: str, *, existing_id: str | None = None) -> None:
        super().__init__(message)
        self.existing_id = existing_id
