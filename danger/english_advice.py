"""What is said in English to somebody in danger. The numbers and their order come from the Chinese advice
(data/danger_advice.yml)."""

from __future__ import annotations

from danger.advice import GENTLE, MISTAKE, SAFE, Advice

LABELS = {
    "110": "police",
    "119": "fire and rescue",
    "120": "ambulance",
    "122": "traffic police",
    "12110": "police by text message",
    "12356": "mental health helpline",
}
# The first thing to do, by the kind of danger.
_DO = {
    "fire": "Stay low and leave by the stairs, never by the lift. If smoke blocks the way, close the door, seal the gaps with wet cloth and wave from a window.",
    "gas": "Leave the building first and call from outside. Do not touch any switch and do not light anything.",
    "carbon_monoxide": "Open doors and windows and bring everybody outside. If somebody is not breathing, push hard and fast on the middle of the chest.",
    "explosion": "Get away from the place, it may explode again. Press a clean cloth on wounds.",
    "collapse": "Keep away from the building, it may fall further. Remember where you hear voices and tell the rescuers.",
    "electricity": "Do not touch the person before the power is off. If he is not breathing then, push hard and fast on the middle of the chest.",
    "drowning": "Do not jump in. Throw something that floats, and keep the person in sight.",
    "trapped_lift": "Press the alarm button and stay away from the door. Do not climb out.",
    "trapped_other": "Save your strength, and knock on something hard so that the rescuers find you.",
    "traffic": "Switch on the warning lights and stand behind the barrier. Do not move the injured unless there is fire.",
    "child_ill": "If the child is not breathing, lay it flat and push fast on the middle of the chest until help comes. If it has a seizure, turn it on its side and put nothing in its mouth.",
    "illness": "If the person is not breathing, push hard and fast on the middle of the chest until help comes. If he breathes but does not wake, turn him on his side.",
    "injury": "Press a clean cloth firmly on the wound. Do not move somebody who has fallen from a height.",
    "birth": "Let her lie on her side and keep her warm. Do not pull at the baby.",
    "poisoning": "Do not make the person vomit. Keep the package of what was swallowed for the doctors.",
    "allergy": "Let the person lie down, and use the emergency injector if there is one.",
    "self_harm": "I am glad that you told me. You are not alone, and this pain can pass. Please go to somebody near you, and put what could hurt you out of reach.",
    "suicide_other": "Stay with the person, speak calmly, listen, and do not leave him alone.",
    "domestic_violence": "Get to a room with a lock or to a neighbour. If you cannot speak, send your address to 12110 by text message.",
    "sexual_violence": "Go to a safe place. It is not your fault. Do not wash or change clothes before you have seen the police.",
    "violence": "Get away and lock a door between you. If you cannot speak, send your address to 12110 by text message.",
    "robbery": "Do not resist, your life matters more than things. Remember what they look like and where they go.",
    "kidnap_trafficking": "If you cannot speak, send where you are to 12110 by text message.",
    "threat": "Lock the door and do not open it. Outside, go where there are people.",
    "missing_child": "You need not wait 24 hours. Say what he or she looks like, wears, and where you saw him or her last.",
    "missing_elder": "You need not wait 24 hours. Say what he or she looks like, wears, and where you saw him or her last.",
    "animal": "Keep away from it. Wash a bite with soap and running water for 15 minutes.",
    "silent_help": "If you cannot speak, send your address and what happens to 12110 by text message. Keep your phone silent.",
}
_ELSE = "Get to a safe place first, and say where you are."
_GO_ON = (
    "Please call {first} now if you have not, and do what they tell you. If they do not understand you, hand the phone to "
    "somebody near you.",
    "Stay safe until help comes. {first} can be called again at any time. I pass on everything that you write here.",
)
_LISTENING = (
    "I am here, and I read what you write. Please do not stay alone with this, and call {first}: they listen day and night.",
    "Thank you for going on writing. Please stay where people are. {first} is there for you now.",
)
_SORROW = frozenset({"self_harm"})
OVER = {
    SAFE: "Good, I am glad that you are safe. If anything changes, call 110, 119 or 120 at once.",
    MISTAKE: "Good, so nobody is in danger. Please go on.",
    GENTLE: "I am glad to hear that. Whenever it gets hard again, call 12356, or come back here.",
}


def named(advice: Advice) -> list[tuple[str, str]]:
    """The numbers with their English labels."""
    return [(number, LABELS.get(number, "")) for number, _ in advice.numbers]


def first_words(advice: Advice) -> str:
    """The first answer: the numbers at once, then what to do."""
    return f"Please call {_numbers(advice)} now! {_DO.get(advice.kind, _ELSE)}"


def more_words(advice: Advice, turn: int) -> str:
    """The sentence for turn `turn` (from 0) while the danger lasts; the sentences come round."""
    sentences = _LISTENING if advice.kind in _SORROW else _GO_ON
    number, label = named(advice)[0]
    return sentences[turn % len(sentences)].format(first=f"{number} ({label})" if label else number)


def _numbers(advice: Advice) -> str:
    told = [f"{number} ({label})" if label else number for number, label in named(advice)]
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} or {told[-1]}"
