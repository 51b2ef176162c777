"""Figures for Prometheus, and whether the projector is healthy, on a loopback port."""

import json
import threading
import time
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator
from socketserver import ThreadingMixIn
from typing import Any, Final
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, Counter, Histogram, make_wsgi_app
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from projector.item import Delivery, Item
from projector.outcome import Outcome
from projector.settings import BadSetting
from projector.vitals import Vitals

HOST: Final = "127.0.0.1"
SILENT_SECONDS_MAX: Final = 10.0
SIZES: Final = (1, 5, 10, 50, 100, 250, 500, 1_000)
SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
UNREAD: Final = "(unread)"
"""The type under which those are counted that this version does not read: anybody may
invent one, and each would be a series of its own."""


class Metrics:
    """What the loop counts; each figure belongs to this process alone."""

    def __init__(self, vitals: Vitals) -> None:
        self.registry = CollectorRegistry()
        self._events = Counter(
            "projector_events",
            "Events by type and outcome.",
            ["type", "outcome"],
            registry=self.registry,
        )
        self._sizes = Histogram(
            "projector_batch_entries", "Entries in a batch.", buckets=SIZES, registry=self.registry
        )
        self._seconds = Histogram(
            "projector_write_seconds",
            "Time to write a batch.",
            buckets=SECONDS,
            registry=self.registry,
        )
        self._retries = Counter(
            "projector_retries",
            "Waits for a lost server, and events tried again.",
            ["what"],
            registry=self.registry,
        )
        self.registry.register(_Now(vitals))

    def wrote(self, entries: int, seconds: float, outcome: Outcome) -> None:
        """Count a batch that was written."""
        self._sizes.observe(entries)
        self._seconds.observe(seconds)
        self._count("applied", outcome.applied)
        self._count("duplicate", outcome.duplicates)
        self._count("unread", outcome.unknown)
        self._count("parked", outcome.parked)
        seen_first = (
            item for item, _ in outcome.poison if item.entry.delivery is not Delivery.AGAIN
        )
        self._count("poison", seen_first)
        self._count("failed", (item for item, _ in outcome.failed))

    def found_again(self, copies: Iterable[Item]) -> None:
        """Count broken copies of events that were applied."""
        self._count("duplicate", copies)

    def retried(self, what: str, count: int = 1) -> None:
        """Count a wait for a server, or events that will be tried again."""
        self._retries.labels(what).inc(count)

    def _count(self, outcome: str, items: Iterable[Item]) -> None:
        types = Tally(item.envelope.event_type if item.is_known else UNREAD for item in items)
        for event_type, count in types.items():
            self._events.labels(event_type, outcome).inc(count)


class _Now(Collector):
    """What stands in the vitals when somebody asks."""

    def __init__(self, vitals: Vitals) -> None:
        self._vitals = vitals

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give the gauges."""
        vitals = self._vitals
        lag = GaugeMetricFamily(
            "projector_lag_seconds", "Age of the newest event when applied.", labels=["stream"]
        )
        for stream, seconds in vitals.lag_seconds.items():
            lag.add_metric([stream], seconds)
        yield lag
        # Where nothing is applied the lag stands still: this goes on.
        waiting = GaugeMetricFamily(
            "projector_waiting_seconds", "Age of the oldest event to apply.", labels=["stream"]
        )
        for stream, since in vitals.waiting_since.items():
            waiting.add_metric([stream], max(0.0, time.time() - since.timestamp()))
        yield waiting
        for name, told, value in (
            ("projector_parked_subjects", "Subjects that wait for an event.", vitals.parked),
            ("projector_dead_letters", "Dead letters since the start.", vitals.dead_lettered),
            ("projector_stopped_sources", "Senders stopped.", len(vitals.stopped_sources)),
            ("projector_position", "The ledger's last position seen.", vitals.last_position),
        ):
            yield GaugeMetricFamily(name, told, value=value)
        if vitals.match_score is not None:
            told = "Share of sampled accounts that match the ledger."
            yield GaugeMetricFamily("projector_match_score", told, value=vitals.match_score)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Write no line for each request."""


class MetricsServer:
    """Answers `/metrics` and `/healthz`; with port 0 there is none."""

    def __init__(self, port: int, metrics: Metrics, vitals: Vitals) -> None:
        self._port, self._vitals = port, vitals
        self._metrics_app: Callable[..., Any] = make_wsgi_app(metrics.registry)
        self._server: WSGIServer | None = None

    def start(self) -> None:
        """Begin to answer. Raises BadSetting where the port is taken."""
        if not self._port:
            return
        try:
            self._server = make_server(HOST, self._port, self._answer, _Server, _Quiet)
        except OSError as error:
            raise BadSetting(
                f"METRICS_PORT: {self._port} cannot be listened on ({error.strerror}): set it to "
                "another port, or to 0 for none."
            ) from None
        threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True).start()

    def stop(self) -> None:
        """Answer no more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO")
        if path == "/metrics":
            answer: Iterable[bytes] = self._metrics_app(environ, start)
            return answer
        if path != "/healthz":
            start("404 Not Found", [("Content-Type", "text/plain")])
            return [b"There is /metrics and /healthz.\n"]
        healthy, why = health(self._vitals)
        start(
            "200 OK" if healthy else "503 Service Unavailable",
            [("Content-Type", "application/json")],
        )
        return [json.dumps({"healthy": healthy, "why": why}).encode()]


def health(vitals: Vitals) -> tuple[bool, str]:
    """Tell whether the loop goes round and reaches its servers, and else why not."""
    if vitals.waits_for is not None:
        return False, f"waits for {vitals.waits_for}"
    if time.monotonic() - vitals.turned_at > SILENT_SECONDS_MAX:
        return False, "the loop stands still"
    return True, ""
