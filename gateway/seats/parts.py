"""Everything that serves consoles, joined once a process."""

from __future__ import annotations

from dataclasses import dataclass

from desk.handoff.service import HandoffService
from desk.handoff.store import HandoffStore
from desk.seats import Accounts, KnowledgeFeedback
from gateway.attachments import Attachments
from gateway.handoff.bus import DeskBus
from gateway.handoff.desk import HandoffDesk
from gateway.seats.acts import SeatActs
from gateway.seats.call_ins import CallIns
from gateway.seats.consoles import Consoles
from gateway.seats.knowledge_panel import KnowledgePanel
from gateway.seats.order_desk import OrderDesk
from gateway.seats.people import People
from gateway.seats.picture import DeskPicture
from gateway.seats.queries import ConsoleQueries
from gateway.seats.reading import Readings


@dataclass(frozen=True, kw_only=True)
class SeatParts:
    desk: HandoffDesk
    service: HandoffService
    handoffs: HandoffStore
    queries: ConsoleQueries
    accounts: Accounts
    people: People
    picture: DeskPicture
    consoles: Consoles
    acts: SeatActs
    call_ins: CallIns
    knowledge: KnowledgePanel
    orders: OrderDesk
    readings: Readings
    feedback: KnowledgeFeedback
    attachments: Attachments
    bus: DeskBus
