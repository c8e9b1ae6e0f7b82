"""The speech server under the product's settings: `python -m launcher.speech_server`."""

from __future__ import annotations

import logging
import sys
from ipaddress import ip_address

from asr.choice import Choice
from asr.errors import AsrError
from asr.registry import load_registry
from asr.server import Limits
from asr.workers import ServerPlan, run
from desk.logs import configure_logs
from desk.settings import MIN_TOKEN, ROOT, WORDS_FILE, OwnServer, Settings, SettingsError, load_settings
from launcher.errors import LauncherError
from launcher.models_speech import language_model, speech_choice


def server_plan(settings: Settings, choice: Choice, token: str | None, port: int | None = None) -> ServerPlan:
    """The plan of the server. `token`: clients must show it; None asks for none. `port` replaces the configured one;
    0 lets the system choose.

    Raises:
        LauncherError: there is no token and others can reach the address, or the language model is missing.
    """
    if token is None and not is_loopback(settings.asr_host):
        raise LauncherError(
            f"a speech server on {settings.asr_host} serves whoever reaches this machine: set MINSHENG_ASR_TOKEN "
            f"(at least {MIN_TOKEN} characters), or MINSHENG_ASR_HOST=127.0.0.1"
        )
    entry = load_registry().find(choice.vosk.name) if choice.vosk else None
    return ServerPlan(
        choice=choice,
        host=settings.asr_host,
        port=settings.asr_port if port is None else port,
        workers=settings.asr_workers,
        threads=settings.asr_threads,
        limits=Limits(settings.asr_max_clients, settings.asr_max_message_kb * 1024, settings.asr_idle_s),
        words_file=WORDS_FILE,
        lexicon=ROOT / "data" / "lexicon",
        models=settings.asr_models_dir,
        language=entry.language if entry else "zh",
        language_model=language_model(settings) if choice.whisper else None,
        preload=settings.asr_preload,
        token=token,
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens on `host`."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def main() -> int:
    try:
        settings = load_settings()
        configure_logs(settings.log_level, as_json=settings.log_json)
        token = settings.own_token(OwnServer.ASR)
        if not token:
            raise LauncherError(f"no token in {settings.token_file(OwnServer.ASR)}; start it with make run")
        run(server_plan(settings, speech_choice(settings), token))
    except (AsrError, LauncherError, SettingsError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    sys.exit(code)
