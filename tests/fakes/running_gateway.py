"""The real gateway on a real port, in a thread of the test process, with its database made."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from pathlib import Path
from typing import Any

from desk.conversations import ConversationStore
from desk.settings import Settings
from desk.store.base import Base
from desk.store.engine import open_engine
from gateway.app import create_app
from gateway.backends.opening import Backends
from gateway.runtime.blocking import Blocking
from gateway.server import GatewayServer, make_server
from tests.waiting import PATIENCE_S


def no_backends(_settings: Settings, blocking: Blocking) -> Backends:
    """Neither orders nor knowledge that finds anything; most tests need none."""

    class Nothing:
        def search(self, query: str, top: int = 3) -> list[Any]:
            return []

    def missing() -> Any:
        raise LookupError("not part of this test")

    return Backends(blocking, Nothing, missing)


class RunningGateway:
    def __init__(
        self, settings: Settings, dist: Path | None = None, make_backends: Any = no_backends
    ) -> None:
        self.settings = settings
        self._dist = dist or settings.var_dir / "no-dist"
        self._make_backends = make_backends
        self._server: GatewayServer | None = None
        self._thread: threading.Thread | None = None
        self.engine = open_engine(settings.effective_database_url)
        Base.metadata.create_all(self.engine)
        self.store = ConversationStore(self.engine)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/chat"

    def start(self) -> RunningGateway:
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        self.app = app = create_app(self.settings, dist=self._dist, make_backends=self._make_backends)
        self._server = make_server(self.settings, app)
        server = self._server
        self._thread = threading.Thread(
            target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True
        )
        self._thread.start()
        deadline = time.monotonic() + PATIENCE_S
        while not server.started:
            assert self._thread.is_alive() and time.monotonic() < deadline, "the gateway did not start"
            time.sleep(0.01)
        return self

    def stop(self) -> None:
        """As on SIGTERM."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(PATIENCE_S)
            assert not self._thread.is_alive(), "the gateway did not stop"
            self._server = None

    def close(self) -> None:
        self.stop()
        self.engine.dispose()
