"""Make the packaged codec of token vectors from general English text.

``python -m eval.studies.token_codebooks TEXTS.jsonl… --graphs data/models`` reads objects with a ``text``,
cuts them into windows and writes ``embeddings/data/token_codebooks.npz``. The one that is packaged comes from
XQuAD's English paragraphs (google-deepmind/xquad) and the articles of COVID-QA (deepset-ai/COVID-QA).
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embeddings.encoders.onnx_export import open_onnx_encoder
from embeddings.encoders.token_vectors import TrainingSettings, train_codec, write_codec

TARGET = Path(__file__).parents[2] / "embeddings" / "data" / "token_codebooks.npz"


@dataclass(frozen=True, slots=True)
class SampleSettings:
    """What the codec learns from; chosen by hand, not measured: ``window_words`` are about a passage's."""

    window_words: int = 125
    windows_per_file: int = 400
    bytes_per_token: int = 48


SETTINGS = SampleSettings()


def main() -> None:
    """Encode a sample of windows, learn from the tokens that carry meaning, write the codec."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", nargs="+", type=Path)
    parser.add_argument("--graphs", type=Path, default=Path("data/models"), help="folder of exported graphs")
    parser.add_argument(
        "--windows", type=int, default=SETTINGS.windows_per_file, help="most windows of each file"
    )
    parser.add_argument("--bytes-per-token", type=int, default=SETTINGS.bytes_per_token)
    arguments = parser.parse_args()
    encoder = open_onnx_encoder(graphs_folder=arguments.graphs, precision="fp32")
    windows = [window for path in arguments.texts for window in sample(path, arguments.windows)]
    vectors = np.concatenate([encoding.token_vectors for encoding in encoder.encode_tokens(windows)])
    codec = train_codec(vectors, TrainingSettings(bytes_per_token=arguments.bytes_per_token))
    write_codec(TARGET, codec, model_revisions=[encoder.revision])
    kept = codec.decode(codec.encode(vectors))
    cosines = (vectors * kept).sum(axis=1) / np.linalg.norm(kept, axis=1)
    print(f"{codec.name}: {len(vectors)} tokens of {len(windows)} windows, mean cosine {cosines.mean():.4f}")


def sample(path: Path, count: int) -> list[str]:
    """Return at most ``count`` windows of the texts in a JSON Lines file, evenly spread."""
    windows = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            words = json.loads(line)["text"].split()
            windows += [
                " ".join(words[start : start + SETTINGS.window_words])
                for start in range(0, len(words), SETTINGS.window_words)
            ]
    return windows[:: max(1, -(-len(windows) // count))]


if __name__ == "__main__":
    main()
