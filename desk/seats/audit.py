"""The audit log: who looked at what, and who changed what. Append-only; it holds no personal data in clear."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from desk.privacy import is_personal, mask_field, mask_phone, mask_text
from desk.seats.tables import audit

Clock = Callable[[], datetime]

VALUE_MAX_CHARS = 500
PAGE_MAX = 500
# An order number and an id of ours must stay whole; a telephone number must not slip in as one.
_PHONE_LIKE = re.compile(r"(?:\+?86)?1[3-9]\d{9}|0\d{9,11}")
# Masks would damage ids of users and conversations and our own codes (`housing_fund`).
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """One line. `actor`: user id, or `cli:` and the name on the machine; `action` a code such as `reveal`."""

    id: int
    at: datetime
    actor: str
    action: str
    subject_type: str
    subject_id: str
    detail: dict[str, Any]
    address: str


class AuditLog:
    """Thread-safe: share one. Blocks. Lines cannot be changed or removed."""

    def __init__(self, engine: Engine, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def write(
        self,
        actor: str,
        action: str,
        subject_type: str,
        subject_id: str,
        detail: Mapping[str, Any] | None = None,
        address: str = "",
    ) -> None:
        """Committed when this returns: write first, then show what was asked for.

        `detail` may hold people's words (the reason for a look): personal data in them is masked, long ones are cut.
        """
        with self._engine.begin() as connection:
            self.write_in(connection, actor, action, subject_type, subject_id, detail, address)

    def write_in(
        self,
        connection: Connection,
        actor: str,
        action: str,
        subject_type: str,
        subject_id: str,
        detail: Mapping[str, Any] | None = None,
        address: str = "",
    ) -> None:
        """As `write`, inside the caller's transaction: both happen or neither."""
        connection.execute(
            insert(audit).values(
                at=self._clock(),
                actor=actor[:64],
                action=action,
                subject_type=subject_type,
                subject_id=_safe_id(subject_id),
                detail=masked_detail(detail or {}),
                address=address[:64],
            )
        )

    def read(
        self,
        *,
        limit: int = 100,
        before: int | None = None,
        actor: str | None = None,
        action: str | None = None,
        subject: tuple[str, str] | None = None,
        since: datetime | None = None,
    ) -> tuple[AuditEntry, ...]:
        """Newest first, at most 500. `before`: only lines with a smaller id; `subject`: (type, id)."""
        query = select(audit).order_by(audit.c.id.desc()).limit(max(1, min(limit, PAGE_MAX)))
        if before is not None:
            query = query.where(audit.c.id < before)
        if actor is not None:
            query = query.where(audit.c.actor == actor)
        if action is not None:
            query = query.where(audit.c.action == action)
        if subject is not None:
            query = query.where(audit.c.subject_type == subject[0], audit.c.subject_id == subject[1])
        if since is not None:
            query = query.where(audit.c.at >= since)
        with self._engine.connect() as connection:
            return tuple(AuditEntry(**row) for row in connection.execute(query).mappings())


def masked_detail(detail: Mapping[str, Any]) -> dict[str, Any]:
    """The detail as it may be kept."""
    return {str(key): _masked(str(key), value) for key, value in detail.items()}


def _masked(key: str, value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        # A telephone number may also come as an int.
        return mask_text(str(value)) if isinstance(value, int) and abs(value) >= 10**6 else value
    if isinstance(value, Mapping):
        return masked_detail(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_masked(key, item) for item in value]
    text = str(value)[:VALUE_MAX_CHARS]
    return text if _CODE.fullmatch(text) and not is_personal(key) else mask_field(key, text)


def _safe_id(subject_id: str) -> str:
    return mask_phone(subject_id) if _PHONE_LIKE.fullmatch(subject_id.strip()) else subject_id[:64]
