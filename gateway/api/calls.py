"""HTTP for the exchange: what it knows of a call that is about to come over AudioSocket."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, Response
from pydantic import ConfigDict, Field, ValidationError

from gateway import sentences
from gateway.api.operators import require_token
from gateway.channels.phone.callers import CALLED, CALLER, AnnouncedCalls, numbers_of
from gateway.channels.phone.ends import CallEnd, CallEnds
from gateway.errors import Refused
from gateway.runtime.installed import the
from gateway.runtime.redis_link import RedisUnavailable
from gateway.wire import CleanBody

Announced = Annotated[AnnouncedCalls, the(AnnouncedCalls)]
router = APIRouter(prefix="/api/v1/calls", tags=["operators"], dependencies=[Depends(require_token)])


class Announcement(CleanBody):
    """Strict: a misspelt key would be a caller whom nobody knows, and nobody would notice."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    # Required; empty if the caller has withheld their number.
    caller: str = Field(max_length=32, pattern=CALLER)
    called: str = Field("", max_length=20, pattern=CALLED)


_FORM = {"application/x-www-form-urlencoded": {"schema": Announcement.model_json_schema()}}


@router.put("/{call_id}", status_code=204, summary="Announce a call by the UUID that AudioSocket will carry")
async def announce(announced: Announced, call_id: uuid.UUID, body: Announcement) -> Response:
    """JSON. Kept for a minute, or until the call comes; a repeated one replaces it."""
    return await _keep(announced, call_id, body)


@router.post(
    "/{call_id}",
    status_code=204,
    summary="The same as a form, as Asterisk's CURL function sends it",
    openapi_extra={"requestBody": {"required": True, "content": _FORM}},
)
async def announce_form(request: Request, announced: Announced, call_id: uuid.UUID) -> Response:
    # A number in the address would stand in the logs of every proxy.
    if request.query_params:
        raise Refused(422, "malformed", sentences.MALFORMED)
    form = await request.form()
    try:
        # Not as a parameter: there an empty value counts as missing, and an empty caller has withheld their number.
        body = Announcement.model_validate(dict(form.items()))
    except ValidationError as error:
        found = [{**problem, "loc": ("body", *problem["loc"])} for problem in error.errors()]
        raise RequestValidationError(found) from error
    return await _keep(announced, call_id, body)


@router.get(
    "/{call_id}",
    summary="How a call ended: goodbye, human or unknown",
    response_class=PlainTextResponse,
    responses={200: {"content": {"text/plain": {"schema": {"enum": [end.value for end in CallEnd]}}}}},
)
async def end_of(ends: Annotated[CallEnds, the(CallEnds)], call_id: uuid.UUID) -> PlainTextResponse:
    """One word, for the dialplan: after `goodbye` it hangs up, after all else it connects the caller with people. A call that
    has not come yet is `unknown`, so the same question shows before the call that the hotline is alive."""
    return PlainTextResponse((await ends.of(call_id)).value)


async def _keep(announced: AnnouncedCalls, call_id: uuid.UUID, body: Announcement) -> Response:
    try:
        await announced.announce(call_id, numbers_of(body.caller, body.called))
    except RedisUnavailable as error:
        raise Refused(503, "redis_unavailable", sentences.PART_MISSING) from error
    return Response(status_code=204)
