"""Which engine speaks, when it is given up, and what stays on the machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from gateway.runtime.metrics import Spoken
from gateway.tts.cache import SpeechCache
from gateway.tts.speaker import NobodySpeaks, Speaker, rest_of
from gateway.tts.synthesizer import EngineRefused, SpeechRequest, TtsError, seconds_of

TEXT = "您好，这里是明州市热线，请问有什么可以帮您？"


class Engine:
    """Says 0.5 s pieces of its own sample; can wait before the first and before the others, and break after some."""

    def __init__(
        self,
        name: str,
        sample: int,
        *,
        outside: bool = False,
        first_s: float = 0.0,
        gap_s: float = 0.0,
        breaks_after: int | None = None,
        error: type[TtsError] = EngineRefused,
        rate_hz: int = 8000,
    ) -> None:
        self.name, self.outside, self.rate_hz = name, outside, rate_hz
        self.sample, self.first_s, self.gap_s = sample, first_s, gap_s
        self.breaks_after, self.error = breaks_after, error
        self.texts: list[str] = []
        self.checks = asyncio.Event()
        self.closed = False

    def voice_of(self, name: str) -> str:
        return name

    async def stream(self, request: SpeechRequest) -> AsyncGenerator[bytes, None]:
        self.texts.append(request.text)
        await asyncio.sleep(self.first_s)
        for n in range(4):
            if n == self.breaks_after:
                raise self.error("broken")
            if n:
                await asyncio.sleep(self.gap_s)
            yield self.sample.to_bytes(2, "little") * (self.rate_hz // 2)

    async def check(self) -> None:
        self.checks.set()

    async def aclose(self) -> None:
        self.closed = True


async def heard(speaker: Speaker, request: SpeechRequest, rate_hz: int = 8000) -> bytes:
    return b"".join([pcm async for pcm in speaker.stream(request, rate_hz)])


def voices(pcm: bytes) -> list[int]:
    """The samples in the order in which they first sound."""
    found: list[int] = []
    for start in range(0, len(pcm), 2):
        sample = int.from_bytes(pcm[start : start + 2], "little")
        if not found or found[-1] != sample:
            found.append(sample)
    return found


OPEN = SpeechRequest(text=TEXT, personal=False)
PERSONAL = SpeechRequest(text=TEXT)


async def test_the_voice_of_this_machine_is_loaded_before_it_is_needed() -> None:
    outside, inside, last = Engine("a", 1, outside=True), Engine("b", 2), Engine("c", 3)
    speaker = Speaker([outside, inside, last])
    speaker.get_ready()
    speaker.get_ready()
    await inside.checks.wait()
    await speaker.aclose()
    assert not outside.checks.is_set() and not last.checks.is_set()


async def test_a_voice_that_cannot_be_loaded_is_no_error_before_it_is_needed() -> None:
    class Missing(Engine):
        async def check(self) -> None:
            self.checks.set()
            raise EngineRefused("no weights")

    engine = Missing("a", 1)
    speaker = Speaker([engine])
    speaker.get_ready()
    await engine.checks.wait()
    await speaker.aclose()
    assert engine.closed


async def test_the_best_engine_speaks() -> None:
    first, second = Engine("a", 1), Engine("b", 2)
    assert voices(await heard(Speaker([first, second]), OPEN)) == [1]
    assert second.texts == []


@pytest.mark.parametrize("broken", [{"first_s": 5.0}, {"breaks_after": 0}], ids=["slow", "refused"])
async def test_an_engine_that_does_not_sound_in_time_is_replaced(broken: dict[str, float]) -> None:
    first, second = Engine("a", 1, **broken), Engine("b", 2)  # type: ignore[arg-type]
    speaker = Speaker([first, second], first_audio_s=0.2)
    started = asyncio.get_running_loop().time()
    assert voices(await heard(speaker, OPEN)) == [2]
    assert asyncio.get_running_loop().time() - started < 1.0


async def test_one_that_breaks_in_the_middle_is_continued_from_about_there() -> None:
    first, second = Engine("a", 1, breaks_after=2), Engine("b", 2)
    pcm = await heard(Speaker([first, second]), OPEN)
    assert voices(pcm) == [1, 2]
    # After one second about four characters were said: the first clause.
    assert second.texts == ["这里是明州市热线，请问有什么可以帮您？"]


async def test_one_that_falls_behind_the_listener_is_replaced() -> None:
    first, second = Engine("a", 1, gap_s=3.0), Engine("b", 2)
    pcm = await heard(Speaker([first, second]), OPEN)
    assert voices(pcm) == [1, 2]
    assert seconds_of(pcm, 8000) == pytest.approx(0.5 + 2.0)


async def test_personal_text_never_goes_outside() -> None:
    outside, inside = Engine("edge", 1, outside=True), Engine("b", 2)
    assert voices(await heard(Speaker([outside, inside]), PERSONAL)) == [2]
    assert outside.texts == []
    with pytest.raises(NobodySpeaks):
        await heard(Speaker([outside]), PERSONAL)
    with pytest.raises(TtsError):
        await Speaker([outside]).render(PERSONAL)
    assert outside.texts == []


async def test_a_request_is_personal_unless_somebody_says_otherwise() -> None:
    assert SpeechRequest(text="张三").personal


async def test_the_operator_can_allow_it() -> None:
    outside = Engine("edge", 1, outside=True)
    assert voices(await heard(Speaker([outside], personal_outside=True), PERSONAL)) == [1]


async def test_an_engine_that_keeps_failing_is_left_alone_and_tried_again() -> None:
    now = [0.0]
    first, second = Engine("a", 1, breaks_after=0), Engine("b", 2)
    speaker = Speaker([first, second], clock=lambda: now[0])
    for _ in range(5):
        await heard(speaker, OPEN)
    assert len(first.texts) == 2
    now[0] = 31.0
    first.breaks_after = None
    assert voices(await heard(speaker, OPEN)) == [1]
    assert voices(await heard(speaker, OPEN)) == [1]


async def test_a_caller_who_hangs_up_during_the_trial_does_not_close_the_door() -> None:
    now = [0.0]
    first, second = Engine("a", 1, breaks_after=0), Engine("b", 2)
    speaker = Speaker([first, second], clock=lambda: now[0])
    for _ in range(2):
        await heard(speaker, OPEN)
    now[0], first.breaks_after = 31.0, None
    stream = speaker.stream(OPEN, 8000)
    await anext(stream)
    await stream.aclose()
    assert voices(await heard(speaker, OPEN)) == [1]


async def test_punctuation_alone_is_silence_and_no_fault_of_an_engine() -> None:
    engine = Engine("a", 1, breaks_after=0)
    speaker = Speaker([engine])
    for text in ("……", "。", " ", "！？"):
        assert await heard(speaker, SpeechRequest(text=text)) == b""
    assert engine.texts == []


async def test_nobody_who_can_speak_is_said_loudly() -> None:
    with pytest.raises(NobodySpeaks):
        await heard(Speaker([Engine("a", 1, breaks_after=0)]), OPEN)


async def test_the_line_gets_its_own_rate() -> None:
    pcm = await heard(Speaker([Engine("a", 1000, rate_hz=24000)]), OPEN)
    assert seconds_of(pcm, 8000) == pytest.approx(2.0, abs=0.01)


async def test_what_is_fixed_is_made_once(tmp_path: Path) -> None:
    spoken: list[Spoken] = []
    first = Engine("a", 1)
    speaker = Speaker([first], cache=SpeechCache(tmp_path, 10**9), on_spoken=spoken.append)
    once = await heard(speaker, OPEN)
    assert await heard(speaker, OPEN) == once
    assert len(first.texts) == 1
    assert [s.cached for s in spoken] == [False, True]


@pytest.mark.parametrize("other", [{"text": "再见。"}, {"speed": 0.8}, {"voice": "cantonese"}])
async def test_other_words_speeds_and_voices_are_other_audio(
    tmp_path: Path, other: dict[str, object]
) -> None:
    first = Engine("a", 1)
    speaker = Speaker([first], cache=SpeechCache(tmp_path, 10**9))
    await heard(speaker, OPEN)
    await heard(speaker, SpeechRequest(**{"text": TEXT, "personal": False, **other}))  # type: ignore[arg-type]
    assert len(first.texts) == 2


async def test_what_is_personal_never_reaches_the_disk(tmp_path: Path) -> None:
    speaker = Speaker([Engine("a", 1)], cache=SpeechCache(tmp_path, 10**9))
    await heard(speaker, PERSONAL)
    await speaker.render(PERSONAL)
    assert list(tmp_path.rglob("*.pcm")) == []


async def test_half_a_sentence_is_not_kept(tmp_path: Path) -> None:
    first, second = Engine("a", 1, breaks_after=2), Engine("b", 2)
    speaker = Speaker([first, second], cache=SpeechCache(tmp_path, 10**9))
    await heard(speaker, OPEN)
    first.breaks_after = None
    assert voices(await heard(speaker, OPEN)) == [1]


async def test_cached_audio_of_a_better_engine_sounds_while_it_is_away(tmp_path: Path) -> None:
    first, second = Engine("a", 1), Engine("b", 2)
    speaker = Speaker([first, second], cache=SpeechCache(tmp_path, 10**9))
    await speaker.render(OPEN)
    first.breaks_after = 0
    for _ in range(4):
        await heard(speaker, SpeechRequest(text="别的", personal=False))
    assert voices(await heard(speaker, OPEN)) == [1]


def test_the_cache_forgets_what_was_not_used(tmp_path: Path) -> None:
    import os

    cache, engine = SpeechCache(tmp_path, 2500), Engine("a", 1)
    requests = [SpeechRequest(text=str(n), personal=False) for n in range(4)]
    for n, request in enumerate(requests):
        cache.put(engine, request, bytes(1000))
        path = cache._path(engine, request)
        os.utime(path, (n, n))
    assert cache.get(engine, requests[0]) is not None
    assert cache.prune() == 2
    assert [cache.get(engine, r) is not None for r in requests] == [True, False, False, True]


def test_a_cache_that_cannot_write_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = SpeechCache(tmp_path / "file", 10)
    cache.put(Engine("a", 1), OPEN, b"\0\0")
    assert cache.get(Engine("a", 1), OPEN) is None


@pytest.mark.parametrize(
    ("seconds", "left"),
    [(0.0, "一二三四，五六七八，九十。"), (1.5, "五六七八，九十。"), (2.5, "九十。"), (60.0, "九十。")],
)
def test_what_is_left_begins_at_a_clause(seconds: float, left: str) -> None:
    assert rest_of("一二三四，五六七八，九十。", seconds) == left


def test_senseless_speeds_are_refused() -> None:
    with pytest.raises(ValueError, match="speed"):
        SpeechRequest(text="x", speed=3.0)
