"""A person who works at the desk, and the rules for each field. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from desk.seats.errors import BadUser
from desk.seats.skills import SKILLS

_USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,30}[a-z0-9])")
_BADGE = re.compile(r"[0-9A-Z]{1,12}")
DISPLAY_NAME_MAX_CHARS = 32
CAPACITY_DEFAULT = 5
# Nobody can write with more citizens at once and still read what they say.
CAPACITY_MAX = 20


class Role(StrEnum):
    """What a user may do. An admin may do everything; the others only what a route names."""

    SEAT = "seat"
    LEAD = "lead"
    OPS = "ops"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        return _ROLE_LABELS[self]

    @property
    def meets_citizens(self) -> bool:
        """Whether the role talks with citizens. Citizens are told the badge, so these users need one."""
        return self in (Role.SEAT, Role.LEAD)


_ROLE_LABELS = {Role.SEAT: "坐席", Role.LEAD: "班长", Role.OPS: "运营", Role.ADMIN: "管理员"}


@dataclass(frozen=True, kw_only=True)
class User:
    """`badge` (工号) is empty for people who never talk with citizens. `capacity`: conversations at once."""

    id: str
    username: str
    display_name: str
    badge: str
    role: Role
    skills: tuple[str, ...]
    capacity: int
    active: bool
    created_at: datetime
    # Until when wrong passwords keep somebody out of the account; None if nobody is kept out.
    locked_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class NewUser:
    username: str
    display_name: str
    role: Role = Role.SEAT
    badge: str = ""
    skills: tuple[str, ...] = ()
    capacity: int = CAPACITY_DEFAULT


@dataclass(frozen=True, kw_only=True)
class UserChange:
    """What to change; None leaves a field as it is."""

    display_name: str | None = None
    role: Role | None = None
    badge: str | None = None
    skills: tuple[str, ...] | None = None
    capacity: int | None = None
    active: bool | None = None


def checked_new(new: NewUser) -> NewUser:
    """The user with every field as it is stored. Raises BadUser for the first field that breaks a rule."""
    return NewUser(
        username=checked_username(new.username),
        display_name=checked_display_name(new.display_name),
        role=new.role,
        badge=checked_badge(new.badge, new.role),
        skills=checked_skills(new.skills),
        capacity=checked_capacity(new.capacity),
    )


def clean_username(text: str) -> str:
    """The stored form of a username as people type it (capitals, full-width letters, blanks around). Never raises."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def checked_username(text: str) -> str:
    """Raises BadUser."""
    username = clean_username(text)
    if not _USERNAME.fullmatch(username):
        raise BadUser("username", "用户名为 2 到 32 位小写字母、数字，中间可用 . _ -")
    return username


def checked_display_name(text: str) -> str:
    """Raises BadUser."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= DISPLAY_NAME_MAX_CHARS or not name.isprintable():
        raise BadUser("display_name", f"姓名为 1 到 {DISPLAY_NAME_MAX_CHARS} 个字")
    return name


def checked_badge(text: str, role: Role) -> str:
    """Raises BadUser: also when a role that talks with citizens has none."""
    badge = unicodedata.normalize("NFKC", text).strip().upper()
    if not badge and not role.meets_citizens:
        return ""
    if not badge:
        raise BadUser("badge", f"{role.label}需要工号（会向市民显示）")
    if not _BADGE.fullmatch(badge):
        raise BadUser("badge", "工号为 1 到 12 位数字或字母")
    return badge


def checked_skills(codes: Iterable[str]) -> tuple[str, ...]:
    """Each once, in the order given. Raises BadUser for a code that is none."""
    skills = tuple(dict.fromkeys(code.strip() for code in codes))
    unknown = [code for code in skills if code not in SKILLS]
    if unknown:
        raise BadUser("skills", f"没有这项技能：{unknown[0][:40]}；可选 {'、'.join(SKILLS)}")
    return skills


def checked_capacity(number: int) -> int:
    """Raises BadUser."""
    if not 1 <= number <= CAPACITY_MAX:
        raise BadUser("capacity", f"同时接待数为 1 到 {CAPACITY_MAX}")
    return number
