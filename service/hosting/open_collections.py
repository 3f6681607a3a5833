"""The collections of one running service: opened when first asked for, closed when others need the room."""

from __future__ import annotations

import logging
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.collections import (
    collection_in,
    collections_in,
    delete_collection,
    no_collection,
    settings_in,
)
from service.errors import NotReadyError, ServiceError, SettingsError
from service.hosting.access import Doorkeeper, current_caller
from service.hosting.addressed import collection_within
from service.hosting.metrics import Metrics
from service.hosting.state import ServiceState
from service.jobs.store import JobStore
from service.settings import DEFAULT_COLLECTION
from service.wording.links import begin_links_at, links_root, root_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from service.collections import Collection
    from service.dossier import Dossier
    from service.settings import Settings

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Held:
    """A collection in memory, opened in the folder of that id; ``users`` have not given it back yet."""

    state: ServiceState
    folder_id: tuple[int, int] | None = None
    users: int = 0
    is_dropped: bool = False

    @property
    def is_idle(self) -> bool:
        """Whether nothing is done with it."""
        return self.users == 0 and not self.state.has_jobs()


class OpenCollections:
    """The collections of one service, and what all of them share. Safe to use from many threads.

    The ``main`` one is that which the settings name; it is always open. Where that is the default one, all
    others are served, too; else it is the only one. ``open_dossier`` opens a collection by its settings.
    """

    def __init__(self, settings: Settings, open_dossier: Callable[[Settings], Dossier]) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.doorkeeper = Doorkeeper(settings)
        self._open_dossier = open_dossier
        self.main = self._state(settings)
        self._main = Held(self.main)
        self._others: dict[str, Held] = {}
        """By name, those used last at the end."""
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin to open the main one, and to go on with what was to be indexed into others."""
        self.main.start()
        if self.settings.collection == DEFAULT_COLLECTION:
            threading.Thread(target=self._go_on, name="go-on-with-jobs", daemon=True).start()

    def close(self) -> None:
        """Close all, each at a safe point."""
        with self._lock:
            others, self._others = list(self._others.values()), {}
        for held in (*others, self._main):
            held.state.close()

    @property
    def usual(self) -> str:
        """The collection that the current request means where it names none.

        It is that of its address; or the main one, or the first to which the caller's key is held, if not to
        that.
        """
        caller, main = current_caller(), self.settings.collection
        return collection_within() or (main if caller.may_see(main) else min(caller.collections or (main,)))

    def seen(self) -> list[Collection]:
        """Return the collections that the current request may see."""
        within = collection_within()
        return [one for one in self.permitted() if within in {None, one.name}]

    def permitted(self) -> list[Collection]:
        """Return the collections that the caller may see, whichever the request's address names."""
        caller, main = current_caller(), self.settings.collection
        if main == DEFAULT_COLLECTION:
            served = collections_in(self.settings.data)
        else:
            served = [collection_in(self.settings.data, main)]
        return [one for one in served if caller.may_see(one.name)]

    def named(self, name: str | None = None) -> str:
        """Return which collection the current request means: this one, or the usual one.

        Raises:
            NotFoundError: it may see none of that name.
        """
        within, main = collection_within(), self.settings.collection
        wanted = name or self.usual
        is_served = main in {DEFAULT_COLLECTION, wanted}
        if not is_served or within not in {None, wanted} or not current_caller().may_see(wanted):
            raise no_collection(wanted)
        return wanted

    def take_open(self, name: str) -> Held | None:
        """Return a collection to be used if that takes no time; it is to be given back."""
        with self._lock:
            held = self._main if name == self.settings.collection else self._current(name)
            if held is None or (held is not self._main and held.state.is_opening):
                return None
            held.users += 1
            return held

    def take(self, name: str) -> Held:
        """Return a collection to be used, opened where it is not yet; it is to be given back.

        Raises:
            NotFoundError: there is none of that name.
            NotReadyError: its settings cannot be used.
        """
        if held := self.take_open(name):
            return held
        try:
            settings, spare = settings_in(self.settings, name), []
        except SettingsError as error:
            logger.error("%s", error)  # noqa: TRY400 - the line says it all; a traceback would hide it
            raise NotReadyError(f"{name} cannot be opened: the server's log has the cause.") from error
        with self._lock:
            held = self._current(name)
            if held is None:
                spare = self._spare()
                held = self._others[name] = Held(self._state(settings), folder_id(settings.folder))
                held.state.start()
            held.users += 1
        for one in spare:
            one.state.close()
        held.state.wait_until_opened()
        if held.state.has_failed:
            self._drop(name, held)  # whoever comes next tries anew; the last user closes it
        return held

    def give_back(self, held: Held) -> None:
        """Say that a collection is no longer used."""
        with self._lock:
            held.users -= 1
            self._close_if_over(held)

    @contextmanager
    def using(self, name: str | None = None) -> Iterator[ServiceState]:
        """Give the collection that the current request means; links made in this context point into it.

        Raises:
            NotFoundError: it may see none of that name.
            NotReadyError: its settings cannot be used.
        """
        wanted = self.named(name)
        held, before = self.take(wanted), links_root()
        try:
            begin_links_at(self.root_of(wanted))
            yield held.state
        finally:
            begin_links_at(before)
            self.give_back(held)

    @contextmanager
    def reading(self, name: str | None = None) -> Iterator[Dossier]:
        """Give the open index of a collection; raises as :meth:`using`, NotReadyError until it is open."""
        with self.using(name) as state:
            yield state.dossier()

    def root_of(self, name: str) -> str:
        """Return what the addresses of a collection begin with, without a slash at its end."""
        return "" if name == self.settings.collection else root_of(name)

    def delete(self, name: str) -> None:
        """Close a collection and delete it; raises as :func:`service.collections.delete_collection`."""
        with self._lock:
            held = self._others.get(name)
        if held is not None and self._drop(name, held):
            held.state.close()
        delete_collection(self.settings.data, name)

    def _state(self, settings: Settings) -> ServiceState:
        return ServiceState(settings, self._open_dossier, metrics=self.metrics, doorkeeper=self.doorkeeper)

    def _current(self, name: str) -> Held | None:
        """Return a collection that is held, and make it the one used last; not one made anew since."""
        held = self._others.pop(name, None)
        if held is None:
            return None
        if held.folder_id != folder_id(held.state.settings.folder):
            held.is_dropped = True
            self._close_if_over(held)
            return None
        self._others[name] = held
        return held

    def _spare(self) -> list[Held]:
        """Take out those that are not used, the longest unused first, until there is room for one more."""
        spare = []
        for name, held in list(self._others.items()):
            if len(self._others) < self.settings.open_collections:
                break
            if held.is_idle:
                spare.append(self._others.pop(name))
        return spare

    def _drop(self, name: str, held: Held) -> bool:
        """Take out a collection that was held under a name; tell whether nobody is left to close it."""
        with self._lock:
            if self._others.get(name) is not held:
                return False
            del self._others[name]
            held.is_dropped = held.users > 0
            return not held.is_dropped

    def _go_on(self) -> None:
        """Open those into which something was still to be indexed when the service ended."""
        self.main.wait_until_opened()
        for name in (one.name for one in collections_in(self.settings.data)):
            own = self.settings.model_copy(update={"collection": name})
            try:
                with closing(JobStore(own.folder, max_queued=own.max_queued_jobs)) as jobs:
                    if jobs.unfinished():
                        self.give_back(self.take(name))
            except ServiceError as error:
                logger.error("%s", error)  # noqa: TRY400 - the line says it all; a traceback would hide it

    def _close_if_over(self, held: Held) -> None:
        """Close a collection that was taken out, once nobody uses it; that may take its time."""
        if held.is_dropped and not held.users:
            threading.Thread(target=held.state.close, name="close-index").start()


def folder_id(folder: Path) -> tuple[int, int] | None:
    """Return by what a folder is told from one made in its place, ``None`` where there is none."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
