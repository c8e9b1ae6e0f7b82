"""In which words a citizen has told of a danger, and what kind it is: what an offer for it says. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from danger.rules import cries_out, find_danger

# The card that the bot answers danger with (actions/alarm.py).
ADVICE = "emergency"
_CLAUSES = re.compile(r"[。！!；;\n]+")

# The kinds of data/danger_advice.yml, for seats.
KINDS = {
    "fire": "火情",
    "gas": "燃气泄漏",
    "carbon_monoxide": "一氧化碳中毒",
    "electricity": "触电、漏电",
    "explosion": "爆炸",
    "collapse": "坍塌",
    "flood": "水灾、受困",
    "drowning": "溺水",
    "traffic": "交通事故",
    "injury": "受伤",
    "illness": "突发疾病",
    "child_ill": "儿童急症",
    "birth": "临产",
    "poisoning": "中毒",
    "food_poisoning": "食物中毒",
    "heatstroke_cold": "中暑、失温",
    "allergy": "严重过敏",
    "self_harm": "轻生、自伤",
    "suicide_other": "他人轻生",
    "psychosis": "精神障碍发作",
    "domestic_violence": "家庭暴力",
    "abuse_of_child_or_elder": "虐待老人儿童",
    "violence": "暴力伤害",
    "sexual_violence": "性侵害",
    "robbery": "抢劫、入室",
    "threat": "人身威胁",
    "kidnap_trafficking": "绑架、拐卖",
    "missing_child": "儿童走失",
    "missing_elder": "老人走失",
    "trapped_lift": "电梯困人",
    "trapped_other": "被困",
    "animal": "动物伤人",
    "dangerous_goods": "危险品",
    "industrial": "生产事故",
    "silent_help": "不便说话的求助",
    "other": "其他危险",
}


@dataclass(frozen=True)
class Line:
    """One message, as far as it matters here. `pressed`: a button, nobody's own words."""

    citizen: bool
    kind: str
    text: str
    pressed: bool = False


def danger_told(lines: Sequence[Line]) -> str:
    """The words that raised the alarm, oldest line first; "" where none are found.

    Of the messages that the bot has answered with advice at last, one behind the other, those in which danger is heard
    go before those that only the understanding took for it; what a citizen says while help is on its way (快一点) tells
    nobody what has happened.
    """
    alarmed: list[str] = []
    told: list[str] = []
    waiting: list[str] = []
    over = False
    for citizen, turn in groupby(lines, key=lambda line: line.citizen):
        said = list(turn)
        if citizen:
            waiting = [line.text for line in said if not line.pressed and line.text.strip()]
            told += waiting
        elif any(line.kind == ADVICE for line in said):
            # Behind another answer it is another danger.
            alarmed = waiting if over else alarmed + waiting
            over = False
        else:
            over = True
    heard = [clause for text in (alarmed or told) if (clause := danger_clause(text))]
    if heard:
        return heard[-1]
    return alarmed[0] if alarmed else ""


def danger_clause(text: str) -> str:
    """The part of a message in which the danger is told; "" where the rules hear none."""
    if not (find_danger(text) or cries_out(text)):
        return ""
    clauses = [clause.strip() for clause in _CLAUSES.split(text) if clause.strip()]
    return next((clause for clause in clauses if find_danger(clause) or cries_out(clause)), text.strip())
