"""Whenever an indexing run is killed, the index is as it was after the last step that was committed."""

import multiprocessing
import signal
import time
from itertools import takewhile

import pytest
from crashing_indexer import SLOW_MODULES, STEPS, run_and_die, run_rebuild, run_steps
from encoders import WordHashEncoder
from index_support import CHUNKING

from embeddings.local_index import LocalIndex

pytestmark = pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(), reason="needs a fork server"
)


@pytest.fixture(scope="module")
def processes():
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(SLOW_MODULES)
    return context


def run(processes, job, folder, *, die_at=None):
    """Run ``job`` in a process that dies before statement ``die_at``; return what it logged."""
    log = folder.with_name(f"{folder.name}.log")
    log.unlink(missing_ok=True)
    process = processes.Process(target=run_and_die, args=(job, folder, log), kwargs={"die_at": die_at})
    process.start()
    process.join()
    assert process.exitcode == (0 if die_at is None else -signal.SIGKILL)
    return log.read_text().splitlines() if log.exists() else []


def state(folder, encoder=None):
    """What can be seen of an index, having made sure that it is whole."""
    encoder = encoder or WordHashEncoder()
    with LocalIndex.open(folder, encoder=encoder, chunking=CHUNKING, lock_timeout_seconds=0.1) as index:
        assert index.problems() == []
        with index.snapshot() as snapshot:
            names = [(source.id, source.name, source.copies) for source in snapshot.sources()]
            dense = snapshot.dense_search(encoder.encode(["telegram"])[0], limit=10_000)
            lexical = snapshot.lexical_search("telegram", limit=10_000)
            ngrams = snapshot.lexical_search("telegram", field="ngrams", limit=10_000)
            assert snapshot.info().passages == len(dense)
            assert {key for key, _ in dense} == {key for key, _ in lexical} == {key for key, _ in ngrams}
            ids = [place.passage.id for place in snapshot.places([key for key, _ in dense])]
            return snapshot.info().generation, names, ids


@pytest.fixture(scope="module")
def states(tmp_path_factory):
    """The state after each step of a run that nobody kills."""
    folder = tmp_path_factory.mktemp("whole") / "data"
    recorded = []
    run_steps(folder, report=lambda _number: recorded.append(state(folder)))
    assert len(recorded) == len(STEPS) + 1
    return recorded


def points_of_death(statements, *, more):
    """Before each commit, at the first statement after it, and at some others between."""
    commits = [number for number, statement in enumerate(statements) if statement == "COMMIT"]
    others = range(0, len(statements), len(statements) // more)
    after = [commit + n for commit in commits for n in (1, len(within_commit(statements, commit)) + 1)]
    return sorted({number for number in (*commits, *after, *others) if number < len(statements)})


def within_commit(statements, commit):
    """The statements, marked as comments, that FTS5 runs within a commit."""
    return list(takewhile(lambda statement: statement.startswith("--"), statements[commit + 1 :]))


def test_a_killed_run_leaves_the_last_committed_state(processes, states, tmp_path):
    statements = run(processes, run_steps, tmp_path / "dry")
    points = points_of_death(statements, more=6)
    assert len(points) > 2 * len(STEPS)
    for point in points:
        folder = tmp_path / f"killed-{point}"
        done = run(processes, run_steps, folder, die_at=point)
        expected = [states[int(done[-1])], states[min(int(done[-1]) + 1, len(STEPS))]] if done else states[:1]
        assert state(folder) in expected, f"killed before statement {point}: {statements[point]}"


def test_a_killed_run_can_be_repeated_to_the_end(processes, states, tmp_path):
    statements = run(processes, run_steps, tmp_path / "dry")
    for point in range(len(statements) // 8, len(statements), len(statements) // 3):
        folder = tmp_path / f"killed-{point}"
        run(processes, run_steps, folder, die_at=point)
        run_steps(folder)
        assert state(folder)[1:] == states[-1][1:]


def test_a_killed_rebuilding_leaves_the_old_index_or_the_new(processes, tmp_path):
    folder, other = tmp_path / "data", WordHashEncoder(name="other")
    run_steps(folder)
    before = state(folder)
    statements = run(processes, run_rebuild, folder)
    commit = statements.index("COMMIT")
    after = state(folder, other)
    assert after[:2] == (before[0] + 1, before[1])
    seen = set()
    for point in points_of_death(statements, more=5):
        folder = tmp_path / f"killed-{point}"
        run_steps(folder)
        done = run(processes, run_rebuild, folder, die_at=point)
        is_swapped = point > commit + len(within_commit(statements, commit))
        assert done == ["0"]
        assert state(folder, other if is_swapped else None) == (after if is_swapped else before)
        seen.add(is_swapped)
    assert seen == {True, False}


def test_a_run_killed_at_any_time_leaves_a_state_that_was_committed(processes, states, tmp_path):
    for number, seconds in enumerate((0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4)):
        folder = tmp_path / f"killed-{number}"
        process = processes.Process(
            target=run_and_die, args=(run_steps, folder, tmp_path / "log"), kwargs={"die_at": -1}
        )
        process.start()
        time.sleep(seconds)
        process.kill()
        process.join()
        assert state(folder) in states
