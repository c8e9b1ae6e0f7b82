"""A picture that somebody sent, decoded and written anew: what is kept is what can be seen of it, and nothing else.

The copy has no EXIF (where and when it was taken, with what), no comments, no thumbnail of something that was cut away,
and no bytes behind its end that are no picture. It is upright and at most MAX_SIDE pixels long and wide.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageOps

# More than any phone takes by itself; decoded it is 150 MB at most, one picture at a time.
MAX_PIXELS = 50_000_000
# A meter or a number plate can be read on it, and a page of A4.
MAX_SIDE = 2560
JPEG_QUALITY = 85

_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


class UnreadablePicture(Exception):
    """`reason` is `not_a_picture`, `broken` (begins like one) or `too_big` (in pixels)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class PictureCopy:
    """`ending` is png, jpg or webp."""

    ending: str
    content: bytes


def copy_of(content: bytes) -> PictureCopy:
    """Takes PNG, JPEG, WebP and GIF; of a moving picture, the first one. Processor-bound: up to a second.

    Raises UnreadablePicture.
    """
    try:
        # Reads the head only. No other decoder is ever tried, whatever the bytes are.
        opened = Image.open(io.BytesIO(content), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise UnreadablePicture("too_big") from error
    except Exception as error:
        raise UnreadablePicture("not_a_picture") from error
    with opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise UnreadablePicture("too_big")
        try:
            return _written(opened)
        # Decoders meet whatever strangers send: their errors are of many classes, and all of them mean the same.
        except Exception as error:
            raise UnreadablePicture("broken") from error


def _written(opened: Image.Image) -> PictureCopy:
    kind = opened.format
    # A big photo is decoded in the size that it is kept in (JPEG only; nothing happens to the others).
    opened.draft("RGB", (MAX_SIDE, MAX_SIDE))
    opened.load()
    picture = ImageOps.exif_transpose(opened)
    picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    picture.thumbnail((MAX_SIDE, MAX_SIDE))
    # Pixels alone go on: what came with them (EXIF, profiles, comments) would be written again by some encoders.
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    out = io.BytesIO()
    if kind in ("PNG", "GIF"):
        bare.save(out, "PNG", optimize=False)
        return PictureCopy("png", out.getvalue())
    if kind == "WEBP":
        bare.save(out, "WEBP", quality=JPEG_QUALITY)
        return PictureCopy("webp", out.getvalue())
    bare.convert("RGB").save(out, "JPEG", quality=JPEG_QUALITY)
    return PictureCopy("jpg", out.getvalue())
