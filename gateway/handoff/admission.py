"""What a citizen is told when he asks for a person: his place in the queue, or honestly that nobody can come. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from desk.conversations import Draft, HandoffReason, HandoffRequest, QuickReply, Sender
from desk.conversations.conversation import Effects
from desk.handoff.estimate import Admission
from desk.handoff.events import Place
from gateway import sentences


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
    drafts: Sequence[Draft], effects: Effects, request: HandoffRequest, place: Place
) -> tuple[tuple[Draft, ...], Effects]:
    """The answer with the place in the queue at its end."""
    told = urgent_draft(place) if is_urgent(request) else queue_draft(place)
    return (*drafts, told), replace(effects, handoff=request)


def refused(
    drafts: Sequence[Draft], effects: Effects, admission: Admission, opens: datetime | None, now: datetime
) -> tuple[tuple[Draft, ...], Effects]:
    """The answer where nobody can come: the conversation stays the bot's, and the marks tell what was wished for.

    `opens` is the next opening in the city's time, `now` the time there.
    """
    kept, request = replace(effects, handoff=None), request_of(effects)
    if request is not None and is_urgent(request):
        return (*drafts, sentences.notice(sentences.URGENT_NO_SEAT)), kept
    if effects.handoff is None:
        # The bot broke: it has said already that a person will look at it, and nobody asked for one just now.
        return tuple(drafts), kept
    # Next to the bot's own word about a person, so that a question it asks stays the last thing said.
    said = [n for n, draft in enumerate(drafts, 1) if draft.kind == "handoff"]
    place = said[-1] if said else len(drafts)
    return (*drafts[:place], refusal_draft(admission, opens, now), *drafts[place:]), kept


def queue_draft(place: Place) -> Draft:
    """The `handoff` message with the place in the queue."""
    ahead = max(place.position - 1, 0)
    text = (sentences.QUEUE_PLACE if ahead else sentences.QUEUE_NEXT).format(
        ahead=ahead, wait=wait_words(place)
    )
    return Draft(sender=Sender.SYSTEM, text=text, kind="handoff", card=place_json(place))


def urgent_draft(place: Place) -> Draft:
    """Nobody in danger should wait for us, whoever is on duty."""
    return Draft(sender=Sender.SYSTEM, text=sentences.URGENT_QUEUED, kind="handoff", card=place_json(place))


def place_json(place: Place) -> dict[str, int]:
    """`high_min` 0: nobody can tell."""
    return {"position": place.position, "low_min": place.low_min or 0, "high_min": place.high_min or 0}


def wait_words(place: Place) -> str:
    low, high = place.low_min, place.high_min
    if not high:
        return sentences.WAIT_UNKNOWN
    if not low or low >= high:
        return sentences.WAIT_SHORT.format(high=high)
    return sentences.WAIT_RANGE.format(low=low, high=high)


def refusal_draft(admission: Admission, opens: datetime | None, now: datetime) -> Draft:
    """Why nobody comes, and what can be done instead."""
    match admission:
        case Admission.OUT_OF_HOURS:
            text = sentences.OUT_OF_HOURS.format(opens=_opening_words(opens, now))
        case Admission.TOO_LONG:
            text = sentences.QUEUE_TOO_LONG
        case _:
            text = sentences.NO_SEAT
    replies = (
        QuickReply(text=sentences.ASK_CALLBACK),
        QuickReply(text=sentences.REGISTER_ORDER, payload="/order_help"),
    )
    return Draft(sender=Sender.SYSTEM, text=text, kind="handoff", quick_replies=replies)


def _opening_words(opens: datetime | None, now: datetime) -> str:
    if opens is None:
        return ""
    day = {now.date(): "今天", (now + timedelta(days=1)).date(): "明天"}.get(opens.date(), "")
    return sentences.OPENS_AT.format(time=f"{day}{opens.hour}点{f'{opens.minute}分' if opens.minute else ''}")
