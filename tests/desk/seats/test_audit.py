from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from desk.seats import Accounts, AuditLog, User
from desk.seats.audit import masked_detail, utc_now


def test_lines_come_newest_first_and_by_what_one_looks_for(accounts: Accounts) -> None:
    log = accounts.audit
    for n in range(5):
        log.write(f"u{n % 2}", "reveal", "conversation", f"c{n}", {"what": "phone"}, "10.0.0.1")
    assert [line.subject_id for line in log.read()] == ["c4", "c3", "c2", "c1", "c0"]
    assert [line.subject_id for line in log.read(actor="u1")] == ["c3", "c1"]
    assert [line.actor for line in log.read(subject=("conversation", "c2"))] == ["u0"]
    page = log.read(limit=2)
    assert [line.subject_id for line in log.read(limit=2, before=page[-1].id)] == ["c2", "c1"]
    assert log.read(action="other") == ()
    assert page[0].detail == {"what": "phone"} and page[0].address == "10.0.0.1"


def test_no_line_holds_a_citizens_data(accounts: Accounts, engine: Engine) -> None:
    accounts.audit.write(
        "u1",
        "reveal",
        "phone",
        "13800138000",
        {
            "phone": "13800138000",
            "name": "王小明",
            "address": "和平路12号3单元",
            "why": "市民要求回拨13800138000，我叫李大力",
            "nested": {"caller_name": "张伟", "list": ["身份证330102199001011234"]},
            "number": 13800138000,
        },
    )
    with engine.connect() as connection:
        kept = str(connection.execute(text("SELECT subject_id, detail FROM audit")).all())
    (line,) = accounts.audit.read()
    for secret in ("13800138000", "王小明", "3单元", "李大力", "张伟", "199001011234"):
        assert secret not in kept and secret not in str(line), secret
    assert line.detail["phone"] == "138****8000" and line.detail["name"] == "王*"


def test_what_helps_to_trace_stays_whole() -> None:
    detail = {"order": "261122000159", "skills": ["housing_fund"], "count": 3, "ok": True, "at": "2026-11-22"}
    kept = masked_detail({**detail, "order": "h0123456789abcdef01234567"})
    assert kept["order"] == "h0123456789abcdef01234567"
    assert {key: kept[key] for key in ("skills", "count", "ok", "at")} == {
        key: detail[key] for key in ("skills", "count", "ok", "at")
    }


def test_a_line_can_neither_be_changed_nor_removed(accounts: Accounts, engine: Engine) -> None:
    AuditLog(engine).write("u1", "reveal", "conversation", "c1")
    for statement in ("UPDATE audit SET actor = 'u2'", "DELETE FROM audit"):
        with pytest.raises(DBAPIError, match="audit log"), engine.begin() as connection:
            connection.execute(text(statement))
    assert accounts.audit.read()[0].actor == "u1"


def test_after_half_a_year_a_line_may_be_cleared(engine: Engine) -> None:
    AuditLog(engine, lambda: utc_now() - timedelta(days=181)).write("u1", "reveal", "conversation", "c1")
    with engine.begin() as connection:
        assert connection.execute(text("DELETE FROM audit")).rowcount == 1


def test_an_action_and_its_line_are_one(accounts: Accounts, engine: Engine, wang: User) -> None:
    before = len(accounts.audit.read())
    with pytest.raises(ZeroDivisionError), engine.begin() as connection:
        accounts.audit.write_in(connection, "u1", "reveal", "conversation", "c1")
        raise ZeroDivisionError
    assert len(accounts.audit.read()) == before
