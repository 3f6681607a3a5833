"""A run that fills an engine and is killed before one of its requests, for the tests of that."""

import os
import signal

from fillings import Filling
from index_support import make_source

from chunker.documents import content_id

SLOW_MODULES = ["killed_synchronising", "faiss", "scipy.optimize", "tiktoken"]
_REQUESTS = (
    "create_collection",
    "create_payload_index",
    "upsert",
    "set_payload",
    "delete",
    "delete_collection",
)


def text_of(number):
    return " ".join(f"Telegram {n} of source {number} spoke of cotton." for n in range(20))


def change(index):
    """Add three sources, replace one and delete another."""
    index.add([make_source(f"{number}.txt", text_of(number)) for number in range(3)])
    index.add_source(make_source("1.txt", text_of(7)))
    index.delete(content_id(text_of(2)))


def run_and_die(name, folder, die_at, log):
    """Do :func:`change`; die before the request of number ``die_at``. Without it the requests are logged."""
    filling = Filling(name, folder)
    requests = []

    def watched(request, function):
        def call(*arguments, **options):
            requests.append(request)
            if len(requests) - 1 == die_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **options)

        return call

    client = filling.client()
    for request in _REQUESTS:
        setattr(client, request, watched(request, getattr(client, request)))
    with filling.open() as index:
        change(index)
    filling.leave()
    log.write_text("\n".join(requests))
