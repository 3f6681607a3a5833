"""An index that is encoded on a Ray cluster of two workers, slowly: ``python -m ray_run FOLDER``.

Workers write the hash of each text that they encode into the file that ENCODED_TEXTS names.
"""

import os
import sys
import time
from pathlib import Path

from encoders import WordHashTokenEncoder, word_hash_codec
from index_support import CHUNKING, make_source

from embeddings.indexing.preparing import Recipe, hash_of
from embeddings.local_index import LocalIndex

SOURCES = [
    make_source(f"{n}.txt", " ".join(f"Telegram {i} of {n} told of cotton and wool." for i in range(400)))
    for n in range(8)
]


class SlowEncoder(WordHashTokenEncoder):
    """Tells what it encodes, and takes its time."""

    def encode_tokens(self, texts, *, on_progress=None):
        with Path(os.environ["ENCODED_TEXTS"]).open("a") as log:
            log.writelines(f"{hash_of(text).hex()}\n" for text in texts)
        time.sleep(0.3)
        yield from super().encode_tokens(texts, on_progress=on_progress)


def make_recipe():
    encoder = SlowEncoder() if "ENCODED_TEXTS" in os.environ else WordHashTokenEncoder()
    return Recipe(encoder, CHUNKING, word_hash_codec())


def main(folder):
    import ray

    from embeddings.distributed.ray_encoding import encode_on_ray

    ray.init(num_cpus=2, log_to_driver=False, include_dashboard=False)
    recipe = make_recipe()
    with LocalIndex.open(
        folder, encoder=recipe.encoder, chunking=recipe.chunking, codec=recipe.codec
    ) as index:
        index.encode_ahead(SOURCES, encode_on_ray(index.recipe, make_recipe))
        index.add(SOURCES)
        index.encode_ahead([], lambda _: ())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
