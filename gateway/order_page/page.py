"""What proves on the order page that orders are somebody's own, and what they may then do. Raises what people may read.

Everything is written down: a proof and an act in the audit log, an act in the order's own journal too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Engine

from desk.orders.errors import BadOrder, BadTransition, OrderNotFound, TooManyTries
from desk.orders.limits import OrderLimits
from desk.orders.links import OrderLinks
from desk.orders.number import find_number, format_number
from desk.orders.order import Order
from desk.orders.own_view import CITIZEN, own_line, own_order
from desk.orders.phone_codes import LASTS as CODE_LASTS
from desk.orders.phone_codes import AskedCode, PhoneCodes
from desk.orders.proof import Asker, TryBounds
from desk.orders.store import Hurried, OrderStore
from desk.orders.visits import OrderVisits, Visit
from desk.seats.audit import AuditLog
from desk.settings import Settings
from gateway import sentences
from gateway.errors import Refused
from gateway.order_page.sms import SmsNotSent, open_sms
from gateway.runtime.blocking import Blocking
from gateway.runtime.tasks import end_tasks
from gateway.sockets.network import origin_of_page

_log = structlog.get_logger(__name__)

_ACTS = {"remark": "补充", "hurry": "催办", "withdraw": "撤回", "rate": "评价"}
_DONE = {
    "remark": sentences.ORDER_REMARKED,
    "withdraw": sentences.ORDER_WITHDRAWN,
    "rate": sentences.ORDER_RATED,
}
WITHDRAWN = "市民要求撤回"


class OrderPage:
    """Share one a process; make it inside the event loop. Beside what a method names, each raises StoreUnavailable."""

    def __init__(
        self, settings: Settings, engine: Engine, blocking: Blocking, zone: ZoneInfo, audit: AuditLog
    ) -> None:
        limits, bounds = OrderLimits.from_settings(settings), TryBounds.from_settings(settings)
        self._blocking = blocking
        self._zone = zone
        self._audit = audit
        self._orders = OrderStore(engine, limits, bounds=bounds)
        self._visits = OrderVisits(engine)
        self._codes = PhoneCodes(engine)
        self._links = OrderLinks.of(settings)
        self._sms = open_sms(settings)
        self._sending: set[asyncio.Task[None]] = set()

    async def aclose(self) -> None:
        await end_tasks(self._sending)
        await self._sms.aclose()

    # -- proofs --

    async def by_code(self, number: str, code: str, address: str, token: str | None) -> Visit:
        """Raises Refused: 403 `not_proved`, which of both is wrong cannot be told; 429 after too many wrong ones."""
        asker = Asker(conversation_id="", origin=origin_of_page(address))
        try:
            order = await self._blocking.write(self._orders.find_by_code, number, code, asker)
        except TooManyTries as error:
            _log.warning("order_proofs_shut", scope=error.scope)
            raise _shut(sentences.ORDER_TRIES_SHUT, error) from error
        if order is None:
            raise Refused(403, "not_proved", sentences.ORDER_PROOF_WRONG)
        return await self._open([order.number], "code", address, token)

    async def by_link(self, shown: str, address: str, token: str | None) -> Visit:
        """Raises Refused (403 `not_proved`)."""
        number = self._links.number_in(shown, datetime.now(UTC).date()) if self._links is not None else None
        if number is None:
            raise Refused(403, "not_proved", sentences.ORDER_LINK_OVER)
        return await self._open([number], "link", address, token)

    async def by_conversation(self, conversation_id: str, address: str, token: str | None) -> Visit:
        """For a caller whose right to the conversation was checked. It may have no orders."""
        orders = await self._blocking.read(self._orders.find_by_conversation, conversation_id)
        return await self._open([order.number for order in orders], "conversation", address, token)

    async def by_openid(self, conversation_ids: Sequence[str], address: str) -> Visit | None:
        """For whom WeChat has told us, who had these conversations. None: they have no orders."""
        orders = await self._blocking.read(self._orders.find_by_conversations, conversation_ids)
        if not orders:
            return None
        return await self._open([order.number for order in orders], "openid", address, None)

    async def by_phone_code(self, ticket: str, code: str, address: str, token: str | None) -> Visit:
        """Raises Refused (403 `not_proved`)."""
        numbers = await self._blocking.write(self._codes.prove, ticket, code)
        if numbers is None:
            raise Refused(403, "not_proved", sentences.ORDER_CODE_WRONG)
        return await self._open(numbers, "phone", address, token)

    async def send_phone_code(self, phone: str, address: str) -> str:
        """The ticket to be shown with the code. The same for a phone that has no orders, to which nothing is sent.

        Raises Refused: 409 `no_sms`, 422 `malformed`, 429.
        """
        if not self._sms.connected:
            raise Refused(409, "no_sms", sentences.ORDER_ONE_MORE_WAY)
        try:
            asked = await self._blocking.write(self._codes.ask, phone, origin_of_page(address))
        except TooManyTries as error:
            _log.warning("order_codes_shut", scope=error.scope)
            raise _shut(sentences.ORDER_CODES_SHUT, error) from error
        if asked is None:
            raise Refused(422, "malformed", sentences.ORDER_PHONE_WRONG)
        if asked.code is not None:
            # Behind the answer, whose time would tell that the phone has orders.
            task = asyncio.create_task(self._send(asked))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        return asked.ticket

    async def _send(self, asked: AskedCode) -> None:
        minutes = int(CODE_LASTS / timedelta(minutes=1))
        try:
            await self._sms.send(
                asked.phone, "order_code", {"code": asked.code or "", "minutes": str(minutes)}
            )
        except SmsNotSent as error:
            _log.error("order_code_not_sent", reason=str(error))

    async def _open(self, numbers: Sequence[str], proof: str, address: str, token: str | None) -> Visit:
        await self._write_down("own_order_opened", numbers, address, {"proof": proof})
        return await self._blocking.write(self._visits.open, numbers, token)

    # -- what is open --

    async def visit(self, token: str | None) -> Visit:
        """Raises Refused (401 `visit_over`)."""
        found = await self._blocking.read(self._visits.find, token) if token else None
        if found is None:
            raise Refused(401, "visit_over", sentences.ORDER_VISIT_OVER)
        return found

    async def end(self, visit: Visit) -> None:
        await self._blocking.write(self._visits.end, visit.token)

    async def lines(self, visit: Visit) -> list[dict[str, Any]]:
        orders = await self._blocking.read(self._orders.find_by_numbers, visit.numbers)
        return [own_line(order, datetime.now(UTC), self._zone) for order in orders]

    async def order(self, visit: Visit, number: str) -> dict[str, Any]:
        """Raises Refused (404): there is none, or it is not of this visit; which of both cannot be told."""
        digits = self._own(visit, number)
        return self._shown(await self._blocking.read(self._known, digits))

    async def act(
        self, visit: Visit, number: str, act: str, words: str, score: int | None, address: str
    ) -> tuple[str, dict[str, Any]]:
        """`act`: remark, hurry, withdraw, rate. Returns what to say, and the order as it is now.

        Raises Refused: 404, 409 `not_now` (what the order has become forbids it), 422 `malformed`.
        """
        digits = self._own(visit, number)
        work: Callable[[], Order | Hurried]
        match act:
            case "remark":
                work = partial(self._orders.add_remark, digits, words, CITIZEN)
            case "hurry":
                work = partial(self._orders.hurry, digits, CITIZEN)
            case "withdraw":
                work = partial(self._orders.withdraw, digits, words or WITHDRAWN, CITIZEN)
            case "rate":
                work = partial(self._orders.rate, digits, score or 0, words, CITIZEN)
            case _:
                raise Refused(404, "not_found", sentences.NO_SUCH_ORDER)
        try:
            done: Order | Hurried = await self._blocking.write(work)
        except BadOrder as error:
            raise Refused(422, "malformed", sentences.ORDER_SAY_SOMETHING) from error
        except BadTransition as error:
            order = await self._blocking.read(self._known, digits)
            text = sentences.ORDER_MAY_NOT.format(status=order.status.label, act=_ACTS[act])
            raise Refused(409, "not_now", text) from error
        except OrderNotFound as error:
            raise Refused(404, "not_found", sentences.NO_SUCH_ORDER) from error
        await self._write_down(f"own_order_{act}", [digits], address, {})
        if isinstance(done, Hurried):
            told = sentences.ORDER_HURRIED if done.told else sentences.ORDER_HURRIED_LATELY
            return told, self._shown(done.order)
        return _DONE[act], self._shown(done)

    def _own(self, visit: Visit, number: str) -> str:
        digits = find_number(number)
        if digits is None or digits not in visit.numbers:
            raise Refused(404, "not_found", sentences.NO_SUCH_ORDER)
        return digits

    def _known(self, digits: str) -> Order:
        try:
            return self._orders.get(digits)
        except OrderNotFound as error:
            raise Refused(404, "not_found", sentences.NO_SUCH_ORDER) from error

    def _shown(self, order: Order) -> dict[str, Any]:
        return own_order(order, datetime.now(UTC), self._zone)

    async def _write_down(
        self, action: str, numbers: Sequence[str], address: str, detail: dict[str, str]
    ) -> None:
        # The address as tries are counted by it: enough to follow a guesser, and no more.
        audit, origin = self._audit, origin_of_page(address)

        def write() -> None:
            for number in numbers:
                audit.write(CITIZEN, action, "order", format_number(number), detail, origin)

        await self._blocking.write(write)


def _shut(words: str, error: TooManyTries) -> Refused:
    minutes = max(1, -int((datetime.now(UTC) - error.retry_at).total_seconds() // 60))
    wait = f" {minutes} 分钟" if minutes < 100 else f" {(minutes + 59) // 60} 小时"
    return Refused(429, "too_many", words.format(wait=wait))
