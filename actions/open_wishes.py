"""What a citizen wants to happen in a turn with no form open. Pure.

The intent names a topic; the reading (`language/reading.py`) tells the acts, in the light of what the bot had said.
Nothing is decided where nothing was read: then the intent decides, as for a button.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

from actions.asking import (
    announces_question,
    asks_in_words,
    demands,
    ends_asking,
    only_announces,
    rejects_answer,
    speaks_of_order,
    wants_registered,
    wonders,
)
from actions.process_questions import wants_no_calls
from desk.orders.drafting.keeping import tells_who_was_fetched
from desk.orders.drafting.order_types import by_words
from desk.orders.drafting.phrases import (
    announces_order,
    has_content,
    is_question,
    wants_confidence,
    wants_visit,
)
from desk.orders.drafting.turn import Turn
from desk.orders.nature import nature_of
from desk.orders.number import find_number
from language.reading import HOLDS, Reading


class Wish(StrEnum):
    """What an open turn wants. ANSWER_FIRST is a question with a trouble beside it, PROCESS_FIRST a question about
    the procedure with one; INVITE that a question comes and has not been told yet."""

    ORDER = "order"
    ANSWER = "answer"
    ANSWER_FIRST = "answer_first"
    PROCESS = "process"
    PROCESS_FIRST = "process_first"
    FOLLOW = "follow"
    SECRET = "secret"
    AGREE = "agree"
    DECLINE = "decline"
    LAY_ASIDE = "lay_aside"
    REMARK = "remark"
    GRUMBLE = "grumble"
    WAIT = "wait"
    GREET = "greet"
    THANK = "thank"
    DETAIL = "detail"
    INVITE = "invite"


# After an order was written: one more thing of it, and one that is another matter.
_ADDS = re.compile(
    r"加(?:进去|进|上|一下|一句|一条|个)|再?(?:添|补)(?:一|上|个|充)|补充|忘(?:了|记)?(?:说|讲|告诉|提)|刚(?:才|刚)?(?:忘|没)(?:了)?(?:说|讲)|写(?:进|上)去|一并(?:写|记|反映)"
)
_ANOTHER_MATTER = re.compile(
    r"(?:还有|另外|再有|再说|还)(?:一|个|一个|有一?个|有|的)*(?:件|桩|个|码|样)?(?:事|问题|情况要反映)|另(?:外|一)(?:件|桩|个)?|还有一?[件桩]|第二件|(?:也|还)要(?:投诉|反映|举报)"
)
# 我的工单怎么样了 is a question about an order, and none about the procedure.
_STATE_ASKED = re.compile(
    r"(?:工单|单子|那件事|我反映的|进[度展])[^,，。]{0,6}(?:怎么样|咋样|怎样|到哪|办到|处理到|有结果|进[度展])|查[^,，。]{0,4}(?:工单|进[度展])"
)
# How sure the reading must be to overrule an intent that says something else.
OVERRULES = 0.6
# A question that was not read surely enough to be one, where the words have the shape of one. One that was hardly read
# at all has to end the story, and an article must answer it clearly.
SUSPECTED, ENDING_CHARS = 0.2, 15
# An affair (驾照过期了) is told in so many characters, more is a story; only an article that is clearly about it counts.
AFFAIR_CHARS = 24
AFFAIR_SCORE = 0.53
# What is told after an order in so few words, and is no trouble of its own, belongs to it.
SMALL_REMARK_CHARS = 20
# A wish of how to be reached (我是聋人，不要打电话) and nothing beside it.
SHORT_WISH_CHARS = 24
# Below this, a party, a risk or a place hardly belongs to a matter.
INVOLVED_FROM = 0.25
# A longer message tells what is wanted, too.
BACKGROUND_CHARS = 40
# 没事没事，我挂了: who leaves tells nothing.
_LEAVES = re.compile(
    r"(?=.*(?:挂了|打错|没事))(?:没事(?:儿|了)?|不用了?|算了|打错(?:了|电话)?|我?(?:先)?挂(?:电话)?了|再见|拜拜|不好意思|啊|哈|哦|嗯|好|[\s,，。!！~～])+"
)
# 在吗 想投诉影楼: of whom, whatever the trouble is.
_COMPLAINS = re.compile(
    r"(?:你好|您好|在吗|在不在|那个|喂|我|俺|就|是|今天|[\s,，。])*(?:想|要|来|得)(?:投诉|举报|告)(?!电话|热线|渠道|平台|方式|奖励|过|了|无门)[\u4e00-\u9fff]{0,8}$"
)
# 希望真能采纳, 盼着早点解决: said behind an order, it wishes us well.
_HOPES = re.compile(
    r"(?:那|好的?|行|嗯|就|也|真|[\s,，])*(?:希望|但愿|盼着?|期待|等着?)(?:你们|真|能|可以|会|早|快|点|日|早点|尽快|有|被|好|的|消息|结果|采纳|解决|落实|处理|重视|管用|有用|答复|回复|反馈|改善|改进|[\s,，。!！~])+(?:吧|啊|哈|了|谢谢|\[[^\[\]]{1,6}\]|[\s,，。!！~])*"
)
_HURRY = re.compile(r"催(?!眠|收|债|缴|促)|加急|(?:快|早)(?:点|些|一点)(?:给我|帮我|来|办|处理|解决)")
# Longer sentences that hold the word tell a story.
SECRECY_CHARS = 40
_FOLLOWING = frozenset({"order_status", "order_hurry", "order_remark", "order_withdraw"})
# 帮我写一首诗, 给我讲个笑话: taken for a telling now and then, for it has no other shape.
_IDLE = frozenset({"out_of_scope", "chitchat"})
SURELY_IDLE = 0.9
_SMALL = frozenset({"greet", "thanks", "wait", "chat", "repeat", "bye"})
# Said so as a rule by their own action: a turn with one of these intents is not led elsewhere by a small act.
_OWN_WORDS = frozenset(
    {
        "repeat",
        "slower",
        "simpler",
        "goodbye",
        "greet",
        "thank",
        "ask_identity",
        "ask_capability",
        "ask_human",
    }
)


def _nothing_known(least: float) -> bool:
    return False


def _unanswered() -> bool:
    return False


def wish_of(
    turn: Turn,
    *,
    offered_order: bool = False,
    offered: bool = False,
    written: bool = False,
    answered: bool = False,
    noted: str = "",
    is_known: Callable[[float], bool] = _nothing_known,
    is_answered: Callable[[], bool] = _unanswered,
) -> Wish | None:
    """None: the intent decides. `offered_order`: an order was offered and waits for a yes, `offered`: anything was;
    `written`: an order was written or looked up in this conversation; `answered`: an article was just told;
    `noted`: the background that was told, and asked what is wanted. `is_known` tells whether an article about an
    affair of the citizen's own scores at least so much for what he tells: then a story is a question. `is_answered` tells whether any
    article is found for it."""
    reading, words = turn.reading, turn.words
    if words and _LEAVES.fullmatch(words):
        return Wish.LAY_ASIDE
    if words and len(words) <= SHORT_WISH_CHARS and wants_no_calls(words) and not has_content(words):
        return Wish.PROCESS
    if words and tells_who_was_fetched(turn):
        return Wish.ORDER if offered_order else Wish.DETAIL
    if written and words and _wants_secrecy(turn):
        return Wish.SECRET
    if written and _HOPES.fullmatch(words):
        return Wish.THANK
    if offered_order and words and wants_visit(words):
        # The article does not help who cannot come to the counter.
        return Wish.ORDER
    if written and _HURRY.search(words) and not _ANOTHER_MATTER.search(words):
        return Wish.FOLLOW
    if words and not offered and only_announces(words):
        return Wish.INVITE
    if answered and rejects_answer(words):
        return Wish.ANSWER
    if not reading or not words:
        return None
    sure = reading.acts.get
    asks, tells, registers = sure("ask", 0.0), sure("details", 0.0), sure("register", 0.0)
    about_order = turn.intent in _FOLLOWING
    if reading.does("secret") and not _tells(reading) and asks < sure("secret", 0.0):
        return Wish.SECRET
    if written and _adds(turn):
        return Wish.REMARK
    if reading.does("follow"):
        # Without a number nothing can be followed up; a trouble that is told can always be registered.
        if about_order or written or find_number(words) or sure("follow", 0.0) >= tells:
            return Wish.FOLLOW
    if reading.does("cancel") and not reading.does("details", "register", "ask"):
        return Wish.DECLINE if offered else Wish.LAY_ASIDE
    if about_order and turn.confidence >= OVERRULES and _STATE_ASKED.search(words) and not _tells(reading):
        return Wish.FOLLOW
    if reading.does("process") and sure("process", 0.0) >= asks:
        return Wish.PROCESS_FIRST if _tells(reading) else Wish.PROCESS
    if about_order and not reading.does("ask", "details", "register") and speaks_of_order(words):
        return Wish.FOLLOW
    complains = _COMPLAINS.match(words) and not ends_asking(words) and not _is_order(turn.intent)
    if wants_registered(words) or complains:
        return Wish.ORDER
    of_its_own = turn.intent in _OWN_WORDS | _IDLE and turn.confidence >= OVERRULES
    asking = ends_asking(words) and not (of_its_own or about_order or demands(words))
    if registers < HOLDS and asking and not written:
        # The trouble is told for the question's sake: what is known is told first, and an order offered behind it.
        mere = asks_by_nature(words)
        if mere or is_answered():
            return Wish.ANSWER_FIRST if _tells(reading) else Wish.ANSWER
    asked = _asked(turn, is_known)
    if (
        asked is Wish.ORDER
        and (noted or not offered)
        and not reading.does("ask")
        and is_background(turn, noted)
    ):
        # 我在网上卖自己做的发卡 holds a word that people ask with.
        return Wish.DETAIL
    if asked is not None:
        return asked
    if registers >= 0.5 and not reading.does("no", "cancel"):
        return Wish.ORDER
    idle = turn.intent in _IDLE and turn.confidence >= SURELY_IDLE and not has_content(words)
    if tells >= (OVERRULES if turn.intent in ("ask_knowledge", *_FOLLOWING) else 0.5) and not idle:
        of_affair = not (written or offered) and _tells_affair(turn) and is_known(AFFAIR_SCORE)
        if of_affair:
            return Wish.ANSWER_FIRST
        return Wish.DETAIL if (noted or not offered) and is_background(turn, noted) else Wish.ORDER
    if offered and reading.does("yes") and not reading.does("no", "nothing", "thanks", "bye"):
        return Wish.ORDER if offered_order and reading.does("value") else Wish.AGREE
    if (
        offered
        and reading.only("no", "nothing", "refuse", "thanks", "bye")
        and reading.does("no", "nothing", "refuse")
    ):
        return Wish.DECLINE
    if offered and reading.does("unknown") and reading.only("unknown", "value"):
        # Whoever does not know what to say to an offer is not told the same once more.
        return Wish.DECLINE
    if offered_order and reading.only("value"):
        return Wish.DETAIL if noted and is_background(turn, noted) else Wish.ORDER
    if reading.only("grumble", "chat", "unknown"):
        return Wish.GRUMBLE if reading.does("grumble") else None
    if turn.intent in _OWN_WORDS:
        return None
    for act, wish in (("wait", Wish.WAIT), ("greet", Wish.GREET), ("thanks", Wish.THANK)):
        if reading.only(*_SMALL) and reading.does(act, at_least=OVERRULES):
            return wish
    if reading.only("value") and not find_number(words):
        return Wish.DETAIL
    return None


def _wants_secrecy(turn: Turn) -> bool:
    """Whether the order that was just written is to be kept secret: in doubt, it is."""
    secret = turn.reading.acts.get("secret", 0.0)
    if secret < HOLDS and not (wants_confidence(turn.words) and len(turn.words) <= SECRECY_CHARS):
        return False
    tells = turn.reading.acts.get("details", 0.0) if turn.reading else 0.0
    return secret >= tells or not (_ANOTHER_MATTER.search(turn.words) or _is_order(turn.intent))


def _adds(turn: Turn) -> bool:
    """Whether the words belong to the order that was just written, and are no question, hurry or other matter."""
    if _ANOTHER_MATTER.search(turn.words) or turn.does("ask", "process", "register", "cancel", "human"):
        return False
    if _ADDS.search(turn.words):
        return turn.does("details", "value", "correct", "follow", "callback")
    if turn.does("follow"):
        return False
    if turn.does("callback"):
        return True
    # 我还是学生，希望别太贵: no second order, whatever the intent hears.
    small = len(turn.words) <= SMALL_REMARK_CHARS and not has_content(turn.words) and not demands(turn.words)
    return turn.does("details", "correct") and (not _is_order(turn.intent) or small)


def _asked(turn: Turn, is_known: Callable[[float], bool]) -> Wish | None:
    """How a question is answered; None where the turn asks nothing."""
    reading, words = turn.reading, turn.words
    asks, tells = reading.acts.get("ask", 0.0), reading.acts.get("details", 0.0)
    read, wants = reading.does("ask"), demands(words)
    announced = (announces_question(words) and asks_in_words(words)) or wonders(words)
    if reading.acts.get("register", 0.0) >= (asks if read else HOLDS):
        return None
    if wants and not announced and _is_order(turn.intent) and not is_question(words):
        # 我要举报有人私自加工食品: how it is reported need not be told first.
        return None
    suspected = asks_in_words(words if asks >= SUSPECTED else words[-ENDING_CHARS:])
    if not read and (wants or not (announced or suspected)):
        return None
    if not _tells(reading):
        return Wish.ANSWER if asks >= SUSPECTED or announced else None
    if announced and not wants:
        return Wish.ANSWER_FIRST
    if tells <= asks or (read and not _is_order(turn.intent)):
        return Wish.ANSWER_FIRST
    least = 0.0 if asks >= SUSPECTED else AFFAIR_SCORE
    return Wish.ANSWER_FIRST if not wants and is_known(least) else Wish.ORDER


def is_background(turn: Turn, before: str = "") -> bool:
    """Whether no trouble is told but what a question may be about: 娃明年9月上一年级, 我在网上卖自己做的发卡. What is wanted
    comes in the next message. `before` is what was told already: behind 我想自己开个奶茶店, 店面刚看好，还没签合同 is no trouble."""
    words = turn.words
    told = has_content(words) or demands(words) or announces_order(words) or ends_asking(words)
    if told or len(words) > BACKGROUND_CHARS:
        return False
    if before and asks_by_nature(f"{before}，{words}"):
        return True
    if _is_order(turn.intent) and turn.confidence >= OVERRULES or by_words("help", words) != "help":
        return False
    return asks_by_nature(words) or _involves_nothing(words)


def _involves_nothing(words: str) -> bool:
    """Whether nobody, no risk and no place belongs to what is told so far: 刚下夜班."""
    nature = nature_of(words)
    involved = max(nature.somebody, nature.risk, nature.placed)
    return any(nature.types.values()) and involved < INVOLVED_FROM


def asks_by_nature(words: str) -> bool:
    """Whether a consultation is the likeliest of what is told like this."""
    likely = nature_of(words).types
    asks = likely.get("consult", 0.0)
    return asks > max((value for name, value in likely.items() if name != "consult"), default=0.0)


def _tells_affair(turn: Turn) -> bool:
    """Whether a few words tell of something, and of nobody and no place."""
    somewhere = turn.spans("place", "subject") or turn.named("address")
    return len(turn.words) <= AFFAIR_CHARS and not (somewhere or demands(turn.words))


def _is_order(intent: str) -> bool:
    return intent.startswith("order_") and intent not in _FOLLOWING


def _tells(reading: Reading) -> bool:
    """Whether a trouble is told that an order could be about."""
    return reading.does("details", "register")
