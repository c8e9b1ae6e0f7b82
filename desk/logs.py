"""Structured logs without personal data.

Three walls, each of which would do alone:
1. our own code logs static event names and keys such as `conversation`, `seq`, `reason`; what a citizen said or who
   they are may only be bound under a key that begins with `pii_`, and such keys are dropped;
2. every remaining string value is masked, as if it were citizen text;
3. tracebacks carry file, line and exception type, never the message of an exception: database and HTTP libraries
   put statements, parameters and bodies in there. An exception of ours that is safe says so with `log_safe = True`.

Records of foreign loggers (uvicorn, sqlalchemy, rasa_sdk, httpx) lose their arguments and all Chinese characters:
those libraries speak English, so Chinese in them is what somebody typed.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from types import TracebackType
from typing import IO, Any

import structlog

from desk.privacy import mask_text

# Values that we make ourselves and that must stay whole to be of use. Everything else is masked.
PLAIN_KEYS = frozenset(
    {
        "event",
        "level",
        "logger",
        "timestamp",
        "conversation",
        "call",
        "seq",
        "error",
        "traceback",
        "replica",
        "path",
    }
)
PII_PREFIX = "pii_"
# A log line is no place for a document.
MAX_VALUE_CHARS = 200
MAX_FRAMES = 12
# Foreign loggers that may speak below WARNING; the others would repeat requests and parameters.
_FOREIGN_INFO = ("uvicorn.error", "alembic")
_OURS = ("desk", "gateway", "actions", "asr", "launcher")
_HAN = re.compile("[　-〿㐀-䶿一-鿿＀-￯]+")
_Record = MutableMapping[str, Any]


def configure_logs(level: str = "INFO", *, as_json: bool = False, stream: IO[str] | None = None) -> None:
    """Route structlog and the standard library's loggers into one masked stream (default: standard error).

    May be called again; the last call wins. Must be called before the first logger is used to catch everything.
    """
    renderer: structlog.typing.Processor
    if as_json:
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        renderer = structlog.processors.KeyValueRenderer(
            key_order=["timestamp", "level", "logger", "event"], sort_keys=True, repr_native_str=False
        )
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        drop_pii,
        safe_traceback,
        mask_values,
        # After masking, so that the digits of a time are not taken for a phone number.
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        # Tests and the launcher configure more than once.
        cache_logger_on_first_use=False,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[without_content, *shared],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        keep_exc_info=False,
        keep_stack_info=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    handler.addFilter(_strip_foreign)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    for name in (
        "uvicorn",
        "uvicorn.error",
        "uvicorn.access",
        "rasa_sdk",
        "sqlalchemy",
        "sqlalchemy.engine",
        "httpx",
    ):
        foreign = logging.getLogger(name)
        foreign.handlers = []
        foreign.propagate = True
        foreign.setLevel(logging.INFO if name in _FOREIGN_INFO else logging.WARNING)
    # The access log prints paths with their queries: what citizens search for. The gateway counts requests itself.
    logging.getLogger("uvicorn.access").disabled = True
    logging.captureWarnings(True)


def drop_pii(_logger: Any, _method: str, record: _Record) -> _Record:
    """Remove every key that is declared personal."""
    for key in [key for key in record if key.startswith(PII_PREFIX)]:
        del record[key]
    return record


def mask_values(_logger: Any, _method: str, record: _Record) -> _Record:
    """Mask every string, also inside containers, unless we made the value ourselves (`PLAIN_KEYS`)."""
    for key, value in record.items():
        if key not in PLAIN_KEYS and not key.startswith("_"):
            record[key] = _masked(value)
    return record


def safe_traceback(_logger: Any, _method: str, record: _Record) -> _Record:
    """Turn `exc_info` and exceptions among the values into types and places, without their messages."""
    info = record.pop("exc_info", None)
    record.pop("stack_info", None)
    error = _exception_of(info)
    if error is not None:
        record["error"] = describe_error(error)
        record["traceback"] = " < ".join(_frames(error.__traceback__))
    for key, value in list(record.items()):
        if isinstance(value, BaseException) and not key.startswith("_"):
            record[key] = describe_error(value)
    return record


def without_content(_logger: Any, _method: str, record: _Record) -> _Record:
    """Runs on records of the standard library; `_strip_foreign` has already removed their arguments."""
    record["event"] = mask_text(_HAN.sub("…", str(record.get("event", ""))))[:MAX_VALUE_CHARS]
    return record


def describe_error(error: BaseException) -> str:
    """`OperationalError <- sqlite3.OperationalError`: the chain of types, and the message where it is safe."""
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen and len(parts) < 5:
        seen.add(id(current))
        name = type(current).__qualname__
        parts.append(f"{name}: {current}"[:MAX_VALUE_CHARS] if getattr(current, "log_safe", False) else name)
        original = getattr(current, "orig", None)
        current = (
            original if isinstance(original, BaseException) else (current.__cause__ or current.__context__)
        )
    return " <- ".join(parts)


def _strip_foreign(record: logging.LogRecord) -> bool:
    """Drop the arguments of foreign records before anything formats them into the message."""
    # structlog hands its own records over with a dict as message.
    if isinstance(record.msg, dict):
        return True
    # uvicorn tells the path with its query, and the caller's address, of each websocket.
    if record.name == "uvicorn.error" and "WebSocket" in str(record.msg):
        return False
    # Its other arguments are ports and process ids, which an operator needs at start.
    if record.name.split(".")[0] not in _OURS and record.name != "uvicorn.error":
        record.args = ()
    return True


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask_text(value[: 2 * MAX_VALUE_CHARS])[:MAX_VALUE_CHARS]
    if isinstance(value, Mapping):
        return {key: _masked(item) for key, item in value.items() if not str(key).startswith(PII_PREFIX)}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_masked(item) for item in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return _masked(str(value))


def _exception_of(info: Any) -> BaseException | None:
    if isinstance(info, BaseException):
        return info
    if isinstance(info, tuple) and len(info) == 3:
        return info[1] if isinstance(info[1], BaseException) else None
    return sys.exc_info()[1] if info else None


def _frames(traceback: TracebackType | None) -> list[str]:
    """Innermost first: `store.py:120 append`. Source lines are left out, f-strings in them may be data."""
    frames: list[str] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        frames.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return frames[::-1][:MAX_FRAMES]
