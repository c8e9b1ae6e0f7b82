"""Replies of every kind, as the hotline of 明州市 gives them; the fake gateway's script."""

from __future__ import annotations

from tests.browser.fake_gateway import Message, bot

GREETING = bot(
    "您好，这里是明州市 12345 政务服务便民热线。我可以解答政策、登记诉求、查询工单进度，请直接说您的问题。",
    quick_replies=[
        {"text": "我要咨询政策", "payload": None},
        {"text": "我要反映问题", "payload": None},
        {"text": "查工单进度", "payload": None},
    ],
)

FUND_ANSWER = bot(
    "**符合下列情形之一的，可以申请提取住房公积金：**\n\n"
    "1. 购买、建造、翻建、大修自住住房\n"
    "2. 偿还购房贷款本息\n"
    "3. 无房职工租房自住\n"
    "4. 离休、退休，或者完全丧失劳动能力并与单位终止劳动关系\n\n"
    "| 方式 | 办理时限 |\n|:--|--:|\n| 线上（政务服务网） | 1 个工作日 |\n| 线下（服务大厅） | 3 个工作日 |\n\n"
    "详情可拨打 [12329](tel:12329) 或查看[国务院条例](https://www.gov.cn/)。",
    format="markdown",
    kind="answer",
    card={
        "articles": [
            {
                "id": "fund-withdraw",
                "title": "住房公积金提取",
                "department": "明州市住房公积金管理中心",
                "source": "《住房公积金管理条例》第二十四条",
                "effective_to": "2027-12-31",
            }
        ]
    },
)

LONG_ANSWER = bot(
    "\n\n".join(f"第 {n} 条　申请人应当如实提供材料，并对材料的真实性负责。" for n in range(1, 31)),
    format="markdown",
    kind="answer",
    card={"articles": []},
)

DRAFT = bot(
    "我整理了一下您反映的情况，请核对：",
    kind="order_draft",
    card={
        "fields": [
            {"name": "type", "label": "类型", "value": "投诉"},
            {"name": "title", "label": "事项", "value": "烧烤店油烟扰民"},
            {
                "name": "description",
                "label": "情况",
                "value": "楼下烧烤店油烟太大，天天晚上营业到凌晨一两点，影响休息。",
            },
            {"name": "place", "label": "地点", "value": "东湖区和平街道和平路88号幸福里小区3栋"},
            {"name": "appeal", "label": "诉求", "value": "希望有关部门核查并督促整改"},
            {"name": "caller", "label": "联系人", "value": "王先生"},
            {"name": "phone", "label": "联系电话", "value": "138****5678"},
        ]
    },
    quick_replies=[
        {"text": "确认", "payload": "/affirm"},
        {"text": "修改地点", "payload": None},
        {"text": "修改其他", "payload": "/correct"},
        {"text": "不报了", "payload": "/cancel"},
    ],
)

ORDER = bot(
    "已为您登记，请记好工单编号。",
    kind="order_card",
    card={
        "number": "261122000159",
        "type": "投诉",
        "title": "烧烤店油烟扰民",
        "status": "已受理",
        "place": "东湖区和平街道和平路88号",
        "due_at": "2026-11-29T18:00:00+08:00",
        "phone": "138****5678",
        "code": "482913",
    },
)

EMERGENCY = bot(
    "着火了请马上撤离到安全的地方，不要乘电梯，并立即拨打119。有人受伤请拨打120。",
    kind="emergency",
    card={"numbers": [{"number": "119", "label": "火警"}, {"number": "120", "label": "医疗急救"}]},
)

CLARIFY = bot(
    "您是想问下面哪一项？",
    kind="clarify",
    card={"articles": [{"id": "a", "title": "身份证丢失补办"}, {"id": "b", "title": "居住证丢失补办"}]},
    quick_replies=[
        {"text": "身份证丢失补办", "payload": '/choose{"id":"a"}'},
        {"text": "居住证丢失补办", "payload": '/choose{"id":"b"}'},
        {"text": "都不是", "payload": None},
    ],
)

HANDOFF = bot("好的，这就为您转人工，您说的内容都会一并转过去。", kind="handoff")

NO_SEAT = {
    **bot(
        "非常抱歉，现在没有坐席在线，暂时接不通人工。您的情况已经记下，可以留个电话请人工回电，也可以现在就登记成工单。",
        kind="handoff",
        quick_replies=[
            {"text": "请人工回电", "payload": None},
            {"text": "登记成工单", "payload": "/order_help"},
        ],
    ),
    "from": "system",
}


def seat(text: str, **more: object) -> Message:
    """A message of the seat with number 1024."""
    return {**bot(text, author={"badge": "1024"}, **more), "from": "seat"}


ENDED = {
    **bot(
        "本次人工服务已结束，感谢您的来访，请为这次服务打分。如果还有补充，直接留言即可。",
        kind="rating",
        card={"scale": 5},
    ),
    "from": "system",
}

RATING = bot("感谢您的咨询，请对本次服务做个评价。", kind="rating", card={"scale": 5})

NOTICE = {**bot("您的催办已经记录，承办单位会尽快与您联系。", kind="notice"), "from": "system"}


def reply_to(text: str, payload: str | None) -> list[Message]:
    """The answer to a citizen's words, by a word in them."""
    if payload == "/affirm":
        return [ORDER]
    for word, replies in (
        ("公积金", [FUND_ANSWER]),
        ("全文", [LONG_ANSWER]),
        ("油烟", [DRAFT]),
        ("着火", [EMERGENCY]),
        ("补办", [CLARIFY]),
        ("转人工", [HANDOFF]),
        ("再见", [RATING]),
        ("催办", [NOTICE]),
    ):
        if word in text:
            return replies
    return [bot(f"收到：{text[:20]}")]
