"""Indexing runs that are killed at a given SQL statement or file operation, for the tests of crashes.

It runs in a process of its own, started by a fork server that has already imported what is slow.
"""

import os
import signal
import sqlite3
from pathlib import Path

from encoders import WordHashEncoder
from index_support import CHUNKING, make_source

from chunker.documents import content_id
from chunker.readers.reading import read_source
from embeddings.indexing.rebuilding import rebuild
from embeddings.local_index import LocalIndex

SLOW_MODULES = ["crashing_indexer", "faiss", "scipy.optimize", "tiktoken"]

SITE = (
    "The Weekly Telegram of Harbours and Customs\nHome | Archive | About us | Contact | Subscribe | Search\n"
)


def text_of(number, words="cotton"):
    body = " ".join(f"Telegram {n} of source {number} spoke of {words}." for n in range(20))
    return f"{SITE}\n{body}\n"


def add(number, words="cotton", folder=None):
    path = f"/{folder}/{number}.txt" if folder else None
    return lambda index: index.add_source(make_source(f"{number}.txt", text_of(number, words), path=path))


STEPS = [
    add(0),
    add(1),
    add(2),  # now the site's header is known, and the first two are chunked anew
    add(1, "wool"),
    lambda index: index.add_source(make_source("copy.txt", text_of(0))),
    add(1, "silk", folder="box"),
    add(1, "linen", folder="chest"),
    lambda index: index.delete(content_id(text_of(1, "silk"))),
    lambda index: index.delete(content_id(text_of(2))),
]


def run_originals(folder):
    """Add two files, replace one, delete the other; their originals are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    with LocalIndex.open(folder, encoder=WordHashEncoder(), chunking=CHUNKING, keep_originals=True) as index:
        path = folder.with_name(f"{folder.name}.txt")
        for name, words in (("0.txt", "cotton"), ("1.txt", "cotton"), ("1.txt", "wool")):
            path.write_text(f"Telegram {name[0]} spoke of {words}.")
            index.add_source(read_source(path, name=name), original=path)
        path.write_text("Telegram 0 spoke of cotton.")
        index.delete(read_source(path, name="0.txt").id)


def run_and_die_at_files(folder, die_at):
    """Run :func:`run_originals`; die before the SQL statement or file operation of number ``die_at``.

    Without ``die_at`` the steps themselves are logged, one a line.
    """
    steps = []

    def step(name):
        steps.append(name)
        if len(steps) - 1 == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watched(function):
        def call(*arguments, **options):
            step(function.__name__)
            return function(*arguments, **options)

        return call

    for owner, name in ((os, "fsync"), (Path, "replace"), (Path, "unlink"), (Path, "mkdir")):
        setattr(owner, name, watched(getattr(owner, name)))
    connect = sqlite3.connect

    def connect_traced(*arguments, **options):
        connection = connect(*arguments, **options)
        connection.set_trace_callback(
            lambda statement: step("COMMIT" if statement == "COMMIT" else "statement")
        )
        return connection

    sqlite3.connect = connect_traced
    run_originals(folder)
    if die_at is None:
        folder.with_name(f"{folder.name}.log").write_text("\n".join(steps))


def run_steps(folder, *, report=lambda _number: None):
    with LocalIndex.open(folder, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        report(0)
        for number, step in enumerate(STEPS, start=1):
            step(index)
            report(number)


def run_rebuild(folder, *, report=lambda _number: None):
    report(0)
    rebuild(folder, encoder=WordHashEncoder(name="other"), chunking=CHUNKING)
    report(1)


def run_and_die(job, folder, log, *, die_at):
    """Run ``job``; die before SQL statement number ``die_at``; log what was reported done until then.

    Without ``die_at`` the statements themselves are logged, one a line.
    """
    statements = []

    def trace(statement):
        statements.append(" ".join(statement.split()))
        if len(statements) - 1 == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    connect = sqlite3.connect

    def connect_traced(*arguments, **options):
        connection = connect(*arguments, **options)
        connection.set_trace_callback(trace)
        return connection

    sqlite3.connect = connect_traced

    def report(number):
        with Path(log).open("a") as file:
            file.write(f"{number}\n")

    job(Path(folder), report=report)
    if die_at is None:
        Path(log).write_text("\n".join(statements))
