"""What an index was made with, so that no other model or chunking is ever used on it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from chunker.chunking import CHUNKER_VERSION
from embeddings.errors import ManifestMismatchError
from embeddings.store.schema import SCHEMA_VERSION

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from pathlib import Path

    from chunker.chunking import ChunkingSettings
    from embeddings.encoders.encoder import Encoder, SecondEncoder
    from embeddings.encoders.token_vectors import TokenCodec


# What indexes were made with that do not record it, for it was not a choice yet.
_NOT_RECORDED_ONCE = {"chunking header": "True", "model precision": "fp32"}
_SECOND_MODEL = "second model"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The names and values that must not change under an index, as the store keeps them.

    The names are words that a message to the user may hold.
    """

    entries: Mapping[str, str]

    @classmethod
    def of(
        cls,
        encoder: Encoder,
        chunking: ChunkingSettings,
        codec: TokenCodec | None = None,
        second: SecondEncoder | None = None,
    ) -> Manifest:
        """Return the manifest of an index made now with these."""
        return cls(
            {
                "schema version": str(SCHEMA_VERSION),
                "model": encoder.name,
                "model revision": encoder.revision,
                "model precision": encoder.precision,
                "vector dimension": str(encoder.dimension),
                "model window in tokens": str(encoder.max_tokens),
                "token vectors": codec.name if codec else "none",
                "chunker version": CHUNKER_VERSION,
                **{f"chunking {name}": str(value) for name, value in asdict(chunking).items()},
                **({_SECOND_MODEL: second_model(second)} if second else {}),
            }
        )

    @property
    def model(self) -> str:
        """The model's name."""
        return self.entries["model"]

    @property
    def second_model(self) -> str | None:
        """The name and revision of the second model, where there is one."""
        return self.entries.get(_SECOND_MODEL)

    @property
    def without_second_model(self) -> Manifest:
        """What the index would be without its second model."""
        return Manifest({name: value for name, value in self.entries.items() if name != _SECOND_MODEL})

    def has_vectors_of(self, other: Manifest) -> bool:
        """Return whether the vectors of an index with the manifest ``other`` are good for this one too."""
        names = (
            "schema version",
            "model",
            "model revision",
            "model precision",
            "vector dimension",
            "model window in tokens",
            "token vectors",
        )
        second = self.second_model
        return all(self.entries.get(name) == other.entries.get(name) for name in names) and (
            second is None or second == other.second_model
        )

    def differences(self, wanted: Manifest) -> list[str]:
        """Return what differs in ``wanted``, one phrase each: ``chunking max_tokens 200, now 180``."""
        names = [*self.entries, *(name for name in wanted.entries if name not in self.entries)]
        return [
            f"{name} {self.entries.get(name, 'not set')}, now {wanted.entries.get(name, 'not set')}"
            for name in names
            if self.entries.get(name) != wanted.entries.get(name)
        ]


def second_model(encoder: SecondEncoder) -> str:
    """Return what the store records of a second model."""
    return f"{encoder.name} {encoder.revision}"


def read_manifest(connection: sqlite3.Connection) -> Manifest | None:
    """Return what the index was made with, ``None`` before anything was."""
    entries = dict(connection.execute("SELECT name, value FROM manifest").fetchall())
    return Manifest({**_NOT_RECORDED_ONCE, **entries}) if entries else None


def write_manifest(connection: sqlite3.Connection, manifest: Manifest) -> None:
    """Write a manifest into a store that has none, or only lacks some of its entries."""
    connection.executemany(
        "INSERT OR REPLACE INTO manifest (name, value) VALUES (?, ?)", manifest.entries.items()
    )


def require_same(stored: Manifest, wanted: Manifest, *, folder: Path) -> None:
    """Raise :class:`ManifestMismatchError`, which says what differs, unless the manifests are equal."""
    differences = stored.differences(wanted)
    if differences and stored == wanted.without_second_model:
        raise ManifestMismatchError(
            f"The index in {folder} has no vectors of the second model yet: "
            "run `dossier index`, which adds them."
        )
    if differences:
        raise ManifestMismatchError(
            f"The index in {folder} was made with {'; '.join(differences)}: "
            "set these back, or make it anew with `dossier index --rebuild`."
        )
