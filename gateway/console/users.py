"""Accounts over HTTP, for the page of the people who run the desk."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse
from pydantic import ConfigDict, Field

from desk.seats import (
    BadUser,
    LastAdmin,
    NewUser,
    Right,
    Role,
    SignedIn,
    User,
    UserChange,
    UserNotFound,
    may,
)
from desk.seats.user import CAPACITY_DEFAULT, checked_username
from gateway import sentences
from gateway.console.accounts import SeatAccounts
from gateway.console.sign_in import PASSWORD_FIELD_CHARS, Admitted, Desk
from gateway.errors import Refused
from gateway.handoff.bus import HandoffBus
from gateway.handoff.people import user_json
from gateway.runtime.blocking import Blocking
from gateway.runtime.installed import the
from gateway.sockets.network import address_of
from gateway.wire import CleanBody, Seq, error_json

router = APIRouter(prefix="/api/v1/desk/users", tags=["seats"])

InThreads = Annotated[Blocking, the(Blocking)]

# What a lead may change, and only of seats: how the shift is staffed.
_LEAD_FIELDS = {"skills", "capacity"}


class UserIn(CleanBody):
    model_config = ConfigDict(extra="forbid")

    username: str = Field(max_length=64)
    display_name: str = Field(max_length=64)
    password: str = Field(max_length=PASSWORD_FIELD_CHARS, repr=False)
    role: Role = Role.SEAT
    badge: str = Field("", max_length=32)
    skills: list[str] = Field(default_factory=list, max_length=20)
    capacity: Seq = CAPACITY_DEFAULT


class UserPatch(CleanBody):
    model_config = ConfigDict(extra="forbid")

    display_name: str | None = Field(None, max_length=64)
    role: Role | None = None
    badge: str | None = Field(None, max_length=32)
    skills: list[str] | None = Field(None, max_length=20)
    capacity: Seq | None = None
    active: bool | None = None
    password: str | None = Field(None, max_length=PASSWORD_FIELD_CHARS, repr=False)
    unlock: bool = False


@router.get("", summary="Everybody who has an account (leads and admins)")
async def list_users(blocking: InThreads, desk: Desk, found: Admitted) -> JSONResponse:
    users = await blocking.read(desk.accounts.users.all)
    return JSONResponse({"users": [account_json(user) for user in users]})


@router.post("", status_code=201, summary="Add a user (admins)")
async def add_user(
    request: Request, blocking: InThreads, desk: Desk, found: Admitted, body: UserIn
) -> JSONResponse:
    """422 `bad_user` with the problem of each field in `fields`."""
    new = NewUser(
        username=body.username,
        display_name=body.display_name,
        role=body.role,
        badge=body.badge,
        skills=tuple(body.skills),
        capacity=body.capacity,
    )
    try:
        password_hash = await desk.hashed(body.password, checked_username(body.username), body.display_name)
        user = await blocking.write(
            desk.accounts.users.add, new, password_hash, found.user.id, address_of(request)
        )
    except BadUser as error:
        return _bad(error)
    return JSONResponse({"user": account_json(user)}, status_code=201)


@router.patch("/{user_id}", summary="Change a user (admins; leads: skills and capacity of seats)")
async def change_user(
    request: Request,
    blocking: InThreads,
    bus: Annotated[HandoffBus, the(HandoffBus)],
    desk: Desk,
    found: Admitted,
    user_id: Annotated[str, Path(max_length=16)],
    body: UserPatch,
) -> JSONResponse:
    """404 `not_found`, 409 `last_admin`, 422 `bad_user`. A new password and `active: false` end every sign-in."""
    try:
        user = await _change(blocking, bus, desk, found, user_id, body, address_of(request))
    except UserNotFound as error:
        raise Refused(404, "not_found", error.text) from error
    except LastAdmin as error:
        raise Refused(409, "last_admin", error.text) from error
    except BadUser as error:
        return _bad(error)
    return JSONResponse({"user": account_json(user)})


async def _change(
    blocking: Blocking,
    bus: HandoffBus,
    desk: SeatAccounts,
    found: SignedIn,
    user_id: str,
    body: UserPatch,
    address: str,
) -> User:
    users, by = desk.accounts.users, found.user.id
    before = await blocking.read(users.get, user_id)
    if not may(found.user, Right.MANAGE) and not (
        before.role is Role.SEAT and body.model_fields_set <= _LEAD_FIELDS
    ):
        raise Refused(403, "forbidden", sentences.NO_RIGHT)
    # Hashed before anything is written: a weak password leaves the user unchanged.
    password_hash = None
    if body.password is not None:
        password_hash = await desk.hashed(body.password, before.username, before.display_name)
    change = UserChange(
        display_name=body.display_name,
        role=body.role,
        badge=body.badge,
        skills=tuple(body.skills) if body.skills is not None else None,
        capacity=body.capacity,
        active=body.active,
    )
    await blocking.write(users.change, user_id, change, by, address)
    if password_hash is not None:
        await blocking.write(users.set_password, user_id, password_hash, by, address)
    elif body.unlock:
        await blocking.write(users.unlock, user_id, by, address)
    # Consoles that this user has open, in whatever process, look at the account now.
    bus.publish({"kind": "account", "user": user_id})
    return await blocking.read(users.get, user_id)


def account_json(user: User) -> dict[str, Any]:
    """A user as those see them who run the desk."""
    return user_json(user) | {
        "active": user.active,
        "created_at": user.created_at.isoformat(timespec="seconds"),
        "locked_until": user.locked_until.isoformat(timespec="seconds") if user.locked_until else None,
    }


def _bad(error: BadUser) -> JSONResponse:
    content = error_json("bad_user", error.text, retryable=False) | {"fields": {error.field: error.text}}
    return JSONResponse(content, status_code=422)
