"""What can go wrong in the service, whoever asks.

    ServiceError
    ├── SettingsError       settings that cannot be used; one line for each
    ├── NotReadyError       the index is still being opened, could not be opened, or is shutting down
    ├── QuestionError       a question that cannot be asked: empty, too long, or asked for too much
    ├── UploadError         a file that cannot be taken: its name, its size, or no room for it
    ├── FetchError          a page of the web cannot be had, or not within the bounds
    │   └── UrlError        it is no address that a page could have
    ├── WritingError        a language model is of no use now (service.answering.writing)
    ├── CollectionNameError a name, title or description that a collection cannot have
    ├── KeyScopeError       a key that is held to collections cannot be for this
    ├── KeyStoreError       the file of the keys cannot be read or changed
    ├── AuditError          the file of who did what cannot be read
    ├── JobStoreError       the file of the jobs cannot be read or changed
    ├── GivenUpError        a job that the program never lived to see the end of
    ├── RemoteError         a service on another machine cannot be asked, or refuses
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


class CollectionNameError(ServiceError):
    """A collection cannot be called so, or have this said of it."""


class KeyScopeError(ServiceError):
    """A key that is held to collections cannot open what is of all."""


class KeyStoreError(ServiceError):
    """The file of the keys cannot be used."""


class AuditError(ServiceError):
    """The file of who did what cannot be used."""


class FetchError(ServiceError):
    """A page of the web is not to be had."""


class UrlError(FetchError):
    """No page can have this address."""


class JobStoreError(ServiceError):
    """The file of the jobs cannot be used."""


class GivenUpError(ServiceError):
    """A job was begun again and again, and each time the program ended before it did."""


class RemoteError(ServiceError):
    """A service that is asked over HTTP does not answer as it should."""


class NotFoundError(ServiceError):
    """There is nothing of that id."""


class ConflictError(ServiceError):
    """A change contradicts what is there; ``existing_id`` names what stands in the way."""

    def __init__(self, message: str, *, existing_id: str | None = None) -> None:
        super().__init__(message)
        self.existing_id = existing_id


class QuestionError(ServiceError):
    """A question cannot be asked; ``field`` is what is wrong with it, ``name`` the kind of problem."""

    def __init__(self, message: str, *, field: str, name: str = "invalid-request") -> None:
        super().__init__(message)
        self.field = field
        self.name = name


class UploadError(ServiceError):
    """A file cannot be taken."""


class UploadNameError(UploadError):
    """The name it came with is of no use."""


class UploadTooLargeError(UploadError):
    """It has more bytes than are allowed."""


class UploadNotStorableError(UploadError):
    """There is no room for it, or no permission."""
