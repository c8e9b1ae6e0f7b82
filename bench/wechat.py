"""WeChat's callbacks while the bot has more to do than it can, and how well each of WeChat's codecs of speech is heard.

Usage: python -m bench.wechat load [--rate 200] [--seconds 10] [--drain-s 300]
       python -m bench.wechat voice MANIFEST.tsv [--limit N] [--engine two-pass] [--codec NAME ...]

`load`: the whole product with one gateway, real Rasa and actions, and the stand-in for WeChat's servers, all on this machine. So many
people a second write one message each, far more than Rasa answers; requests that get no answer in five seconds are repeated, as
WeChat does. Afterwards, when everything was brought or `--drain-s` is over:
  answer    the time of the HTTP answer, as WeChat sees it; over 5 s the citizen's request is repeated
  lost      messages that the log does not hold, and what the hotline said that did not reach its citizen
  doubled   turns that one message made twice, and what reached a citizen twice
  95018     answers of WeChat that a send was not for us to make
`voice`: the manifest is that of `minsheng asr evaluate` (TSV: path, text). Each recording goes through each codec and is decoded as a
voice message is (gateway/channels/wechat/voice.py), then heard by the engine of calls; percent of characters wrong, after our text
layers. By telephone (8 kHz, A-law) is what calls are. AMR-WB has no packaged encoder.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import aiohttp
import httpx
import numpy as np
import psutil
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from asr.audio import RATE_HZ, Clip, Int16, read_clip, through_telephone
from asr.choice import Engine
from asr.errors import AsrError
from asr.transcribe import Line
from bench.accuracy import Hear, Score, chosen, ours, percent
from bench.figures import markdown
from bench.machine import machine
from desk.conversations import ConversationStore, Owner, Sender
from desk.conversations.tables import ConversationRow, MessageRow
from desk.store.engine import open_engine
from desk.wechat.tables import WechatCitizenRow
from gateway.channels.wechat.standin import PATIENCE_S, StandIn, StandInAccount
from gateway.channels.wechat.voice import clip_from
from gateway.channels.wechat.wording import telling_of
from launcher.errors import LauncherError
from launcher.private import PrivateProduct

CONSOLE = Console(width=110, highlight=False)
ACCOUNT = StandInAccount(
    token="bench", app_id="wx0", app_secret="bench", aes_key="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
)
SETTINGS = {
    "MINSHENG_RATE_MESSAGES_PER_MINUTE": "1000000",
    "MINSHENG_ASR_ENGINE": "off",
    "MINSHENG_LOG_LEVEL": "WARNING",
}
WORDS = (
    "湖滨路12号门口的路灯坏了三天了",
    "公积金怎么提取",
    "楼下烧烤店半夜还在营业，油烟很大",
    "你好",
    "社保断缴了怎么补",
)
LOOK_S = 2.0
AMR_BITRATE, AMR_RATE_HZ, SILK_BITRATE = 12_200, 8_000, 24_000


class Crowd(StandIn):
    """People who write one message each. One pool of connections, as WeChat's servers have."""

    def __init__(self) -> None:
        super().__init__(ACCOUNT)
        self.answers_s: list[float] = []
        self._http: aiohttp.ClientSession | None = None

    async def _post(self, query: dict[str, str], body: bytes) -> httpx.Response:
        assert self._http is not None
        began = time.monotonic()
        try:
            # Not httpx: its own work for 200 requests a second would be half of what is measured.
            async with self._http.post(self.callback_url, params=query, data=body) as answer:
                return httpx.Response(answer.status, content=await answer.read())
        except aiohttp.ClientError as error:
            raise httpx.TransportError(type(error).__name__) from error
        finally:
            self.answers_s.append(time.monotonic() - began)

    async def write(self, who: str, rate: float, seconds: float) -> float:
        """How late the crowd itself was at worst, in seconds: what is measured cannot be better than that."""
        late_s = 0.0
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as self._http:
            began = time.monotonic()
            async with asyncio.TaskGroup() as group:
                for number in range(int(rate * seconds)):
                    wait_s = began + number / rate - time.monotonic()
                    late_s = max(late_s, -wait_s)
                    await asyncio.sleep(max(wait_s, 0))
                    group.create_task(self.text(f"o{who}{number:06d}", WORDS[number % len(WORDS)]))
        return late_s


class Ledger:
    """What the log says that was said, beside what people heard."""

    def __init__(self, product: PrivateProduct, crowd: Crowd) -> None:
        self._engine = open_engine(product.settings.effective_database_url)
        self._store = ConversationStore(self._engine)
        self._crowd = crowd

    def waiting(self) -> int:
        """Citizens whom the bot still owes an answer, or to whom something is still to be brought."""
        w, m, c = WechatCitizenRow, MessageRow, ConversationRow
        open_ = select(m.seq).where(
            m.conversation_id == w.conversation_id,
            c.id == w.conversation_id,
            (m.sender == Sender.CITIZEN.value) & m.answered_at.is_(None) & (c.owner == Owner.BOT.value)
            | (m.sender != Sender.CITIZEN.value) & (m.seq > w.delivered_seq),
        )
        with self._engine.connect() as connection:
            return int(connection.scalar(select(func.count()).select_from(w).where(open_.exists())) or 0)

    async def drained(self, most_s: float) -> int:
        """Waits until nothing waits; how many still do after `most_s`."""
        deadline = time.monotonic() + most_s
        while left := self.waiting():
            if time.monotonic() > deadline:
                break
            # It is other processes that work.
            await asyncio.sleep(LOOK_S)
        return left

    def counts(self, people: int) -> tuple[int, int, int, int]:
        """Messages lost, said but not heard; turns doubled, heard twice."""
        with self._engine.connect() as connection:
            query = select(WechatCitizenRow.openid, WechatCitizenRow.conversation_id)
            rows = connection.execute(query.where(WechatCitizenRow.openid.startswith("oBench"))).all()
        lost, unheard, doubled, twice = people - len(rows), 0, 0, 0
        for openid, conversation_id in rows:
            log = self._store.messages(conversation_id)
            own = sum(message.sender is Sender.CITIZEN for message in log)
            lost += own == 0
            doubled += max(own - 1, 0)
            heard = "\n\n".join(self._crowd.heard(openid))
            for message in log:
                for part in telling_of([message], message.seq - 1).parts:
                    times = heard.count(part.text)
                    unheard += times == 0
                    twice += max(times - 1, 0)
        return lost, unheard, doubled, twice

    def close(self) -> None:
        self._engine.dispose()


async def load(rate: float, seconds: float, drain_s: float) -> None:
    crowd = Crowd()
    crowd.start()
    account = {
        "MINSHENG_WECHAT_TOKEN": ACCOUNT.token,
        "MINSHENG_WECHAT_APP_ID": ACCOUNT.app_id,
        "MINSHENG_WECHAT_APP_SECRET": ACCOUNT.app_secret,
        "MINSHENG_WECHAT_AES_KEY": str(ACCOUNT.aes_key),
        "MINSHENG_WECHAT_API_URL": crowd.url,
    }
    people = int(rate * seconds)
    with tempfile.TemporaryDirectory() as folder:
        with PrivateProduct(Path(folder), {**SETTINGS, **account}) as product:
            crowd.callback_url = f"{product.url}/wechat/callback"
            # The first of all waits for what is loaded late.
            await crowd.write("First", 1, 1)
            crowd.answers_s.clear()
            crowd.requests.clear()
            crowd.people.clear()
            ledger = Ledger(product, crowd)
            psutil.cpu_percent()
            late_s = await crowd.write("Bench", rate, seconds)
            busy = psutil.cpu_percent()
            began = time.monotonic()
            left = await ledger.drained(drain_s)
            drained_s = time.monotonic() - began
            # What WeChat was asked for last is still to be written down.
            await asyncio.sleep(LOOK_S)
            lost, unheard, doubled, twice = ledger.counts(people)
            ledger.close()
    crowd.stop()
    times = np.array(crowd.answers_s)
    repeats = sum(attempt > 1 for attempt, _ in crowd.requests)
    ways = [said.how for person in crowd.people.values() for said in person.heard]
    table = Table(
        title=f"{rate:g} callbacks a second for {seconds:g} s, Rasa saturated", title_justify="left"
    )
    for heading in ("what", "measured", "goal"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    p50, p99 = np.percentile(times, 50), np.percentile(times, 99)
    for what, value, goal in (
        ("HTTP answer p50", f"{p50:.2f} s", ""),
        ("HTTP answer p99", f"{p99:.2f} s", "1 s, or 4.3 s where it carries the words"),
        ("longest", f"{times.max():.2f} s", "5 s"),
        ("requests over 5 s, repeated", f"{int((times > PATIENCE_S).sum())}, {repeats}", "0, 0"),
        ("lost: messages, words", f"{lost}, {unheard}", "0, 0"),
        ("doubled: turns, words", f"{doubled}, {twice}", "0, 0"),
        ("95018", str(crowd.codes.count(95018)), "0"),
        ("answered with the request, by the API", f"{ways.count('passive')}, {ways.count('api')}", ""),
        ("“out of order”", str(ways.count("trouble")), "0"),
        (
            "all brought after",
            f"{drained_s:.0f} s" if not left else f"{left} left after {drained_s:.0f} s",
            "",
        ),
        ("crowd late by at most", f"{late_s:.2f} s", ""),
        ("processors busy", f"{busy:.0f} %", ""),
    ):
        table.add_row(what, value, goal)
    CONSOLE.print(machine())
    CONSOLE.print(table)


def amr_nb(samples: Int16) -> bytes:
    import av

    narrow = _resampled(samples, AMR_RATE_HZ)
    out = io.BytesIO()
    with av.open(out, "w", format="amr") as container:
        stream = container.add_stream("libopencore_amrnb", rate=AMR_RATE_HZ, layout="mono")
        stream.bit_rate = AMR_BITRATE
        step = AMR_RATE_HZ // 50
        for start in range(0, len(narrow) - step + 1, step):
            frame = av.AudioFrame.from_ndarray(
                narrow[start : start + step].reshape(1, -1), format="s16", layout="mono"
            )
            frame.sample_rate, frame.pts, frame.time_base = AMR_RATE_HZ, start, Fraction(1, AMR_RATE_HZ)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


def silk(samples: Int16) -> bytes:
    import pysilk

    out = io.BytesIO()
    pysilk.encode(io.BytesIO(samples.tobytes()), out, RATE_HZ, SILK_BITRATE)
    return out.getvalue()


def _resampled(samples: Int16, rate_hz: int) -> Int16:
    import soxr

    return np.asarray(soxr.resample(samples, RATE_HZ, rate_hz), dtype=np.int16)


CODECS: dict[str, Callable[[Clip], Clip]] = {
    "WAV, 16 kHz": lambda clip: clip,
    "by telephone": lambda clip: replace(clip, samples=through_telephone(clip.samples)),
    "AMR-NB, 12.2 kbit/s": lambda clip: clip_from(amr_nb(clip.samples)),
    "SILK, 24 kbit/s": lambda clip: clip_from(silk(clip.samples)),
}


async def scored(hear: Hear, lines: Sequence[Line], through: Callable[[Clip], Clip]) -> Score:
    """Raises AsrError: a recording cannot be read."""
    score = Score()
    for line in lines:
        clip = await asyncio.to_thread(read_clip, line.path)
        score.add(line.text, await hear(await asyncio.to_thread(through, clip)))
    return score


async def voice(manifest: Path, limit: int | None, engine: Engine, codecs: Sequence[str]) -> None:
    """Raises AsrError, LauncherError."""
    lines = chosen(manifest, (), limit)
    hear = ours(engine)
    rows = []
    for name, through in CODECS.items():
        if codecs and name not in codecs:
            continue
        score = await scored(hear, lines, through)
        rows.append([name, str(len(lines)), percent(score.layered.cer)])
        CONSOLE.print(f"{name}: {percent(score.layered.cer)} %")
    CONSOLE.print(f"{machine()}, {engine}")
    CONSOLE.print(markdown(["codec", "recordings", "characters wrong, %"], rows))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    kinds = parser.add_subparsers(dest="kind", required=True)
    loading = kinds.add_parser("load")
    loading.add_argument("--rate", type=float, default=200.0)
    loading.add_argument("--seconds", type=float, default=10.0)
    loading.add_argument("--drain-s", type=float, default=300.0)
    hearing = kinds.add_parser("voice")
    hearing.add_argument("manifest", type=Path)
    hearing.add_argument("--limit", type=int)
    hearing.add_argument(
        "--codec", action="append", choices=list(CODECS), help="this one only; may be repeated"
    )
    hearing.add_argument("--engine", choices=[one.value for one in Engine], default=Engine.TWO_PASS.value)
    given = parser.parse_args()
    try:
        if given.kind == "load":
            asyncio.run(load(given.rate, given.seconds, given.drain_s))
        else:
            asyncio.run(voice(given.manifest, given.limit, Engine(given.engine), given.codec or ()))
    except (AsrError, LauncherError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
