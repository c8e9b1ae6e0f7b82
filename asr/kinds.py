"""Names a file that we cannot hear and says what to do. Pure."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

# Raw sound has no header, so only its name tells what it is. Asterisk writes these.
_RAW = {
    ".ulaw": ("µ-law at 8 kHz", "mulaw", 8_000),
    ".ul": ("µ-law at 8 kHz", "mulaw", 8_000),
    ".pcmu": ("µ-law at 8 kHz", "mulaw", 8_000),
    ".alaw": ("A-law at 8 kHz", "alaw", 8_000),
    ".al": ("A-law at 8 kHz", "alaw", 8_000),
    ".pcma": ("A-law at 8 kHz", "alaw", 8_000),
    ".sln": ("16-bit samples at 8 kHz", "s16le", 8_000),
    ".sln16": ("16-bit samples at 16 kHz", "s16le", 16_000),
    ".pcm": ("16-bit samples, probably at 16 kHz", "s16le", 16_000),
    ".raw": ("16-bit samples, probably at 8 kHz", "s16le", 8_000),
}
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a ZIP archive or an Office document; unpack the recording first"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"\x1f\x8b", "compressed with gzip; unpack it first"),
    (b"Rar!", "a RAR archive; unpack the recording first"),
    (b"7z\xbc\xaf", "a 7z archive; unpack the recording first"),
)
_SILK = b"#!SILK"
# Sound with a header of its own, whatever the file is called.
_AUDIO = (
    b"OggS",
    b"fLaC",
    b"ID3",
    b"#!AMR",
    b"\xff\xfb",
    b"\xff\xf3",
    b"\xff\xf1",
    b"caff",
    b".snd",
    b"\x1aE\xdf\xa3",
    b"RF64",
    b"FORM",
)
_LOOK = 4_096


def told(data: bytes, name: str) -> str | None:
    """The sentence; None for an unknown kind."""
    if not data:
        return "an empty file"
    if data[:10].lstrip(b"\x02").startswith(_SILK):
        return (
            "SILK, as WeChat and QQ store voice messages, whatever its name ends in; "
            "convert it to WAV first, for example with silk-v3-decoder"
        )
    for magic, what in _MAGIC:
        if data.startswith(magic):
            return what
    if data.startswith(_AUDIO) or data[4:8] == b"ftyp":
        return None
    suffix = Path(name).suffix.lower()
    if suffix in _RAW:
        kind, form, rate_hz = _RAW[suffix]
        return f"raw sound without a header ({kind}); convert it: ffmpeg -f {form} -ar {rate_hz} -ac 1 -i {Path(name).name} out.wav"
    if suffix == ".vox":
        return (
            f"raw Dialogic ADPCM without a header; convert it: sox -t vox -r 8000 {Path(name).name} out.wav"
        )
    return _text(data)


def _text(data: bytes) -> str | None:
    head = data[:_LOOK].lstrip(b"\xef\xbb\xbf \r\n\t")
    if head[:1] == b"<" or head[:9].lower() == b"<!doctype":
        return "a page (HTML or XML), not a recording: was the download refused?"
    if head[:1] in (b"{", b"[") and b"\x00" not in head:
        return "JSON text, not a recording"
    bare = b"".join(head.split())
    if bare.startswith(b"data:") and b"," in bare[:100]:
        bare = bare[bare.index(b",") + 1 :]
    bare = bare[: len(bare) // 4 * 4]
    try:
        if len(bare) >= 32 and base64.b64decode(bare, validate=True):
            return "base64 text; decode it first: base64 -d"
    except binascii.Error:
        pass
    try:
        data[:_LOOK].decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if b"\x00" in data[:_LOOK] else "text, not a recording"
