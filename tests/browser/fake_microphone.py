"""Chromium with a microphone that plays a file, and the file: somebody who asks a question again and again."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from gateway.audio.pcm import wav_bytes
from tests.browser.conftest import FLAGS
from tests.conftest import missing
from tests.spoken import speech

RATE_HZ = 48000
# A greeting may pass before the question; after it the bot may answer.
BEFORE_S, AFTER_S = 4, 10


def speak_into(file: Path, text: str) -> Path:
    """In a thread: Playwright has a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        pcm = thread.submit(asyncio.run, speech(text, RATE_HZ)).result()
    return play_into(file, pcm)


def play_into(file: Path, pcm: bytes) -> Path:
    """`pcm` at RATE_HZ, with silence around it."""
    silence = bytes(2 * RATE_HZ)
    file.write_bytes(wav_bytes(silence * BEFORE_S + pcm + silence * AFTER_S, RATE_HZ))
    return file


@contextmanager
def chromium_with_microphone(file: Path | None, *more: str) -> Iterator[Browser]:
    """None: a machine without a microphone. Chromium plays the file from its beginning when a page first listens."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        missing("Chromium")
    flags = [*FLAGS, "--autoplay-policy=user-gesture-required", *more]
    if file is not None:
        flags += ["--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={file}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()
