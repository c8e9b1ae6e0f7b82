"""Pictures of a conversation over HTTP, for the citizen whose conversation it is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import JSONResponse, Response

from desk.conversations import ConversationClosed, Owner
from gateway.channels.web.access import AsCitizen, ConversationId, InThreads, KeptPictures, Limits, Store
from gateway.pictures.http import picture_in, picture_response
from gateway.runtime.closing import refuse_while_closing

router = APIRouter(prefix="/api/v1", tags=["citizens"], dependencies=[Depends(refuse_while_closing)])

AttachmentId = Annotated[str, Path(max_length=120)]


@router.post(
    "/conversations/{conversation_id}/images", status_code=201, summary="Upload a picture, to be sent next"
)
async def upload(
    store: Store,
    blocking: InThreads,
    pictures: KeptPictures,
    limits: Limits,
    citizen: AsCitizen,
    request: Request,
    conversation_id: ConversationId,
) -> JSONResponse:
    """multipart/form-data with one file; PNG, JPEG, WebP or GIF of at most 5 MB. A copy is kept: upright, at most 2560
    pixels long, without anything that cannot be seen (place and time, camera)."""
    await citizen.acts(conversation_id)
    conversation = await blocking.read(store.get, conversation_id)
    if conversation.owner is Owner.CLOSED:
        raise ConversationClosed(conversation_id)
    await limits.count_picture(citizen.address)
    content = await picture_in(request)
    kept = await pictures.keep(conversation_id, content)
    return JSONResponse(kept.card(), status_code=201)


@router.get("/attachments/{attachment_id}", summary="A picture of the conversation whose token is shown")
async def download(pictures: KeptPictures, citizen: AsCitizen, attachment_id: AttachmentId) -> Response:
    found = await pictures.find(attachment_id)
    # The token is asked first of all: whether a picture exists is nobody else's business.
    conversation_id = found[0].conversation_id if found else attachment_id.split("-")[0]
    await citizen.reads(conversation_id)
    return picture_response(found)
