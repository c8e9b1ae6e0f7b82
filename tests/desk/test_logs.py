"""Nothing that a citizen said or is can be read from a log line."""

from __future__ import annotations

import io
import json
import logging
from pathlib import Path

import pytest
import structlog
from sqlalchemy import text

from desk.logs import configure_logs
from desk.store.engine import open_engine

SECRETS = ("13800138000", "33010619800101123X", "王小明", "幸福里小区3栋", "楼上天天装修")


@pytest.fixture
def lines() -> io.StringIO:
    stream = io.StringIO()
    configure_logs("DEBUG", as_json=True, stream=stream)
    return stream


def assert_clean(stream: io.StringIO) -> str:
    output = stream.getvalue()
    assert output
    for secret in SECRETS:
        assert secret not in output
    return output


def test_the_id_of_a_call_stays_whole(lines: io.StringIO) -> None:
    """Its digits may look like a telephone number; the exchange knows the call by nothing else."""
    call = "cefac6ad-8033-4891-a3ca-9d94f810250b"
    structlog.get_logger("desk.test").info("phone_call_ended", call=call, other=call)
    record = json.loads(lines.getvalue())
    assert record["call"] == call and record["other"] != call


def test_declared_personal_keys_are_dropped(lines: io.StringIO) -> None:
    structlog.get_logger("desk.test").info("order_stored", pii_text=SECRETS[4], conversation="c1", seq=3)
    record = json.loads(assert_clean(lines))
    assert record["event"] == "order_stored"
    assert record["conversation"] == "c1"
    assert "pii_text" not in record


def test_undeclared_strings_are_masked_at_any_depth(lines: io.StringIO) -> None:
    structlog.get_logger("desk.test").warning(
        "odd_value", phone=SECRETS[0], nested={"ids": [SECRETS[1]], "pii_name": "王小明"}, who="我叫王小明"
    )
    assert "138****8000" in assert_clean(lines)


def test_a_traceback_tells_place_and_type_but_no_message(lines: io.StringIO) -> None:
    log = structlog.get_logger("desk.test")
    try:
        raise ValueError(f"bad text: {SECRETS[4]} {SECRETS[0]}")
    except ValueError:
        log.exception("turn_failed", conversation="c1")
    output = assert_clean(lines)
    assert "ValueError" in output
    assert "test_logs.py" in output


def test_a_database_error_carries_no_parameters(lines: io.StringIO) -> None:
    engine = open_engine("sqlite://")
    with pytest.raises(Exception) as caught, engine.connect() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:t)"), {"t": SECRETS[4]})
    assert SECRETS[4] not in str(caught.value)
    structlog.get_logger("desk.test").error("store_failed", exc_info=caught.value)
    logging.getLogger("sqlalchemy.pool").error("broken", exc_info=caught.value)
    assert_clean(lines)


def test_the_pools_of_the_database_are_as_quiet_as_other_libraries(
    lines: io.StringIO, tmp_path: Path
) -> None:
    for url in ("sqlite://", f"sqlite:///{tmp_path / 'test.db'}"):
        engine = open_engine(url)
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        engine.dispose()
        # Foreign also when something is wrong: without arguments.
        engine.pool.logger.warning("broken for %s", SECRETS[4])
    warnings = [json.loads(line) for line in assert_clean(lines).splitlines()]
    assert [warning["event"] for warning in warnings] == ["broken for %s"] * 2


def test_foreign_loggers_lose_arguments_and_chinese(lines: io.StringIO) -> None:
    logging.getLogger("rasa_sdk.executor").warning("running %s", SECRETS[4])
    logging.getLogger("rasa_sdk.executor").error(f"failed for {SECRETS[4]} {SECRETS[0]}")
    logging.getLogger("uvicorn.access").info("GET /api/v1/knowledge/search?q=%s", SECRETS[4])
    logging.getLogger("httpx").info("HTTP Request: POST %s", SECRETS[0])
    logging.getLogger("uvicorn.error").info(
        '%s - "WebSocket %s" [accepted]', "127.0.0.1:5", "/ws/chat?q=secret"
    )
    output = assert_clean(lines)
    assert "secret" not in output
    assert "failed for" in output
    assert "GET" not in output


def test_our_own_errors_may_speak(lines: io.StringIO) -> None:
    class PortTaken(Exception):
        log_safe = True

    structlog.get_logger("desk.test").error("start_failed", exc_info=PortTaken("port 8000 is in use"))
    assert "port 8000 is in use" in assert_clean(lines)


def test_key_value_lines_are_readable() -> None:
    stream = io.StringIO()
    configure_logs("INFO", stream=stream)
    structlog.get_logger("gateway.test").info("started", port_count=2)
    assert "event=started" in stream.getvalue()
    assert "port_count=2" in stream.getvalue()
