"""Pictures as phones and screens make them."""

from __future__ import annotations

import io

from PIL import Image

SECRET = b"SECRET-WORDS-IN-THE-FILE"


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 20), **more: object) -> bytes:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, (220, 20, 20))
    image.paste((20, 20, 220), (size[0] // 2, 0, *size))
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def photo(size: tuple[int, int] = (40, 20), orientation: int = 6) -> bytes:
    """A JPEG with the place where it was taken, the camera, a comment, a profile, and bytes behind its end."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = SECRET.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (29.0, 52.0, 40.0), 3: "E", 4: (121.0, 33.0, 1.0)})
    profile = b"\x00" * 128 + SECRET
    return picture("JPEG", size, exif=exif, comment=SECRET, icc_profile=profile, quality=95) + SECRET
