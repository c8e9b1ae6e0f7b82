"""A seat plays the recording of his caller on the real gateway: seek, captions in line with the sound, the audit log."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import httpx
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from desk.recordings import (
    Cue,
    Outcome,
    Recording,
    RecordingCatalogue,
    RecordingState,
    RecordingVault,
    load_keys,
)
from desk.seats import AuditLog
from gateway.recordings.opus_file import OpusFile
from tests.browser.fake_gateway import DIST
from tests.conftest import missing
from tests.fakes.fake_rasa import FakeRasa
from tests.fakes.fake_seat import PASSWORD, add_user
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.conftest import MakeGateway, make_gateway, rasa
from tests.gateway.console.conftest import desk_backends, hotline
from tests.gateway.recordings.sound import voice
from tests.waiting import PATIENCE_MS

__all__ = ["make_gateway", "rasa"]
pytestmark = [pytest.mark.browser, pytest.mark.redis]

RATE = 8000
LENGTH_S = 40
# When which message begins to sound, in seconds.
STARTS = (2, 10, 20, 30)


@pytest.fixture
def gateway(make_gateway: MakeGateway, rasa: FakeRasa, tmp_path: Path) -> RunningGateway:
    if not (DIST / "seat.html").exists():
        missing("web/dist (make setup builds it)")
    rasa.answer = hotline
    load_keys("", tmp_path / "var", make=True)
    return make_gateway(dist=DIST, make_backends=desk_backends)


def open_console(chromium: Browser, gateway: RunningGateway) -> Page:
    add_user(gateway, "wang", badge="1024")
    page = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN").new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{gateway.url}/seat")
    page.get_by_test_id("username").fill("wang")
    page.get_by_test_id("password").fill(PASSWORD)
    page.get_by_test_id("password").press("Enter")
    expect(page.get_by_test_id("console")).to_have_attribute("data-line", "online")
    page.keyboard.press("Alt+r")
    expect(page.get_by_test_id("status")).to_have_attribute("data-status", "ready")
    return page


def call_for_a_person(gateway: RunningGateway) -> str:
    with httpx.Client(base_url=gateway.url, timeout=30, trust_env=False) as http:
        begun = http.post("/api/v1/conversations", json={"channel": "api"}).json()
        for number, words in enumerate(("楼下烧烤店天天吵到两点", "气死我了，转人工")):
            answer = http.post(
                f"/api/v1/conversations/{begun['id']}/messages",
                json={"message_id": f"m{number}", "text": words},
                headers={"Authorization": f"Bearer {begun['token']}"},
            )
            assert answer.status_code == 200, answer.text
    return str(begun["id"])


def recorded(gateway: RunningGateway, conversation: str) -> Recording:
    catalogue = RecordingCatalogue(gateway.engine)
    var = gateway.settings.var_dir
    vault = RecordingVault(var, load_keys("", var))
    began_at = gateway.store.get(conversation).created_at
    recording = catalogue.begin(conversation, vault.key_id, began_at, timedelta(days=180))
    file = OpusFile(vault, recording, RATE, 0)
    pcm = np.stack([voice(140, LENGTH_S, RATE), voice(230, LENGTH_S, RATE)], axis=1).tobytes()
    for at in range(0, len(pcm), 4 * RATE):
        file.write(pcm[at : at + 4 * RATE])
    file.finish()
    file.close()
    cues = tuple(Cue(seq=seq, ms=1000 * start) for seq, start in enumerate(STARTS, start=1))
    size = vault.file_bytes(recording)
    catalogue.end(
        recording.id,
        Outcome(state=RecordingState.COMPLETE, length_ms=1000 * LENGTH_S, bytes=size, cues=cues),
    )
    return recording


def take_the_caller(page: Page, gateway: RunningGateway) -> tuple[str, Recording]:
    """Somebody whose call was recorded waits; the seat accepts him and sees the recording. Conversation and recording."""
    conversation = call_for_a_person(gateway)
    recording = recorded(gateway, conversation)
    expect(page.get_by_test_id("offer")).to_be_visible()
    page.keyboard.press("Alt+a")
    expect(page.get_by_test_id("talk")).to_have_attribute("data-conversation", conversation)
    expect(page.get_by_test_id("recording")).to_have_attribute("data-state", "complete")
    return conversation, recording


def heard_at_least(page: Page, seconds: float) -> None:
    page.wait_for_function(
        "seconds => document.querySelector('[data-testid=recording-audio]').currentTime >= seconds",
        arg=seconds,
    )


def test_a_seat_plays_seeks_and_reads_along(chromium: Browser, gateway: RunningGateway) -> None:
    page = open_console(chromium, gateway)
    conversation, recording = take_the_caller(page, gateway)
    player = page.get_by_test_id("recording")
    expect(page.get_by_test_id("recording-time")).to_have_text("0:00 / 0:40")
    audit = AuditLog(gateway.engine)
    # Seeing that there is a recording is not hearing it.
    assert audit.read(action="recording_played") == ()

    page.get_by_test_id("recording-play").click()
    heard_at_least(page, 0.3)
    (line,) = audit.read(action="recording_played")
    assert (line.subject_id, line.detail) == (recording.id, {"conversation": conversation})

    spoken = {message.seq: message for message in gateway.store.messages(conversation)}
    page.get_by_test_id("recording-seek").fill("20.5")
    heard_at_least(page, 20.5)
    expect(page.get_by_test_id("recording-caption")).to_contain_text(spoken[3].text[:10])
    marked = page.locator('[data-testid="message"].marked')
    expect(marked).to_have_attribute("data-seq", "3")

    # By keys: the next sentence, then pause, then back to where this sentence began.
    player.focus()
    page.keyboard.press("ArrowDown")
    heard_at_least(page, 30)
    expect(marked).to_have_attribute("data-seq", "4")
    page.keyboard.press(" ")
    expect(page.get_by_test_id("recording-play")).to_have_text("播放")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(marked).to_have_attribute("data-seq", "2")
    expect(page.get_by_test_id("recording-time")).to_have_text(re.compile(r"^0:1\d / 0:40$"))
    # All of it was one playing.
    assert len(audit.read(action="recording_played")) == 1
    page.context.close()


def test_who_pauses_while_the_sound_is_still_on_its_way_can_go_on(
    chromium: Browser, gateway: RunningGateway
) -> None:
    page = open_console(chromium, gateway)
    on_their_way: list[Route] = []

    def hold(route: Route) -> None:
        on_their_way.append(route)

    page.route("**/recordings/*/audio", hold)
    take_the_caller(page, gateway)
    play = page.get_by_test_id("recording-play")
    play.click()
    expect(play).to_have_text("载入…")
    play.click()
    expect(play).to_have_text("播放")
    play.click()
    expect(play).to_have_text("载入…")
    for route in on_their_way:
        route.continue_()
    page.unroute("**/recordings/*/audio", hold)
    heard_at_least(page, 0.3)
    expect(play).to_have_text("暂停")
    page.context.close()
