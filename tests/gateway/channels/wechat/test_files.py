"""Voice, pictures, places, taps, scans and what nobody can read."""

from __future__ import annotations

import asyncio
import io
import subprocess
from fractions import Fraction

import numpy as np
import pytest

from asr.audio import RATE_HZ, Clip
from gateway.channels.wechat.standin import StandIn
from gateway.channels.wechat.voice import MAX_BYTES, Ears, Heard, UnreadableVoice, clip_from
from tests.fakes.fake_rasa import FakeRasa
from tests.fakes.fake_seat import FakeSeat, add_user
from tests.gateway.channels.wechat.conftest import OPENID, MakeWechatGateway, calls_person, until
from tests.gateway.samples import SECRET, photo

SECONDS = 2


def tone() -> np.ndarray:
    """What every codec of speech keeps: a voice-like tone of 200 Hz with overtones, 16-bit at 16 kHz."""
    t = np.arange(SECONDS * RATE_HZ) / RATE_HZ
    wave = sum(np.sin(2 * np.pi * 200 * n * t) / n for n in range(1, 8))
    return (6000 * wave / np.max(np.abs(wave))).astype(np.int16)


def amr(rate_hz: int) -> bytes:
    """Narrow band: the packaged FFmpeg has no encoder of the wide one, so that reading AMR-WB is not tested."""
    import av

    samples = resample_to(tone(), rate_hz)
    out = io.BytesIO()
    with av.open(out, "w", format="amr") as container:
        stream = container.add_stream("libopencore_amrnb", rate=rate_hz, layout="mono")
        stream.bit_rate = 12_200
        frame_size = rate_hz // 50
        for start in range(0, len(samples) - frame_size, frame_size):
            frame = av.AudioFrame.from_ndarray(
                samples[start : start + frame_size].reshape(1, -1), format="s16", layout="mono"
            )
            frame.sample_rate, frame.pts, frame.time_base = rate_hz, start, Fraction(1, rate_hz)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


def resample_to(samples: np.ndarray, rate_hz: int) -> np.ndarray:
    import soxr

    return soxr.resample(samples, RATE_HZ, rate_hz).astype(np.int16)


def silk(*, tencent: bool = True) -> bytes:
    import pysilk

    out = io.BytesIO()
    pysilk.encode(io.BytesIO(tone().tobytes()), out, RATE_HZ, 24_000, tencent=tencent)
    return out.getvalue()


def hum_of(clip: Clip) -> float:
    """The strongest frequency, in Hz."""
    spectrum = np.abs(np.fft.rfft(clip.samples.astype(np.float64)))
    return float(np.argmax(spectrum) * RATE_HZ / len(clip.samples))


@pytest.mark.parametrize("kind", ["amr-nb", "silk", "bare silk"])
def test_a_voice_message_is_read_by_what_it_is(kind: str) -> None:
    content = {
        "amr-nb": lambda: amr(8_000),
        "silk": silk,
        "bare silk": lambda: silk(tencent=False),
    }[kind]()
    clip = clip_from(content)
    assert abs(clip.seconds - SECONDS) < 0.2 and abs(hum_of(clip) - 200) < 3


def test_tencents_byte_stands_in_front_of_silk() -> None:
    assert silk()[:10] == b"\x02#!SILK_V3" and silk(tencent=False)[:9] == b"#!SILK_V3"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"#!AMR\n",
        b"#!AMR-WB\n",
        b"\x02#!SILK_V3",
        b"OggS",
        b"RIFF....WAVE",
        b"\xff\xd8\xff\xe0",
        b'{"errcode":40007}',
        b"#!AMR\n" + b"\x00" * MAX_BYTES,
    ],
)
def test_what_is_no_speech_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableVoice):
        clip_from(content)


@pytest.fixture
def ears(monkeypatch: pytest.MonkeyPatch) -> list[Heard | None]:
    """What is heard, in order; a speech server is another test's."""
    heard: list[Heard | None] = []

    async def hear(_self: Ears, clip: Clip) -> Heard | None:
        assert abs(clip.seconds - SECONDS) < 0.2
        return heard.pop(0)

    monkeypatch.setattr(Ears, "hear", hear)
    return heard


async def test_what_was_heard_is_shown_back_before_the_answer(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa, ears: list[Heard | None]
) -> None:
    make_wechat_gateway()
    ears.append(Heard("湖滨路的路灯坏了", 0.9))
    await wechat.voice(OPENID, silk())
    await until(lambda: wechat.heard(OPENID))
    [told] = wechat.heard(OPENID)
    assert told.startswith("您说的是：“湖滨路的路灯坏了”") and told.endswith("收到：湖滨路的路灯坏了")
    assert rasa.texts == ["湖滨路的路灯坏了"]


async def test_what_was_hardly_heard_is_asked_about_first(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa, ears: list[Heard | None]
) -> None:
    make_wechat_gateway()
    for answer, asked in (
        ("对的。", ["湖滨路灯坏了"]),
        ("不对，重新说", []),
        ("是湖心路的路灯", ["是湖心路的路灯"]),
    ):
        rasa.asked.clear()
        ears.append(Heard("湖滨路灯坏了", 0.2))
        assert "对吗" in str(await wechat.voice(OPENID, silk())) and rasa.asked == []
        await wechat.text(OPENID, answer)
        assert rasa.texts == asked, answer
    rasa.asked.clear()
    await wechat.text(OPENID, "对的。")
    assert rasa.texts == ["对的。"], "nothing is in doubt any more"


@pytest.mark.parametrize(("heard", "told"), [(None, "听不了语音"), (Heard("", 0.0), "没有听清")])
async def test_who_was_not_heard_is_told_so(
    make_wechat_gateway: MakeWechatGateway,
    wechat: StandIn,
    rasa: FakeRasa,
    ears: list[Heard | None],
    heard: Heard | None,
    told: str,
) -> None:
    make_wechat_gateway()
    ears.append(heard)
    assert told in str(await wechat.voice(OPENID, silk())) and rasa.asked == []


async def test_a_voice_that_cannot_be_played_or_fetched_is_told_in_words(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa
) -> None:
    make_wechat_gateway()
    assert "放不出来" in str(await wechat.voice(OPENID, b"\x02#!SILK_V3"))
    assert "没能取到" in str(await wechat.send(OPENID, "voice", MediaId="gone", Format="amr"))
    assert "没能取到" in str(await wechat.send(OPENID, "voice", Format="amr"))
    assert "太大" in str(await wechat.image(OPENID, bytes(6 * 1024 * 1024)))
    assert rasa.asked == []


async def test_a_picture_is_kept_without_what_cannot_be_seen_and_its_sender_is_told(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa
) -> None:
    gateway = make_wechat_gateway()
    assert "图片收到了" in str(await wechat.image(OPENID, photo()))
    [conversation] = gateway.store.newest()
    sent = gateway.store.messages(conversation.id)[0]
    assert sent.card is not None and sent.card["attachment"]["type"] == "image/jpeg"
    [kept] = (gateway.settings.var_dir / "attachments" / conversation.id).iterdir()
    assert SECRET not in kept.read_bytes() and rasa.asked == []
    assert "只能发送" in str(await wechat.image(OPENID, b"\x00\x01\x02 no picture"))


async def test_a_seat_reads_what_was_spoken_and_sees_what_was_sent(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa, ears: list[Heard | None]
) -> None:
    gateway = make_wechat_gateway()
    add_user(gateway, "seat")
    seat = await FakeSeat.arrive(gateway, "seat")
    try:
        rasa.answer = calls_person
        await wechat.text(OPENID, "转人工")
        item = (await seat.next("offer"))["item"]
        await seat.act(type="accept", handoff=item["handoff"])
        ears += [Heard("路灯在湖滨路", 0.1), None]
        await wechat.voice(OPENID, silk())
        await wechat.voice(OPENID, silk())
        await wechat.image(OPENID, photo())
        await wechat.send(OPENID, "video", MediaId="v", ThumbMediaId="t")
        said = [m.text for m in gateway.store.messages(item["conversation"]) if m.sender == "citizen"]
        assert said[1:] == ["[语音] 路灯在湖滨路", "[语音，没能转成文字]", "[图片]", "[视频]"]
        assert len(rasa.asked) == 1 and not any("图片收到了" in one for one in wechat.heard(OPENID))
    finally:
        await seat.leave()


async def test_a_file_whose_fetching_failed_is_fetched_again(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a gateway that died over it."""
    from datetime import timedelta

    monkeypatch.setattr("gateway.channels.wechat.hotline.JOB_LEASE", timedelta(seconds=0.5))
    monkeypatch.setattr("gateway.channels.wechat.hotline.JOBS_EVERY_S", 0.5)
    monkeypatch.setattr("gateway.channels.wechat.patience.ANSWER_WITHIN_S", 1.0)
    gateway = make_wechat_gateway()
    url, wechat.port = wechat.url, wechat.port
    wechat.stop()
    assert await wechat.image(OPENID, photo()) is None
    wechat.start()
    assert wechat.url == url
    await until(lambda: any("图片收到了" in one for one in wechat.heard(OPENID)))
    [conversation] = gateway.store.newest()
    assert len(gateway.store.messages(conversation.id)) == 2


async def test_a_place_is_said_with_its_name_and_kept_with_its_degrees(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa
) -> None:
    gateway = make_wechat_gateway()
    await wechat.location(OPENID, 30.25, 120.16, "明州市东湖区湖滨路 8 号")
    assert rasa.texts == ["位置在明州市东湖区湖滨路 8 号"]
    [conversation] = gateway.store.newest()
    card = gateway.store.messages(conversation.id)[0].card
    assert card is not None and card["location"] == {
        "latitude": 30.25, "longitude": 120.16, "system": "GCJ-02", "label": "明州市东湖区湖滨路 8 号",
    }  # fmt: skip
    assert "没有地名" in str(await wechat.location(OPENID, 30.25, 120.16, "")) and len(rasa.asked) == 1


async def test_a_follow_is_greeted_a_tap_and_a_scan_say_their_sentence(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa
) -> None:
    gateway = make_wechat_gateway()
    (gateway.settings.var_dir / "wechat.yml").write_text(
        "menu: [{name: 转人工, say: 转人工}]\nscenes: {lamp-0012: 湖滨路12号灯杆的路灯不亮，我要报修}\n",
        encoding="utf-8",
    )
    make_wechat_gateway()
    assert "您好，这里是明州市12345" in str(await wechat.event(OPENID, "subscribe"))
    assert await wechat.event(OPENID, "CLICK", "say:转人工") == "收到：转人工"
    assert await wechat.event(OPENID, "SCAN", "lamp-0012") == "收到：湖滨路12号灯杆的路灯不亮，我要报修"
    assert (
        await wechat.event("oB", "subscribe", "qrscene_lamp-0012")
        == "收到：湖滨路12号灯杆的路灯不亮，我要报修"
    )
    for name, key in (("CLICK", "say:任何话"), ("CLICK", "orders"), ("SCAN", "lamp-9999")):
        assert "没有开通" in str(await wechat.event("oC", name, key))
    for name in ("VIEW", "LOCATION", "TEMPLATESENDJOBFINISH", "something_new"):
        assert await wechat.event("oC", name, "https://12345.example") is None
    assert len(rasa.asked) == 3


async def test_an_event_that_is_repeated_happens_once(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa
) -> None:
    from tests.gateway.channels.wechat.bodies import event

    gateway = make_wechat_gateway()
    await asyncio.gather(*(wechat.ask(event("subscribe")) for _ in range(3)))
    await wechat.ask(event("subscribe"))
    [conversation] = gateway.store.newest()
    assert len(gateway.store.messages(conversation.id)) == 1


async def test_who_follows_no_more_is_known_no_more(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa
) -> None:
    gateway = make_wechat_gateway()
    await wechat.text(OPENID, "你好")
    assert await wechat.event(OPENID, "unsubscribe") is None
    [conversation] = gateway.store.newest()
    from desk.wechat import WechatStore

    assert WechatStore(gateway.engine).openid_of(conversation.id) is None


@pytest.mark.parametrize("kind", ["video", "shortvideo", "file", "link", "miniprogrampage", "something_new"])
async def test_a_kind_that_nobody_can_read_gets_a_kind_sentence(
    make_wechat_gateway: MakeWechatGateway, wechat: StandIn, rasa: FakeRasa, kind: str
) -> None:
    make_wechat_gateway()
    assert "文字或语音" in str(
        await wechat.send(OPENID, kind, MediaId="m", Title="t", Url="https://a.example")
    )
    assert rasa.asked == []


def test_speex_in_ogg_is_read(tmp_path: object) -> None:
    import shutil
    from pathlib import Path

    from tests.conftest import missing

    folder = Path(str(tmp_path))
    encoder = shutil.which("speexenc")
    if encoder is None:
        missing("speexenc (Debian: speex)")
    raw = folder / "a.raw"
    raw.write_bytes(tone().tobytes())
    subprocess.run(
        [str(encoder), "--quiet", "-w", "--rate", "16000", "--le", "--16bit", raw, folder / "a.spx"],
        check=True,
    )
    clip = clip_from((folder / "a.spx").read_bytes())
    assert abs(clip.seconds - SECONDS) < 0.2 and abs(hum_of(clip) - 200) < 3
