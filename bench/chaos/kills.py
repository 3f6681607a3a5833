"""SIGKILL at a random moment of whatever changes, saves or restores an index, and a look at what is left."""

from __future__ import annotations

import multiprocessing
import random
import shutil
import signal
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx

from bench.chaos import operations
from embeddings.errors import ManifestMismatchError
from embeddings.store.catalogue import Catalogue
from embeddings.store.connections import Store
from embeddings.store.data_folder import STORE_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.process import BaseProcess
    from pathlib import Path

OPERATIONS = ("index", "upload", "watch", "delete", "rebuild", "backup", "restore")
_SOURCES = 24  # at first, and at least so many before some are deleted
_FILES_A_RUN = 4
_SECONDS = 60.0  # what takes longer hangs
_TOKENS = (40, 60)  # between which rebuilding goes to and fro
_WIDTHS = (7, 13, 13, 7)
_WORDS = ("cotton", "wool", "grain", "coal", "timber", "salt", "tea", "silk")


@dataclass(slots=True)
class Tally:
    """What became of the kills of one operation; each of ``wrong`` says what was lost or half in."""

    kills: int = 0
    done_before: int = 0
    ended_first: int = 0
    wrong: list[str] = field(default_factory=list)


class Chaos:
    """One index in ``folder``, whose sources are known, killed again and again."""

    def __init__(self, folder: Path, *, seed: int) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._log = folder / "log"
        self._backup = folder / "backup.tar"
        self._draw = random.Random(seed)  # noqa: S311 - for moments, not for secrets
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(operations.SLOW_MODULES)
        self._number = 0
        self._tokens = _TOKENS[0]
        self._seconds: dict[str, float] = {}
        self._texts: dict[str, str] = {}
        self._saved: dict[str, str] = {}
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._fill_up()
        operations.save(self._data, self._log, path=self._backup)
        self._saved = dict(self._texts)
        self.tallies = {name: Tally() for name in OPERATIONS}

    def kill(self, operation: str) -> None:
        """Kill one operation at a random moment, and look what is left."""
        tally = self.tallies[operation]
        before = len(tally.wrong)
        self._log.unlink(missing_ok=True)
        getattr(self, f"_kill_{operation}")(tally)
        self._look(tally)
        if len(tally.wrong) > before:  # what comes next begins with what is there
            self._texts = self._state(self._data)

    def _fill_up(self) -> None:
        """Add files where there are few."""
        files = [self._file() for _ in range(_SOURCES - len(self._texts))]
        if files:
            operations.index(self._data, self._log, tokens=self._tokens, files=files)
            self._texts |= {path.name: path.read_text() for path in files}
        self._log.unlink(missing_ok=True)

    def _kill_index(self, tally: Tally) -> None:
        files = [self._file() for _ in range(_FILES_A_RUN - 1)]
        files.append(self._file(name=self._draw.choice(sorted(self._texts))))
        done = self._killed(tally, "index", operations.index, self._data, tokens=self._tokens, files=files)
        self._settle(tally, {path.name: path.read_text() for path in files}, done)

    def _kill_delete(self, tally: Tally) -> None:
        self._fill_up()
        names = self._draw.sample(sorted(self._texts), _FILES_A_RUN)
        done = self._killed(tally, "delete", operations.delete, self._data, tokens=self._tokens, names=names)
        self._settle(tally, dict.fromkeys(names), done)

    def _kill_upload(self, tally: Tally) -> None:
        """Kill a server; whatever it had taken in by then is done by the next one."""
        files = [self._file() for _ in range(_FILES_A_RUN)]
        taken: list[str] = []
        with self._served(tally) as client:
            started = time.perf_counter()
            until = started + self._draw.uniform(0, self._seconds.get("upload", 1.0))
            for path in files:
                sent = client.post("/v1/sources", files={"file": (path.name, path.read_bytes())})
                sent.raise_for_status()
                taken.append(path.name)
            while "upload" not in self._seconds and not _are_done(client):
                pass
            time.sleep(max(0.0, until - time.perf_counter()))
            self._seconds.setdefault("upload", time.perf_counter() - started)
        self._log.unlink()
        with self._served(Tally()) as client:
            _wait(lambda: _are_done(client))
        tally.done_before += len(taken)
        self._settle(tally, {path.name: path.read_text() for path in files}, taken)

    def _kill_watch(self, tally: Tally) -> None:
        """Kill who follows a folder, as files come and as they go; the next one ends what is left to do."""
        folder = self._folder / "watched"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / "stays.txt").write_text("Of an empty folder nothing is deleted.")
        files = [self._file().replace(folder / f"{self._number}.txt") for _ in range(_FILES_A_RUN)]
        come = {path.name: path.read_text() for path in folder.iterdir()}
        before = dict(self._texts)
        self._follow(tally, folder, {**before, **come})
        for path in files:
            path.unlink()
        self._follow(tally, folder, {**before, "stays.txt": come["stays.txt"]})
        operations.delete(self._data, self._log, tokens=self._tokens, names=["stays.txt"])
        self._log.unlink()

    def _follow(self, tally: Tally, folder: Path, wanted: dict[str, str]) -> None:
        for rehearsed in (tally, Tally()):
            process = self._started(operations.watch, self._data, tokens=self._tokens, folder=folder)
            self._line()
            started = time.perf_counter()
            if rehearsed is tally and "watch" in self._seconds:
                time.sleep(self._draw.uniform(0, self._seconds["watch"]))
            else:
                _wait(lambda: self._state(self._data) == wanted)
                self._seconds.setdefault("watch", time.perf_counter() - started)
            self._end(rehearsed, process, [])
            self._log.unlink()

    @contextmanager
    def _served(self, tally: Tally) -> Iterator[httpx.Client]:
        """Give a client of a server, and kill this at the end."""
        process = self._started(operations.serve, self._data, tokens=self._tokens)
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{self._line()}", timeout=_SECONDS) as client:
                _wait(lambda: _answers(client, "/health/ready"))
                yield client
        finally:
            self._end(tally, process, [])

    def _kill_rebuild(self, tally: Tally) -> None:
        (other,) = set(_TOKENS) - {self._tokens}
        if self._killed(tally, "rebuild", operations.make_anew, self._data, tokens=other):
            self._tokens = other
            return
        try:
            operations.opened(self._data, tokens=self._tokens).close()
        except ManifestMismatchError:
            self._tokens = other  # it was made anew, and killed before it said so

    def _kill_backup(self, tally: Tally) -> None:
        done = self._killed(tally, "backup", operations.save, self._data, path=self._backup)
        restored = self._folder / "looked at"
        shutil.rmtree(restored, ignore_errors=True)
        operations.put_back(restored, self._log, path=self._backup)
        found = self._state(restored)
        if found != self._texts and (done or found != self._saved):
            tally.wrong.append("the backup is neither the earlier one nor the new one")
        self._saved = found

    def _kill_restore(self, tally: Tally) -> None:
        restored = self._folder / "restored"
        shutil.rmtree(restored, ignore_errors=True)
        done = self._killed(tally, "restore", operations.put_back, restored, path=self._backup)
        if done and not restored.exists():
            tally.wrong.append("what was restored is not there")
        if not restored.exists():
            operations.put_back(restored, self._log, path=self._backup)
            if list(self._folder.glob(".restored.*")):
                tally.wrong.append("what was restored by half lies about")
        if self._state(restored) != self._saved:
            tally.wrong.append("what was restored is not what was backed up")

    def _killed(
        self, tally: Tally, name: str, job: Callable[..., None], data: Path, **given: object
    ) -> list[str]:
        """Run ``job``, kill it within the time that it took at first, and return what it reported done."""
        process = self._started(job, data, **given)
        self._line()
        if name in self._seconds:
            time.sleep(self._draw.uniform(0, self._seconds[name]))
        else:
            started = time.perf_counter()
            process.join(_SECONDS)
            self._seconds[name] = time.perf_counter() - started
        self._end(tally, process, self._log.read_text().splitlines()[1:])
        return self._log.read_text().splitlines()[1:]

    def _started(self, job: Callable[..., None], data: Path, **given: object) -> BaseProcess:
        process = self._context.Process(target=job, args=(data, self._log), kwargs=given)
        process.start()
        return process

    def _end(self, tally: Tally, process: BaseProcess, done: list[str]) -> None:
        process.kill()
        process.join()
        if process.exitcode == -signal.SIGKILL:
            tally.kills += 1
            tally.done_before += len(done)
        elif process.exitcode == 0:
            tally.ended_first += 1
        else:
            tally.wrong.append(f"it ended with {process.exitcode}")

    def _line(self) -> str:
        _wait(lambda: self._log.exists() and "\n" in self._log.read_text())
        return self._log.read_text().split("\n")[0]

    def _settle(self, tally: Tally, wanted: dict[str, str | None], done: list[str]) -> None:
        """See that what was reported done is, and take over what was done unreported."""
        found = self._state(self._data)
        for name, text in wanted.items():
            if found.get(name) not in ([text] if name in done else [text, self._texts.get(name)]):
                tally.wrong.append(f"{name} is lost, or half in")
        self._texts = {
            name: text
            for name, text in {**self._texts, **{name: found.get(name) for name in wanted}}.items()
            if text is not None
        }

    def _state(self, data: Path) -> dict[str, str]:
        with closing(Store(data / STORE_NAME)) as store, store.reading() as connection:
            catalogue = Catalogue(connection)
            return {one.name: catalogue.source_text(one.id) or "" for one in catalogue.sources()}

    def _look(self, tally: Tally) -> None:
        """See that the index is whole, and has what it is known to have."""
        with operations.opened(self._data, tokens=self._tokens) as index:
            index.delete("unknown")  # the next change removes what none needs
            tally.wrong += [*index.problems(), *index.search_problems()]
            with index.snapshot() as snapshot:
                sources = {one.name: one.id for one in snapshot.sources()}
                texts = {name: snapshot.source_text(source_id) for name, source_id in sources.items()}
            kept = {index.original(source_id) for source_id in sources.values()}
        if texts != self._texts:
            tally.wrong.append("the texts are not those that were")
        files = {path for path in (self._data / "originals").rglob("*") if path.is_file()}
        if files != kept:
            tally.wrong.append(f"originals: {len(files - kept)} too many, {len(kept - files)} missing")

    def _file(self, name: str | None = None) -> Path:
        self._number += 1
        path = self._folder / "files" / (name or f"{self._number}.txt")
        path.parent.mkdir(exist_ok=True)
        word = self._draw.choice(_WORDS)
        sentences = (f"Telegram {n} of file {self._number} spoke of {word}." for n in range(200))
        path.write_text(" ".join(sentences))
        return path


def kills(folder: Path, number: int, *, seed: int = 0, tell: Callable[[str], None] = print) -> bool:
    """Kill so many times in all, print a table, and return whether nothing was lost or half in."""
    chaos = Chaos(folder, seed=seed)
    each = -(-number // len(OPERATIONS))
    while any(tally.kills < each for tally in chaos.tallies.values()):
        for operation, tally in chaos.tallies.items():
            if tally.kills < each:
                chaos.kill(operation)
    heads = ("kills", "done before", "ended first", "wrong")
    tell(f"{'killed':<10}" + "".join(f"{head:>{width}}" for head, width in zip(heads, _WIDTHS, strict=True)))
    rows = {
        name: (tally.kills, tally.done_before, tally.ended_first, len(tally.wrong))
        for name, tally in chaos.tallies.items()
    }
    rows["all"] = tuple(map(sum, zip(*rows.values(), strict=True)))
    for name, row in rows.items():
        tell(f"{name:<10}" + "".join(f"{count:>{width}}" for count, width in zip(row, _WIDTHS, strict=True)))
        for line in chaos.tallies[name].wrong if name in chaos.tallies else ():
            tell(f"  {line}")
    return not rows["all"][-1]


def _answers(client: httpx.Client, address: str) -> bool:
    try:
        return client.get(address).is_success
    except httpx.TransportError:
        return False


def _are_done(client: httpx.Client) -> bool:
    return all(job["finished_at"] for job in client.get("/v1/jobs").json()["jobs"])


def _wait(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not come about")
        time.sleep(0.002)
