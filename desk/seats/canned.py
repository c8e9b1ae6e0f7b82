"""Ready-made sentences of seats, from data/canned_replies.yml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from desk.seats.errors import BadCannedReplies

TEXT_MAX_CHARS = 500
# citizen: the form of address (王先生, else 您); seat: the badge; city: from the settings.
PLACEHOLDERS = frozenset({"citizen", "seat", "city"})
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_ID = re.compile(r"[a-z][a-z0-9_]{1,39}")
_KEYS = re.compile(r"[a-z0-9]{1,12}")


@dataclass(frozen=True, kw_only=True)
class CannedReply:
    """`keys`: any of them is typed after `/` to get it; mostly initials of its pinyin."""

    id: str
    group: str
    keys: tuple[str, ...]
    text: str

    def filled(self, **values: str) -> str:
        """The text with the given placeholders replaced; the others stay for the console."""
        return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), self.text)


def load_canned_replies(path: Path) -> tuple[CannedReply, ...]:
    """In the order of the file.

    Raises BadCannedReplies: one line that names the reply and what is wrong with it.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadCannedReplies(f"{path}: {type(error).__name__}") from error
    groups = content.get("canned_replies") if isinstance(content, dict) else None
    if not isinstance(groups, list):
        raise BadCannedReplies(f"{path}: needs a list canned_replies")
    replies: list[CannedReply] = []
    ids: set[str] = set()
    keys: dict[str, str] = {}
    for group in groups:
        for entry in group["replies"] if isinstance(group, dict) and group.get("replies") else ():
            reply = _reply(path, str(group.get("group", "")), entry)
            if reply.id in ids:
                raise BadCannedReplies(f"{path}: id {reply.id} is there twice")
            for key in reply.keys:
                if keys.setdefault(key, reply.id) != reply.id:
                    raise BadCannedReplies(f"{path}: keys {key} belong to {keys[key]} and {reply.id}")
            ids.add(reply.id)
            replies.append(reply)
    return tuple(replies)


def _reply(path: Path, group: str, entry: Any) -> CannedReply:
    if not isinstance(entry, dict) or not {"id", "keys", "text"} <= entry.keys():
        raise BadCannedReplies(f"{path}: a reply of the group {group!r} lacks id, keys or text")
    reply = CannedReply(
        id=str(entry["id"]),
        group=group.strip(),
        keys=tuple(str(entry["keys"]).split()),
        text=str(entry["text"]).strip(),
    )
    problem = ""
    if not _ID.fullmatch(reply.id):
        problem = "the id is not of small letters, digits and _"
    elif not reply.group:
        problem = "its group has no name"
    elif not reply.keys or not all(_KEYS.fullmatch(key) for key in reply.keys):
        problem = "keys are 1 to 12 small letters or digits"
    elif not 1 <= len(reply.text) <= TEXT_MAX_CHARS:
        problem = f"text has 1 to {TEXT_MAX_CHARS} characters"
    elif not set(_PLACEHOLDER.findall(reply.text)) <= PLACEHOLDERS:
        problem = f"placeholders are {', '.join(sorted(PLACEHOLDERS))}"
    if problem:
        raise BadCannedReplies(f"{path}: {reply.id}: {problem}")
    return reply
