"""Builds what serves the consoles. Called once a process, inside the event loop."""

from __future__ import annotations

from desk.seats import KnowledgeFeedback
from gateway.api.desk_parts import DeskParts
from gateway.seats.acts import ActTools, SeatActs
from gateway.seats.call_ins import CallIns
from gateway.seats.consoles import Consoles
from gateway.seats.knowledge_panel import KnowledgePanel
from gateway.seats.order_desk import OrderDesk
from gateway.seats.parts import SeatParts
from gateway.seats.picture import DeskPicture
from gateway.seats.queries import ConsoleQueries
from gateway.seats.reading import Readings
from gateway.services import Services
from gateway.talk.third import ThirdSeats


def open_seats(services: Services, parts: DeskParts) -> SeatParts:
    """Connects to nothing yet."""
    s = services
    service = s.desk.service
    queries = ConsoleQueries(s.engine)
    picture = DeskPicture(service, queries, s.people, s.blocking)
    knowledge = KnowledgePanel(s.store, parts, s.blocking)
    call_ins = CallIns(
        ThirdSeats(s.redis),
        service,
        s.store,
        s.handoffs,
        s.blocking,
        s.hub,
        s.bus,
        s.people,
        s.settings.offer_timeout_s,
    )
    s.desk.watch(call_ins)
    orders = OrderDesk(s.store, queries, parts, s.rasa, s.blocking, s.zone)
    acts = SeatActs(
        ActTools(
            desk=s.desk,
            service=service,
            store=s.store,
            handoffs=s.handoffs,
            queries=queries,
            blocking=s.blocking,
            hub=s.hub,
            bus=s.bus,
            people=s.people,
            turns=s.turns,
            attachments=s.attachments,
            metrics=s.metrics,
            call_ins=call_ins,
            orders=orders,
        )
    )
    return SeatParts(
        desk=s.desk,
        service=service,
        handoffs=s.handoffs,
        queries=queries,
        accounts=s.accounts,
        people=s.people,
        picture=picture,
        consoles=Consoles(picture, s.bus, s.handoffs, knowledge, s.blocking, s.metrics, service, s.loops),
        acts=acts,
        call_ins=call_ins,
        knowledge=knowledge,
        orders=orders,
        readings=Readings(s.store, acts, orders, picture, s.accounts, s.blocking),
        feedback=KnowledgeFeedback(s.engine),
        attachments=s.attachments,
        bus=s.bus,
    )
