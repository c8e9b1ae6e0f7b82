"""An operator's own server that sends short messages: a real HTTP server that keeps what it got."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from gateway.signatures import signature

SECRET = "a-secret-of-the-sms-webhook"


class SmsProvider:
    """Start with `start()`, end with `stop()`. `sent` holds what was signed rightly."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.refused = 0
        self.status = 204
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                wanted = signature(SECRET, self.headers["x-minsheng-timestamp"], body)
                if self.headers["x-minsheng-signature"] != wanted:
                    provider.refused += 1
                    self.send_response(401)
                else:
                    provider.sent.append(json.loads(body))
                    self.send_response(provider.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/sms"

    def start(self) -> SmsProvider:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
