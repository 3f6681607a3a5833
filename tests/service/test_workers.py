"""Several processes serve one data folder, as `dossier serve --workers 2` runs them."""

import os
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest
from real_model import use_graphs
from service_support import LETTER, SHORT_NOTE, wait_until

QUESTION = "What draft treaty did Stalin propose to Eden on post-war security?"


@contextmanager
def served(folder):
    command = [sys.executable, "-m", "service.cli", "serve", "--port", "0", "--workers", "2"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own program
        lines = []
        for line in server.stderr:
            lines.append(line)
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                break
        try:
            yield server, found[0]
        finally:
            server.send_signal(signal.SIGTERM)
            lines += server.stderr.readlines()
    assert server.returncode == 0
    assert not [line for line in lines if "Traceback" in line]


def serving_processes(server):
    """Return the processes that answer: of the children those that were begun to run our program."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text("ascii").split()
    return [int(pid) for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def fetch(address, method, path, **options):
    """Send a request over a connection of its own: whichever process is free takes it."""
    return httpx.request(method, address + path, timeout=60, **options)


def is_ready(address):
    try:
        return fetch(address, "GET", "/health/ready").status_code == 200
    except httpx.ConnectError:  # no process has begun to listen
        return False


@pytest.mark.model
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are looked up in /proc")
def test_processes_answer_alike_share_jobs_and_counts_and_outlive_each_other(tmp_path, graphs_folder):
    use_graphs(graphs_folder, tmp_path / "data")
    with served(tmp_path) as (server, address):
        wait_until(lambda: is_ready(address))
        for path in (LETTER, SHORT_NOTE):
            upload = fetch(address, "POST", "/v1/sources", files={"file": (path.name, path.read_bytes())})
            job = upload.headers["Location"]
            wait_until(lambda job=job: fetch(address, "GET", job).json()["status"] == "succeeded")
        with ThreadPoolExecutor(4) as clients:
            asked = partial(fetch, address, "POST", "/v1/ask", json={"question": QUESTION})
            answers = [response.json() for response in clients.map(lambda _: asked(), range(20))]
        assert {answer["answer"]["text"] for answer in answers} == {answers[0]["answer"]["text"]}
        counted = fetch(address, "GET", "/metrics").text
        assert 'dossier_stage_seconds_count{stage="answer"} 20.0' in counted

        before = serving_processes(server)
        assert len(before) == 2
        os.kill(before[0], signal.SIGKILL)
        wait_until(lambda: len(set(serving_processes(server)) - set(before)) == 1)
        wait_until(lambda: is_ready(address))
        assert asked().json()["answer"] == answers[0]["answer"]
