"""The console's HTTP beside the conversations: directory, ready-made replies, callbacks, and the leads' figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from desk.handoff.store import CallbackState
from desk.seats import SKILLS, BadCannedReplies, load_canned_replies
from desk.settings import ROOT
from gateway import sentences
from gateway.console.access import (
    AsReader,
    Configured,
    HandoffRecords,
    Id,
    InThreads,
    Queries,
    Seats,
    Shown,
    Zone,
)
from gateway.console.callbacks import callback_json
from gateway.console.consoles import Consoles
from gateway.console.figures import Contact, overview
from gateway.console.picture import seats_json
from gateway.console.sign_in import Admitted
from gateway.errors import Refused
from gateway.handoff.bus import HandoffBus
from gateway.runtime.installed import the
from gateway.wire import Incoming

router = APIRouter(prefix="/api/v1/desk", tags=["seats"])

CANNED = ROOT / "data" / "canned_replies.yml"
# Done ones are history; the list is for work that is left and for what was done today.
DONE_SHOWN = timedelta(days=1)


class CallbackResult(Incoming):
    result: str = Field("", max_length=1000)


@router.get("/directory", summary="Skill groups and seats that a conversation can be transferred to")
async def directory(picture: Shown, people: Seats, found: Admitted) -> JSONResponse:
    await picture.refresh_seats()
    await people.refresh()
    known = picture.seats
    everybody = {
        user.id: known.get(user.id)
        or {
            "id": user.id,
            "display_name": user.display_name,
            "badge": user.badge,
            "role": user.role.value,
            "status": "offline",
            "reason": "",
            "since": None,
            "skills": list(user.skills),
            "load": 0,
            "capacity": user.capacity,
            "present": False,
        }
        for user in people.all()
        if user.active and user.role.meets_citizens
    }
    skills = [{"code": code, "label": label} for code, label in SKILLS.items()]
    return JSONResponse({"skills": skills, "seats": seats_json(everybody)})


@router.get("/canned-replies", summary="Ready-made sentences")
async def canned_replies(blocking: InThreads, found: Admitted) -> JSONResponse:
    try:
        replies = await blocking.file(load_canned_replies, CANNED)
    except BadCannedReplies as error:
        raise Refused(503, "part_missing", sentences.PART_MISSING) from error
    told = [{"id": one.id, "group": one.group, "keys": one.keys, "text": one.text} for one in replies]
    return JSONResponse({"replies": told})


@router.get("/callbacks", summary="Promises to call back that are left, and those of the last day")
async def callbacks(blocking: InThreads, handoffs: HandoffRecords, found: Admitted) -> JSONResponse:
    known = await blocking.read(handoffs.callbacks)
    since = datetime.now(UTC) - DONE_SHOWN
    shown = [
        one
        for one in known
        if one.state in (CallbackState.OPEN, CallbackState.TAKEN) or (one.done_at or since) > since
    ]
    told = [callback_json(one, revealed=one.seat_id == found.user.id) for one in shown]
    return JSONResponse({"callbacks": told})


@router.post("/callbacks/{callback_id}/{act}", summary="Take a callback; say how it went")
async def act_on_callback(
    blocking: InThreads,
    handoffs: HandoffRecords,
    bus: Annotated[HandoffBus, the(HandoffBus)],
    reader: AsReader,
    callback_id: Id,
    act: Literal["take", "done", "failed"],
    body: CallbackResult,
) -> JSONResponse:
    """409 `callback_gone` if somebody else was faster."""
    user = reader.user
    if act == "take":
        one = await blocking.write(handoffs.take_callback, callback_id, user.id)
        # Taking it shows the number.
        await reader.note(
            "reveal", "callback", callback_id, {"what": "phone", "conversation": one.conversation_id}
        )
    else:
        state = CallbackState.DONE if act == "done" else CallbackState.FAILED
        one = await blocking.write(handoffs.finish_callback, callback_id, user.id, state, body.result.strip())
    bus.publish({"kind": "callback", "id": callback_id})
    return JSONResponse({"callback": callback_json(one, revealed=True)})


@router.get("/overview", summary="Seats, queue and the day's figures (leads)")
async def figures(
    blocking: InThreads,
    queries: Queries,
    handoffs: HandoffRecords,
    picture: Shown,
    consoles: Annotated[Consoles, the(Consoles)],
    settings: Configured,
    zone: Zone,
    found: Admitted,
) -> JSONResponse:
    now = datetime.now(UTC)
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = await blocking.read(queries.since, midnight)
    contacts = [
        Contact(**{name: getattr(row, name) for name in Contact.__dataclass_fields__}) for row in rows
    ]
    told = overview(
        contacts,
        now=now,
        zone=zone,
        call_s=settings.service_level_call_s,
        text_s=settings.service_level_text_s,
    )
    await consoles.fresh()
    open_ones = await blocking.read(handoffs.callbacks, CallbackState.OPEN, CallbackState.TAKEN)
    told["today"]["callbacks_open"] = len(open_ones)
    queue = [item for item in picture.items.values() if item["state"] in ("waiting", "offered")]
    # Who has waited since yesterday is not in today's rows.
    told["waiting"]["now"] = len(queue)
    longest = max((now - datetime.fromisoformat(item["since"]) for item in queue), default=timedelta())
    told["waiting"]["longest_s"] = round(longest.total_seconds(), 1)
    told["seats"] = seats_json(picture.seats)
    told["serving"] = [item for item in picture.items.values() if item["state"] == "serving"]
    told["queue"] = sorted(queue, key=lambda item: (-item["priority"], item["since"]))
    return JSONResponse(told)
