"""A gateway of our own for tests of the seat console: speaks `/ws/seat` and `/api/v1/desk` with a busy day's data, under
the product's Content-Security-Policy, and breaks in the ways a test asks for.

It runs in its own thread with its own loop; every public method may be called from the test's thread. By hand:
`python -m tests.browser.fake_seat_gateway [port]` serves it (wangfang or zhaomin, password `12345-demo`).
"""

from __future__ import annotations

import asyncio
import base64
import secrets
import sys
import threading
import time
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from gateway.channels.web.pages import content_security_policy
from tests.browser import seat_day as day
from tests.browser.fake_gateway import DIST
from tests.waiting import PATIENCE_S, wait_until

Json = dict[str, Any]
PASSWORD = "12345-demo"
OFFER_S = 20
# One grey pixel.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGPoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)


class FakeSeatGateway:
    """Start with `start()`, end with `stop()`."""

    def __init__(self, port: int = 0, *, offer_every_s: float = 0.0) -> None:
        self.details_asked: list[str] = []
        self.frames: list[Json] = []
        self.submissions: list[Json] = []
        self.orders: list[Json] = []
        self.feedback: list[Json] = []
        self.reveals: list[Json] = []
        self.callback_acts: list[tuple[str, str, str]] = []
        # What goes wrong; all off at first.
        self.refuse_sockets = False
        self.refuse_order: dict[str, str] = {}
        self.swallow_sends = False
        self.signed_in: dict[str, Json] = {}
        self.status, self.status_reason = "ready", ""
        self.items: dict[str, Json] = {}
        self.messages: dict[str, list[Json]] = {}
        self.notes: dict[str, list[Json]] = {}
        self.history: dict[str, list[Json]] = {}
        self.offers: dict[str, str] = {}
        self.callbacks = day.callbacks()
        # The order that is there already, and what was done with it.
        self.filed = day.filed()
        self.order_acts: list[tuple[str, Json]] = []
        self._views: dict[WebSocket, set[str]] = {}
        self._users: dict[WebSocket, Json] = {}
        self._offer_every_s = offer_every_s
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._fill()
        config = uvicorn.Config(
            self._app(),
            host="127.0.0.1",
            port=port,
            log_level="warning",
            ws_ping_interval=None,
            lifespan="off",
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, daemon=True)

    # -- the test's side -------------------------------------------------------------------------------------

    def start(self) -> None:
        self._thread.start()
        wait_until(lambda: self._server.started)

    def stop(self) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(timeout=PATIENCE_S)

    @property
    def url(self) -> str:
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}/seat"

    def sent(self, kind: str) -> list[Json]:
        return [frame for frame in self.frames if frame["type"] == kind]

    def wait_for(self, kind: str) -> Json:
        """The first frame of this type, which the page may still be sending."""
        return wait_until(lambda: self.sent(kind))[0]

    def register(self, conversation: str, fields: Json) -> Json:
        """An order of this conversation, as the bot or a seat writes it."""
        order = {
            "number": "261122-00015-9",
            "type": fields["type"],
            "title": fields["title"],
            "status": "accepted",
            "department": fields["department"],
            "conversation_id": conversation,
            "created_at": day.moment(0),
            "due_at": day.moment(-7 * 86400),
        }
        self.orders.append(order)
        return order

    def drop_all(self) -> None:
        """Cuts every open socket without a word, as a dead network does."""
        self._do(self._drop_all())

    def offer(self, index: int = len(day._MATTERS) - 1, seconds: float = OFFER_S) -> str:
        """Offers a conversation to everybody who is signed in; returns its id."""
        conversation = f"c{index:02d}"
        self._do(self._offer(index, seconds))
        return conversation

    def expire(self, conversation: str) -> None:
        handoff = self.items[conversation]["handoff"]
        self._do(self._broadcast({"type": "offer_gone", "handoff": handoff, "why": "expired"}))

    def citizen_says(self, conversation: str, text: str) -> None:
        self._do(self._say(conversation, "citizen", text))

    def seats_change(self) -> None:
        """Tells of every colleague again, as when they come and go."""
        for seat in self._seats():
            self._do(self._broadcast({"type": "seat", "seat": seat}))

    def citizen_types(self, conversation: str, on: bool) -> None:
        frame = {"type": "typing", "conversation": conversation, "from": "citizen", "on": on}
        self._do(self._broadcast(frame, conversation))

    def whisper(self, conversation: str, text: str) -> None:
        self._do(self._note(conversation, day.LEAD, text, "whisper"))

    def take_away(self, conversation: str) -> None:
        """Somebody else takes the conversation over."""
        self._do(self._take_away(conversation))

    def tell(self, frame: Json) -> None:
        """Send this frame to every console."""
        self._do(self._broadcast(frame))

    def alert(self, conversation: str, text: str = "") -> None:
        frame = {"type": "alert", "kind": "emergency", "text": text, "item": self.items[conversation]}
        self._do(self._broadcast(frame))

    # -- the day ---------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        for index in range(day.OWN + day.QUEUED):
            own = index < day.OWN
            self._add(index, day.ME["id"] if own else None, "serving" if own else "waiting")
        # What colleagues serve, for leads.
        for number, seat in enumerate(
            ("u000000001031", "u000000001031", "u000000001035", "u000000001042", "u000000001053")
        ):
            self._add(number + 1, seat, "serving", conversation=f"x{number:02d}")
        # What was said before the promises to call back.
        for number, callback in enumerate(self.callbacks):
            conversation = callback["conversation"]
            said = self.messages[f"c{number:02d}"]
            self.messages[conversation] = [{**message, "at": day.moment(7200)} for message in said]

    def _add(self, index: int, seat: str | None, state: str, conversation: str = "") -> Json:
        item = day.item(index, seat=seat, state=state)
        item["conversation"] = conversation = conversation or item["conversation"]
        item["handoff"] = f"h-{conversation}"
        self.items[conversation] = item
        lines = day.transcript(index)
        spaced = (1500 - 90 * index if seat else 300) / max(1, len(lines))
        self.messages[conversation] = []
        for at, (sender, text) in enumerate(lines):
            # The newest citizens' words are of different age: some wait long, some have just come.
            ago = spaced * (len(lines) - at - 1) + 6 + (index * 37) % 230
            self._store(conversation, sender, text, ago)
        self.notes[conversation] = []
        events = [("requested", "citizen", 0.62), *([("accepted", seat, 0.55)] if seat else [])]
        total = spaced * len(lines)
        self.history[conversation] = [
            {
                "kind": kind,
                "at": day.moment(total * share),
                "actor": actor,
                "epoch": 1,
                "handoff": item["handoff"],
                "detail": {},
            }
            for kind, actor, share in events
        ]
        if conversation == "c00":
            asked, taken = self.messages[conversation][6]["at"], self.messages[conversation][7]["at"]
            for event, at in zip(self.history[conversation], (asked, taken), strict=True):
                event["at"] = (datetime.fromisoformat(at) - timedelta(seconds=2)).isoformat()
            after = (datetime.fromisoformat(taken) + timedelta(seconds=20)).isoformat()
            self.notes[conversation] = [
                {
                    "id": "1",
                    "conversation": conversation,
                    "at": after,
                    "author": {"id": day.ME["id"], "display_name": "王芳", "badge": "1024"},
                    "kind": "note",
                    "text": "前两次工单 261103、261118 均派城管，建议本次联合公安处理夜间噪声。",
                }
            ]
        return item

    def _store(self, conversation: str, sender: str, text: str, ago_s: float = 0.0, **more: Any) -> Json:
        messages = self.messages[conversation]
        picture = {"id": "photo-1.png", "type": "image/png"} if text == "[图片]" else None
        message: Json = {
            "seq": len(messages) + 1,
            "from": sender,
            "text": text,
            "format": "plain",
            "speech": text,
            "kind": "text",
            "quick_replies": [],
            "card": None,
            "message_id": None,
            "author": {"id": day.ME["id"], "display_name": "王芳", "badge": "1024"}
            if sender == "seat"
            else None,
            "attachment": picture,
            "at": day.moment(ago_s),
            **more,
        }
        messages.append(message)
        item = self.items[conversation]
        item["last"] = {"from": sender, "text": text, "at": message["at"], "seq": message["seq"]}
        if sender == "citizen":
            item["said"] = text
        spoken = max((m["seq"] for m in messages if m["from"] == "seat"), default=0)
        item["unread"] = sum(m["from"] == "citizen" and m["seq"] > spoken for m in messages)
        return message

    # -- the wire's side -------------------------------------------------------------------------------------

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        if self._offer_every_s > 0:
            self._tasks.add(asyncio.create_task(self._offer_forever()))
        await self._server.serve()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=PATIENCE_S)

    def _app(self) -> FastAPI:
        app = FastAPI()

        @app.middleware("http")
        async def add_policy(request: Request, call_next: Any) -> Response:
            response: Response = await call_next(request)
            response.headers["Content-Security-Policy"] = content_security_policy(request.headers["host"])
            response.headers["X-Content-Type-Options"] = "nosniff"
            return response

        @app.websocket("/ws/seat")
        async def seat(socket: WebSocket) -> None:
            await self._seat(socket)

        @app.get("/seat")
        async def page() -> Response:
            return FileResponse(DIST / "seat.html")

        @app.api_route("/api/v1/desk/{path:path}", methods=["GET", "POST"])
        async def desk(request: Request, path: str) -> Response:
            return await self._http(request, path)

        app.mount("/", StaticFiles(directory=DIST, html=True, check_dir=False))
        return app

    async def _http(self, request: Request, path: str) -> Response:
        session = self.signed_in.get(request.cookies.get("minsheng_seat", ""))
        if path == "sign-in":
            return self._sign_in(await request.json())
        if session is None:
            return _problem(401, "unauthorized", "请先登录")
        if request.method == "POST" and request.headers.get("x-csrf") != session["csrf"]:
            return _problem(403, "forbidden", "请刷新页面")
        multipart = "multipart" in request.headers.get("content-type", "")
        body = await request.json() if request.method == "POST" and not multipart else {}
        match path.split("/"):
            case ["me"]:
                return JSONResponse(session)
            case ["sign-out"]:
                self.signed_in.clear()
                return Response(status_code=204)
            case ["conversations", one]:
                return JSONResponse(self._detail(one))
            case ["conversations", one, "messages"]:
                before = int(request.query_params.get("before", "1000000"))
                limit = int(request.query_params.get("limit", "60"))
                found = [m for m in self.messages[one] if m["seq"] < before][-limit:]
                return JSONResponse({"messages": found, "last_seq": len(self.messages[one])})
            case ["conversations", _, "recordings"]:
                return JSONResponse({"recordings": []})
            case ["conversations", one, "order-draft"]:
                registered = [order for order in self.orders if order["conversation_id"] == one]
                draft = day.order_draft(one)
                if registered:
                    # Nothing has been told since.
                    draft |= {"draft_id": f"again-{one}", "duplicates": []}
                    draft["fields"] = [{**field, "value": "", "confidence": 0} for field in draft["fields"]]
                return JSONResponse({**draft, "registered": registered})
            case ["conversations", one, "orders"]:
                return self._order(one, body)
            case ["conversations", _, "knowledge"]:
                query = request.query_params.get("q", "")
                hits = day.knowledge() if query == "" else day.knowledge()[1:]
                return JSONResponse({"query": query or "烧烤店油烟 夜间噪音", "hits": hits})
            case ["conversations", one, "notes"]:
                note = await self._note(one, session["user"], body["text"], "note")
                return JSONResponse(note, status_code=201)
            case ["conversations", one, "reveal"]:
                self.reveals.append({"conversation": one, **body})
                value = {
                    "phone": "13800010012",
                    "name": "张建国",
                    "address": "东湖区和平街道和平新村3幢201室",
                }
                return JSONResponse({"value": value[body["what"]]})
            case ["conversations", _, "images"]:
                form = await request.form()
                assert "file" in form
                return JSONResponse(
                    {"attachment": {"id": f"photo-{secrets.token_hex(4)}.png"}}, status_code=201
                )
            case ["attachments", _]:
                return Response(PICTURE, media_type="image/png")
            case ["conversations", one, "summary"]:
                return JSONResponse(day.summary(self.messages[one]))
            case ["citizens", _, "past"]:
                return JSONResponse(day.past())
            case ["knowledge", article, "feedback"]:
                self.feedback.append({"article": article, **body})
                return Response(status_code=204)
            case ["categories"]:
                return JSONResponse({"categories": day.categories()})
            case ["canned-replies"]:
                return JSONResponse({"replies": day.CANNED})
            case ["orders"]:
                asked = request.query_params["q"]
                found = [self.filed] if asked in self.filed["number"] or asked in self.filed["title"] else []
                by = "number" if asked == self.filed["number"] else "words"
                lines = [
                    {key: value for key, value in one.items() if key not in day.OF_ONE_ORDER} for one in found
                ]
                return JSONResponse({"by": by, "more": False, "orders": lines})
            case ["orders", _]:
                return JSONResponse({"order": self.filed})
            case ["orders", _, act]:
                self.order_acts.append((act, body))
                if act == "hurry":
                    self.filed["hurry_count"] += 1
                elif act == "withdraw":
                    self.filed["status"] = "withdrawn"
                elif act == "amend":
                    self.filed |= body["fields"]
                return JSONResponse(
                    {"order": self.filed, "note": "已催办，承办单位会收到提醒。" if act == "hurry" else ""}
                )
            case ["finished"]:
                return JSONResponse(day.finished())
            case ["directory"]:
                skills = [{"code": code, "label": label} for code, label in day.SKILLS]
                return JSONResponse({"skills": skills, "seats": day.seat_items()})
            case ["callbacks"]:
                return JSONResponse({"callbacks": self.callbacks})
            case ["callbacks", one, act]:
                self.callback_acts.append((one, act, body.get("result", "")))
                for callback in self.callbacks:
                    if callback["id"] == one:
                        callback["state"] = {"take": "taken"}.get(act, act)
                        callback["seat"] = session["user"]["id"]
                        callback["result"] = body.get("result", "")
                return Response(status_code=204)
            case ["overview"]:
                if session["user"]["role"] == "seat":
                    return _problem(403, "forbidden", "没有权限")
                return JSONResponse(day.overview(list(self.items.values())))
        return _problem(404, "not_found", "没有找到")

    def _sign_in(self, body: Json) -> Response:
        users = {user["username"]: user for user in (day.ME, day.LEAD)}
        user = users.get(body["username"])
        if body["username"] == "locked":
            return JSONResponse(
                {"error": {"code": "locked", "text": "已锁定"}},
                status_code=423,
                headers={"Retry-After": "900"},
            )
        if user is None or body["password"] != PASSWORD:
            return _problem(401, "wrong", "账号或密码不对")
        token = secrets.token_hex(16)
        self.signed_in[token] = {"user": user, "csrf": secrets.token_hex(8)}
        response = JSONResponse(self.signed_in[token])
        response.set_cookie("minsheng_seat", token, httponly=True, samesite="strict", path="/")
        return response

    def _detail(self, one: str) -> Json:
        self.details_asked.append(one)
        item = self.items[one]
        return {
            "conversation": {
                "id": one,
                "channel": item["channel"],
                "owner": item["owner"],
                "epoch": item["epoch"],
                "last_seq": len(self.messages[one]),
                "created_at": day.moment(3000),
                "rating": None,
            },
            "handoff": {"id": item["handoff"]},
            "history": self.history[one],
            "citizen": {
                "name": "张*先生",
                "phone": "138****0012",
                "address": "东湖区和平街道****",
            },
            "notes": self.notes[one],
        }

    def _order(self, one: str, body: Json) -> Response:
        if self.refuse_order:
            return JSONResponse(
                {
                    "error": {"code": "bad_order", "text": "请修改标出的内容", "retryable": False},
                    "fields": self.refuse_order,
                },
                status_code=422,
            )
        self.submissions.append({"conversation": one, **body})
        return JSONResponse({"order": self.register(one, body["fields"])}, status_code=201)

    async def _seat(self, socket: WebSocket) -> None:
        if self.refuse_sockets:
            await socket.close(code=1001)
            return
        await socket.accept()
        try:
            hello = await socket.receive_json()
            session = self.signed_in.get(socket.cookies.get("minsheng_seat", ""))
            if session is None or hello.get("csrf") != session["csrf"]:
                await socket.close(code=4401)
                return
            self.frames.append(hello)
            await self._welcome(socket, session["user"])
            while True:
                await self._take(socket, await socket.receive_json())
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            self._views.pop(socket, None)
            self._users.pop(socket, None)

    async def _welcome(self, socket: WebSocket, user: Json) -> None:
        self._views[socket], self._users[socket] = set(), user
        settings = {"offer_s": OFFER_S, "heartbeat_s": 5, "lost_s": 20}
        await socket.send_json(
            {
                "type": "welcome",
                "user": user,
                "status": self.status,
                "server_time": day.moment(0),
                "settings": settings,
            }
        )
        mine = [i for i in self.items.values() if i["seat"] == user["id"]]
        lead = user["role"] == "lead"
        queue = [i for i in self.items.values() if i["seat"] is None or (lead and i["seat"] != user["id"])]
        await socket.send_json({"type": "desk", "mine": mine, "queue": queue, "seats": self._seats()})

    def _seats(self) -> list[Json]:
        seats = day.seat_items()
        for seat in seats:
            if seat["badge"] == "1024":
                seat |= {"status": self.status, "reason": self.status_reason}
        return seats

    async def _take(self, socket: WebSocket, frame: Json) -> None:
        if frame["type"] == "heartbeat":
            await socket.send_json({"type": "pong"})
            return
        self.frames.append(frame)
        user = self._users[socket]
        one = frame.get("conversation", "")
        item = self.items.get(one)
        if (
            frame["type"] in ("send", "transfer", "to_bot", "end", "take_over")
            and item is not None
            and frame["epoch"] != item["epoch"]
        ):
            await socket.send_json(
                {
                    "type": "error",
                    "id": frame["id"],
                    "code": "stale",
                    "text": "会话已由他人处理",
                    "retryable": False,
                }
            )
            return
        match frame["type"]:
            case "open":
                self._views[socket].add(one)
                for message in self.messages[one][frame["after"] :]:
                    await socket.send_json({"type": "message", "conversation": one, "message": message})
            case "close_view":
                self._views[socket].discard(one)
            case "status":
                self.status, self.status_reason = frame["status"], frame.get("reason", "")
                for seat in self._seats():
                    if seat["badge"] == "1024":
                        await self._broadcast({"type": "seat", "seat": seat})
            case "send":
                if self.swallow_sends:
                    return
                author = {"id": user["id"], "display_name": user["display_name"], "badge": user["badge"]}
                if not any(m["message_id"] == frame["message_id"] for m in self.messages[one]):
                    text = frame["text"] or "[图片]"
                    await self._say(one, "seat", text, message_id=frame["message_id"], author=author)
            case "accept":
                await self._accept(frame["handoff"], user)
            case "decline":
                await self._broadcast({"type": "offer_gone", "handoff": frame["handoff"], "why": "taken"})
            case "take_over":
                await self._own(one, user["id"], "taken_over")
            case "transfer" | "to_bot":
                del self.items[one]
                await self._broadcast({"type": "item_gone", "conversation": one})
            case "end":
                assert item is not None
                item |= {"state": "wrap_up", "owner": "WRAP_UP", "epoch": item["epoch"] + 1}
                self.history[one].append(
                    {"kind": "ended", "at": day.moment(0), "actor": user["id"], "detail": {}}
                )
                await self._broadcast({"type": "item", "item": item})
            case "wrap":
                del self.items[one]
                await self._broadcast({"type": "item_gone", "conversation": one})
            case "whisper":
                await self._note(one, user, frame["text"], "whisper")
        if frame.get("id"):
            await socket.send_json({"type": "done", "id": frame["id"]})

    async def _accept(self, handoff: str, user: Json) -> None:
        one = next(c for c, i in self.items.items() if i["handoff"] == handoff)
        await self._own(one, user["id"], "accepted")
        await self._broadcast({"type": "offer_gone", "handoff": handoff, "why": "taken"})

    async def _own(self, one: str, seat: str, kind: str) -> None:
        item = self.items[one]
        item |= {
            "state": "serving",
            "owner": "SEAT",
            "seat": seat,
            "accepted_at": day.moment(0),
            "epoch": item["epoch"] + 1,
        }
        self.history[one].append({"kind": kind, "at": day.moment(0), "actor": seat, "detail": {}})
        await self._broadcast(
            {"type": "owner", "conversation": one, "owner": "SEAT", "epoch": item["epoch"], "seat": seat}
        )
        await self._broadcast({"type": "item", "item": item})

    async def _take_away(self, one: str) -> None:
        item = self.items.pop(one)
        item |= {"seat": day.LEAD["id"], "epoch": item["epoch"] + 1}
        await self._broadcast({"type": "item_gone", "conversation": one})

    async def _offer(self, index: int, seconds: float) -> None:
        item = self._add(index, None, "offered")
        await self._broadcast({"type": "item", "item": item})
        until = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
        await self._broadcast({"type": "offer", "item": item, "until": until})

    async def _offer_forever(self) -> None:
        while True:
            await asyncio.sleep(self._offer_every_s)
            if self.status == "ready":
                await self._offer(len(day._MATTERS) - 1, OFFER_S)

    async def _say(self, one: str, sender: str, text: str, **more: Any) -> None:
        message = self._store(one, sender, text, **more)
        await self._broadcast({"type": "message", "conversation": one, "message": message}, one)
        await self._broadcast({"type": "item", "item": self.items[one]})
        if sender == "citizen":
            frame = {"type": "knowledge", "conversation": one, "query": text[:20], "hits": day.knowledge()}
            await self._broadcast(frame)

    async def _note(self, one: str, user: Json, text: str, kind: str) -> Json:
        author = {"id": user["id"], "display_name": user["display_name"], "badge": user["badge"]}
        note = {
            "id": secrets.token_hex(4),
            "conversation": one,
            "at": day.moment(0),
            "author": author,
            "kind": kind,
            "text": text,
        }
        self.notes[one].append(note)
        await self._broadcast({"type": kind, "conversation": one, "note": note})
        return note

    async def _drop_all(self) -> None:
        for socket in list(self._views):
            self._views.pop(socket, None)
            await socket.close(code=1001)

    async def _broadcast(self, frame: Json, conversation: str | None = None) -> None:
        for socket, views in list(self._views.items()):
            if conversation is None or conversation in views:
                try:
                    await socket.send_json(frame)
                except (WebSocketDisconnect, RuntimeError):
                    self._views.pop(socket, None)


def _problem(status: int, code: str, text: str) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "text": text, "retryable": False}}, status_code=status)


if __name__ == "__main__":
    gateway = FakeSeatGateway(int(sys.argv[1]) if len(sys.argv) > 1 else 8123, offer_every_s=30)
    gateway.start()
    sys.stdout.write(f"{gateway.url}\n")
    sys.stdout.flush()
    while True:
        time.sleep(3600)
