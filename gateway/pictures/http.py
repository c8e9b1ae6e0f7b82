"""Pictures in requests and answers."""

from __future__ import annotations

from pathlib import Path as FilePath

from fastapi import Request
from fastapi.responses import FileResponse, Response
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from gateway import sentences
from gateway.errors import Refused
from gateway.pictures.attachments import MAX_BYTES, Attachment, BadPicture

# What a browser may do with a picture of a stranger: show it, and nothing else.
SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Content-Disposition": "inline",
    # Pictures never change, but must not stay in a shared cache.
    "Cache-Control": "private, max-age=86400, immutable",
}


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


def picture_response(found: tuple[Attachment, FilePath] | None) -> Response:
    if found is None:
        raise Refused(404, "not_found", sentences.PICTURES["not_found"])
    attachment, path = found
    return FileResponse(path, media_type=attachment.type, headers=SAFE_HEADERS)
