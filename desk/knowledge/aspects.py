"""Finds what a question asks about a matter: how long, how much, what to bring, who may. Pure.

All of it is a table: how citizens ask for an aspect, how articles head it, what a sentence that answers it looks
like.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_NUMBER = r"[\d一二两三四五六七八九十百千万半]+"
_SPAN = rf"{_NUMBER}\s*(?:个)?(?:工作日|日|天|小时|个月|分钟)"


@dataclass(frozen=True)
class Aspect:
    """One row. `weight`: how much it tells about which section is meant; 怎么办 stands in nearly every question.

    `figure`: an answer without such a sentence is no answer, and that is said. `hinted`: what often stands in such a
    sentence, but in others as well.
    """

    name: str
    asked: re.Pattern[str]
    headed: re.Pattern[str]
    told: re.Pattern[str]
    weight: float = 1.0
    figure: bool = False
    hinted: re.Pattern[str] | None = None


def _aspect(
    name: str,
    asked: str,
    headed: str,
    told: str,
    *,
    weight: float = 1.0,
    figure: bool = False,
    hinted: str = "",
) -> Aspect:
    return Aspect(
        name,
        re.compile(asked, re.I),
        re.compile(headed),
        re.compile(told, re.I),
        weight,
        figure,
        re.compile(hinted, re.I) if hinted else None,
    )


ASPECTS = (
    _aspect(
        "办理时限",
        r"几天|几个?工作日|多少天|多久|多长时间|多少时间|要等多|等几|几时能|多快|几个月能|"
        r"(?:什么|啥)时候(?:能|可以|才)?(?:拿|下来|到账|出结果|办好|批)",
        r"时限|多久|时间|结果|延期",
        rf"{_SPAN}内?[^，。]{{0,4}}(?:办好|办结|办完|发|作出|完成|决定|答复|出|拿|结|到|审|核查|告知|确认)|"
        rf"(?:受理|收到|审核|一般|最长|不超过|最快)[^。]{{0,12}}{_SPAN}|当场|当天|即时|实时",
        figure=True,
        hinted=_SPAN,
    ),
    _aspect(
        "办理时间",
        r"(?:什么|啥)(?:时候|时间|辰光)|几时|提前多久|多久之?内|哪天|几号|几月|截止|最晚|来得及",
        r"时候|时间|时限|期限|集中",
        rf"提前|之前|以前|前\s*{_NUMBER}|以内|之内|内(?:申|提|办|缴)|月{_NUMBER}|{_NUMBER}\s*月|集中|逾期|年满|当年公",
    ),
    _aspect(
        "有效期",
        r"有效期|管(?:多少|几)年|(?:多少|几)年(?:一换|有效|内|能|还)?|能用(?:多|几)|多少个?月|几个月|期限",
        r"有效|期限|期|年限|还款|多久",
        rf"(?:最长|不超过|有效期?|期限|一般|为期)[^。]{{0,8}}{_NUMBER}\s*(?:周?年|个月)|长期",
        hinted=rf"{_NUMBER}\s*(?:周?年|个月)",
    ),
    _aspect(
        "材料",
        r"材料|手续|证件|资料|证明(?:文件)?(?:要|需)|带(?:什么|啥|哪些|些|点)|准备(?:什么|啥|哪些|些|点)|"
        r"要(?:啥|什么|哪些)(?:东西|证)?(?:$|[，。？?])|提供(?:什么|啥|哪些|些)|交(?:什么|啥|哪些)东西",
        r"材料|手续|要带|证件",
        r"带.{0,12}(?:证|书|本|卡)|(?:身份证|户口[簿本]|合同|申请[表书]).*[、和]",
    ),
    _aspect(
        "费用",
        r"多少钱|要钱|收钱|花钱|收费|费用|免费|交钱|工本费|几块|几多钱|收不收|畀钱|贵不|要不要.{0,4}费|.费要",
        r"费|价|钱",
        rf"免费|收费|不收|工本费|费用|{_NUMBER}\s*(?:元|块)|不得.{{0,6}}收",
        figure=True,
    ),
    _aspect(
        "标准",
        r"(?:提|领|补|报|贷|取|拿|抵|减|赔|扣|发|缴|交|借|免)(?:得到|到)?(?:好)?(?:多少|几多|几个?点|几分|百分)|额度|"
        r"标准|比例|百分之|几个点|好多钱|最多|最高|上限|一(?:个月|年)(?:有|能|可以)?.{0,4}(?:多少|几多|好多)",
        r"多少|额度|标准|待遇|比例|怎么算|补偿|限额|每月|补贴|档",
        rf"{_NUMBER}\s*(?:万|元|%|％|倍|分|/)|比例|不超过|最高|上限|限额|(?:公布|规定)的?(?:标准)?为准|按当年公布",
        figure=True,
        hinted=r"标准|额度",
    ),
    _aspect(
        "条件",
        r"条件|资格|谁(?:能|可以)|(?:哪些|什么|啥)人|多大|(?:多少|几)岁|满足|够不够|算不算|要满",
        r"条件|谁|对象|资格|什么人|哪些人|要求",
        rf"满\s*{_NUMBER}|{_NUMBER}\s*周?岁|符合|才能",
        hinted=r"可以|应当|具有",
    ),
    _aspect(
        "不够",
        r"[不勿唔弗]够|不足|差(?:几|[一二两三四五六七八九十\d]+)(?:个?月|年|分|天)|(?:没|未|冇)(?:交|缴|满|到)[够满]?|断(?:缴|交|保)了?|中断|少(?:交|缴)",
        r"年限|不够|不足|补|最低|断",
        r"不够|不足|补缴|补交|延长|续缴|逐年缴|中断|未满|断缴",
        weight=0.9,
    ),
    _aspect(
        "可不可以",
        r"(?:能|可以|可|得|准|让|行|许|要|用|算|是).{0,16}(?:吗|不|么|嘛|没|否)(?:[啊呀嘛了？?。，, ]|$)|能不能|可不可以|"
        r"可唔可以|行不行|是不是|要不要|算不算|不让|不给|合规|合法",
        r"不能|不报|不予|能不能",
        r"不能|不得|不用|不要求|不需|不收|无效|也能|也可以|都可以|不必|才能|不重复|必须",
        weight=0.45,
        hinted=r"可以|应当|不",
    ),
    _aspect(
        "不可以",
        r"不让|不给(?!我)|不准|不许|(?:哪些|什么|啥).{0,8}不(?:能|报|可以|行|受理|给|让)",
        r"不能|不报|不予|不受理|除外|禁止",
        r"不能|不得|不受理|不予|除外|不报",
    ),
    _aspect(
        "在哪办",
        r"在哪|去哪|上哪|到哪|往哪|哪里|哪儿|哪个?(?:地方|窗口|部门|单位)|什么(?:地方|部门)|边度|啥地方|找谁|归谁|谁管|谁负责|哪办",
        r"在哪|哪里|找谁|谁管|谁负责|归谁|怎么办|怎么申请|怎么报",
        r"(?:到|在|向|去).{0,24}(?:窗口|中心|大厅|派出所|社区|村|街道|网点|医院|法院|局|机关|机构|银行|处|委|部门|网上)|负责|部门|预约",
    ),
    _aspect(
        "网上办",
        r"网上|手机|线上|在线|app|小程序|微信|支付宝|不跑|跑一趟|不去现场",
        r"网上|手机|怎么",
        r"网上|手机|小程序|APP|平台|网站|掌上|微信|线上|12123|民政通",
    ),
    _aspect(
        "代办",
        r"代办|代领|代交|替.{0,6}(?:办|领|去|交)|帮.{0,6}(?:办|领|去|交|弄)|本人(?:去|到|不|来|办)|非得|亲自|上门",
        r"代办|委托|本人",
        r"代办|代缴|委托|代为|本人|家人|家属|上门",
    ),
    _aspect(
        "过期",
        r"签注|续签|换领|到期|过期|逾期|忘了|忘记|没按时|晚了|错过|没去|没来得及|没赶上",
        r"签注|续|换|有效期|过期|到期|逾期|忘|没赶上|补",
        r"逾期|到期|过期|超过|补办|补缴|没在",
        weight=0.8,
    ),
    _aspect(
        "不服",
        r"没批|不批|不服|不满意|被拒|不同意|有异议|有意见|不给办|不成|申诉|低了|不认|不公布|不处理|没下文",
        r"不服|不满|异议|被拒|不成|拒绝|不公布|不同意|没消息|不处理|争议",
        r"复议|复核|起诉|异议|申诉|仲裁|再次鉴定|复查",
        weight=1.2,
    ),
    _aspect("举报", r"举报|投诉|告他|告发|曝光|反映", r"举报|投诉|反映", r"举报|投诉|反映|监督", weight=0.7),
    _aspect(
        "后果",
        r"会(?:咋|怎么|怎)样|后果|会不会|罚|处罚|违法|犯法|作废|没用了|影响|算数",
        r"后果|责任|处罚|结果|违规|规定|违法|过期|逾期|提醒",
        r"罚|责任|收回|追究|注销|中止|无效|作废|影响|退回|连续",
        weight=0.8,
    ),
    _aspect(
        "用处",
        r"(?:什么|啥子?|哪些)(?:用|好处|优待|待遇|优惠)|好处|有用没|享受|干啥用",
        r"用$|有什么用|优待|待遇|享受|好处|优惠",
        r"享受|优先|免费|优惠",
    ),
    _aspect(
        "停发",
        r"停发|停了|不发了|没发|没到账|断了|被停",
        r"停|断|没到",
        r"停|没有认证|恢复|补发",
    ),
    _aspect(
        "电话",
        r"电话|打哪个|打什么|打啥|几号线|热线|号码多少|联系方式",
        r"咨询|电话|举报|投诉|求助|帮助",
        r"(?:打|拨|电话|热线|咨询)[^，。]{0,12}\d{3,}",
        figure=True,
    ),
    _aspect(
        "怎么办",
        r"怎么|咋|如何|怎样|流程|步骤|哪能|何解|点样|咋个|怎办|办理|办法",
        r"怎么(?:办|申|报|领|交|缴|转|查|弄|处|做|反|投|提|激|用|填)|流程|办理|步骤|第.步|方式|马上|处理",
        r"申请|办理|提交|登记|预约|到|打",
        weight=0.45,
    ),
)

# Words that only ask and name no matter.
_ASKING = re.compile(
    r"怎么样?|怎样|咋个?|如何|什么|啥子?|多少|多久|几|哪[里儿个些]?|谁|吗|呢|么|嘛|能不能|可不可以|可以|要不要|是不是|"
    r"能|要|得|行|想|请问|问下?|我|你|俺|的|了|啊|呀|不"
)

_WORDINGS = re.compile("|".join(f"(?:{aspect.asked.pattern})" for aspect in ASPECTS), re.I)


# Shapes of a question beside the table: 发不发, 逢一四七还是逢二五八, 星期几, 真的假的.
_SHAPES = re.compile(
    r"([\u4e00-\u9fff])[不唔没]\1|还是|几(?![个乎天年次])|哪[年天]|真的假的|是真的吗|咩|㗎\s*$|[?？]\s*$"
)


# Questions in dialect, at the end of the sentence: 补刻之前要先弄啥, 能整不, 哪能办, 好补伐.
_DIALECT_SHAPES = re.compile(
    r"(?:(?:弄|干|整|搞|做|办|带|拿|交)(?:个)?(?:啥子?|么子|什么|哪样|咩)|咋(?:弄|办|整|搞|个|样)|哪能|点样|几时|几多|啥(?:子)?时候|去?边度|找哪个|信(?:谁|哪个)|先办哪)[^,，。;；!！]{0,6}$|"
    r"(?:[能行得中要有是会让给报办整成补领交用去]|可以|阔以|合理|合法|合规|违法|犯法|正常|够|算)(?:不|伐|冇|没)[吧啊呢嘛哈嘞]?$|"
    r"(?:都|该|要|得|应该)(?:是)?(?:谁|哪些人|哪几个人?)[^,，。;；!！]{1,5}$|(?:谁|哪个|哪家|哪里|哪儿|哪)(?:来)?(?:管|出|赔|负责|办|打|领|交|查|报|补)[啊呀呢的]?$|(?:好|得|有)[^,，。]{1,3}[伐冇]$"
)


def has_shape_of_question(text: str) -> bool:
    """Whether the words ask, for one of the aspects or for anything else."""
    return bool(asked_in(text)) or has_form_of_question(text)


def has_form_of_question(text: str) -> bool:
    """Whether the words have the form of a question, whatever it is about; a lone word such as 网上 has not."""
    return bool(_SHAPES.search(text) or _DIALECT_SHAPES.search(text))


@lru_cache(maxsize=1024)
def asked_in(question: str) -> tuple[Aspect, ...]:
    """The aspects that the question asks for, the most telling first; none if it only names a matter."""
    found = [aspect for aspect in ASPECTS if aspect.asked.search(question)]
    return tuple(sorted(found, key=lambda aspect: -aspect.weight))


def telling_words(question: str) -> str:
    """The question without the words that merely ask."""
    return _ASKING.sub(" ", question)


def matter_of(question: str) -> str:
    """The question without the words that ask for an aspect: what it is about, if it says so at all."""
    return _WORDINGS.sub(" ", question)
