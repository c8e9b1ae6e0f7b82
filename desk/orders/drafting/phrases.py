"""Small judgements about a sentence: is it a question, a yes, a no, a refusal, a correction?

Chinese has no word borders to lean on, so these are patterns over characters, kept in one place to be tested as a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")

_END = r"[。.!！~～,，、 \u3000啊呀吧呢哦喔噢嘛的了哈诶欸哎嗯]*$"

_QUESTION_MARK = re.compile(r"[?？]\s*$")
_QUESTION_WORDS = re.compile(
    r"怎么(?!没|不|还|这么|那么|老|总|又|回事|能这|会这|搞的|没人|这样|样都)|如何|多少(?!次|回|遍)|几点|几号(?!楼|线|院)|几月|哪天|什么时候|什么条件|什么材料|什么手续|什么意思|什么流程|"
    r"需要什么|要什么|带什么|哪里(?:办|交|领|可以|能|查|申请|缴)|哪儿(?:办|交|领|可以|能|查)|在哪|去哪|哪个(?:部门|单位|窗口|地方)|哪些|"
    r"是什么|有什么|谁(?:负责|管|来管)|多久|多长时间|几天(?:能|才|可以|办|出|到|下来|回)|多大|吗[?？。 ]*$|能不能(?!.*(?:管|处理|解决|来|派|查))|可不可以(?!.*(?:管|处理|解决))|"
    r"可以.{1,14}吗|是不是.{2,}|会不会|有没有(?!人)|要不要|行不行[?？]?$|算不算|为什么(?=.*(?:要|需要|问|不能|得))"
)
# Questions of form that are complaints in fact: 你们到底管不管, 能不能派人来看看, 怎么没人管.
_RHETORICAL = re.compile(
    r"管不管|(?:没|有没有|有)人管|管一?管|怎么(?:还|没|不|老|总|又|这么|能这)|到底|凭什么|还让不让|让人怎么|谁受得了|受不了|天理|"
    r"能不能.*(?:管|处理|解决|派|查|来)|可不可以.*(?:管|处理|解决)|能处理|能解决|帮(?:我|忙).{0,6}(?:处理|解决|反映|查)"
)
_PROCEDURE = re.compile(
    r"(?:怎么|如何)(?:办理|办|提取|申请|查询|查|缴|交|领|报销|转|开|补|领取|取|算|收费|投诉|举报|反映)"
)

_YES = re.compile(
    r"^(?:(?:嗯+|哦|噢|啊|呃|那|就|行|对|好的?|是的?|没错|没问题|最?没有问题|确认|确定|正确|可以的?|是这样|就这样|对的|(?:请|麻烦|帮我)?您?(?:登记|提交)|"
    r"ok|OK|Ok|yes|要得|中|得|係|是嘞|没毛病|没得错|对头|要得嘛|就是|就这个|同意|无误|都对|都是对的|是我|要的?|需要|继续|愿意|你?登记|报|就这么办|办)"
    r"[。.!！~～,,、 啊呀吧呢哦喔噢嘛的了哈诶欸哎嗯]*)+$"
)
_NO = re.compile(
    r"^(?:嗯+|哦|啊|呃)*[,， ]*(?:不是|不对|不|没有?|错了?|不行|不要|不用|不可以|不需要|先不|不必|不准确|有错|有误|no|NO|不对不对|不是不是|有问题|不正确|不愿意|不同意|不是的|冇|唔係|不登记|别登记|先别)"
    + _END
)
_SKIP = re.compile(
    r"^(?:这个|我|那个|嗯|呃)*(?:没有|没|不知道|不清楚|不晓得|不记得|记不清|忘了|忘记了|不方便|不想说|不愿意说|不告诉|保密|不留|不用|不必|跳过|无|算了|说不清|说不上来|不太清楚|不太记得|没注意|随便|都行|都可以|[,,、 ])+"
    r"(?:说|透露|讲|留|填|电话|名字|姓名|了|啊|呢|吧|的|就|是|这个|具体|哪个|谁|时间)*" + _END
)
_CANCEL = re.compile(
    r"(?:算了|不用了|不要了)[,，。 ]*(?:不|我不|就不|不用|别)?(?:报|办|登|投诉|反映|举报|说|弄|搞|填)了?|"
    r"^(?:那)?算了(?:算了|吧|不用了|不弄了)*" + _END + r"|"
    r"不(?:想)?(?:报|办|登记|投诉|反映|举报|填|弄|搞|说)了" + _END + r"|"
    r"(?:取消|撤销|终止|停止)(?:登记|办理|这个|这次|投诉|举报|工单|吧|了|掉)*" + _END
)
_CORRECTION = re.compile(
    r"不对|不是(?!很|太|说|我|一次|没|吗|嘛|一天|第一|办法|个事)|错了|搞错|写错|记错|说错|弄错|听错|有误|改成|改为|改一下|改下|更正|纠正|应该是|换成|换个|补充一点|我说的是|更改|"
    r"(?:地址|位置|地点|电话|号码|手机号?|名字|姓名|姓|时间|名称)(?:要)?(?:改|错|不对|换)"
)
_SAME_PHONE = re.compile(
    r"就(?:用|打|留|是)?(?:这个|本机|现在|我这个|我现在)|本机|这个(?:号|电话|手机)|现在(?:这个|打的|用的)|来电(?:号码|显示)?|我正在打的|打过来的|和(?:刚才|上面)一样|同上"
)
_CONFIDENTIAL = re.compile(
    r"保密|匿名|不要(?:透露|告诉|泄露|公开|说是我)|别(?:透露|告诉|泄露|说是我)|不公开|不能(?:透露|泄露|让.{0,6}知道)|怕(?:被)?(?:报复|打击|找麻烦|穿小鞋)|不想让.{0,8}知道"
)
_OPEN = re.compile(
    r"(?<!能)不保密|(?:不用|不需要|不必|无需|没必要|别)(?:给我|帮我|替我)?(?:保密|匿名)|不匿名|可以公开|公开(?:就行|吧|没事)|实名|不怕"
)
_TYPE = (
    ("report", re.compile(r"(?:我要|我想|要|想|来|进行|属于|是|改成|向你们?)举报|^举报")),
    ("complain", re.compile(r"(?:我要|我想|要|想|来|进行|是|改成)投诉|^投诉")),
    ("suggest", re.compile(r"(?:我|提|有|是)(?:个|一个|点|一点|条|想|要)*建议|^建议")),
    ("praise", re.compile(r"表扬|(?:送|送面)锦旗|点(?:个)?赞")),
    ("help", re.compile(r"(?:我要|我想|是|来)求助|^求助")),
    ("consult", re.compile(r"(?:登记|留|写|记|下).{0,4}咨询|咨询(?:工)?单")),
)
_APPEAL = re.compile(
    r"((?:我|我们|就|只|也)?(?:希望|要求|请求|恳请|恳求|请(?=你们|有关|相关|政府|部门|尽快|帮|派|督促|协调|求|给|把|对|让)|麻烦(?=你们|帮|派|尽快)|"
    r"盼|想让|想要|诉求是|强烈要求|让他们|叫他们|能不能(?=.*(?:管|处理|解决|派|查|来|给))|建议)[^。！？!?\n]{3,80})"
)
# "转人工", "转公积金的人工", "我要跟真人说", "有没有活人": the words themselves ask for a person. What only sounds like it is
# left out: 人工智能, 人工湖, 人工费, and a shop's own 客服.
_PERSON = r"(?:人工(?!资|作|单|地|程|伤|厂|会|龄|种|商|人|业|智能|费|湖|成本|流产|授精|草|降雨|降水|增雨|养殖|呼吸|耳蜗|关节|窗口|收费|售票|审核|开挖|挖|清|搬|检票|通道)|真人|活人|坐席|接线员|话务员)"
_WANTS_PERSON = re.compile(
    rf"(?:转|找|换|要|叫|接|来个|来一个|给我|跟|和|有没有|想要|请|让)[^,，。!！?？]{{0,6}}{_PERSON}|"
    r"(?:转|换|接)(?:个|一个|到)?客服|(?:^|给我|帮我|能不能|请)换个?人|^(?:找|要|叫)(?:个|一个)?客服[。!！]*$|"
    rf"^{_PERSON}(?:服务|客服|坐席|台)?(?:在吗|在不在|呢)?[。!！?？]*$|"
    r"(?:不要|别|不想|不跟|不和)[^,，。]{0,6}(?:机器人|机器|智能客服|AI|电脑)(?:说|聊|讲|扯|回|$|[,，。!！])"
)
_NOT_WANTED = re.compile(
    rf"(?:不用|不要|不需要|别|不想|取消|先不)(?:再)?(?:转|找|换|要|叫|接)?{_PERSON}|(?:人工|坐席|客服|接线员)[^,，。]{{0,6}}(?:态度|不接|骗|骂|说|告诉|挂|答应|回复)"
)
CLAUSES = re.compile(r"[,，。;；!！?？\s]+")
_WISH_CHARS = 18
_KEY_ZERO = re.compile(r"^[0０]$")
_CONTENT = re.compile(
    r"噪音|扰民|油烟|臭|异味|漏水|停水|停电|断电|没水|没电|不热|垃圾|污水|拖欠|欠薪|工资|退款|不退|退费|不给|骗|假货|过期|占道|违停|违建|乱|坏了|坏的|不亮|塌|堵|积水|"
    r"吵|脏|灰尘|扬尘|施工|占用|收费|乱收|推诿|不管|没人管|不作为|态度|危险|受伤|咬|破损|不修|维修|掉|裂|渗|冒|溢|排放|辞退|押金|烂尾|延期|违规|违法|无证|偷|倒|酒驾|醉驾|毒驾|超载|闯红灯|赌博|传销|诈骗|非法|造假|掺假|售假|黑车|宰客|套牌|无照|逃税|漏税|走私|虐待"
)

# Of whoever answers the phone; nobody is to be looked into for it.
_SCOLDING = re.compile(
    r"(?:你们?|您们?)(?:就|都|全|真|这|简直|是)*(?:一[群帮伙个])?(?:大)?骗子|(?:到底)?管不管"
)

# Who says so wants an order, whatever else of it was heard: 你好我要投诉一家小考店 (a misheard 烧烤店).
_ANNOUNCED = re.compile(
    r"我(?:们)?(?:今天|现在|就)?(?:是)?(?:要|想|来)(?:跟你们|向你们|打电话|再)?(?:投诉|举报)(?!电话|热线|渠道|平台|方式|奖励)"
    r"(?=.*[\u4e00-\u9fff]{4})"
)


def first_match(table: Iterable[tuple[T, re.Pattern[str]]], text: str) -> T | None:
    """The value of the first row whose pattern is found in the text."""
    return next((value for value, pattern in table if pattern.search(text)), None)


def is_question(text: str) -> bool:
    """A real question that wants an answer, not a complaint in the shape of one."""
    if not text:
        return False
    if _PROCEDURE.search(text) and not _RHETORICAL.search(text):
        return True
    if _RHETORICAL.search(text):
        return False
    return bool(_QUESTION_WORDS.search(text) or (_QUESTION_MARK.search(text) and len(text) <= 40))


def is_yes(text: str) -> bool:
    return bool(_YES.match(text.strip()))


def is_no(text: str) -> bool:
    return bool(_NO.match(text.strip()))


def is_skip(text: str) -> bool:
    return bool(_SKIP.match(text.strip()))


def is_cancel(text: str) -> bool:
    return bool(_CANCEL.search(text.strip())) and len(text) <= 24


def is_correction(text: str) -> bool:
    return bool(_CORRECTION.search(text))


def says_same_phone(text: str) -> bool:
    return bool(_SAME_PHONE.search(text)) and len(text) <= 24


def wants_confidence(text: str) -> bool | None:
    """True: keep the caller's name from others; False: said to be unnecessary; None: not mentioned."""
    if _OPEN.search(text):
        return False
    return True if _CONFIDENTIAL.search(text) else None


def type_said(text: str) -> str:
    """The order type that the citizen names in so many words; "" when none is named."""
    return first_match(_TYPE, text) or ""


def asks_for_person(text: str) -> bool:
    """Whether the words ask for a person, in any wording, or key 0 was pressed."""
    if _KEY_ZERO.match(text.strip()):
        return True
    # Short and by itself it is a wish; inside a long clause it is a story about somebody's hotline.
    return any(
        len(clause) <= _WISH_CHARS and _WANTS_PERSON.search(clause) and not _NOT_WANTED.search(clause)
        for clause in CLAUSES.split(text.strip())
    )


def appeal_in(text: str) -> tuple[str, int, int] | None:
    """What the citizen wants done, in their words, with its characters."""
    found = _APPEAL.search(text)
    return (found.group(1).rstrip(",，"), found.start(1), found.end(1)) if found else None


def has_content(text: str) -> bool:
    """Whether the words tell of a trouble that an order could be about."""
    return bool(_CONTENT.search(_SCOLDING.sub("", text)))


def announces_order(text: str) -> bool:
    """Whether somebody says that he complains or reports, and of what, also where the trouble itself was misheard."""
    return bool(_ANNOUNCED.search(text))
