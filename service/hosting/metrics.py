"""What Prometheus sees: requests by route, stages of answering, the index and the jobs.

Names follow Prometheus' conventions (https://prometheus.io/docs/practices/naming/): base units, ``_total``
for counters, and labels over which a sum means something.

Where several processes serve one data folder (``PROMETHEUS_MULTIPROC_DIR``, set before this is imported),
whichever answers tells what all have counted; gauges are of the folder, and the same whoever reads them.
"""

from __future__ import annotations

import math
import os
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from service.answer import AnswerKind
from service.hosting.current_request import ASKING_DOORS, current_request
from service.jobs.job import JobStatus
from service.version import installed_version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from service.answer import IndexState
    from service.dossier import Asked

    _Reading = tuple[Gauge, tuple[str, ...], Callable[[], float]]
    """A gauge, its labels, and what reads it."""

# From the quickest stage of a warm question to a language model's reply, about two steps to a doubling.
_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
_WHOLE = "total"
"""What a question's timings have beside its stages: their sum, and so none of them."""


def _counts_with_others() -> bool:
    return "PROMETHEUS_MULTIPROC_DIR" in os.environ


class Metrics:
    """The measurements of one app, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._readings: dict[str, list[_Reading]] = {}
        self._requests = self._counter(
            "http_requests", "Requests answered, by route template.", "method", "route", "status"
        )
        self._request_seconds = self._histogram(
            "http_request_seconds",
            "Time from a request's first byte to its response's last.",
            "method",
            "route",
        )
        self._rejections = self._counter(
            "http_rejections",
            "Requests that got a problem instead of an answer, by the problem's name.",
            "reason",
        )
        self._stage_seconds = self._histogram(
            "stage_seconds", "Time of each stage of a question's way.", "stage"
        )
        self._question_seconds = self._histogram(
            "question_seconds", "Time that a question took, by the door it came through.", "door"
        )
        self._questions = self._counter(
            "questions",
            "Questions asked, by door and kind of answer; none: the documents do not answer it; refused: it "
            "could not be asked.",
            "door",
            "kind",
        )
        for door in ASKING_DOORS:  # what never happened is to be seen as 0
            self._question_seconds.labels(door)
            for kind in (*get_args(AnswerKind), "search", "refused"):
                self._questions.labels(door, kind)
        self._failed_quotes = self._counter(
            "failed_quotes", "Quotes left out of answers since they do not stand in their source."
        )
        self._jobs = self._counter("ingest_jobs", "Ingest jobs finished, by outcome.", "status")
        self._passages = self._gauge("index_passages", "Passages in the index.", "collection")
        self._generation = self._gauge("index_generation", "Changes to the index so far.", "collection")
        self._ready = self._gauge("index_ready", "1 while the index can be asked.", "collection")
        self._index_bytes = self._gauge(
            "index_size_bytes", "Files of the index, by what they hold.", "collection", "part"
        )
        self._jobs_now = self._gauge(
            "jobs",
            "Ingest jobs that wait, run, or ended and are remembered, by state.",
            "collection",
            "state",
        )
        build = self._gauge("build_info", "The program that runs.", "version").labels(installed_version())
        build.set(1)

    def request(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._requests.labels(method, route, str(status)).inc()
        self._request_seconds.labels(method, route).observe(seconds)

    def rejection(self, reason: str) -> None:
        """Count one request that got no answer."""
        self._rejections.labels(reason).inc()

    def question(self, asked: Asked) -> None:
        """Count one question of the current request, the quotes that failed, and the time of each stage."""
        door = current_request().door
        self._questions.labels(door, asked.kind).inc()
        self._failed_quotes.inc(asked.failed_quotes)
        for stage, milliseconds in asked.timings_ms.items():
            times = (
                self._question_seconds.labels(door) if stage == _WHOLE else self._stage_seconds.labels(stage)
            )
            times.observe(milliseconds / 1000)

    def job(self, *, status: str) -> None:
        """Count one finished job."""
        self._jobs.labels(status).inc()

    def follow(
        self,
        collection: str,
        *,
        index: Callable[[], IndexState | None],
        index_bytes: Mapping[str, Callable[[], int]],
        jobs: Callable[[], Mapping[JobStatus, int]],
    ) -> Callable[[], None]:
        """Read a collection's gauges from these functions until what is returned is called.

        ``index`` returns ``None`` where it cannot be asked.

        ``index_bytes`` are by what the files hold, ``jobs`` are counted by state; not known: none.
        """

        def of_index(read: Callable[[IndexState], int]) -> Callable[[], float]:
            def value() -> float:
                state = index()
                return 0 if state is None else read(state)

            return value

        def of_jobs(state: JobStatus) -> float:
            return jobs().get(state, math.nan)

        readings: list[_Reading] = [
            (self._ready, (collection,), of_index(lambda _: 1)),
            (self._passages, (collection,), of_index(lambda state: state.passages)),
            (self._generation, (collection,), of_index(lambda state: state.generation)),
            *((self._index_bytes, (collection, part), size) for part, size in index_bytes.items()),
            *((self._jobs_now, (collection, one), partial(of_jobs, one)) for one in get_args(JobStatus)),
        ]
        self._readings[collection] = readings

        def forget() -> None:
            if self._readings.get(collection) is readings:
                del self._readings[collection]
                for gauge, labels, _ in () if _counts_with_others() else readings:
                    gauge.remove(*labels)

        return forget

    def exposition(self) -> bytes:
        """Return everything in Prometheus' text format."""
        for gauge, labels, read in chain.from_iterable(list(self._readings.values())):
            gauge.labels(*labels).set(read())
        if not _counts_with_others():
            return generate_latest(self.registry)
        of_all = CollectorRegistry()
        MultiProcessCollector(of_all)  # type: ignore[no-untyped-call]
        return generate_latest(of_all)

    def _counter(self, name: str, told: str, *labels: str) -> Counter:
        return Counter(f"dossier_{name}", told, labels, registry=self.registry)

    def _gauge(self, name: str, told: str, *labels: str) -> Gauge:
        return Gauge(f"dossier_{name}", told, labels, registry=self.registry, multiprocess_mode="mostrecent")

    def _histogram(self, name: str, told: str, *labels: str) -> Histogram:
        return Histogram(f"dossier_{name}", told, labels, buckets=_SECONDS, registry=self.registry)
