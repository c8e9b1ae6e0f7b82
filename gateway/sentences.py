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
NOT_STORABLE = "您发的内容里有系统无法保存的部分，没有存下来，请换个说法或分几段再发。"
STILL_WORKING = "您的话已经收到，正在处理，请稍候。"
HANDOFF = "好的，已为您登记转人工，工作人员会看到我们刚才的全部对话。"
RATED = "感谢您的评价！"
GOODBYE = "感谢您使用12345热线，再见。"
EMERGENCY = "如果您或身边的人正处在危险中，请马上拨打："

TOKEN_WRONG = "会话凭证无效，请重新打开页面。"
TOKEN_ENDED = (
    "这个会话很久没有新消息，已经结束了。请开始新的会话；已登记的工单可以凭工单编号和手机号后四位查询。"
)
NOT_FOUND = "没有找到这个会话。"
CLOSED = "本次会话已经结束，请重新开始一次咨询。"
TOO_LONG = "内容太长了，请分成几段发送。"
TOO_MANY = "您发得太快了，请过{wait}再发。如果有危险，请马上拨打 110、119 或 120。"
TOO_MANY_CONVERSATIONS = "新建会话太频繁了，请过{wait}再试。如果有危险，请马上拨打 110、119 或 120。"
TOO_MANY_PICTURES = "图片发得太多了，请过{wait}再发；文字还可以继续发。"
TOO_MANY_SOCKETS = "打开的页面太多了，请关掉一些再试。"
CALL_RESUMED = "您好，语音已接通，请讲。"
CALL_RESUMED_WAITING = "您好，语音已接通，正在为您排队等候人工坐席，请稍候。"
CALL_RESUMED_SEAT = "您好，语音已接通，人工坐席能看到您说的话。"
CALLS_OFF = "本热线没有开通网页语音通话，请继续打字，或直接拨打12345。"
CALLS_BUSY = "现在语音通话的人太多，请稍后再试，您可以先打字咨询，或直接拨打12345。"
CALL_EXISTS = "这个会话已经在通话中，请先结束那边的通话。"
CALL_TOO_OFTEN = "通话太频繁了，请稍后再试，您可以继续打字。"
SPEECH_UNAVAILABLE = "语音服务暂时不可用，请继续打字，或直接拨打12345。"
PAYLOAD_UNKNOWN = "这个选项已经失效，请直接输入您的问题。"
MALFORMED = "请求的格式不正确。"
HELLO_FIRST = "请先发送 hello。"
SHUTTING_DOWN = "服务正在重启，请稍后重新连接。"
INTERNAL = "系统出现故障，请稍后再试。"
NO_SUCH_PAGE = "没有这个页面。"
API_TOKEN_WRONG = "接口令牌无效。"
API_TOKENS_MISSING = "尚未配置接口令牌：请设置环境变量 MINSHENG_API_TOKENS（多个用逗号分隔），然后重新启动。"
WECHAT_SIGNATURE_WRONG = "签名不正确或已过期。"
WECHAT_UNSEEN = "这类消息我这边看不了。请用文字或语音告诉我是什么事、在哪里；需要人工请回复“转人工”。"
WECHAT_KEY_UNKNOWN = "这个入口暂时没有开通，请直接说您的事情；需要人工请回复“转人工”。"
WECHAT_PLACE = "位置在{label}"
WECHAT_PLACE_UNNAMED = "位置收到了，但地图上没有地名。请用文字说一下是哪条路、哪个小区或门牌号。"
WECHAT_FILE_LOST = "您刚才发的内容没能取到，请重新发一次，或者打字告诉我。"
WECHAT_FILE_TOO_LARGE = "文件太大了，请换一个 5 MB 以内的，或者打字告诉我。"
WECHAT_VOICE_UNREADABLE = "这段语音我放不出来，请重新说一遍，或者打字告诉我。"
WECHAT_NO_EARS = "现在听不了语音，请打字告诉我；需要人工请回复“转人工”。"
WECHAT_NOTHING_HEARD = "没有听清您说的话，请再说一遍，或者打字告诉我。"
WECHAT_HEARD = "您说的是：“{text}”\n（听错了请回复“不对”，再说一遍）"
WECHAT_DOUBT = (
    "这段语音听得不太清楚。您说的是：“{text}”，对吗？对请回复“对”，不对请回复“不对，重新说”，或者打字告诉我。"
)
WECHAT_SAY_AGAIN = "好的，请再说一遍，或者打字告诉我。"
PART_MISSING = "这项功能暂时不可用。"
NOT_SIGNED_IN = "请先登录。"
NO_RIGHT = "您没有做这件事的权限。"
CSRF_WRONG = "页面已经过期，请刷新后再试。"
FOREIGN_PAGE = "请从坐席工作台的页面操作。"
TOO_MANY_SIGN_INS = "登录尝试太频繁了，请稍后再试。"
OLD_PASSWORD_WRONG = "原密码不正确。"
SAME_PASSWORD = "新密码不能与原密码相同。"
ADDED_WHILE_WAITING = "已记下，会一并交给人工。"
SEAT_ACCEPTED = "人工坐席{badge}已接入，您前面说的内容都看得到，请稍候。"
SEAT_TOOK_OVER = "人工坐席{badge}继续为您服务，请稍候。"
SEAT_LOST = "非常抱歉，刚才的坐席连接中断了，正在优先为您接通其他坐席，您不用重新说明。"
SEAT_RETURNED = "正在为您安排其他坐席，您不用重新说明，请稍候。"
TRANSFERRED = "正在为您转接，接手的坐席能看到全部对话，请稍候。"
REOPENED = "已收到您的补充，正在为您重新接通坐席，请稍候。"
BACK_TO_BOT = "坐席已把会话交还给智能客服，您可以继续提问，需要时再说“转人工”。"
TOOK_BOT_BACK = "好的，已取消排队，智能客服继续为您服务。需要时再说“转人工”。"
HUNG_UP = "通话已结束，来电者已挂断。"
LEFT_QUEUE = "好的，已取消排队，本次会话结束。您说的内容已经保存。"
SEAT_ENDED = "本次人工服务已结束，感谢您的来访，请为这次服务打分。如果还有补充，直接留言即可。"
QUEUE_NEXT = "已为您转接人工，您是下一位，{wait}。等待时可以继续补充情况，坐席都能看到。"
QUEUE_PLACE = "已为您转接人工，您前面还有 {ahead} 位，{wait}。等待时可以继续补充情况，坐席都能看到。"
WAIT_UNKNOWN = "要等多久现在说不准"
WAIT_NOBODY = "现在没有就绪的坐席，要等多久说不准"
WAIT_SHORT = "预计 {high} 分钟内接通"
WAIT_RANGE = "预计等待 {low} 到 {high} 分钟"
URGENT_QUEUED = "已紧急通知人工坐席优先接待。情况危险时请不要等待，马上拨打 110、119 或 120。"
URGENT_QUEUED_LATE = (
    "人工坐席上线了，您刚才说的紧急情况正在优先接入。情况危险时请不要等待，马上拨打 110、119 或 120。"
)
URGENT_NO_SEAT = "现在没有坐席在线，请不要等待，马上拨打上面的号码。您可以继续告诉我现场的情况，我会记下来。"
NO_SEAT = "非常抱歉，现在没有坐席在线，暂时接不通人工。您的情况已经记下，可以留个电话请人工回电，也可以现在就登记成工单。"
NOBODY_READY = "非常抱歉，现在没有就绪的坐席，什么时候能接通说不准。您的情况已经记下，可以留个电话请人工回电，也可以现在就登记成工单。"
SKILL_AWAY = "负责这类事情的坐席现在都不在，先由其他坐席接待您。"
OUT_OF_HOURS = (
    "现在不是人工服务时间，{opens}您的情况已经记下，可以留个电话请人工回电，也可以现在就登记成工单。"
)
OPENS_AT = "人工坐席 {time} 上班。"
QUEUE_TOO_LONG = (
    "现在排队的人很多，暂时不能再排队。您的情况已经记下，可以留个电话请人工回电，也可以现在就登记成工单。"
)
ASK_CALLBACK = "请人工回电"
REGISTER_ORDER = "登记成工单"
ORDER_BY_SEAT = "坐席已为您登记工单，工单号 {number}，查询码 {code}。查询码请不要告诉别人。"
ORDER_TOLD_LATE = "刚才系统没能及时答复，但您的登记已经成功，工单号是 {number}，查询码是 {code}，不用再登记一次。凭单号和查询码可以随时查进度，查询码请不要告诉别人。"
NOT_IN_THE_QUEUE = "您现在没有在排队，不用取消，可以继续说您的事情。"
NOT_WAITING = "现在没有在排队。"
NO_OUTSIDE_DESK = "没有配置外部坐席系统。"
ORDER_PROOF_WRONG = "编号和查询码对不上，请核对一下。"
ORDER_LINK_OVER = "这个链接不正确或已过期。请用工单编号和查询码查询，或在对话里再问一次进度。"
ORDER_CODE_WRONG = "验证码不正确或已过期，请核对，或重新获取。"
ORDER_TRIES_SHUT = "核对失败的次数太多，为了保护信息安全，暂时不能再查，请过{wait}再试，或拨打12345。"
ORDER_CODES_SHUT = "验证码发得太频繁了，请过{wait}再试，或用工单编号和查询码查询。"
ORDER_VISIT_OVER = "为了保护信息安全，查询时间已过，请重新核对身份。"
ORDER_PHONE_WRONG = "请填写11位手机号。"
ORDER_ONE_MORE_WAY = "本热线没有接通短信，请用工单编号和查询码查询，或打开对话里收到的链接。"
ORDER_SAY_SOMETHING = "请填写要补充的内容，最多2000字。"
ORDER_MAY_NOT = "这张工单现在是“{status}”，不能再{act}了。需要的话可以重新反映。"
ORDER_REMARKED = "已经补充到工单里，承办单位看得到。"
ORDER_WITHDRAWN = "工单已经撤回。之后想再反映，随时可以。"
ORDER_RATED = "谢谢您的评价。"
FORM_BAD = "工单里有几项需要修改。"
FIELD_BAD = "不正确，请检查"
NO_SUCH_ORDER = "没有找到这张工单。"
ORDER_DONE = "这张工单已经办结、撤回或不受理，不能再修改。"
ORDER_WHY = "请填写内容或原因。"
ORDER_NOTHING_AMENDED = "没有可以修改的内容，或有一项不正确，请检查。"
ORDER_HURRIED = "已催办，承办单位会收到提醒。"
ORDER_HURRIED_LATELY = "已记下催办。承办单位不久前刚收到过提醒，这次只计次数。"
NO_SUCH_SKILL = "没有这个技能组。"
NO_SUCH_SEAT = "没有这位坐席，或不能转给自己。"
TRANSFER_WHERE = "请选择要转给的技能组或坐席。"
NOT_YOUR_CONVERSATION = "您没有查看这个会话的权限。"
NOT_THE_OWNER = "这个会话现在不由您接待，请看最新状态。"
MESSAGE_ID_TAKEN = "这条消息的编号已被使用，请重新发送。"
INVITATION_GONE = "三方通话邀请已失效，或已有其他坐席加入。"
CALL_FULL = "已有一位坐席在三方通话中，或正在被邀请。"
SEAT_AWAY = "这位坐席现在不在线。"
GROUP_AWAY = "这个技能组现在没有就绪的坐席。"
OFFER_GONE = "这个会话已被其他坐席接起，或市民已离开。"
CALLBACK_PHONE_WRONG = "回电号码不正确，请检查。"
CALLBACK_GONE = "没有这个回电，或它已被处理。"
QUEUE_UNAVAILABLE = "排队系统正在恢复，请稍后再试。"
RECORDINGS = {
    "not_found": "没有找到这段录音。",
    "deleted": "这段录音已到期删除。",
    "running": "通话还在进行，结束后才能回放录音。",
    "elsewhere": "录音文件不在这台服务器上。",
    "unreadable": "录音文件打不开，请联系管理员。",
}
PICTURES = {
    "too_large": "图片太大了，请换一张 5 MB 以内的。",
    "not_a_picture": "只能发送 PNG、JPEG、WebP、GIF 图片。",
    "too_many": "这个会话里的图片太多了，不能再发。",
    "too_big": "图片的尺寸太大了，请缩小后再发。",
    "broken": "这张图片打不开，可能没有传完整，请重新发送。",
    "no_room": "图片暂时存不下了，请先用文字说明情况。",
    "busy": "现在发送图片的人比较多，请过一会儿再发。",
    "not_found": "没有找到这张图片。",
}

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


# To a citizen who shows a picture to the bot, which cannot see.
PICTURE_KEPT = "图片收到了，会附在您的工单里，人工也看得到。我自己看不懂图片，请用文字说一下是什么事、在哪里，或者接着说。"
