"""Chooses the engine that listens, and says why: the configured one, else the official Vosk model, else two passes,
else whatever is there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from asr.errors import ModelError
from asr.models import ModelStore
from asr.recognizer import Recognizer

if TYPE_CHECKING:
    from asr.wordings import Wordings

OFFICIAL = "vosk-model-small-cn-0.22"
OWN = "minsheng-small-cn"
WHISPER = "whisper-base"


class Engine(StrEnum):
    AUTO = "auto"
    VOSK = "vosk"
    WHISPER = "whisper"
    TWO_PASS = "two-pass"


@dataclass(frozen=True)
class Choice:
    engine: Engine
    # The model of each pass; a single engine sets one of them.
    vosk: Path | None
    whisper: Path | None
    why: str
    # What an operator should do about it; None if all is well.
    warning: str | None = None

    @property
    def label(self) -> str:
        return "+".join(path.name for path in (self.vosk, self.whisper) if path)


def choose(
    store: ModelStore, engine: Engine = Engine.AUTO, model: str | None = None, built: Path | None = None
) -> Choice:
    """Choose from what is here; nothing is downloaded. `built`: a sound model that was built here for this speaker's dialect; it
    goes before other Vosk models, except one that `model` names.

    Raises:
        ModelError: the configured model is not here, or there is no model at all.
    """
    if model:
        path, kind = store.check(model, sums=False).path, store.engine(model)
        if engine is Engine.TWO_PASS:
            if kind == "vosk":
                return Choice(engine, path, _needed(store, WHISPER), f"configured: two-pass with {model}")
            return Choice(engine, built or _needed_vosk(store), path, f"configured: two-pass with {model}")
        if engine not in (Engine.AUTO, kind):
            raise ModelError(f"{model} is a model of {kind}, but the engine {engine} is configured")
        return _single(Engine(kind), path, f"configured: {model}")
    if engine is Engine.VOSK:
        return _single(engine, built or _needed_vosk(store), "configured: engine vosk")
    if engine is Engine.WHISPER:
        return _single(engine, _needed(store, WHISPER), "configured: engine whisper")
    if engine is Engine.TWO_PASS:
        return Choice(engine, built or _needed_vosk(store), _needed(store, WHISPER), "configured: two-pass")
    return _automatic(store, built)


def _automatic(store: ModelStore, built: Path | None) -> Choice:
    official, own, whisper = (_sound(store, name) for name in (OFFICIAL, OWN, WHISPER))
    if built:
        why = "a model was built here for this dialect"
        if whisper:
            return Choice(Engine.TWO_PASS, built, whisper, f"{why}: it hears along, Whisper writes")
        return _single(Engine.VOSK, built, why)
    hint = f"better: minsheng models pull {OFFICIAL}"
    if official:
        return _single(Engine.VOSK, official, "the official Vosk model is here")
    if own and whisper:
        return Choice(
            Engine.TWO_PASS, own, whisper, "no official Vosk model: ours hears along, Whisper writes"
        )
    if own:
        return _single(
            Engine.VOSK, own, "only our bundled model is here",
            f"the bundled model errs much with real callers; minsheng models pull {WHISPER}, or {hint}",
        )  # fmt: skip
    if whisper:
        return _single(
            Engine.WHISPER, whisper, "no Vosk model for Mandarin is here",
            f"captions come late without a streaming model; {hint}",
        )  # fmt: skip
    raise ModelError(f"no speech model is here: minsheng models pull {WHISPER} (or {OFFICIAL})")


def _single(engine: Engine, path: Path, why: str, warning: str | None = None) -> Choice:
    vosk, whisper = (path, None) if engine is Engine.VOSK else (None, path)
    return Choice(engine, vosk, whisper, why, warning)


def _sound(store: ModelStore, name: str) -> Path | None:
    if store.path(name) is None:
        return None
    checked = store.check(name, sums=False)
    return checked.path if checked.sound else None


def _needed(store: ModelStore, name: str) -> Path:
    checked = store.check(name, sums=False)
    if not checked.sound:
        raise ModelError(f"{name} is broken ({checked.faults[0]}): minsheng models pull {name} --again")
    return checked.path


def _needed_vosk(store: ModelStore) -> Path:
    path = _sound(store, OFFICIAL) or _sound(store, OWN)
    if path is None:
        raise ModelError(f"no Vosk model for Mandarin is here: minsheng models pull {OFFICIAL}")
    return path


def build(
    choice: Choice, threads: int = 2, language: str = "zh", wordings: Wordings | None = None
) -> Recognizer:
    """Load the engines; takes seconds. `wordings` are for Whisper. Raises EngineError."""
    # Imported here: a caller that only looks at models need not load two engines.
    from asr.two_pass import TwoPassRecognizer
    from asr.vosk_recognizer import VoskRecognizer
    from asr.whisper_recognizer import WhisperRecognizer

    vosk = VoskRecognizer(choice.vosk, threads, language) if choice.vosk else None
    whisper = (
        WhisperRecognizer(choice.whisper, threads, language=language, wordings=wordings)
        if choice.whisper
        else None
    )
    if vosk and whisper:
        return TwoPassRecognizer(vosk, whisper)
    only = vosk or whisper
    assert only is not None
    return only
