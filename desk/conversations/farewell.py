"""Is this only thanks or goodbye? Such a message after the end calls no seat back. Pure."""

from __future__ import annotations

import re

# What is left after taking these words and the punctuation away is the matter; nothing left: a farewell.
_POLITE = re.compile(
    r"非常|十分|真的|太|多谢|感谢|谢谢|谢了|谢|辛苦|麻烦|打扰|再见|拜拜|拜|886|88|好的|好滴|好嘞|好|行|嗯+|哦+|噢|知道|明白|清楚|"
    r"收到|可以|没事|没有|没了|不用|不客气|不需要|其他|别的|问题|祝|工作|顺利|愉快|满意|很|您|你们|你|我|了|啦|的|哈+|呀|啊|吧|就|ok|bye",
    re.IGNORECASE,
)
_NO_WORDS = re.compile(r"[\W_]+")
# A rating in figures: "5", "5分", "五星".
_RATING = re.compile(r"[1-5一二三四五](分|星|颗星)?")
# Longer texts carry a matter however polite they are.
_LONGEST = 20
# "不好", "没有解决", "不满意", "不行": the polite words inside are negated.
_NEGATED = re.compile(r"[不没未](好|行|满意|清楚|明白|知道|可以|收到|有解决|解决|谢)|有问题|不是|没有人")


def is_farewell(text: str) -> bool:
    bare = _NO_WORDS.sub("", text)
    if not bare:
        return True
    if len(bare) > _LONGEST or _NEGATED.search(bare) and not bare.startswith(("没有问题", "没问题")):
        return False
    return _RATING.fullmatch(bare) is not None or _POLITE.sub("", bare) == ""
