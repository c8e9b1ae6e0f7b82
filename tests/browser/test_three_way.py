"""Three-way calls on the console in a real browser: calling somebody in by keyboard, being called in, going."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect, sync_playwright

from tests.browser import seat_day as day
from tests.browser.conftest import FLAGS
from tests.browser.fake_seat_gateway import FakeSeatGateway
from tests.browser.test_seat_console import OpenConsole, console, gateway, open_page, selected
from tests.conftest import missing

__all__ = ["console", "gateway", "open_page"]
pytestmark = pytest.mark.browser

COLLEAGUE = {"id": "u000000001031", "display_name": "李静", "badge": "1031"}
ME = {key: day.ME[key] for key in ("id", "display_name", "badge")}
# What a colleague serves.
THEIRS = "x00"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """With a microphone that beeps, and nobody to be asked for it."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        missing("Chromium")
    microphone = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *microphone])
        yield browser
        browser.close()


def answer_talks(page: Page) -> list[dict[str, Any]]:
    """Plays /ws/seat/audio: the caller is always there. What the page says besides its voice."""
    said: list[dict[str, Any]] = []

    def talk(route: WebSocketRoute) -> None:
        def hear(message: str | bytes) -> None:
            if isinstance(message, bytes):
                return
            frame = json.loads(message)
            said.append(frame)
            if frame["type"] == "hello":
                told = {"type": "welcome", "conversation": frame["conversation"], "rate_hz": 16000}
                route.send(json.dumps(told))
                route.send(json.dumps({"type": "caller", "on": True, "line": "phone"}))

        route.on_message(hear)

    page.route_web_socket("**/ws/seat/audio", talk)
    return said


def third(state: str, conversation: str, **more: Any) -> dict[str, Any]:
    told = {"type": "third", "conversation": conversation, "state": state, "invitation": "i1"}
    return {**told, "seat": None, "asked": [COLLEAGUE], "from": ME, "until": "", **more}


def test_a_colleague_is_called_in_by_keyboard_and_sent_out_again(
    gateway: FakeSeatGateway, console: OpenConsole
) -> None:
    page = console()
    answer_talks(page)
    gateway.tell({"type": "call", "conversation": "c00", "on": True, "line": "phone"})
    expect(page.get_by_test_id("talk-start")).to_be_visible()
    page.keyboard.press("Alt+v")
    expect(page.get_by_test_id("talk-bar")).to_have_attribute("data-phase", "on")
    expect(page.get_by_test_id("talk-call-in")).to_have_text("三方通话")
    page.keyboard.press("Alt+y")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("会话仍由您接待，三人都能听到彼此")
    page.get_by_test_id("transfer-search").fill("李静")
    page.keyboard.press("Enter")
    page.get_by_test_id("transfer-note").fill("社保的事请您说")
    page.keyboard.press("Enter")
    asked = gateway.wait_for("call_in")
    assert (asked["conversation"], asked["seat"], asked["note"]) == ("c00", COLLEAGUE["id"], "社保的事请您说")
    expect(dialog).to_have_count(0)

    gateway.tell(third("asked", "c00"))
    expect(page.get_by_test_id("talk-party")).to_have_text("正在邀请 1031 李静…")
    gateway.tell(third("in", "c00", seat=COLLEAGUE))
    expect(page.get_by_test_id("talk-party")).to_have_text("三方通话：市民、1031 李静")
    page.keyboard.press("Alt+t")
    page.get_by_test_id("transfer-search").fill("李静")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("transfer-hint")).to_have_text("对方已在通话中，转接后由他接待，通话不中断")
    page.keyboard.press("Escape")
    page.get_by_test_id("talk-call-out").click()
    assert gateway.wait_for("leave_call")["conversation"] == "c00"
    gateway.tell(third("nobody", "c00", why="withdrawn"))
    expect(page.get_by_test_id("talk-call-in")).to_be_visible()


def test_who_is_called_in_comes_with_his_voice_and_goes_again(
    gateway: FakeSeatGateway, console: OpenConsole
) -> None:
    page = console()
    said = answer_talks(page)
    until = (datetime.now(UTC) + timedelta(seconds=60)).isoformat()
    invited = {"type": "invited", "conversation": THEIRS, "item": gateway.items[THEIRS], "invitation": "i1"}
    gateway.tell({**invited, "from": COLLEAGUE, "note": "住房的事请您说", "until": until})
    card = page.get_by_test_id("invitation")
    for words in ("三方通话邀请", "1031 李静 请您加入与市民的通话", "住房的事请您说"):
        expect(card).to_contain_text(words)
    page.keyboard.press("Alt+a")
    assert gateway.wait_for("join")["invitation"] == "i1"
    expect(card).to_have_count(0)
    selected(page, THEIRS)
    gateway.tell(third("in", THEIRS, seat=ME, **{"from": COLLEAGUE}))
    expect(page.get_by_test_id("talk-party")).to_have_text("三方通话：市民、1031 李静")
    expect(page.get_by_test_id("talk-bar")).to_have_attribute("data-phase", "on")
    assert said[0]["conversation"] == THEIRS
    # Not his: he writes nothing there, and the call is not his to end.
    expect(page.get_by_test_id("guest-bar")).to_contain_text("由 1031 李静 接待")
    expect(page.get_by_test_id("talk-hang-up")).to_have_count(0)
    page.get_by_test_id("talk-leave").click()
    assert gateway.wait_for("leave_call")["conversation"] == THEIRS
    gateway.tell(third("nobody", THEIRS, why="left"))
    expect(page.get_by_test_id("talk-bar")).to_have_count(0)
    expect(page.get_by_test_id("talk")).not_to_have_attribute("data-conversation", THEIRS)


def test_an_invitation_is_refused_by_key_or_goes_by_itself(
    gateway: FakeSeatGateway, console: OpenConsole
) -> None:
    page = console()
    invited = {"type": "invited", "conversation": THEIRS, "item": gateway.items[THEIRS], "from": COLLEAGUE}
    soon = (datetime.now(UTC) + timedelta(seconds=60)).isoformat()
    gateway.tell({**invited, "invitation": "i1", "note": "", "until": soon})
    expect(page.get_by_test_id("invitation")).to_be_visible()
    page.keyboard.press("Alt+x")
    assert gateway.wait_for("refuse")["invitation"] == "i1"
    gateway.tell({**invited, "invitation": "i2", "note": "", "until": soon})
    expect(page.get_by_test_id("invitation")).to_be_visible()
    gateway.tell({"type": "invitation_gone", "invitation": "i2", "why": "expired"})
    expect(page.get_by_test_id("invitation")).to_have_count(0)
    expect(page.get_by_test_id("notice")).to_contain_text("三方通话邀请已超时")
