"""Makes the pictures of the README from the running product: a citizen's page, a call for a person on the seat's console.

    make pictures, or
    python -m docs.pictures.make            # starts a private copy, writes docs/pictures/*.png
    python -m docs.pictures.make --keep     # and leaves the copy running until Enter is pressed

Needs Chromium and a trained model (`make train`). What is written and read on the pictures is what the product answers;
nothing is drawn in.
"""

from __future__ import annotations

import argparse
import io
import shutil
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from desk.seats import Accounts, NewUser, Role
from desk.seats.passwords import Argon2Hasher
from desk.settings import ROOT
from desk.store.engine import open_engine
from launcher.private import PrivateProduct

FOLDER = ROOT / "docs" / "pictures"
TEXT_ONLY = {"MINSHENG_ASR_ENGINE": "off", "MINSHENG_AUDIOSOCKET_PORT": "0", "MINSHENG_TTS_ENGINES": "espeak"}
# Only for the copy that is thrown away.
PASSWORD = "Mingzhou-12345-desk"
TIMEOUT_MS = 60_000
# Colours that are kept: text stays sharp, a picture stays below 150 kB.
COLOURS = 96
# How much sharper than the page the picture is, so that it stays readable when it is shown small.
SCALE = 1.5


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--keep", action="store_true", help="leave the product running until Enter is pressed"
    )
    arguments = parser.parse_args()
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        parser.error("Chromium is missing: python -m launcher.debian chromium fonts")
    with tempfile.TemporaryDirectory(prefix="minsheng-pictures-") as var:
        with PrivateProduct(Path(var), TEXT_ONLY) as product, sync_playwright() as playwright:
            _add_seat(product)
            browser = playwright.chromium.launch(executable_path=path)
            _citizens_page(browser, product.url)
            _console(browser, product.url)
            browser.close()
            if arguments.keep:
                input(f"{product.url} and {product.url}/seat (wang, {PASSWORD}); Enter ends it ")
    return 0


def _add_seat(product: PrivateProduct) -> None:
    engine = open_engine(product.settings.effective_database_url)
    new = NewUser(
        username="wang",
        display_name="王敏",
        badge="1024",
        role=Role.SEAT,
        skills=("housing_fund",),
        capacity=3,
    )
    Accounts(engine).users.add(new, Argon2Hasher().hash(PASSWORD), "pictures")
    engine.dispose()


def _open(browser: Browser, url: str, width: int, height: int) -> Page:
    viewport = {"width": width, "height": height}
    context = browser.new_context(viewport=viewport, device_scale_factor=SCALE, locale="zh-CN")  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    expect.set_options(timeout=TIMEOUT_MS)
    page.goto(url)
    return page


def _say(page: Page, text: str) -> None:
    """As a citizen; waits for the answer."""
    answers = page.locator('[data-testid="message"][data-from="bot"]')
    before = answers.count()
    page.get_by_test_id("input").fill(text)
    page.get_by_test_id("send").click()
    expect(answers).not_to_have_count(before)
    expect(page.get_by_test_id("typing")).to_have_count(0)


def _citizens_page(browser: Browser, url: str) -> None:
    """A trouble, a correction, the read-back, the order with its number."""
    page = _open(browser, url, 430, 1180)
    expect(page.locator('[data-testid="message"][data-from="bot"]')).to_have_count(1)
    _say(page, "湖滨一村3幢楼下的路灯坏了三天了，晚上老人走路看不见")
    _say(page, "不对，是5幢")
    _say(page, "我姓王，13912345678")
    confirm = page.get_by_test_id("quick-reply").first
    confirm.click()
    expect(page.get_by_test_id("order-card")).to_be_visible()
    page.wait_for_timeout(500)
    _save(page, "citizen.png")
    page.context.close()


def _console(browser: Browser, url: str) -> None:
    """A citizen tells what it is about and asks for a person; the seat has taken the conversation."""
    seat = _open(browser, f"{url}/seat", 1440, 900)
    seat.get_by_test_id("username").fill("wang")
    seat.get_by_test_id("password").fill(PASSWORD)
    seat.get_by_test_id("password").press("Enter")
    expect(seat.get_by_test_id("console")).to_have_attribute("data-line", "online")
    seat.keyboard.press("Alt+r")
    expect(seat.get_by_test_id("status")).to_have_attribute("data-status", "ready")
    citizen = _open(browser, url, 430, 1180)
    expect(citizen.locator('[data-testid="message"][data-from="bot"]')).to_have_count(1)
    _say(citizen, "租房怎么提取公积金")
    _say(citizen, "我们和平路88号楼下的烧烤店油烟太大了，天天弄到半夜一两点，我要投诉")
    _say(citizen, "转人工")
    expect(seat.get_by_test_id("offer").first).to_be_visible()
    seat.keyboard.press("Alt+a")
    expect(seat.get_by_test_id("talk")).to_be_visible()
    seat.get_by_test_id("input").fill("您好，我是工号1024，油烟的情况我看到了，马上为您登记。")
    seat.get_by_test_id("input").press("Enter")
    expect(seat.locator('[data-testid="message"][data-from="seat"]')).to_have_count(1)
    # The panels follow the conversation a moment later.
    seat.wait_for_timeout(3000)
    _save(seat, "console.png")
    seat.context.close()
    citizen.context.close()


def _save(page: Page, name: str) -> None:
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(FOLDER / name, optimize=True)


if __name__ == "__main__":
    raise SystemExit(main())
