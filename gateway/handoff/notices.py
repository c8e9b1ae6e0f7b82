"""What the hotline itself tells a citizen when their conversation changes hands. Pure."""

from __future__ import annotations

from desk.conversations import Draft, Sender
from gateway import sentences


def badge_words(badge: str) -> str:
    """` 1024号` for a seat with a badge, nothing for one without."""
    return f" {badge}号 " if badge else ""


def accepted(badge: str, *, took_over: bool = False) -> Draft:
    text = sentences.SEAT_TOOK_OVER if took_over else sentences.SEAT_ACCEPTED
    return sentences.notice(text.format(badge=badge_words(badge)))


_REQUEUED = {
    "seat_lost": sentences.SEAT_LOST,
    "transferred": sentences.TRANSFERRED,
    "citizen_wrote": sentences.REOPENED,
}


def requeued(why: str) -> Draft:
    return sentences.notice(_REQUEUED.get(why, sentences.SEAT_RETURNED))


def called_late() -> Draft:
    """Danger was told while nobody was there; now somebody is."""
    return sentences.notice(sentences.URGENT_QUEUED_LATE)


def back_to_bot(*, by_citizen: bool) -> Draft:
    return sentences.notice(sentences.TOOK_BOT_BACK if by_citizen else sentences.BACK_TO_BOT)


def ended() -> Draft:
    """Asks for the rating too."""
    return Draft(sender=Sender.SYSTEM, text=sentences.SEAT_ENDED, kind="rating", card={"scale": 5})
