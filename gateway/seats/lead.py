"""The console's HTTP beside the conversations: directory, ready-made replies, callbacks, and the leads' figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from desk.handoff.store import CallbackState
from desk.seats import SKILLS, BadCannedReplies, load_canned_replies
from desk.settings import ROOT
from gateway import sentences
from gateway.errors import Refused
from gateway.seats.access import AsReader, Id, Needed, Seats
from gateway.seats.callbacks import callback_json
from gateway.seats.figures import Contact, overview
from gateway.seats.picture import seats_json
from gateway.seats.sign_in import Admitted
from gateway.wire import Incoming

router = APIRouter(prefix="/api/v1/desk", tags=["seats"])

CANNED = ROOT / "data" / "canned_replies.yml"
# Done ones are history; the list is for work that is left and for what was done today.
DONE_SHOWN = timedelta(days=1)


class CallbackResult(Incoming):
    result: str = Field("", max_length=1000)


@router.get("/directory", summary="Skill groups and seats that a conversation can be transferred to")
async def directory(services: Needed, seats: Seats, found: Admitted) -> JSONResponse:
    await seats.picture.refresh_seats()
    await seats.people.refresh()
    known = seats.picture.seats
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
        for user in seats.people.all()
        if user.active and user.role.meets_citizens
    }
    skills = [{"code": code, "label": label} for code, label in SKILLS.items()]
    return JSONResponse({"skills": skills, "seats": seats_json(everybody)})


@router.get("/canned-replies", summary="Ready-made sentences")
async def canned_replies(services: Needed, found: Admitted) -> JSONResponse:
    try:
        replies = await services.blocking.file(load_canned_replies, CANNED)
    except BadCannedReplies as error:
        raise Refused(503, "part_missing", sentences.PART_MISSING) from error
    told = [{"id": one.id, "group": one.group, "keys": one.keys, "text": one.text} for one in replies]
    return JSONResponse({"replies": told})


@router.get("/callbacks", summary="Promises to call back that are left, and those of the last day")
async def callbacks(services: Needed, seats: Seats, found: Admitted) -> JSONResponse:
    known = await services.blocking.read(seats.handoffs.callbacks)
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
    services: Needed,
    seats: Seats,
    reader: AsReader,
    callback_id: Id,
    act: Literal["take", "done", "failed"],
    body: CallbackResult,
) -> JSONResponse:
    """409 `callback_gone` if somebody else was faster."""
    user = reader.user
    if act == "take":
        one = await services.blocking.write(seats.handoffs.take_callback, callback_id, user.id)
        # Taking it shows the number.
        await services.blocking.write(
            seats.accounts.audit.write,
            user.id,
            "reveal",
            "callback",
            callback_id,
            {"what": "phone", "conversation": one.conversation_id},
            reader.address,
        )
    else:
        state = CallbackState.DONE if act == "done" else CallbackState.FAILED
        one = await services.blocking.write(
            seats.handoffs.finish_callback, callback_id, user.id, state, body.result.strip()
        )
    seats.bus.publish({"kind": "callback", "id": callback_id})
    return JSONResponse({"callback": callback_json(one, revealed=True)})


@router.get("/overview", summary="Seats, queue and the day's figures (leads)")
async def figures(services: Needed, seats: Seats, found: Admitted) -> JSONResponse:
    now = datetime.now(UTC)
    midnight = now.astimezone(services.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = await services.blocking.read(seats.queries.since, midnight)
    contacts = [
        Contact(**{name: getattr(row, name) for name in Contact.__dataclass_fields__}) for row in rows
    ]
    settings = services.settings
    told = overview(
        contacts,
        now=now,
        zone=services.zone,
        call_s=settings.service_level_call_s,
        text_s=settings.service_level_text_s,
    )
    await seats.consoles.fresh()
    open_ones = await services.blocking.read(
        seats.handoffs.callbacks, CallbackState.OPEN, CallbackState.TAKEN
    )
    told["today"]["callbacks_open"] = len(open_ones)
    queue = [item for item in seats.picture.items.values() if item["state"] in ("waiting", "offered")]
    # Who has waited since yesterday is not in today's rows.
    told["waiting"]["now"] = len(queue)
    longest = max((now - datetime.fromisoformat(item["since"]) for item in queue), default=timedelta())
    told["waiting"]["longest_s"] = round(longest.total_seconds(), 1)
    told["seats"] = seats_json(seats.picture.seats)
    told["serving"] = [item for item in seats.picture.items.values() if item["state"] == "serving"]
    told["queue"] = sorted(queue, key=lambda item: (-item["priority"], item["since"]))
    return JSONResponse(told)
