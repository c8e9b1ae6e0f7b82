"""`minsheng citizen erase`: says what it will do, asks, and leaves nothing of a citizen anywhere."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis
import yaml
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from cli.commands import citizen as command
from cli.commands.errors import CommandError
from desk.recordings import Outcome, RecordingCatalogue, RecordingState, RecordingVault, load_keys
from desk.settings import ROOT
from desk.store.redis_keys import rasa_tracker, turn_lock
from gateway.handoff.outbox import Outbox
from gateway.pictures.attachments import Attachments
from gateway.turns.spool import Spool
from tests.desk.erasure.people import NAME, PHONE, WORDS, citizen, stored
from tests.gateway.samples import picture


@pytest.fixture
def var(tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MINSHENG_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("MINSHENG_REDIS_URL", redis_url)
    return tmp_path / "var"


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(command.app, ["erase", *arguments], input=typed)


def leave_traces(engine: Engine, var: Path, redis_url: str, conversation: str) -> None:
    """A picture, a recording, Rasa's memory, a message that waits for the database and one for the outside desk."""
    Attachments(var / "attachments").keep(conversation, picture())
    vault = RecordingVault(var, load_keys("", var, make=True))
    catalogue = RecordingCatalogue(engine)
    recording = catalogue.begin(conversation, vault.key_id, datetime.now(UTC), timedelta(days=180))
    writer = vault.create(recording)
    writer.write(WORDS.encode())
    writer.finish()
    writer.close()
    outcome = Outcome(state=RecordingState.COMPLETE, trouble=None, length_ms=1, bytes=1)
    catalogue.end(recording.id, outcome)
    redis.Redis.from_url(redis_url).set(rasa_tracker(conversation), json.dumps({"draft": WORDS}))
    spool = Spool(var / "spool")
    spool.keep(conversation, "message", {"text": WORDS})
    spool.keep("c-of-another", "message", {"text": "别人的"})
    spool.close()
    Outbox(var / "outside").keep({"conversation": conversation, "text": WORDS})


def words_in(var: Path) -> list[Path]:
    return [
        p
        for p in var.rglob("*")
        if p.is_file() and (WORDS.encode() in p.read_bytes() or NAME.encode() in p.read_bytes())
    ]


def test_after_it_nothing_is_left_anywhere(engine: Engine, var: Path, redis_url: str) -> None:
    conversation, number = citizen(engine)
    leave_traces(engine, var, redis_url, conversation)
    done = run("--phone", "--why", "本人要求", typed=f"{PHONE}\ny\n")
    assert done.exit_code == 0, done.output
    assert conversation in done.output and number in done.output
    assert NAME not in done.output and WORDS not in done.output
    left = stored(engine)
    assert not any(mark in left for mark in (PHONE, NAME, WORDS))
    assert words_in(var) == []
    assert [p for p in (var / "attachments").rglob("*") if p.is_file()] == []
    assert [p for p in (var / "recordings").rglob("*") if p.is_file()] == []
    assert not redis.Redis.from_url(redis_url).exists(rasa_tracker(conversation))
    [kept] = [p.read_text(encoding="utf-8") for p in (var / "spool").glob("*.jsonl")]
    assert "别人的" in kept
    [recording] = RecordingCatalogue(engine).of_conversation(conversation)
    assert recording.state is RecordingState.DELETED and str(recording.deleted_by).startswith("cli:")
    again = run("--phone", "--why", "本人要求", typed=f"{PHONE}\n")
    assert again.exit_code == 0 and "没有可清除的内容" in again.output


def test_who_says_no_changes_nothing(engine: Engine, var: Path) -> None:
    conversation, _ = citizen(engine)
    before = stored(engine)
    answer = run("--conversation", conversation, "--why", "要求", typed="n\n")
    assert answer.exit_code == 1 and stored(engine) == before


def test_open_orders_stay_unless_they_are_named(engine: Engine, var: Path) -> None:
    conversation, number = citizen(engine, finished=False)
    first = run("--conversation", conversation, "--why", "要求", "--yes")
    assert first.exit_code == 0 and "还在办理" in first.output
    assert PHONE in stored(engine)
    second = run("--phone", "--why", "要求", "--yes", "--with-open-orders", typed=f"{PHONE}\n")
    assert second.exit_code == 0 and number in second.output
    assert not any(mark in stored(engine) for mark in (PHONE, NAME, WORDS))


def test_nothing_is_erased_under_somebodys_hands(engine: Engine, var: Path, redis_url: str) -> None:
    conversation, _ = citizen(engine)
    client = redis.Redis.from_url(redis_url)
    client.set(turn_lock(conversation), "a gateway", ex=600)
    refused = run("--conversation", conversation, "--why", "要求", "--yes")
    assert isinstance(refused.exception, CommandError) and "try again" in str(refused.exception)
    client.delete(turn_lock(conversation))
    with engine.begin() as connection:
        connection.exec_driver_sql("update conversations set owner = 'SEAT'")
    refused = run("--conversation", conversation, "--why", "要求", "--yes")
    assert isinstance(refused.exception, CommandError) and "end them first" in str(refused.exception)
    assert WORDS in stored(engine)


def test_what_a_running_gateway_holds_is_told(engine: Engine, var: Path) -> None:
    conversation, _ = citizen(engine)
    alive = Spool(var / "spool")
    alive.keep(conversation, "message", {"text": WORDS})
    told = run("--conversation", conversation, "--why", "要求", "--yes", "--with-open-orders")
    assert told.exit_code == 0 and "还有 1 条" in told.output
    assert alive.waiting(conversation)
    alive.close()


def test_a_reason_and_one_of_both_ways_are_needed(engine: Engine, var: Path) -> None:
    assert run("--conversation", "c1").exit_code == 2
    assert run("--why", "x").exit_code == 2
    assert run("--phone", "--conversation", "c1", "--why", "x").exit_code == 2


def test_rasas_memory_is_where_we_look_for_it() -> None:
    prefix = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))["tracker_store"][
        "key_prefix"
    ]
    assert rasa_tracker("c1") == f"{prefix}:tracker:c1"
