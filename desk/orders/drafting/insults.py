"""Words that tell how angry somebody is and nothing of the matter: kept in the transcript, left out of titles. Pure."""

from __future__ import annotations

import re

# Whoever is called this, the matter is something else. "骗子公司", "王八蛋包工头" and the like name the other side: only
# the bare word at the end of a clause is left out, and what is said to us.
_CURSES = (
    r"他?妈(?:了个)?(?:的|逼)|(?:你|他|我)(?:妈|奶奶|大爷)(?:的|逼)|操(?:你|他)(?:妈|娘|大爷)?(?:的|逼)?|草(?:泥马|你妈|你大爷)|日(?:你|他)(?:妈|娘)|"
    r"卧槽|我[操靠草艹擦]|狗[日娘](?:养)?的|狗东西|王八蛋|混[蛋账]|畜生|人渣|败类|垃圾东西|吃屎的?|滚(?:蛋|开)|傻[逼比叉B]|[沙煞傻]b|"
    r"[sS][bB](?![a-zA-Z])|脑残|吃干饭的?|吃白饭的?|不要脸|缺德|没良心|什么(?:玩意儿?|东西)(?=$|[,，。!！?？;；\s])"
)
_AT_US = (
    r"(?:你们?|您们?)(?:就|都|全|真|这|简直|是|些|个|帮|群|一群|一帮)*(?:骗子|混蛋|废物|流氓|土匪|饭桶|摆设|吃干饭的)|"
    r"(?:你们?|您们?)?(?:到底)?管不管(?:啊|了|呀)?|(?:真|都|快|可)?(?:把我|要)?(?:气|急|烦|恨|火)死(?:我|人|个人)?(?:了|啦)?|(?:什么|啥)破(?:热线|客服|机器人|态度)|"
    r"(?:我)?(?:真|太|很|非常|都)?(?:生气|气愤|愤怒|火大|恼火)(?:了|啦|极了)?(?=$|[,，。!！?？;；\s])"
)
_INSULT = re.compile(f"(?:{_CURSES}|{_AT_US})[啊呀吧啦了呢吗]*")
_CLAUSES = re.compile(r"([^,，。;；!！?？\s]+)([,，。;；!！?？\s]*)")
# What is left of a clause once the insult is out, and says nothing: 你们这群, 真是, 的.
_REST = re.compile(
    r"(?:你们?|您|我|他们?|这|那|些|个|群|帮|一|真|是|就|都|的|了|也|太|什么|怎么|还|呢|啊|吧|\W)*"
)


def without_insults(text: str) -> str:
    """The clauses that tell something, with what insults taken out of them; "" where nothing else was said."""
    kept = []
    for found in _CLAUSES.finditer(text):
        clause, mark = found.groups()
        left = _INSULT.sub("", clause)
        if left == clause:
            kept.append(clause + mark)
        elif not _REST.fullmatch(left):
            kept.append(left + mark)
    return "".join(kept).strip(" ,，;；\n")
