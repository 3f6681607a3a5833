"""What is killed: each change of an index, its backup and its restoring, in a process of its own.

Every function is told where to write what it has reported done, a line each; the first line says that it has
begun what is to be killed. The model is a stand-in, so that there is little else to hit.
"""

from __future__ import annotations

import hashlib
import io
import re
import socket
from contextlib import closing, contextmanager, redirect_stdout
from typing import TYPE_CHECKING

import numpy as np

from chunker.chunking import ChunkingSettings
from chunker.readers.reading import read_source
from embeddings.indexing.rebuilding import rebuild
from embeddings.local_index import LocalIndex
from embeddings.store.backup import back_up
from embeddings.store.restoring import restore
from service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from service.dossier import Dossier

SLOW_MODULES = ["bench.chaos.operations", "faiss", "scipy.optimize", "tiktoken", "uvicorn", "service.app"]
BEGUN = "begun"


class HashEncoder:
    """An encoder without a model: each word adds a direction of its own."""

    name, revision, precision, dimension, max_tokens = "words by their hashes", "1", "fp32", 32, 64

    def count_tokens(self, text: str) -> int:
        """Count words."""
        return len(re.findall(r"\w+", text))

    def encode(self, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None) -> np.ndarray:
        """Return a vector of length 1 for each text."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.casefold())[: self.max_tokens] or [""]:
                digest = hashlib.sha256(word.encode()).digest()
                vectors[row] += np.frombuffer(digest, dtype=np.uint8)[: self.dimension] / 127.5 - 1.0
            vectors[row] /= np.linalg.norm(vectors[row])
        if on_progress is not None:
            on_progress(len(texts))
        return vectors


def opened(data: Path, *, tokens: int) -> LocalIndex:
    """Open the index with passages of so many tokens; the files are kept."""
    chunking = ChunkingSettings(max_tokens=tokens)
    return LocalIndex.open(data, encoder=HashEncoder(), chunking=chunking, keep_originals=True)


@contextmanager
def reporting(log: Path) -> Iterator[Callable[[str], None]]:
    """Give what writes a line that outlives the process."""
    with log.open("a", buffering=1) as file:
        yield lambda line: print(line, file=file)


def index(data: Path, log: Path, *, tokens: int, files: Sequence[Path]) -> None:
    """Add files, or let them take the place of those of their names."""
    with reporting(log) as report, opened(data, tokens=tokens) as opened_index:
        report(BEGUN)
        for path in files:
            opened_index.add_source(read_source(path, name=path.name), original=path)
            report(path.name)


def delete(data: Path, log: Path, *, tokens: int, names: Sequence[str]) -> None:
    """Delete sources by their names."""
    with reporting(log) as report, opened(data, tokens=tokens) as opened_index:
        with opened_index.snapshot() as snapshot:
            ids = {source.name: source.id for source in snapshot.sources()}
        report(BEGUN)
        for name in names:
            opened_index.delete(ids[name])
            report(name)


def make_anew(data: Path, log: Path, *, tokens: int) -> None:
    """Make the index anew with passages of so many tokens."""
    with reporting(log) as report:
        report(BEGUN)
        rebuild(data, encoder=HashEncoder(), chunking=ChunkingSettings(max_tokens=tokens))
        report("rebuilt")


def save(data: Path, log: Path, *, path: Path) -> None:
    """Back the index up."""
    with reporting(log) as report:
        report(BEGUN)
        back_up(data, path, program="bench.chaos")
        report("saved")


def put_back(data: Path, log: Path, *, path: Path) -> None:
    """Restore a backup."""
    with reporting(log) as report:
        report(BEGUN)
        restore(path, data)
        report("restored")


def watch(data: Path, log: Path, *, tokens: int, folder: Path) -> None:
    """Keep the index as a folder is, with little waiting for files to come to rest."""
    from service.commands.watch import follow
    from service.library import watching

    watching.REST_SECONDS = 0.05
    with reporting(log) as report, closing(_dossier(data, tokens=tokens)) as dossier:
        report(BEGUN)
        with redirect_stdout(io.StringIO()):
            follow(dossier, [folder], is_deleting=True)


def serve(data: Path, log: Path, *, tokens: int) -> None:
    """Serve the index; the port is the first line."""
    import uvicorn

    from service.app import create_app

    def open_dossier(_settings: Settings) -> Dossier:
        return _dossier(data, tokens=tokens)

    with reporting(log) as report, socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(create_app(Settings(data=data), open_dossier=open_dossier), log_config=None)
        report(str(listening.getsockname()[1]))
        uvicorn.Server(config).run(sockets=[listening])


def _dossier(data: Path, *, tokens: int) -> Dossier:
    from embeddings.ranking.retriever import RetrievalSettings, Retriever
    from service.answering.answerer import Answerer
    from service.answering.settings import AnswerSettings
    from service.dossier import Dossier
    from service.questions import QuestionRules

    opened_index = opened(data, tokens=tokens)
    retriever = Retriever(opened_index, HashEncoder(), RetrievalSettings())
    answerer = Answerer(retriever, AnswerSettings())
    return Dossier(opened_index, answerer, rules=QuestionRules(max_chars=2_000, top_k=5))
