"""Every Chinese sentence that the gateway itself says. What the bot says is in domain.yml and in actions/."""

from __future__ import annotations

from desk.conversations import Draft, QuickReply, Sender
from gateway.errors import Failure

FAILURES = {
    Failure.UNREACHABLE: "非常抱歉，智能客服暂时无法应答，您的话已经完整记下，并已登记由人工查看处理。",
    Failure.TIMEOUT: "非常抱歉，系统这次没能及时给出答复，您的话已经完整记下，并已登记由人工查看处理。",
    Failure.BROKEN: "非常抱歉，智能客服出了故障，没能处理您刚才的话，内容已经记下，并已登记由人工查看处理。",
    Failure.EMPTY: "非常抱歉，我没能处理好您刚才的话，内容已经记下，并已登记由人工查看处理。",
}
KEPT = "非常抱歉，系统暂时繁忙，您的话已经另行保存，恢复后会马上处理并登记由人工查看，请不用重复发送。"
NOT_STORED = "非常抱歉，系统出现故障，您刚才的话没能存下来，请稍后再发一次。"
STILL_WORKING = "您的话已经收到，正在处理，请稍候。"
HANDOFF = "好的，已为您登记转人工，工作人员会看到我们刚才的全部对话。"
RATED = "感谢您的评价！"
GOODBYE = "感谢您使用12345热线，再见。"
EMERGENCY = "如果您或身边的人正处在危险中，请马上拨打："

TOKEN_WRONG = "会话凭证无效，请重新打开页面。"
NOT_FOUND = "没有找到这个会话。"
CLOSED = "本次会话已经结束，请重新开始一次咨询。"
TOO_LONG = "内容太长了，请分成几段发送。"
TOO_MANY = "您发得太快了，请稍等一会儿再发。"
TOO_MANY_CONVERSATIONS = "新建会话太频繁了，请稍后再试。"
TOO_MANY_SOCKETS = "打开的页面太多了，请关掉一些再试。"
PAYLOAD_UNKNOWN = "这个选项已经失效，请直接输入您的问题。"
MALFORMED = "请求的格式不正确。"
HELLO_FIRST = "请先发送 hello。"
SHUTTING_DOWN = "服务正在重启，请稍后重新连接。"
INTERNAL = "系统出现故障，请稍后再试。"
NO_SUCH_PAGE = "没有这个页面。"
API_TOKEN_WRONG = "接口令牌无效。"
API_TOKENS_MISSING = "尚未配置接口令牌：请设置环境变量 MINSHENG_API_TOKENS（多个用逗号分隔），然后重新启动。"
PART_MISSING = "这项功能暂时不可用。"
NOT_SIGNED_IN = "请先登录。"
NO_RIGHT = "您没有做这件事的权限。"
CSRF_WRONG = "页面已经过期，请刷新后再试。"
FOREIGN_PAGE = "请从坐席工作台的页面操作。"
TOO_MANY_SIGN_INS = "登录尝试太频繁了，请稍后再试。"
OLD_PASSWORD_WRONG = "原密码不正确。"
SAME_PASSWORD = "新密码不能与原密码相同。"

# What most people come for; taken as typed text, so that they work whatever the bot has learnt.
_STARTERS = ("我要反映问题", "查工单进度", "咨询政策", "转人工")


def greeting(city: str) -> Draft:
    """The first message of a conversation."""
    text = (
        f"您好，这里是{city}12345政务服务便民热线，我是智能客服“民声”。"
        "您可以直接说要咨询、求助、投诉或建议的事情，也可以随时说“转人工”。"
        "如遇火情、伤病或违法犯罪等紧急情况，请直接拨打119、120、110。"
    )
    return Draft(
        sender=Sender.BOT,
        text=text,
        speech=f"您好，{city}12345热线，请问有什么可以帮您？",
        quick_replies=tuple(QuickReply(text=starter) for starter in _STARTERS),
    )


def emergency(numbers: tuple[tuple[str, str], ...]) -> Draft:
    """The numbers to dial now, shown as tap-to-call."""
    return Draft(
        sender=Sender.SYSTEM,
        text=emergency_text(numbers),
        kind="emergency",
        card={"numbers": [{"number": number, "label": label} for number, label in numbers]},
    )


def emergency_text(numbers: tuple[tuple[str, str], ...]) -> str:
    return EMERGENCY + "、".join(f"{number}（{label}）" for number, label in numbers) + "。"


def notice(text: str) -> Draft:
    return Draft(sender=Sender.SYSTEM, text=text, kind="notice")
