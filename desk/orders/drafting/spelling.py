"""Which characters a name is written with, as callers explain it: 我姓毕毕业的毕毕春燕, 骆天明马字旁一个各那个骆, 覃有才西早覃.

A recogniser writes no comma between a name and its explanation. Blanked out, what is left is the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from language.surnames import SURNAME

_HAN = r"[\u4e00-\u9fff]"
_SAYS = r"(?:的(?:那个|这个|个)?|那个|这个)"
_LONGEST_WORD = 4
# 毕业的毕, 佘太君那个佘: ends at the character that the word before it holds.
_BY_WORD = re.compile(rf"{_SAYS}(?P<char>{_HAN})(?:字|这个字)?(?!{_SAYS})")
# What a part of a character is called by: 马字旁, 三点水, 走之底.
_PART = re.compile(
    r"[单双]人旁?|[两三四]点水?底?|宝盖头?|秃宝盖|走之底?旁?|绞丝旁?|提手旁?|竖心旁?|反犬旁?|[草竹]头|大肚|[\u4e00-\u9fff](?:旁|字(?:旁|头|底|框|边))"
)
# Or by where it stands: 耳朵底下一个双.
_SIDE = re.compile(r"(?:上|下|底|左|右|里|外)(?:面|头|边|下)|加个?|一个")
_MOST_OF_PARTS = 12
# 弓长张, 西早覃, 草头黄: the halves, then the character; it stands before them, too.
_BY_HALVES = re.compile(
    rf"(?P<char>{SURNAME})(?P<given>{_HAN}{{0,2}}?)[\s,，]?(?P<halves>(?:十八子|卯金刀|(?!(?P=char))(?:(?![叫名是姓我]){_HAN}){{2}}){_SAYS}?(?P=char))(?=$|[\s,，。.!！吧啊呀哈叫名]|(?P=char))"
)


def without_explanations(words: str, of: str = "") -> str:
    """The words with commas in place of what only explains a character, so that offsets stay true. What is
    explained was said before, and is one of the characters `of` a name, where that is known.

    >>> without_explanations("我姓毕毕业的毕毕春燕")
    '我姓毕，，，，毕春燕'
    >>> without_explanations("骆天明马字旁一个各那个骆")
    '骆天明，，，，，，，，，'
    """
    for find in (_by_parts, _by_word, _by_halves):
        for start, end in list(find(words)):
            if of and words[end - 1] not in of and words[end : end + 1] not in of:
                continue
            words = words[:start] + "，" * (end - start) + words[end:]
    return words


def _by_word(words: str) -> Iterator[tuple[int, int]]:
    for found in _BY_WORD.finditer(words):
        for length in range(2, _LONGEST_WORD + 1):
            start = found.start() - length
            word = words[max(0, start) : found.start()]
            if start < 0 or not re.fullmatch(rf"{_HAN}+", word):
                break
            if found["char"] in word and (found["char"] in words[:start] or words[:start].endswith("姓")):
                # 姓雷|雨田的雷 holds the surname itself, and then its halves; 龙是|属龙那个龙 names it once more.
                if start > 1 and words[start - 1] == found["char"] and not re.match(_HAN, words[start - 2]):
                    # 王欣 |欣欣向荣的欣: the word begins with it twice.
                    start -= 1
                again = 2 if words[:start].endswith((f"{found['char']}是", f"{found['char']}就")) else 0
                yield start + words[:start].endswith("姓") - again, found.end()
                break


def _by_parts(words: str) -> Iterator[tuple[int, int]]:
    """From the first part that is named to the character that was said before it: 骆天明|马字旁一个各那个骆."""
    for part in _PART.finditer(words):
        end = _said_again(words, part.start(), part.end())
        if end:
            yield part.start(), end
            return
    for surname in re.finditer(SURNAME, words):
        # 聂|耳朵底下一个双的聂: only a surname has them right behind it.
        end = _said_again(words, surname.end(), surname.end() + 1)
        if end and _SIDE.search(words, surname.end(), end):
            yield surname.end(), end
            return


def _said_again(words: str, start: int, first: int) -> int:
    """The end of the explanation that begins at `start`: behind the first character from `first` on that was said before it
    and closes it, or before it where the whole name follows (竺竹字头一个二|竺阿娣); 0 where none does."""
    for at in range(first, min(len(words), start + _MOST_OF_PARTS)):
        char, behind = words[at], words[at + 1 : at + 2]
        if not re.match(_HAN, char):
            return 0
        if char not in words[:start]:
            continue
        if not re.match(_HAN, behind) or behind == char or behind in "吧啊呀叫名":
            return at + 1
        if words[start - 1] == char:
            return at
    return 0


def _by_halves(words: str) -> Iterator[tuple[int, int]]:
    for found in _BY_HALVES.finditer(words):
        yield found.span("halves")
