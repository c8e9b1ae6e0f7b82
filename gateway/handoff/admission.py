"""What a citizen who asks for a person is told: their place in the queue, or honestly that nobody can come. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import ModuleType

from desk.conversations import Draft, HandoffReason, HandoffRequest, QuickReply, Sender
from desk.conversations.conversation import Effects
from desk.handoff.estimate import Admission
from desk.handoff.events import QueuePlace
from gateway import sentences, sentences_english


def request_of(effects: Effects) -> HandoffRequest | None:
    """The call for a person in an answer. Danger and a broken bot call one too, without saying so."""
    if any(mark.reason is HandoffReason.EMERGENCY for mark in effects.marks):
        asked = effects.handoff
        if asked is None or asked.reason is not HandoffReason.EMERGENCY:
            return replace(
                asked or HandoffRequest(reason=HandoffReason.EMERGENCY),
                reason=HandoffReason.EMERGENCY,
                priority=None,
            )
    if effects.handoff is not None:
        return effects.handoff
    for mark in effects.marks:
        if mark.reason is HandoffReason.FAILURE:
            return HandoffRequest(reason=mark.reason, note=mark.note)
    return None


def is_urgent(request: HandoffRequest) -> bool:
    """Enters the queue whatever the hour and the length of it, if only somebody is there."""
    return request.reason is HandoffReason.EMERGENCY


def admitted(
    drafts: Sequence[Draft], effects: Effects, request: HandoffRequest, place: QueuePlace
) -> tuple[tuple[Draft, ...], Effects]:
    """The answer with the place in the queue at its end."""
    words = sentences_english if in_english(request) else sentences
    told = urgent_draft(place, words) if is_urgent(request) else queue_draft(place, words)
    return (*drafts, told), replace(effects, handoff=request)


def refused(
    drafts: Sequence[Draft], effects: Effects, admission: Admission, opens: datetime | None, now: datetime
) -> tuple[tuple[Draft, ...], Effects]:
    """The answer where nobody can come: the conversation stays the bot's, and the marks tell what was wished for.

    `opens` is the next opening in the city's time, `now` the time there.
    """
    kept, request = replace(effects, handoff=None), request_of(effects)
    english = request is not None and in_english(request)
    if request is not None and is_urgent(request):
        words = sentences_english if english else sentences
        return (*drafts, sentences.notice(words.URGENT_NO_SEAT)), kept
    if effects.handoff is None:
        # The bot broke: it has said already that a person will look at it, and nobody asked for one just now.
        return tuple(drafts), kept
    # Next to the bot's own word about a person, so that a question it asks stays the last thing said.
    said = [n for n, draft in enumerate(drafts, 1) if draft.kind == "handoff"]
    place = said[-1] if said else len(drafts)
    told = english_refusal(admission, opens) if english else refusal_draft(admission, opens, now)
    return (*drafts[:place], told, *drafts[place:]), kept


def in_english(request: HandoffRequest) -> bool:
    """Whether the citizen reads English (actions/watch.py notes it)."""
    return request.detail.get("language") == "en"


def queue_draft(place: QueuePlace, words: ModuleType = sentences) -> Draft:
    """The `handoff` message with the place in the queue. `words` is the module with the sentences of a language."""
    ahead = max(place.position - 1, 0)
    text = (words.QUEUE_PLACE if ahead else words.QUEUE_NEXT).format(
        ahead=ahead, wait=wait_words(place, words)
    )
    if place.high_min and not place.skilled:
        text = words.SKILL_AWAY + text
    return Draft(sender=Sender.SYSTEM, text=text, kind="handoff", card=place_json(place))


def urgent_draft(place: QueuePlace, words: ModuleType = sentences) -> Draft:
    """Nobody in danger should wait for us, whoever is on duty."""
    return Draft(sender=Sender.SYSTEM, text=words.URGENT_QUEUED, kind="handoff", card=place_json(place))


def place_json(place: QueuePlace) -> dict[str, int | bool]:
    """`high_min` 0: nobody can tell. `skilled` false: nobody who has the skill is at work."""
    return {
        "position": place.position,
        "low_min": place.low_min or 0,
        "high_min": place.high_min or 0,
        "skilled": place.skilled,
    }


def wait_words(place: QueuePlace, words: ModuleType = sentences) -> str:
    low, high = place.low_min, place.high_min
    if not high:
        return str(words.WAIT_UNKNOWN if place.skilled else words.WAIT_NOBODY)
    if not low or low >= high:
        return str(words.WAIT_SHORT.format(high=high))
    return str(words.WAIT_RANGE.format(low=low, high=high))


def refusal_draft(admission: Admission, opens: datetime | None, now: datetime) -> Draft:
    """Why nobody comes, and what can be done instead."""
    match admission:
        case Admission.OUT_OF_HOURS:
            text = sentences.OUT_OF_HOURS.format(opens=_opening_words(opens, now))
        case Admission.TOO_LONG:
            text = sentences.QUEUE_TOO_LONG
        case Admission.NOBODY_READY:
            text = sentences.NOBODY_READY
        case _:
            text = sentences.NO_SEAT
    replies = (
        QuickReply(text=sentences.ASK_CALLBACK),
        QuickReply(text=sentences.REGISTER_ORDER, payload="/order_help"),
    )
    return Draft(sender=Sender.SYSTEM, text=text, kind="handoff", quick_replies=replies)


def english_refusal(admission: Admission, opens: datetime | None) -> Draft:
    """The same in English, where being called back is what can be done instead: the bot writes no orders in English."""
    match admission:
        case Admission.OUT_OF_HOURS:
            text = sentences_english.OUT_OF_HOURS
            if opens is not None:
                text += sentences_english.OPENS_AT.format(time=f"{opens:%H:%M}")
        case Admission.TOO_LONG:
            text = sentences_english.QUEUE_TOO_LONG
        case _:
            text = sentences_english.NO_SEAT
    return Draft(
        sender=Sender.SYSTEM,
        text=text + sentences_english.LEAVE_PHONE,
        kind="handoff",
        quick_replies=(QuickReply(text=sentences_english.ASK_CALLBACK),),
    )


def _opening_words(opens: datetime | None, now: datetime) -> str:
    if opens is None:
        return ""
    day = {now.date(): "今天", (now + timedelta(days=1)).date(): "明天"}.get(opens.date(), "")
    return sentences.OPENS_AT.format(time=f"{day}{opens.hour}点{f'{opens.minute}分' if opens.minute else ''}")
