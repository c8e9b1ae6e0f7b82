"""A citizen about whom everything is stored that the hotline stores, each piece with a mark that can be looked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, inspect, text, update

from desk.conversations import ConversationStore, Draft, HandoffReason, Sender
from desk.conversations.conversation import CallNumbers
from desk.conversations.tables import ConversationRow
from desk.handoff.store import HandoffStore
from desk.orders import tables
from desk.orders.limits import OrderLimits
from desk.orders.order import OrderStatus
from desk.orders.store import OrderStore
from desk.settings import Settings
from tests.desk.orders.samples import barbecue

PHONE = "13800138000"
NAME = "王小明"
WORDS = "我家住和平路幸福里"


def orders_of(engine: Engine) -> OrderStore:
    return OrderStore(engine, OrderLimits.from_settings(Settings(_env_file=None)))  # type: ignore[call-arg]


def citizen(engine: Engine, phone: str = PHONE, *, finished: bool = True) -> tuple[str, str]:
    """Conversation id and order number of somebody who called, said much, and was promised to be called back."""
    store = ConversationStore(engine)
    found, _, _ = store.create("phone", [], numbers=CallNumbers(caller=phone, called="12345"))
    store.append_citizen(found.id, "m1", f"{WORDS}，我是{NAME}，电话{phone}")
    store.append_reply(found.id, 1, [1], [Draft(sender=Sender.BOT, text=f"{NAME}您好，{WORDS}")])
    store.mark_for_human(found.id, HandoffReason.ASKED, WORDS)
    store.rate(found.id, 5, WORDS)
    handoffs = HandoffStore(engine)
    callback = handoffs.add_callback(found.id, phone, wish=WORDS, note=NAME, actor="citizen")
    handoffs.take_callback(callback.id, "u1")
    if finished:
        handoffs.finish_callback(callback.id, "u1", _done(), WORDS)
    orders = orders_of(engine)
    order = orders.create(
        barbecue(
            conversation_id=found.id, title=WORDS, description=WORDS, appeal=WORDS, caller_name=NAME, phone=phone,
            place_detail=WORDS, subject=WORDS,
        )
    )  # fmt: skip
    orders.add_remark(order.number, f"{NAME}：{WORDS}", "citizen")
    orders.reveal(order.number, "seat", WORDS)
    if finished:
        orders.withdraw(order.number, WORDS, "citizen")
    return found.id, order.number


def _done() -> Any:
    from desk.handoff.store import CallbackState

    return CallbackState.DONE


def aged(engine: Engine, days: float) -> None:
    """As if everything had happened so long ago."""
    then = datetime.now(UTC) - timedelta(days=days)
    with engine.begin() as connection:
        connection.execute(update(ConversationRow).values(created_at=then, updated_at=then))
        connection.execute(update(tables.orders).values(created_at=then, updated_at=then))
        connection.execute(
            text("update callbacks set done_at = :then where done_at is not null"), {"then": then}
        )


def stored(engine: Engine) -> str:
    """Every value of every table."""
    with engine.connect() as connection:
        names = inspect(connection).get_table_names()
        return "\n".join(
            str(tuple(row)) for name in names for row in connection.execute(text(f'select * from "{name}"'))
        )


__all__ = ["NAME", "PHONE", "WORDS", "OrderStatus", "aged", "citizen", "orders_of", "stored"]
