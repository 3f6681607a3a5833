"""How fast the runtimes encode, side by side in one process: ``python -m bench.encoding``.

Times are of this process' own processor time where one core works, so that a busy machine blurs them
less; the best of several alternating rounds counts.
"""

from __future__ import annotations

import argparse
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.encoders.model_files import PACKAGED_MODEL
from embeddings.encoders.onnx_export import open_onnx_encoder
from embeddings.encoders.sentence_transformer import SentenceTransformerEncoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from embeddings.encoders.encoder import TokenEncoder

QUESTION = "What did the government ask for in return for the new treaty?"
CORPUS = Path(__file__).parents[1] / "corpus"
PASSAGE_WORDS = 125


def main() -> None:
    """Print a table of milliseconds for a question and tokens a second in bulk."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=PACKAGED_MODEL)
    parser.add_argument("--graphs", type=Path, default=Path("data/graphs"), help="folder of exported graphs")
    parser.add_argument("--passages", type=int, default=96)
    parser.add_argument("--threads", type=int, default=1, help="cores for bulk work")
    arguments = parser.parse_args()
    encoders: dict[str, TokenEncoder] = {
        "torch": SentenceTransformerEncoder(arguments.model, device="cpu", threads=arguments.threads),
        **{
            f"onnx {precision}": open_onnx_encoder(
                arguments.model,
                graphs_folder=arguments.graphs,
                precision=precision,
                threads=arguments.threads,
            )
            for precision in ("fp32", "int8")
        },
    }
    passages = corpus_windows(arguments.passages)
    tokens = sum(min(encoders["torch"].count_tokens(passage), 254) for passage in passages)
    names = tuple(encoders)
    question = fastest({name: partial(encoders[name].encode, [QUESTION]) for name in names}, rounds=40)
    bulk = fastest({name: partial(encoders[name].encode, passages) for name in names}, rounds=3)
    with_tokens = fastest(
        {name: partial(_exhaust, encoders[name].encode_tokens, passages) for name in names}, rounds=3
    )
    print(f"{'runtime':10}{'ms a question':>15}{'tokens/s':>12}{'with token vectors':>22}")
    for name in encoders:
        print(
            f"{name:10}{question[name] * 1e3:>15.1f}{tokens / bulk[name]:>12.0f}"
            f"{tokens / with_tokens[name]:>22.0f}"
        )
    print(
        f"{'ratio':10}{question['torch'] / question['onnx int8']:>15.2f}"
        f"{bulk['torch'] / bulk['onnx int8']:>12.2f}{with_tokens['torch'] / with_tokens['onnx int8']:>22.2f}"
    )


def _exhaust(encode: Callable[[list[str]], Iterable[object]], texts: list[str]) -> None:
    for _ in encode(texts):
        pass


def corpus_windows(count: int) -> list[str]:
    """Return ``count`` windows of the corpus' longest file, evenly spread."""
    words = max(CORPUS.glob("*.txt"), key=lambda path: path.stat().st_size).read_text("utf-8").split()
    step = max(1, (len(words) - PASSAGE_WORDS) // count)
    return [" ".join(words[start : start + PASSAGE_WORDS]) for start in range(0, step * count, step)]


def fastest(actions: Mapping[str, Callable[[], object]], *, rounds: int) -> dict[str, float]:
    """Return each action's least processor seconds of ``rounds``, taken in turns after one to warm up."""
    best = dict.fromkeys(actions, float("inf"))
    for number in range(rounds + 1):
        for name, action in actions.items():
            start = time.process_time()
            action()
            if number:
                best[name] = min(best[name], time.process_time() - start)
    return best


if __name__ == "__main__":
    main()
