"""Each file of a data folder, damaged in twenty ways: is it told, made again, or answered from wrongly?"""

from __future__ import annotations

import shutil
from contextlib import closing
from typing import TYPE_CHECKING

from bench.chaos import operations
from bench.chaos.damage import corruptions
from embeddings.errors import EmbeddingsError
from embeddings.local_index import examine_store
from embeddings.store.connections import Store
from embeddings.store.data_folder import ORIGINALS_NAME, STORE_NAME, VECTORS_NAME
from service.errors import KeyStoreError
from service.hosting.key_store import KeyStore, digest_of
from service.hosting.scopes import KeyScope

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_TOKENS = 40
_HEADS = ("damaged", "as before", "told", "wrong")
_WIDTHS = (9, 11, 6, 7)


def damage(folder: Path, *, tell: Callable[[str], None] = print) -> bool:
    """Damage each file, print a table, and return whether nothing was answered wrongly.

    What is told is one line when the index is opened, or by `dossier doctor`.
    """
    shutil.rmtree(folder, ignore_errors=True)
    first, key = _made(folder / "one", "cotton")
    second, _ = _made(folder / "two", "wool")
    expected = _outcome(first, key)
    tell(
        f"{'damaged':<22}" + "".join(f"{head:>{width}}" for head, width in zip(_HEADS, _WIDTHS, strict=True))
    )
    is_right = True
    for name in (STORE_NAME, f"{STORE_NAME}.seal", VECTORS_NAME, "keys.sqlite", ORIGINALS_NAME):
        counts = dict.fromkeys(_HEADS, 0)
        original, other = _file(first, name), _file(second, name)
        for how, content in corruptions(original.read_bytes(), other.read_bytes()):
            damaged = folder / "damaged"
            shutil.rmtree(damaged, ignore_errors=True)
            shutil.copytree(first, damaged)
            path = damaged / original.relative_to(first)
            if content is None:
                path.unlink()
            else:
                path.write_bytes(content)
            found = _outcome(damaged, key)
            kind = "told" if isinstance(found, str) else "as before" if found == expected else "wrong"
            if isinstance(found, str) and "\n" in found:
                kind = "wrong"
            counts["damaged"] += 1
            counts[kind] += 1
            if kind == "wrong":
                is_right = False
                tell(f"  {name}, {how}: {found!s:.200}")
        tell(
            f"{name:<22}"
            + "".join(f"{counts[head]:>{width}}" for head, width in zip(_HEADS, _WIDTHS, strict=True))
        )
    return is_right


def _made(folder: Path, word: str) -> tuple[Path, str]:
    """Make a data folder of a few files and two keys; return it and the text of the first."""
    data, files = folder / "data", []
    for number in range(6):
        path = folder / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(" ".join(f"Telegram {n} of file {number} spoke of {word}." for n in range(100)))
        files.append(path)
    operations.index(data, folder / "log", tokens=_TOKENS, files=files)
    keys = KeyStore(data)
    _, text = keys.create("anna", [KeyScope.ask])
    keys.create("karl", [KeyScope.edit])
    return data, text


def _file(data: Path, name: str) -> Path:
    path = data / name
    return path if path.is_file() else min(one for one in path.rglob("*") if one.is_file())


def _outcome(data: Path, key: str) -> object:
    """Return what is answered, which files are served, what the key opens; or the line that is told."""
    encoder = operations.HashEncoder()
    try:
        with operations.opened(data, tokens=_TOKENS) as index, index.snapshot() as snapshot:
            question = encoder.encode(["Telegram 7 of file 3"])[0]
            hits = [
                *snapshot.dense_search(question, limit=40),
                *snapshot.lexical_search("Telegram 7 of file 3", limit=40),
                *snapshot.lexical_search("Telegram 7", field="ngrams", limit=40),
            ]
            answers = snapshot.places([hit for hit, _ in hits]), hits
            sources = [(one.id, one.name) for one in snapshot.sources()]
            served = [index.original(source_id, is_checked=True) is not None for source_id, _ in sources]
        found = KeyStore(data).find(digest_of(key))
        scopes = found.scopes if found else ()
        if not all(served):
            with closing(Store(data / STORE_NAME)) as store:
                return str(examine_store(data, store)[0])
        if not scopes:
            return "the key opens nothing"
    except (EmbeddingsError, KeyStoreError) as error:
        return str(error)
    return answers, sources, scopes
