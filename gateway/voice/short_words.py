"""What the shortest things people say on the phone mean for taking turns. Pure."""

from __future__ import annotations

import re
from enum import Enum

# Signs of listening while somebody else speaks; they want no answer.
_BACKCHANNEL = re.compile(
    r"(?:嗯|恩|啊|哦|噢|喔|唔|诶|欸|唉|呃|额|哎|对的?|是的?|好的?|好吧|行吧?|知道了?|明白了?|这样|没错|可以)+"
)
# Sounds that fill a pause of thought; alone they are no answer either.
_HESITATION = re.compile(r"(?:嗯|恩|啊|哦|噢|喔|唔|诶|欸|呃|额|那个|这个|就是)+")
_SENTENCE_END = re.compile(r"(?:吗|呢|吧|了|啊|呀|谢谢|你好|您好|再见|人工|好的|是的|对的|不用|没有|可以)$")
# Somebody who ends like this has more to say.
_DANGLING = re.compile(
    r"(?:然后|就是|那个|这个|因为|但是|所以|还有|而且|如果|或者|的话|比如|呃|嗯|额|我想|我要|在|和|跟)$"
)
_SPOKEN_DIGIT = "0-9０-９零〇一二两三四五六七八九幺"
_NUMBER_TAIL = re.compile(rf"[{_SPOKEN_DIGIT}]{{3,}}$")
_NOT_WORD = re.compile(r"[^\w]|_", re.UNICODE)
# Mobile 11, order number 12, identity card 18 digits (the last may be X).
_WHOLE_NUMBER = re.compile(rf"[1一幺][{_SPOKEN_DIGIT}]{{10}}$|[{_SPOKEN_DIGIT}]{{17}}[{_SPOKEN_DIGIT}xX]$")
_ORDER_NUMBER = re.compile(rf"[{_SPOKEN_DIGIT}]{{12}}$")


class Ending(Enum):
    """How a text breaks off."""

    COMPLETE = "complete"
    OPEN = "open"
    # More is sure to come: a number half said, a conjunction.
    UNFINISHED = "unfinished"


def bare(text: str) -> str:
    """Only what is spoken: no punctuation, no spaces."""
    return _NOT_WORD.sub("", text)


def is_backchannel(text: str) -> bool:
    """嗯, 对对对, 好的: "I am listening". False for an empty text."""
    return _BACKCHANNEL.fullmatch(bare(text)) is not None


def is_hesitation(text: str) -> bool:
    """嗯, 呃那个: the caller thinks. False for an empty text."""
    return _HESITATION.fullmatch(bare(text)) is not None


def ending_of(text: str, *, number_wanted: bool = False) -> Ending:
    """`number_wanted`: the caller was asked for a number, so that any digits are a part of it."""
    spoken = bare(text)
    if _WHOLE_NUMBER.search(spoken) or (number_wanted and _ORDER_NUMBER.search(spoken)):
        return Ending.COMPLETE
    if _NUMBER_TAIL.search(spoken) or _DANGLING.search(spoken):
        return Ending.UNFINISHED
    return Ending.COMPLETE if _SENTENCE_END.search(spoken) else Ending.OPEN
