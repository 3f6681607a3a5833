"""What Prometheus sees: requests by route, stages of answering, the index and the jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.answer import IndexState
    from service.dossier import Asked

# From the quickest stage of a warm question to a language model's reply, about two steps to a doubling.
_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class Metrics:
    """The measurements of one app, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "dossier_http_requests",
            "Requests answered, by route template.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._request_seconds = Histogram(
            "dossier_http_request_seconds",
            "Time from a request's first byte to its response's last.",
            ("method", "route"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._stage_seconds = Histogram(
            "dossier_stage_seconds",
            "Time of each stage of a question's way.",
            ("stage",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._questions = Counter(
            "dossier_questions", "Questions asked, by the kind of answer.", ("kind",), registry=self.registry
        )
        self._failed_quotes = Counter(
            "dossier_failed_quotes",
            "Quotes left out of answers since they do not stand in their source.",
            registry=self.registry,
        )
        self._jobs = Counter(
            "dossier_ingest_jobs", "Ingest jobs finished, by outcome.", ("status",), registry=self.registry
        )
        self._passages = Gauge("dossier_index_passages", "Passages in the index.", registry=self.registry)
        self._generation = Gauge(
            "dossier_index_generation", "Changes to the index so far.", registry=self.registry
        )
        self._ready = Gauge("dossier_index_ready", "1 once the index is open.", registry=self.registry)
        self._queued = Gauge(
            "dossier_ingest_jobs_waiting", "Ingest jobs not yet finished.", registry=self.registry
        )

    def request(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._requests.labels(method, route, str(status)).inc()
        self._request_seconds.labels(method, route).observe(seconds)

    def question(self, asked: Asked) -> None:
        """Count one question, the quotes of its answer that failed, and the time of each of its stages."""
        self._questions.labels(asked.kind).inc()
        self._failed_quotes.inc(asked.failed_quotes)
        for stage, milliseconds in asked.timings_ms.items():
            self._stage_seconds.labels(stage).observe(milliseconds / 1000)

    def job(self, *, status: str) -> None:
        """Count one finished job."""
        self._jobs.labels(status).inc()

    def follow(self, *, index: Callable[[], IndexState | None], unfinished_jobs: Callable[[], int]) -> None:
        """Read the gauges from these functions whenever they are asked for; ``None``: no index yet."""

        def of_index(read: Callable[[IndexState], int]) -> Callable[[], float]:
            def value() -> float:
                state = index()
                return 0 if state is None else read(state)

            return value

        self._ready.set_function(of_index(lambda _: 1))
        self._passages.set_function(of_index(lambda state: state.passages))
        self._generation.set_function(of_index(lambda state: state.generation))
        self._queued.set_function(unfinished_jobs)

    def exposition(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self.registry)
