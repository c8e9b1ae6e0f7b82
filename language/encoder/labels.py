"""What the encoder's heads tell apart, in the order of their outputs, and the words that stand for what was asked."""

from __future__ import annotations

from language.annotated import ACTS as ACTS
from language.annotated import LABELS

# The 34 kinds of danger, then what danger is taken for.
DANGERS = (
    "fire gas carbon_monoxide electricity explosion collapse flood drowning traffic injury illness child_ill birth "
    "poisoning food_poisoning heatstroke_cold allergy self_harm suicide_other psychosis domestic_violence "
    "abuse_of_child_or_elder violence sexual_violence robbery threat kidnap_trafficking missing_child missing_elder "
    "trapped_lift trapped_other animal dangerous_goods industrial silent_help"
).split()
HARMLESS = (
    "past_danger complaint_of_risk policy_question news_or_rumour film metaphor insult quote_or_name "
    "training_or_drill trouble answer"
).split()
KINDS = DANGERS + HARMLESS
# O first, then B and I of each label.
TAGS = ["O"] + [f"{edge}-{label}" for label in LABELS for edge in "BI"]
# Characters of a piece that have tags of their own; further ones share the last.
SLOTS = 4
# The words that tell the network what had been asked. At the beginning of a conversation it gets none.
ASKED = {
    "start": "",
    "details": "什么事情",
    "place": "地点位置",
    "time": "时间",
    "subject": "涉及单位",
    "appeal": "希望解决",
    "name": "姓名称呼",
    "phone": "联系电话",
    "phone_check": "电话对吗",
    "confidential": "保密",
    "summary": "核对工单",
    "change": "修改",
    "cancel_check": "确定取消",
    "answer": "政策解答",
    "offer": "登记或转人工",
    "clarify": "哪一个问题",
    "done": "工单编号",
    "callback": "回电时间",
    "knowledge": "政策解答",
}
