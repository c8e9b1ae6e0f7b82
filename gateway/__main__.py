"""`python -m gateway`: serve citizens until told to stop."""

from __future__ import annotations

import logging
import os
import signal
import sys

# The echo guard solves small systems fifty times a second and call: BLAS's threads help none of them, and spin while they wait
# (bench/hearing_cost.py: up to seven times the processor time). NumPy reads it when it is loaded, so before all else.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from desk.logs import configure_logs
from desk.places import GazetteerError, default_gazetteer
from desk.recordings import RecordingError
from desk.settings import SettingsError, load_settings
from gateway.channels.wechat.account import Account, AccountFileError
from gateway.recordings.recordings import open_vault
from gateway.server import make_server
from language.dialects.normaliser import dialect_normaliser
from language.dialects.tables import BadDialectTable

# Threads that read SQL hold the interpreter for so long before the event loop gets it back; Python's own 5 ms would be
# added to every step of everybody's messages.
SWITCH_S = 0.0005


def main() -> int:
    sys.setswitchinterval(SWITCH_S)
    try:
        settings = load_settings()
        # Consoles ask for places too.
        default_gazetteer()
        dialect_normaliser()
        if settings.wechat_token is not None:
            Account.load(settings.var_dir)
    except (SettingsError, GazetteerError, BadDialectTable, AccountFileError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    try:
        open_vault(settings, make_key=settings.recording)
    except (RecordingError, OSError) as error:
        sys.stderr.write(f"calls cannot be recorded: {error}\n")
        return 1
    configure_logs(settings.log_level, as_json=settings.log_json)
    # uvicorn stops in an orderly way on a signal and then raises it once more for whoever waits above; being told to
    # stop and stopping is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = make_server(settings)
    try:
        server.run()
    except (KeyboardInterrupt, SystemExit):
        # After an orderly end; uvicorn itself exits with a code of its own only when it could not start.
        return 0 if server.started else 1
    return 0 if server.started else 1


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    # Everything is closed by now. A thread may still be loading the knowledge index; nobody waits for it any more.
    os._exit(code)
