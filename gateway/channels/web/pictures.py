"""Pictures of a conversation over HTTP, for the citizen whose conversation it is."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from desk.conversations import ConversationClosed, Owner
from gateway import sentences
from gateway.attachments import MAX_BYTES, Attachment, BadPicture
from gateway.blocking import TooBusy
from gateway.channels.web.http import (
    Authorization,
    ConversationId,
    Needed,
    check,
    check_and_count,
)
from gateway.channels.web.limits import count_picture
from gateway.errors import Refused
from gateway.network import address_of
from gateway.services import Services

router = APIRouter(prefix="/api/v1", tags=["citizens"])

AttachmentId = Annotated[str, Path(max_length=120)]
# What a browser may do with a picture of a stranger: show it, and nothing else.
SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Content-Disposition": "inline",
    # Pictures never change, but must not stay in a shared cache.
    "Cache-Control": "private, max-age=86400, immutable",
}


@router.post(
    "/conversations/{conversation_id}/images", status_code=201, summary="Upload a picture, to be sent next"
)
async def upload(
    services: Needed,
    request: Request,
    conversation_id: ConversationId,
    authorization: Authorization = None,
) -> JSONResponse:
    """multipart/form-data with one file; PNG, JPEG, WebP or GIF of at most 5 MB. A copy is kept: upright, at most 2560
    pixels long, without anything that cannot be seen (place and time, camera)."""
    await check_and_count(services, request, conversation_id, authorization)
    conversation = await services.blocking.read(services.store.get, conversation_id)
    if conversation.owner is Owner.CLOSED:
        raise ConversationClosed(conversation_id)
    await count_picture(services.limits, services.metrics, services.settings, address_of(request))
    content = await picture_in(request)
    kept = await keep_picture(services, conversation_id, content)
    return JSONResponse(kept.card(), status_code=201)


@router.get("/attachments/{attachment_id}", summary="A picture of the conversation whose token is shown")
async def download(
    services: Needed, attachment_id: AttachmentId, authorization: Authorization = None
) -> Response:
    found = await services.blocking.file(services.attachments.find, attachment_id)
    # The token is asked first of all: whether a picture exists is nobody else's business.
    conversation_id = found[0].conversation_id if found else attachment_id.split("-")[0]
    await check(services, conversation_id, authorization)
    return picture_response(found)


async def picture_in(request: Request) -> bytes:
    """The one file of a form. Raises BadPicture, Refused."""
    try:
        async with request.form(max_files=1, max_fields=4) as form:
            files = [value for value in form.values() if isinstance(value, UploadFile)]
            if not files:
                raise Refused(422, "malformed", sentences.MALFORMED)
            content: bytes = await files[0].read(MAX_BYTES + 1)
    except HTTPException as error:
        raise Refused(422, "malformed", sentences.MALFORMED) from error
    if len(content) > MAX_BYTES:
        raise BadPicture("too_large")
    return content


async def keep_picture(services: Services, conversation_id: str, content: bytes) -> Attachment:
    """Decoded and written anew, off the event loop. Raises BadPicture."""
    pictures, blocking = services.attachments, services.blocking
    await blocking.file(pictures.check_room, conversation_id)
    try:
        copy = await blocking.picture(pictures.copy, content)
        return await blocking.file(pictures.store, conversation_id, copy)
    except TooBusy as error:
        raise BadPicture("busy") from error
    except BadPicture as error:
        services.metrics.pictures_refused.labels(error.reason).inc()
        raise


def picture_response(found: tuple[Attachment, FilePath] | None) -> Response:
    if found is None:
        raise Refused(404, "not_found", sentences.PICTURES["not_found"])
    attachment, path = found
    return FileResponse(path, media_type=attachment.type, headers=SAFE_HEADERS)
