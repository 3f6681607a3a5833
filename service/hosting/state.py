"""What the routes in one collection share: settings, measurements, the index once it is open, the worker."""

from __future__ import annotations

import logging
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

from chunker.errors import ChunkerError
from embeddings.encoders.encoder import EncoderError
from embeddings.errors import EmbeddingsError
from embeddings.store.data_folder import STORE_NAME, VECTORS_NAME, size_bytes
from service.errors import JobStoreError, NotReadyError, ServiceError
from service.hosting.problems import problem_from, unexpected
from service.jobs.performing import perform
from service.jobs.store import JobStore
from service.jobs.worker import JobWorker
from service.library.failures import is_unforeseen, log_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from service.answer import IndexState
    from service.dossier import Dossier
    from service.hosting.access import Doorkeeper
    from service.hosting.metrics import Metrics
    from service.jobs.job import Job, JobStatus
    from service.settings import Settings

logger = logging.getLogger(__name__)


class ServiceState:
    """Opens the index in the background, so that the app answers from its first moment.

    ``settings`` are those of the collection; ``open_dossier`` is called with them once, in a thread of its
    own. ``metrics`` and ``doorkeeper`` are the service's.
    """

    def __init__(
        self,
        settings: Settings,
        open_dossier: Callable[[Settings], Dossier],
        *,
        metrics: Metrics,
        doorkeeper: Doorkeeper,
    ) -> None:
        self.settings = settings
        self.metrics = metrics
        self.doorkeeper = doorkeeper
        self.jobs = JobStore(settings.folder, max_queued=settings.max_queued_jobs)
        self.worker = JobWorker(
            self.jobs,
            settings.folder,
            problem_of=self._problem_of_job,
            on_finished=lambda job: self.metrics.job(status=job.status),
        )
        self._open_dossier = open_dossier
        self._dossier: Dossier | None = None
        self._failure: str | None = None
        self._opening = threading.Thread(target=self._open, name="open-index", daemon=True)
        self._unmeasured = self.metrics.follow(
            settings.collection,
            index=self._index_state,
            index_bytes={
                "store": partial(size_bytes, settings.folder, STORE_NAME),
                "vectors": partial(size_bytes, settings.folder, VECTORS_NAME),
            },
            jobs=self._job_counts,
        )

    def start(self) -> None:
        """Begin to open the index."""
        self._opening.start()

    @property
    def is_opening(self) -> bool:
        """Whether it is not known yet if the index can be opened."""
        return self._dossier is None and self._failure is None

    @property
    def has_failed(self) -> bool:
        """Whether the index could not be opened."""
        return self._failure is not None

    def wait_until_opened(self) -> None:
        """Return once the index is open, or could not be opened."""
        self._opening.join()

    def has_jobs(self) -> bool:
        """Tell whether anything is to be indexed."""
        counts = self._job_counts()
        return any(counts.get(state) for state in ("queued", "running"))

    def dossier(self) -> Dossier:
        """Return the open index and what answers from it.

        Raises:
            NotReadyError: it is not open yet, or could not be opened.
        """
        if self._dossier is not None:
            return self._dossier
        if self._failure is not None:
            raise NotReadyError(f"The index could not be opened: {self._failure}")
        raise NotReadyError("The index is being opened: ask again in a moment.")

    def close(self) -> None:
        """Stop the worker at a safe point, then close the index."""
        self._unmeasured()
        self._opening.join(self.settings.shutdown_seconds)
        stopped = self.worker.stop(timeout_seconds=self.settings.shutdown_seconds)
        if not stopped:
            logger.warning("the running ingest did not stop in time; what it had committed stands")
        elif self._dossier is not None:
            self._dossier.close()
        self.jobs.close()

    def _open(self) -> None:
        try:
            dossier = self._open_dossier(self.settings)
            dossier.observe = self.metrics.question
            self._dossier = dossier
        except (ServiceError, EmbeddingsError, EncoderError, ChunkerError) as error:
            self._failure = str(error)
            logger.error("%s", error)  # noqa: TRY400 - the line says it all; a traceback would hide it
        except Exception:
            self._failure = "the server's log has the cause."
            logger.exception("the index could not be opened")
        else:
            self.worker.start(partial(perform, self._dossier))
            logger.info("the index is open: %d passages", self._dossier.index_state().passages)

    def _index_state(self) -> IndexState | None:
        try:
            return None if self._dossier is None else self._dossier.index_state()
        except EmbeddingsError:  # the index broke, which is what the measurements are to tell
            return None

    def _job_counts(self) -> Mapping[JobStatus, int]:
        try:
            return self.jobs.counts()
        except JobStoreError:  # which the log tells
            return {}

    def _problem_of_job(self, job: Job, error: Exception) -> dict[str, Any]:
        """Return the problem that the failure of a job amounts to, and have the log tell its cause."""
        problem = problem_from(error)
        if problem is None:
            logger.error("job %s failed", job.id, exc_info=error)
        if is_unforeseen(error, ServiceError, ChunkerError, EmbeddingsError):
            log_failure(self.settings.folder, job.source_name, error)
        return (problem or unexpected(job.id)).model_dump(exclude_none=True)
