"""What is kept of a picture is what can be seen of it."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from gateway.pictures.picture_copy import MAX_SIDE, UnreadablePicture, copy_of
from tests.gateway.samples import SECRET, photo, picture


def seen(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        return image.copy()


def test_place_camera_and_everything_hidden_stay_away_and_the_photo_is_upright() -> None:
    sent = photo()
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(0x8825)
    copy = copy_of(sent)
    assert copy.ending == "jpg" and SECRET not in copy.content and b"Exif" not in copy.content
    kept = Image.open(io.BytesIO(copy.content))
    assert not kept.getexif() and "icc_profile" not in kept.info and "comment" not in kept.info
    # Taken with the phone on its side: what was on the left is on top.
    assert kept.size == (20, 40)
    red, _, blue = seen(copy.content).convert("RGB").getpixel((10, 4))  # type: ignore[misc]
    assert red > 150 > blue


@pytest.mark.parametrize(
    ("kind", "ending"), [("PNG", "png"), ("JPEG", "jpg"), ("WEBP", "webp"), ("GIF", "png")]
)
def test_all_four_kinds_are_kept(kind: str, ending: str) -> None:
    copy = copy_of(picture(kind))
    assert copy.ending == ending and seen(copy.content).size == (40, 20)


def test_texts_inside_a_png_are_dropped_and_what_is_transparent_stays() -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Author", SECRET.decode())
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (255, 0, 0, 10)).save(out, "PNG", pnginfo=info)
    copy = copy_of(out.getvalue())
    assert SECRET not in copy.content
    assert seen(copy.content).getpixel((3, 3)) == (255, 0, 0, 10)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_big_picture_is_kept_as_large_as_somebody_can_read(kind: str) -> None:
    kept = seen(copy_of(picture(kind, (6000, 3000))).content)
    assert kept.size == (MAX_SIDE, MAX_SIDE // 2)


def bomb(side: int) -> bytes:
    """A PNG that says it is enormous."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(100)))


@pytest.mark.parametrize("side", [8_000, 20_000, 2_000_000_000])
def test_too_many_pixels_are_refused_before_they_are_decoded(side: int) -> None:
    with pytest.raises(UnreadablePicture, match="too_big"):
        copy_of(bomb(side))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_half_a_picture_is_told_apart_from_none(kind: str) -> None:
    sent = picture(kind, (400, 300))
    with pytest.raises(UnreadablePicture) as error:
        copy_of(sent[: len(sent) // 2])
    assert error.value.reason in ("broken", "not_a_picture")


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg onload=alert(1)>", b"%PDF-1.7", b"RIFF0000WAVE", b"GIF", picture("BMP"), picture("TIFF")],
)
def test_what_is_none_of_the_four_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadablePicture) as error:
        copy_of(content)
    assert error.value.reason in ("not_a_picture", "broken")
