"""What the gateway says about the queue to somebody who writes English, as gateway/sentences.py in Chinese."""

from __future__ import annotations

QUEUE_NEXT = "You are next in the queue. {wait} You can go on writing, my colleague sees everything."
QUEUE_PLACE = "{ahead} people are ahead of you in the queue. {wait} You can go on writing, my colleague sees everything."
WAIT_UNKNOWN = "Nobody can tell just now how long it will take."
WAIT_NOBODY = "Nobody is at the desk just now, so nobody can tell how long it will take."
SKILL_AWAY = (
    "Nobody who knows this matter best is at the desk just now; another colleague will help you first. "
)
WAIT_SHORT = "It should take less than {high} minutes."
WAIT_RANGE = "It should take {low} to {high} minutes."
URGENT_QUEUED = "A colleague has been alerted. Do not wait for us: call 110, 119 or 120 now."
URGENT_NO_SEAT = "No colleague is online now. Do not wait for us: call the numbers above. You can go on writing, it is kept."
NO_SEAT = "I am sorry, nobody who speaks English can answer now. What you have written is kept."
OUT_OF_HOURS = "I am sorry, this is outside our working hours. What you have written is kept."
OPENS_AT = " Our colleagues are back at {time}."
QUEUE_TOO_LONG = "I am sorry, too many people are waiting now. What you have written is kept."
LEAVE_PHONE = " Please leave your phone number, and you will be called back."
ASK_CALLBACK = "Call me back"
