"""Tables of the WeChat channel."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from desk.store.base import Base
from desk.store.times import UtcDateTime


class WechatCitizenRow(Base):
    """One citizen of one account and his present conversation; erased with it."""

    __tablename__ = "wechat_citizens"

    # Hash of account and openid: stands where the openid must not.
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    # Personal data, in clear because WeChat's API asks for it.
    openid: Mapped[str] = mapped_column(String(64))
    conversation_id: Mapped[str] = mapped_column(String(32), index=True)
    heard_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Everything up to this number has been brought to the citizen, and so many parts of the message behind it.
    delivered_seq: Mapped[int]
    delivered_parts: Mapped[int]
    # Until then the answer to a request of WeChat may still take what is to be said; the API has to wait.
    hold_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Somebody brings it at present, until then at the latest.
    claim_token: Mapped[str | None] = mapped_column(String(32))
    claim_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When to look again; NULL: there is nothing to bring, or nothing can be brought before the citizen writes.
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    # The last message that was answered in the answer to its request, and what with: a repeated request gets the same.
    passive_id: Mapped[str | None] = mapped_column(String(64))
    passive_text: Mapped[str | None] = mapped_column(Text)
    passive_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WechatJobRow(Base):
    """A picture or a voice message whose file is still to be fetched; deleted when it has been said."""

    __tablename__ = "wechat_jobs"

    # The message's id.
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(32), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    media_id: Mapped[str] = mapped_column(String(256))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int]
    # Somebody works on it, until then at the latest.
    taken_until: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
