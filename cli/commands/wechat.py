"""`minsheng wechat`: a chat with the hotline as on a phone, against a stand-in for WeChat's servers; and the account's menu."""

from __future__ import annotations

import asyncio
import io
import secrets
import time
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.panel import Panel

from asr.audio import RATE_HZ, read_clip
from asr.errors import AudioError
from cli.commands.errors import CommandError
from desk.settings import Settings, load_settings
from gateway.channels.wechat.account import Account, AccountFileError
from gateway.channels.wechat.api import WechatApi
from gateway.channels.wechat.errors import WechatError
from gateway.channels.wechat.standin import QUOTA, Said, StandIn, StandInAccount
from gateway.channels.wechat.voice import UnreadableVoice, clip_from
from gateway.runtime.redis_link import RedisLink

app = typer.Typer(no_args_is_help=True)

LOOPBACK = ("127.0.0.1", "::1", "localhost")
# A bot answers within its time-out; what a slow one says by the API comes a moment later.
SETTLED_S = 2.0
HELP = """/voice FILE     a recording, sent as phones send it (SILK); AMR, SILK and Speex as they are
/image FILE     a picture
/place LAT LON NAME
/scan KEY       a QR code that was made with this word
/tap SENTENCE   a button of the menu
/follow  /unfollow
/orders         the address of the order page; who opens it in a browser now is you
/expire         WeChat ends every access_token
/quota          how many messages the account may still send
/quit"""


@app.command()
def simulate(
    say: Annotated[list[str] | None, typer.Option(help="Say this and end; may be repeated")] = None,
    openid: Annotated[str | None, typer.Option(help="Who writes; default: somebody new")] = None,
    url: Annotated[str | None, typer.Option(help="Address of the gateway; default from the settings")] = None,
) -> None:
    """Write to the hotline as a follower of its account does. The stand-in signs, seals, repeats, counts and refuses as WeChat.

    The gateway has to run with MINSHENG_WECHAT_API_URL=http://127.0.0.1:8390 (or another port of this machine), a token, an
    AppID and a secret of your choice; run this with the same settings.
    """
    settings = load_settings()
    standin = _standin(settings, url or f"http://{settings.host}:{settings.port}")
    console = Console(highlight=False)
    try:
        standin.start()
    except OSError as error:
        raise CommandError(f"{settings.wechat_api_url} is taken; does another simulation run?") from error
    try:
        asyncio.run(_Chat(standin, openid or "o" + secrets.token_urlsafe(20), console).run(say))
    finally:
        standin.stop()


def _standin(settings: Settings, gateway: str) -> StandIn:
    """Raises CommandError."""
    if settings.wechat_token is None or settings.wechat_app_secret is None:
        raise CommandError(
            "no WeChat account: set MINSHENG_WECHAT_TOKEN, MINSHENG_WECHAT_APP_ID and MINSHENG_WECHAT_APP_SECRET, "
            "to words of your choice, for the gateway and for this command"
        )
    address = urlsplit(settings.wechat_api_url)
    if address.hostname not in LOOPBACK or address.port is None:
        raise CommandError(
            "set MINSHENG_WECHAT_API_URL=http://127.0.0.1:8390 for the gateway and for this command: "
            "at present the gateway would ask the real WeChat"
        )
    key = settings.wechat_aes_key
    standin = StandIn(
        StandInAccount(
            token=settings.wechat_token.get_secret_value(),
            app_id=settings.wechat_app_id,
            app_secret=settings.wechat_app_secret.get_secret_value(),
            aes_key=key.get_secret_value() if key else None,
        )
    )
    standin.port = address.port
    standin.callback_url = f"{gateway.rstrip('/')}/wechat/callback"
    return standin


class _Chat:
    def __init__(self, standin: StandIn, openid: str, console: Console) -> None:
        self._standin = standin
        self._openid = standin.opener = openid
        self._console = console
        self._shown = 0

    async def run(self, say: list[str] | None) -> None:
        """Raises CommandError."""
        trouble = await self._standin.check_address()
        if trouble:
            raise CommandError(f"{self._standin.callback_url}: {trouble}")
        showing = asyncio.create_task(self._show_forever())
        try:
            if say is None:
                self._console.print(
                    f"You are {self._openid}. /help tells what there is besides text.", style="dim"
                )
                await self._talk()
            else:
                for line in say:
                    await self._do(line)
                    await self._settled()
        finally:
            showing.cancel()
            self._show_new()

    async def _talk(self) -> None:
        while True:
            try:
                line = (await asyncio.to_thread(self._console.input, "")).strip()
            except (EOFError, KeyboardInterrupt):
                return
            if line == "/quit":
                return
            if line:
                await self._do(line)

    async def _settled(self) -> None:
        """Until nothing has come for a moment, and something has."""
        heard, deadline = self._standin.people[self._openid].heard, time.monotonic() + 60
        while time.monotonic() < deadline:
            await asyncio.sleep(0.2)
            if heard and len(heard) > self._shown - 1 and time.time() - heard[-1].at > SETTLED_S:
                return

    async def _do(self, line: str) -> None:
        command, _, rest = line.partition(" ")
        standin, openid = self._standin, self._openid
        try:
            match command:
                case "/help":
                    self._console.print(HELP, markup=False)
                case "/voice":
                    await standin.voice(openid, _voice(rest))
                case "/image":
                    await standin.image(openid, _bytes(rest))
                case "/place":
                    latitude, longitude, name = (rest.split(" ", 2) + ["", "", ""])[:3]
                    await standin.location(openid, float(latitude), float(longitude), name)
                case "/scan":
                    await standin.event(openid, "SCAN", rest)
                case "/tap":
                    await standin.event(openid, "CLICK", f"say:{rest}")
                case "/follow":
                    await standin.event(openid, "subscribe")
                case "/unfollow":
                    await standin.event(openid, "unsubscribe")
                case "/orders":
                    base = standin.callback_url.removesuffix("/wechat/callback")
                    self._console.print(f"{base}/wechat/orders")
                case "/expire":
                    standin.expire_tokens()
                case "/quota":
                    left, until = standin.people[openid].grant
                    self._console.print(f"{left} of {QUOTA}, for {max(until - time.time(), 0) / 3600:.1f} h")
                case _:
                    await standin.text(openid, line)
        except (OSError, ValueError, AudioError) as error:
            self._console.print(f"{command}: {error}", style="red", markup=False)

    async def _show_forever(self) -> None:
        while True:
            self._show_new()
            await asyncio.sleep(0.1)

    def _show_new(self) -> None:
        heard = self._standin.people[self._openid].heard
        for said in heard[self._shown :]:
            self._show(said)
        self._shown = len(heard)

    def _show(self, said: Said) -> None:
        colour = {"passive": "blue", "api": "green"}.get(said.how, "red")
        self._console.print(Panel(said.text, title=said.how, title_align="left", border_style=colour))


def _bytes(path: str) -> bytes:
    return Path(path.strip()).expanduser().read_bytes()


def _voice(path: str) -> bytes:
    """Raises OSError, AudioError."""
    content = _bytes(path)
    try:
        clip_from(content)
    except UnreadableVoice:
        import pysilk

        clip, out = read_clip(Path(path.strip()).expanduser()), io.BytesIO()
        pysilk.encode(io.BytesIO(clip.samples.tobytes()), out, RATE_HZ, 24_000)
        return out.getvalue()
    return content


@app.command()
def menu() -> None:
    """Bring the menu of wechat.yml (in the var folder) to the account."""
    settings = load_settings()
    if settings.wechat_app_secret is None or not settings.wechat_app_id:
        raise CommandError("no WeChat account: set MINSHENG_WECHAT_APP_ID and MINSHENG_WECHAT_APP_SECRET")
    secret = settings.wechat_app_secret.get_secret_value()

    async def put(account: Account) -> None:
        redis = RedisLink(settings.redis_address)
        api = WechatApi(settings.wechat_api_url, settings.wechat_app_id, secret, redis)
        try:
            await api.put_menu(account.menu_for_wechat())
        finally:
            await api.aclose()
            await redis.aclose()

    try:
        asyncio.run(put(Account.load(settings.var_dir)))
    except AccountFileError as error:
        raise CommandError(str(error)) from error
    except WechatError as error:
        raise CommandError(
            f"WeChat refused the menu ({error}); see docs/wechat.md for what its codes mean"
        ) from error
    typer.echo("the menu is there; phones show it within five minutes")
