"""Several libraries in one data folder, each kept apart from the others.

A collection is a data folder of its own: the default one is the data folder itself, every other one stands in
``collections/NAME/`` within it. Below this module nothing knows of more than one. A file ``collection.toml``
in its folder says what it is (``title``, ``description``) and how it is read and answered from, where that
differs from the service's settings; those of the default collection are the service's own.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.audit import AuditLog
from service.errors import CollectionNameError, ConflictError, NotFoundError, SettingsError
from service.settings import (
    COLLECTION_NAME,
    COLLECTIONS_FOLDER,
    DEFAULT_COLLECTION,
    LoadedSettings,
    checked_settings,
    read_toml,
)
from service.wording.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from service.settings import Settings

logger = logging.getLogger(__name__)

FILE_NAME = "collection.toml"
OWN_SETTINGS = frozenset(
    {
        *("index", "model", "second_model", "precision", "late_interaction", "encoding"),
        *("passage_tokens", "passage_header", "reranker", "reranked", "rerank_weight"),
        *("answer_threshold", "top_k", "keep_originals", "pictures_mib"),
        *("ocr_languages", "ocr_page_seconds", "reading_memory_mib", "reading_seconds"),
    }
)
"""What a collection may set for itself: how it is read, indexed, ranked and judged; not who is served how."""

_ABOUT = ("title", "description")
_MAX_CHARS = {"title": 200, "description": 2_000}


@dataclass(frozen=True, slots=True)
class Collection:
    """One library: its name, where it stands, and what is said of it. Empty: nothing."""

    name: str
    folder: Path
    title: str = ""
    description: str = ""


def collections_in(data: Path) -> list[Collection]:
    """Return the collections of a data folder, the default one first, the others by name.

    One whose file cannot be read is there all the same.
    """
    others = (data / COLLECTIONS_FOLDER).glob("*")
    names = sorted(one.name for one in others if re.fullmatch(COLLECTION_NAME, one.name) and one.is_dir())
    return [
        _listed(data, DEFAULT_COLLECTION),
        *(_listed(data / COLLECTIONS_FOLDER / name, name) for name in names if name != DEFAULT_COLLECTION),
    ]


def collection_in(data: Path, name: str) -> Collection:
    """Return one collection of a data folder.

    Raises:
        NotFoundError: there is none of that name.
        SettingsError: its file cannot be read.
    """
    if name == DEFAULT_COLLECTION:
        return _read(data, name)
    folder = data / COLLECTIONS_FOLDER / name
    if not re.fullmatch(COLLECTION_NAME, name) or not folder.is_dir():
        raise no_collection(name)
    return _read(folder, name)


def no_collection(name: str, known: Iterable[str] = ()) -> NotFoundError:
    """Return the error that says that there is no collection of a name, or none for who asks.

    The nearest of the ``known`` names, which are told to whoever asks, is what may have been meant.
    """
    meant = did_you_mean(name, known) or ":"
    return NotFoundError(
        f"There is no collection {name}{meant} `dossier collections list` shows those there are."
    )


def create_collection(data: Path, name: str, *, title: str = "", description: str = "") -> Collection:
    """Make an empty collection; it is there whole or not at all.

    Raises:
        CollectionNameError: the name, the title or the description cannot be taken.
        ConflictError: there is one of that name.
        IndexStoreError: the data folder cannot be written.
    """
    from embeddings.store.data_folder import make_folder

    if not re.fullmatch(COLLECTION_NAME, name):
        raise CollectionNameError(
            f"{name} is no name for a collection: take at most 64 of a to z, 0 to 9, - and _."
        )
    about = {"title": _printable(title), "description": _printable(description)}
    for key, text in about.items():
        if len(text) > _MAX_CHARS[key]:
            raise CollectionNameError(f"The {key} may have at most {_MAX_CHARS[key]:,} characters.")
    shelf, is_there = (
        data / COLLECTIONS_FOLDER,
        ConflictError(f"There is a collection {name}: take another name.", existing_id=name),
    )
    if name == DEFAULT_COLLECTION or (shelf / name).exists():
        raise is_there
    make_folder(shelf)
    with tempfile.TemporaryDirectory(dir=shelf, prefix=".new.") as work:
        made = Path(work) / name
        made.mkdir()
        # Every JSON text of printable characters is a basic string of TOML, too.
        lines = [f"{key} = {json.dumps(text, ensure_ascii=False)}\n" for key, text in about.items()]
        (made / FILE_NAME).write_text("".join(lines), "utf-8")
        try:
            folder = made.rename(shelf / name)
        except OSError:  # somebody else made it meanwhile
            raise is_there from None
    AuditLog(data).append("collection made", name)
    return Collection(name, folder, **about)


def _printable(text: str) -> str:
    """Return ``text`` without what cannot be shown; its lines stay lines."""
    return "".join(one for one in text if one == "\n" or one.isprintable()).strip()


def delete_collection(data: Path, name: str) -> Collection:
    """Delete a collection with all that is in it; files that were read stay where they are.

    Raises:
        NotFoundError: there is none of that name.
        ConflictError: it is the default one.
        IndexBusyError: something is being indexed into it, or it is being backed up.
    """
    from embeddings.store.data_folder import LOCK_TIMEOUT_SECONDS, originals_lock, writers_lock

    if name == DEFAULT_COLLECTION:
        raise ConflictError("The default collection is the data folder itself: delete its sources instead.")
    collection = collection_in(data, name)
    with tempfile.TemporaryDirectory(dir=data / COLLECTIONS_FOLDER, prefix=".deleted.") as work:
        with (
            writers_lock(collection.folder, timeout_seconds=LOCK_TIMEOUT_SECONDS),
            originals_lock(collection.folder, timeout_seconds=LOCK_TIMEOUT_SECONDS),
        ):
            gone = collection.folder.rename(Path(work) / name)
        AuditLog(data).append("collection deleted", name)
        shutil.rmtree(gone, ignore_errors=True)
    return collection


def settings_in(settings: Settings, name: str) -> Settings:
    """Return the settings as they hold in a collection.

    Raises:
        NotFoundError: there is none of that name.
        SettingsError: its file has a setting that is none of a collection's, or has a bad value.
    """
    return in_collection(LoadedSettings(settings.model_copy(update={"collection": name}), {})).settings


def in_collection(loaded: LoadedSettings) -> LoadedSettings:
    """Return settings as they hold in the collection that they name; what a flag says wins over its file.

    Raises:
        NotFoundError: there is none of that name.
        SettingsError: its file has a setting that is none of a collection's, or has a bad value.
    """
    settings = loaded.settings
    name = settings.collection
    if name == DEFAULT_COLLECTION:
        return loaded
    path = collection_in(settings.data, name).folder / FILE_NAME
    own = {key: value for key, value in (read_toml(path) or {}).items() if key not in _ABOUT}
    if unknown := sorted(own.keys() - OWN_SETTINGS):
        raise SettingsError([f"{key} ({path}): is no setting of a collection" for key in unknown])
    if settings.index is not None:  # an engine's collection holds one index
        own = {"index": f"{settings.index}-{name}", **own}
    chosen = {key: value for key, value in own.items() if loaded.origins.get(key) != "flag"}
    origins = {**loaded.origins, **dict.fromkeys(chosen, str(path))}
    return LoadedSettings(checked_settings({**dict(settings), **chosen}, origins), origins, loaded.warnings)


def _listed(folder: Path, name: str) -> Collection:
    try:
        return _read(folder, name)
    except SettingsError as error:
        logger.warning("%s", error)
        return Collection(name, folder)


def _read(folder: Path, name: str) -> Collection:
    path = folder / FILE_NAME
    said: Mapping[str, Any] = read_toml(path) or {}
    about = {key: said.get(key, "") for key in _ABOUT}
    if wrong := [key for key, text in about.items() if not isinstance(text, str)]:
        raise SettingsError([f"{key} ({path}): must be a text" for key in wrong])
    return Collection(name, folder, **about)


def has_index(collection: Collection) -> bool:
    """Tell whether anything was ever indexed into a collection."""
    from embeddings.store.data_folder import STORE_NAME

    return (collection.folder / STORE_NAME).exists()


def counts_of(collection: Collection) -> dict[str, int]:
    """Return how many ``sources``, ``documents`` and ``passages`` a collection has, without a model.

    Raises:
        IndexStoreError: its index cannot be read.
    """
    from embeddings.store.catalogue import Catalogue
    from embeddings.store.connections import Store
    from embeddings.store.data_folder import STORE_NAME

    if not has_index(collection):
        return {"sources": 0, "documents": 0, "passages": 0}
    with (
        closing(Store(collection.folder / STORE_NAME, read_only=True)) as store,
        store.reading() as connection,
    ):
        info = Catalogue(connection).info()
    return {"sources": info.sources, "documents": info.documents, "passages": info.passages}
