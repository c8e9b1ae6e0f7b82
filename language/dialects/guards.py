"""Where a word of a dialect is one: the third column of a table. Pure.

A guard is a few conditions with spaces between them:

* `?`   counts only where the dialect is known: chosen, or told by another word of the message.
* `~`   always understood, but many who speak Mandarin say it, too (咋, 晓得): it tells no dialect.
* `L_R` the word stands between L and R. Each is nothing, or texts with | between them; `^` is the beginning of a clause,
  `$` its end (a final particle may stand before it). Of several such conditions one must hold.
* `!L_R` the word does not stand so. None of these may hold.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PARTICLES = "啊呀嘛吧哈吗嘞哦呢哩噻咯喽呗哟哇喔唦撒啦诶欸"
_CLAUSE_ENDS = re.compile(rf"[{_PARTICLES}]*(?![\u3400-\u9fff\U00020000-\U0003ffff0-9A-Za-z])")
_IN_A_CLAUSE = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff0-9A-Za-z]")


class BadGuard(ValueError):
    """The message says what is wrong with it."""


@dataclass(frozen=True)
class Context:
    """What stands at both sides. An empty side is anything."""

    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    begins: bool = False
    ends: bool = False

    def holds(self, text: str, start: int, end: int) -> bool:
        return self._left(text, start) and self._right(text, end)

    def _left(self, text: str, start: int) -> bool:
        if not self.left and not self.begins:
            return True
        if self.begins and (start == 0 or not _IN_A_CLAUSE.match(text[start - 1])):
            return True
        return bool(self.left) and text.endswith(self.left, 0, start)

    def _right(self, text: str, end: int) -> bool:
        if not self.right and not self.ends:
            return True
        if self.ends and _CLAUSE_ENDS.match(text, end):
            return True
        return bool(self.right) and text.startswith(self.right, end)


@dataclass(frozen=True)
class Guard:
    told_only: bool = False
    common: bool = False
    one_of: tuple[Context, ...] = ()
    none_of: tuple[Context, ...] = ()

    def allows(self, text: str, start: int, end: int) -> bool:
        """Whether the word at `start` to `end` (exclusive) stands where it is one of the dialect."""
        if self.one_of and not any(context.holds(text, start, end) for context in self.one_of):
            return False
        return not any(context.holds(text, start, end) for context in self.none_of)


def read_guard(cell: str) -> Guard:
    """Raises BadGuard."""
    told_only = common = False
    one_of: list[Context] = []
    none_of: list[Context] = []
    for condition in cell.split():
        if condition == "?":
            told_only = True
        elif condition == "~":
            common = True
        elif condition.startswith("!"):
            none_of.append(_context(condition[1:]))
        else:
            one_of.append(_context(condition))
    if told_only and common:
        raise BadGuard("has ? and ~: a word is either understood always or only where the dialect is known")
    return Guard(told_only, common, tuple(one_of), tuple(none_of))


def _context(condition: str) -> Context:
    if condition.count("_") != 1:
        raise BadGuard(f"{condition} needs one _ for the word itself, such as 这样_$ or !_国|间")
    left, right = (side.split("|") if side else [] for side in condition.split("_"))
    if not left and not right:
        raise BadGuard("a lone _ says nothing; leave it out")
    if "" in left or "" in right:
        raise BadGuard(f"{condition} has an empty text beside a |")
    if "$" in left or "^" in right:
        raise BadGuard(f"{condition}: ^ stands left of the _, and $ right of it")
    return Context(
        tuple(text for text in left if text != "^"),
        tuple(text for text in right if text != "$"),
        "^" in left,
        "$" in right,
    )
