"""A busy day at the desk of 明州市, for tests of the seat console. Everything in it is made up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.backends.categories import shipped_tree

Json = dict[str, Any]

ME = {
    "id": "u000000001024",
    "username": "wangfang",
    "display_name": "王芳",
    "badge": "1024",
    "role": "seat",
    "rights": ["account", "serve"],
    "skills": ["general", "housing_fund"],
    "capacity": 15,
}
LEAD = {
    **ME,
    "id": "u000000001001",
    "username": "zhaomin",
    "display_name": "赵敏",
    "badge": "1001",
    "role": "lead",
    "rights": ["account", "lead", "serve"],
}

_SEATS = [
    ("1001", "赵敏", "lead", "ready", "", ["general", "tax"], 1, 5),
    ("1024", "王芳", "seat", "ready", "", ["general", "housing_fund"], 12, 15),
    ("1031", "李静", "seat", "ready", "", ["general", "social_insurance"], 4, 5),
    ("1035", "周强", "seat", "busy", "", ["general", "health_insurance"], 5, 5),
    ("1042", "陈雨", "seat", "ready", "", ["enterprise", "tax"], 2, 5),
    ("1047", "刘洋", "seat", "pause", "用餐", ["general"], 0, 5),
    ("1050", "孙丽", "seat", "ready", "", ["english", "general"], 3, 5),
    ("1053", "何军", "seat", "ready", "", ["dialect", "general"], 4, 6),
    ("1060", "高洁", "seat", "offline", "", ["sign_language"], 0, 3),
]

SKILLS = [
    ("general", "综合"),
    ("housing_fund", "住房公积金"),
    ("health_insurance", "医疗保障"),
    ("social_insurance", "社会保险"),
    ("tax", "税务"),
    ("enterprise", "企业服务"),
    ("english", "英语"),
    ("dialect", "方言"),
]

# title, reason, why, emotion, score, vulnerable, skill, channel
_MATTERS: list[tuple[str, str, str, str, float, list[str], str, str]] = [
    (
        "小区楼下烧烤店深夜油烟和噪音扰民",
        "emotion",
        "连续三次投诉未见处理，情绪激动",
        "angry",
        0.86,
        [],
        "",
        "web",
    ),
    (
        "公积金提取申请被退回，想知道原因",
        "complex",
        "涉及公积金中心和单位两方",
        "anxious",
        0.52,
        [],
        "housing_fund",
        "wechat",
    ),
    ("老人独居，社区送餐停了三天", "vulnerable", "自述 78 岁，独居", "sad", 0.61, ["老年人"], "", "web"),
    ("和平路路灯整段不亮", "asked", "市民要求人工", "", 0.0, [], "", "web"),
    (
        "医保异地备案显示成功但不能直接结算",
        "not_understood",
        "机器人两次未能理解",
        "anxious",
        0.45,
        [],
        "",
        "app",
    ),
    ("物业擅自停水催缴物业费", "emotion", "言语激烈", "angry", 0.78, [], "", "wechat"),
    ("孩子积分入学材料怎么补交", "asked", "市民要求人工", "", 0.0, [], "", "web"),
    ("拖欠工资四个月，包工头失联", "complex", "涉及多人、多部门", "angry", 0.58, [], "", "web"),
    ("咨询灵活就业人员社保缴费档次", "asked", "市民要求人工", "", 0.0, [], "social_insurance", "mini"),
    ("锦绣家园电梯反复困人", "emergency", "提到有人被困（已脱困）", "anxious", 0.7, [], "", "web"),
    ("公交 32 路取消后出行不便", "asked", "市民要求人工", "", 0.0, [], "", "wechat"),
    ("对上次工单答复不满意，要求重新处理", "emotion", "同一市民第三次来电", "angry", 0.66, [], "", "web"),
    # the queue
    ("燃气味很重，楼道里都能闻到", "emergency", "疑似燃气泄漏", "anxious", 0.82, [], "", "web"),
    ("视障市民咨询无障碍出行补贴", "vulnerable", "自述视力障碍", "", 0.0, ["视障"], "", "app"),
    ("商家拒绝退款并辱骂消费者", "emotion", "情绪激动", "angry", 0.81, [], "", "web"),
    ("企业开办后税务登记顺序", "asked", "市民要求人工", "", 0.0, [], "enterprise", "web"),
    ("How to renew a residence permit", "asked", "需要英语服务", "", 0.0, [], "english", "web"),
    ("公租房轮候三年没有消息", "complex", "历史遗留问题", "sad", 0.5, [], "", "wechat"),
    ("学校门口早高峰乱停车", "not_understood", "机器人两次未能理解", "", 0.0, [], "", "web"),
    ("快递被放错驿站丢失", "asked", "市民要求人工", "", 0.0, [], "", "mini"),
    ("老旧小区加装电梯意见不统一", "policy", "规定由人工办理", "", 0.0, [], "", "web"),
    # offered during the day
    (
        "暖气不热，家里有新生儿",
        "vulnerable",
        "家有新生儿，室温 14 度",
        "anxious",
        0.74,
        ["婴幼儿"],
        "",
        "web",
    ),
]
OWN, QUEUED = 12, 9

BBQ: list[tuple[str, str]] = [
    ("citizen", "我要投诉，楼下烧烤店天天晚上冒烟，吵到凌晨两点！"),
    ("bot", "非常理解您的心情。请问烧烤店在哪个小区或街道？"),
    ("citizen", "和平新村3幢楼下，叫老刘烧烤，在和平路那边"),
    ("bot", "请问这种情况从什么时候开始的？方便的话请留一个联系电话。"),
    ("citizen", "从国庆以后就这样，已经打过三次12345了，没人管！！我电话13800010012，姓张"),
    ("citizen", "你们到底管不管？转人工！"),
    ("system", "正在为您转接人工坐席，请稍候，您可以继续补充情况。"),
    ("seat", "张先生您好，我是 1024 号坐席，您反映的情况我已经看到，马上为您登记。"),
    ("citizen", "前两次登记了，城管来看了一眼就走了，晚上照样烤"),
    ("citizen", "[图片]"),
    ("seat", "图片收到。请问油烟和噪音主要集中在几点到几点？"),
    ("citizen", "晚上八点到凌晨两点，周末更晚。家里有高考的孩子，根本没法睡"),
]


def moment(seconds_ago: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds_ago)).isoformat()


def seat_items() -> list[Json]:
    return [
        {
            "id": f"u00000000{badge}",
            "display_name": name,
            "badge": badge,
            "role": role,
            "status": status,
            "reason": reason,
            "since": moment(600 + 97 * index),
            "skills": skills,
            "load": load,
            "capacity": capacity,
            "present": status != "offline",
        }
        for index, (badge, name, role, status, reason, skills, load, capacity) in enumerate(_SEATS)
    ]


def item(index: int, *, seat: str | None, state: str) -> Json:
    title, reason, why, emotion, score, vulnerable, skill, channel = _MATTERS[index]
    own = seat is not None
    waited = 25 + 11 * index if own else max(8, 400 - 41 * (index - OWN))
    return {
        "conversation": f"c{index:02d}",
        "handoff": f"h{index:024d}",
        "state": state,
        "reason": reason,
        "reason_text": why,
        "note": why,
        "priority": {"emergency": 400, "vulnerable": 300, "emotion": 200}.get(reason, 100),
        "skill": skill,
        "since": moment(waited + (1500 - 90 * index if own else 0)),
        "accepted_at": moment(1500 - 90 * index) if own else None,
        "waited_s": float(waited),
        "seat": seat,
        "channel": channel,
        "owner": "SEAT" if own else "WAITING",
        "emotion": {"label": emotion, "score": score} if emotion else None,
        "title": title,
        "said": "",
        "last": None,
        "unread": 0,
        "requeued": 1 if index == 17 else 0,
        "vulnerable": vulnerable,
        "epoch": 2,
    }


def transcript(index: int) -> list[tuple[str, str]]:
    """Sender and words, oldest first."""
    if index == 0:
        return BBQ
    title, _, why = _MATTERS[index][:3]
    begin = [
        ("citizen", f"你好，{title}"),
        ("bot", "已为您记录。请问具体的地点和时间？"),
        ("citizen", "上周开始的，在东湖区和平街道"),
        ("citizen", "转人工"),
    ]
    if index >= OWN:
        return begin
    answered = [("seat", f"您好，我是 1024 号坐席。{why}，我来为您处理。")]
    # Some wait for an answer, some have theirs.
    return begin + answered + ([("citizen", "好的，那什么时候能有结果？")] if index % 3 == 1 else [])


def knowledge() -> list[Json]:
    return [
        {
            "id": "environment-cooking-fumes",
            "title": "餐饮油烟扰民怎么投诉、由谁处理",
            "score": 0.91,
            "department": "明州市城市管理局",
            "speech": "餐饮油烟扰民由城管部门查处：居民楼、商住楼内未设专用烟道的，不得新建产生油烟的餐饮项目。登记后 2 个工作日内现场核查并回复您。",
            "text": "依据《大气污染防治法》第八十一条，居民住宅楼、未配套设立专用烟道的商住综合楼内，禁止新建、改建、扩建产生油烟、异味、废气的餐饮服务项目。\n登记工单后，属地城管中队应在 2 个工作日内现场核查，7 个工作日内答复。",
            "source": "大气污染防治法",
            "effective_to": None,
        },
        {
            "id": "noise-night",
            "title": "夜间社会生活噪声的时间与处罚",
            "score": 0.83,
            "department": "明州市公安局",
            "speech": "晚上 22 点到次日 6 点为夜间，商业经营活动产生的噪声超标影响他人休息的，公安机关可先警告、再处罚，您可以同时拨打 110 请民警现场制止。",
            "text": "依据《噪声污染防治法》，夜间指 22:00 至次日 6:00。",
            "source": "噪声污染防治法",
            "effective_to": "2027-12-31",
        },
        {
            "id": "order-repeat",
            "title": "同一诉求再次反映怎么办理",
            "score": 0.74,
            "department": "明州市行政审批服务局",
            "speech": "同一诉求第三次反映的，我们会标记为重复诉求并升级督办，由承办单位负责人回复您。",
            "text": "重复诉求升级督办规则。",
            "source": "热线管理办法",
            "effective_to": None,
        },
    ]


TREE = shipped_tree()
# What the classifier thinks of the first conversation, best first.
LIKELY = (("120201", 0.58), ("120102", 0.27), ("080201", 0.11))


def categories() -> list[Json]:
    """All of them, as GET /categories tells them."""
    return [category(code) for code in TREE.leaves]


def category(code: str) -> Json:
    node = TREE[code]
    return {
        "code": code,
        "path": list(TREE.path(code)),
        "department": node.department,
        "urgency": node.urgency.value,
    }


def order_draft(conversation: str) -> Json:
    """As the rules and the classifier fill it from the first conversation: some sure, some not, some missing."""

    def field(
        name: str,
        label: str,
        kind: str,
        value: Any,
        turn: int | None,
        span: list[int] | None,
        sure: float,
        origin: str,
        **more: Any,
    ) -> Json:
        return {
            "name": name,
            "label": label,
            "kind": kind,
            "value": value,
            "required": False,
            "confidence": sure,
            "origin": origin,
            "turn": turn,
            "span": span,
            **more,
        }

    types = [
        {"value": code, "label": label}
        for code, label in (
            ("consult", "咨询"),
            ("help", "求助"),
            ("complain", "投诉"),
            ("report", "举报"),
            ("suggest", "建议"),
            ("praise", "表扬"),
        )
    ]
    urgency = [
        {"value": code, "label": label}
        for code, label in (
            ("emergency", "特急"),
            ("urgent", "紧急"),
            ("normal", "一般"),
            ("difficult", "疑难"),
        )
    ]
    told = "楼下烧烤店天天晚上冒烟，吵到凌晨两点"

    def span(turn: int, words: str) -> list[int]:
        at = BBQ[turn - 1][1].index(words)
        return [at, at + len(words)]

    fields = [
        field("type", "诉求类型", "choice", "complain", 1, None, 0.92, "rule", required=True, options=types),
        field(
            "description",
            "反映内容",
            "textarea",
            "和平新村3幢楼下老刘烧烤天天晚上冒烟，吵到凌晨两点，已三次反映未解决。",
            1,
            span(1, told),
            0.88,
            "citizen",
            required=True,
        ),
        field("title", "标题", "text", "和平新村烧烤店油烟噪音扰民", 1, None, 0.5, "rule", required=True),
        field(
            "place",
            "发生地点",
            "place",
            "东湖区和平街道和平新村3幢",
            3,
            span(3, "和平新村3幢"),
            0.93,
            "citizen",
            required=True,
        ),
        field(
            "event_time",
            "发生时间",
            "time",
            "国庆以后，每晚20时至次日2时",
            5,
            span(5, "国庆以后"),
            0.66,
            "citizen",
        ),
        field("subject", "涉及对象", "text", "老刘烧烤", 3, span(3, "老刘烧烤"), 0.81, "citizen"),
        field("appeal", "市民诉求", "textarea", "查处油烟噪音，限制夜间经营", 1, None, 0.9, "rule"),
        field(
            "category_code",
            "诉求分类",
            "category",
            LIKELY[0][0],
            1,
            None,
            LIKELY[0][1],
            "classifier",
            required=True,
        ),
        field(
            "department", "承办单位", "text", "明州市城市管理局", None, None, 0.8, "classifier", required=True
        ),
        field(
            "urgency", "紧急程度", "choice", "normal", 1, None, 0.8, "rule", required=True, options=urgency
        ),
        field("caller_name", "来电人", "text", "张", 5, span(5, "姓张"), 0.9, "citizen"),
        field(
            "caller_title",
            "称谓",
            "choice",
            "",
            None,
            None,
            1.0,
            "",
            options=[{"value": w, "label": w or "不详"} for w in ("", "先生", "女士")],
        ),
        field(
            "phone",
            "联系电话",
            "phone",
            "1380001001",
            5,
            span(5, "13800010012"),
            0.62,
            "citizen",
            problem="手机号应为 11 位，请核对",
        ),
        field("confidential", "要求保密", "bool", False, None, None, 1.0, ""),
        field("reply_wanted", "需要回复", "bool", True, None, None, 1.0, ""),
    ]
    duplicates = [
        {
            "number": "261118-00231-7",
            "type": "complain",
            "title": "和平新村老刘烧烤油烟扰民",
            "status": "processing",
            "department": "明州市城市管理局",
            "created_at": moment(4 * 86400),
            "due_at": moment(-3 * 86400),
            "score": 0.88,
            "reasons": ["同一地点"],
        }
    ]
    suggested = [{**category(code), "confidence": confidence} for code, confidence in LIKELY]
    return {
        "draft_id": f"draft-{conversation}",
        "fields": fields,
        "duplicates": duplicates,
        "suggested_category": suggested,
    }


# What only the whole order has.
OF_ONE_ORDER = frozenset(
    (
        "community",
        "place_detail",
        "callback_phone",
        "revealed",
        "description",
        "appeal",
        "event_time",
        "subject",
    )
    + ("remarks", "history")
)


def filed() -> Json:
    """An order as GET /orders/{number} tells it, masked."""
    return {
        "number": "261118-00231-7",
        "type": "complain",
        "status": "processing",
        "title": "和平新村老刘烧烤油烟扰民",
        "category_path": list(TREE.path("120201")),
        "department": "明州市城市管理局",
        "district": "东湖区",
        "street": "和平街道",
        "community": "和平新村",
        "place_detail": "3幢楼下",
        "caller": "张*先生",
        "phone": "138****0012",
        "callback_phone": "",
        "hurry_count": 1,
        "created_at": moment(4 * 86400),
        "due_at": moment(-3 * 86400),
        "revealed": False,
        "description": "老刘烧烤天天晚上冒烟，吵到凌晨两点。",
        "appeal": "限制夜间经营",
        "event_time": "每晚20时至次日2时",
        "subject": "老刘烧烤",
        "remarks": [{"text": "市民又来电催问", "by": "seat:1024", "at": moment(86400)}],
        "history": [
            {"kind": "created", "at": moment(4 * 86400), "to": None, "note": ""},
            {"kind": "status", "at": moment(3 * 86400), "to": "processing", "note": ""},
            {"kind": "hurried", "at": moment(86400), "to": None, "note": "department told"},
        ],
    }


def finished() -> Json:
    return {
        "orders": [{key: value for key, value in filed().items() if key not in OF_ONE_ORDER}],
        "conversations": [
            {
                "id": "c90",
                "channel": "web",
                "title": "电梯坏了三天没人修",
                "outcome": "order",
                "state": "done",
                "ended_at": moment(3600),
            }
        ],
    }


def summary(messages: list[Json]) -> Json:
    said = [one for one in messages if one["from"] == "citizen"]
    return {
        "messages": len(messages),
        "danger": "",
        "matter": "楼下烧烤店天天晚上营业到两点，油烟直排",
        "place": "和平路88号幸福里小区3栋",
        "asked": [{"seq": said[0]["seq"], "text": "几点以后算扰民？"}] if said else [],
        "promised": [{"seq": 0, "text": "人工回电 139****1234，明天上午"}],
    }


def past() -> Json:
    return {
        "conversations": [
            {
                "id": "c90",
                "channel": "web",
                "created_at": moment(4 * 86400),
                "title": "烧烤店油烟第二次反映",
                "outcome": "order",
                "seat": "u000000001031",
            },
            {
                "id": "c91",
                "channel": "wechat",
                "created_at": moment(19 * 86400),
                "title": "烧烤店油烟",
                "outcome": "order",
                "seat": "u000000001035",
            },
        ],
        "orders": [
            {
                "number": "261118-00231-7",
                "type": "complain",
                "title": "和平新村老刘烧烤油烟扰民",
                "status": "processing",
                "department": "明州市城市管理局",
                "created_at": moment(4 * 86400),
                "due_at": moment(-3 * 86400),
            },
            {
                "number": "261103-00087-2",
                "type": "complain",
                "title": "和平路烧烤店夜间噪音",
                "status": "answered",
                "department": "明州市城市管理局",
                "created_at": moment(19 * 86400),
                "due_at": moment(12 * 86400),
            },
        ],
    }


CANNED = [
    {
        "id": "hello",
        "group": "问候",
        "keys": "nh",
        "text": "{citizen}您好，我是{seat}号坐席，很高兴为您服务，请问有什么可以帮您？",
    },
    {
        "id": "hello_wait",
        "group": "问候",
        "keys": "sdl",
        "text": "您反映的情况我已看到，请稍等，我正在为您核实。",
    },
    {
        "id": "calm",
        "group": "安抚",
        "keys": "lj",
        "text": "非常理解您的心情，给您带来不便我们深表歉意，我会尽快帮您处理。",
    },
    {
        "id": "calm_repeat",
        "group": "安抚",
        "keys": "cf",
        "text": "您多次反映仍未解决，我会标注为重复诉求并申请督办。",
    },
    {"id": "ask_place", "group": "询问", "keys": "wz", "text": "请问具体是在哪个区、哪条路或哪个小区？"},
    {
        "id": "ask_time",
        "group": "询问",
        "keys": "sj",
        "text": "请问这种情况从什么时候开始、一般在几点到几点？",
    },
    {
        "id": "ask_phone",
        "group": "询问",
        "keys": "dh",
        "text": "请留一个方便联系您的电话，承办单位会与您联系。",
    },
    {
        "id": "order_done",
        "group": "工单",
        "keys": "gd",
        "text": "您的诉求已登记，承办单位会在时限内联系您，可凭工单编号查询进度。",
    },
    {"id": "bye", "group": "结束", "keys": "zj", "text": "感谢您的来话，祝您生活愉快，再见！"},
]


def callbacks() -> list[Json]:
    def one(
        number: int,
        phone: str,
        wish: str,
        note: str,
        state: str,
        due_s: float | None,
        seat: str | None = None,
    ) -> Json:
        return {
            "id": f"k{number}",
            "conversation": f"c8{number}",
            "phone": phone,
            "wish": wish,
            "note": note,
            "state": state,
            "created_at": moment(7200 + number * 900),
            "due_at": None if due_s is None else moment(-due_s),
            "seat": seat,
            "done_at": None,
            "result": "",
        }

    return [
        one(1, "138****0012", "今天下午", "暖气不热，报修两次无人上门", "open", -1500),
        one(2, "139****7741", "明天上午", "公积金贷款提前还款流程", "open", None),
        one(3, "137****2205", "今天 17 点后", "对医保报销比例有疑问", "taken", 5400, ME["id"]),
        one(4, "135****9930", "随时", "店铺门前道路施工影响经营", "done", -7200, "u000000001031"),
    ]


def overview(items: list[Json]) -> Json:
    waiting = [one for one in items if one["state"] in ("waiting", "offered")]
    hours = [
        ("08", 21, 20, 19),
        ("09", 46, 44, 39),
        ("10", 58, 55, 43),
        ("11", 39, 39, 36),
        ("12", 18, 18, 18),
        ("13", 24, 24, 22),
        ("14", 51, 47, 38),
        ("15", 37, 30, 26),
    ]
    return {
        "service_level": {
            "call": {"within": 142, "total": 151, "target_s": 15},
            "text": {"within": 201, "total": 243, "target_s": 180},
        },
        "waiting": {"now": len(waiting), "longest_s": 400},
        "today": {
            "handoffs": 294,
            "served": 268,
            "abandoned": 11,
            "callbacks_open": 2,
            "handling_s": 412,
            "wrap_up_s": 73,
        },
        "reasons": [
            {"reason": reason, "count": count}
            for reason, count in (
                ("asked", 118),
                ("not_understood", 52),
                ("emotion", 47),
                ("complex", 31),
                ("vulnerable", 22),
                ("policy", 14),
                ("emergency", 10),
            )
        ],
        "hours": [
            {"hour": hour, "requested": requested, "accepted": accepted, "within": within}
            for hour, requested, accepted, within in hours
        ],
        "seats": seat_items(),
        "queue": waiting,
        "serving": [one for one in items if one["state"] == "serving"],
    }
