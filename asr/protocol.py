"""vosk-server's protocol, pure: what a client's messages mean and how ours look.

Client: `{"config": {...}}` any number of times, then binary audio, then `{"eof": 1}`; `{"reset": 1}` ends an utterance. A later
config changes only what it names, also amid the audio; any of these may come as a binary frame. Server: one message for each message of audio, `{"partial": ...}` or `{"text": ..., "result": [...]}`, and one for
eof and reset; an error is `{"error": text, "code": ...}`, after which the server hangs up. Ours beyond the original:
`encoding`, `dialect`, `hot_words`, `itn`, and `raw`, `engine`, `confidence` in results.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import orjson

from asr.audio import MAX_RATE_HZ, MIN_RATE_HZ, Encoding
from asr.errors import ProtocolError
from asr.recognizer import FinalTranscript

# vosk-server's own default: telephones.
DEFAULT_RATE_HZ = 8_000
MAX_HOT_WORDS, MAX_HOT_WORD_CHARS, MAX_PHRASES, MAX_PHRASE_CHARS = 500, 20, 1_000, 200
MAX_ALTERNATIVES = 10
_COMMANDS = {"config", "eof", "reset"}
# The chunks before a WAV's sound are shorter than this.
_HEADER_BYTES = 4_096


@dataclass(frozen=True)
class ClientConfig:
    rate_hz: int = DEFAULT_RATE_HZ
    encoding: Encoding = Encoding.PCM16
    # Show each word with its times.
    words: bool = True
    alternatives: int = 0
    phrases: tuple[str, ...] = ()
    hot_words: tuple[str, ...] = ()
    model: str | None = None
    dialect: str | None = None
    # Numerals to digits and punctuation.
    itn: bool = True


UNTOLD = ClientConfig()


class Command(Enum):
    EOF = "eof"
    RESET = "reset"


def read_message(text: str, present: ClientConfig = UNTOLD) -> ClientConfig | Command:
    """Raises ProtocolError for anything that is no message of the protocol. A config changes only what it names; the
    rest stays as in `present`."""
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ProtocolError("bad_json", f"a text message must be JSON: {error}") from error
    if not isinstance(message, dict):
        raise ProtocolError("bad_message", "a text message must be an object")
    # The original compares strings, so clients send any true value: 1, true, "1".
    if message.get("eof"):
        return Command.EOF
    if message.get("reset"):
        return Command.RESET
    if "config" in message:
        return _config(message["config"], present)
    raise ProtocolError("bad_message", "expected config, eof or reset")


def command_in(data: bytes) -> str | None:
    """The text of a command that came as a binary frame, as from websocat; None for sound."""
    bare = data.strip()
    if not (bare.startswith(b"{") and bare.endswith(b"}")):
        return None
    try:
        message = orjson.loads(bare)
    except orjson.JSONDecodeError:
        return None
    return bare.decode() if _COMMANDS & message.keys() else None


def sound_in(data: bytes) -> bytes:
    """The sound of a binary frame; a WAV header before it, which some clients send, is no sound."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return data
    at = data.find(b"data", 12, _HEADER_BYTES)
    return data[at + 8 :] if at >= 0 else data


def _config(raw: object, present: ClientConfig) -> ClientConfig:
    if not isinstance(raw, dict):
        raise ProtocolError("bad_config", "config must be an object")
    # Ignore unknown keys, as the original does: clients of other servers send theirs.
    encoding = raw.get("encoding", present.encoding)
    if not isinstance(encoding, str) or encoding not in set(Encoding):
        raise ProtocolError("bad_config", f"encoding must be one of {', '.join(Encoding)}")
    return ClientConfig(
        rate_hz=_number(raw, "sample_rate", present.rate_hz, MIN_RATE_HZ, MAX_RATE_HZ),
        encoding=Encoding(encoding),
        words=_flag(raw, "words", present.words),
        alternatives=_number(raw, "max_alternatives", present.alternatives, 0, MAX_ALTERNATIVES),
        phrases=_texts(raw, "phrase_list", present.phrases, MAX_PHRASES, MAX_PHRASE_CHARS),
        hot_words=_texts(raw, "hot_words", present.hot_words, MAX_HOT_WORDS, MAX_HOT_WORD_CHARS),
        model=_text(raw, "model", present.model),
        dialect=_text(raw, "dialect", present.dialect),
        itn=_flag(raw, "itn", present.itn),
    )


def _number(raw: dict[str, object], key: str, default: int, least: int, most: int) -> int:
    value = raw.get(key, default)
    if isinstance(value, str):
        # Forms and environment variables know only text.
        try:
            value = float(value)
        except ValueError:
            value = None
    # Clients in JavaScript send 8000.0 now and then.
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not float(value).is_integer():
        raise ProtocolError("bad_config", f"{key} must be a whole number")
    if not least <= value <= most:
        raise ProtocolError("bad_config", f"{key} must be between {least} and {most}")
    return int(value)


def _flag(raw: dict[str, object], key: str, default: bool) -> bool:
    value = raw.get(key, default)
    if isinstance(value, str):
        value = {"1": True, "true": True, "0": False, "false": False}.get(value.strip().lower())
    if value in (0, 1):
        return bool(value)
    raise ProtocolError("bad_config", f"{key} must be true or false")


def _text(raw: dict[str, object], key: str, default: str | None) -> str | None:
    value = raw.get(key, default)
    if value is None or (isinstance(value, str) and len(value) <= 100):
        return value or None
    raise ProtocolError("bad_config", f"{key} must be a short text")


def _texts(
    raw: dict[str, object], key: str, default: tuple[str, ...], most: int, most_chars: int
) -> tuple[str, ...]:
    if key not in raw:
        return default
    value = raw[key] or []
    if not isinstance(value, list) or not all(
        isinstance(item, str) and len(item) <= most_chars for item in value
    ):
        raise ProtocolError("bad_config", f"{key} must be a list of texts of at most {most_chars} characters")
    if len(value) > most:
        raise ProtocolError("bad_config", f"{key} holds {len(value)} texts; at most {most}")
    return tuple(item.strip() for item in value if item.strip())


def partial_message(text: str) -> str:
    return orjson.dumps({"partial": text}).decode()


def final_message(config: ClientConfig, final: FinalTranscript | None, text: str) -> str:
    """`text` is the mended one; None as final when nothing was heard."""
    if final is None:
        return orjson.dumps({"alternatives": []} if config.alternatives else {"text": ""}).decode()
    words = [{"conf": w.confidence, "start": w.start_s, "end": w.end_s, "word": w.text} for w in final.words]
    if config.alternatives:
        # Only the best reading is mended; the others stay as the engine wrote them.
        best: dict[str, object] = {"confidence": final.confidence, "text": text, "raw": final.text}
        if config.words:
            best["result"] = words
        others = [{"confidence": a.confidence, "text": a.text} for a in final.alternatives[1:]]
        return orjson.dumps({"alternatives": [best, *others]}).decode()
    message: dict[str, object] = {
        "text": text, "raw": final.text, "engine": final.engine, "confidence": round(final.confidence, 4),
    }  # fmt: skip
    if config.words:
        message["result"] = words
    return orjson.dumps(message).decode()


def error_message(error: ProtocolError) -> str:
    return orjson.dumps({"error": str(error), "code": error.code}).decode()
