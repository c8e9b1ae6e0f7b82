"""Whether words ask for an answer or want something done, and whether they speak of an earlier order. Pure.

The reading decides where it is sure. It takes a long background for the telling of a trouble; then it counts that the
citizen says himself that he asks (我问一下, 打听个事), and that he wants nothing done.
"""

from __future__ import annotations

import re

from desk.knowledge.aspects import has_form_of_question, has_shape_of_question
from desk.knowledge.particulars import of_a_particular
from desk.orders.drafting.phrases import CLAUSES, has_content, is_anybody_there, is_question
from language.dialects.normaliser import to_mandarin

# 去窗口问了, 你帮我问问: somebody else was or is to be asked.
_ANNOUNCES = re.compile(
    r"请问|(?:想|要)(?:知道|晓得|了解|搞清楚)|"
    r"(?<![去给帮替他她])(?<!你们)(?:问|打听|咨询|请教)(?:你们|您|你)?(?:一)?(?:下|哈|问|声|句|嘴|个(?!窗口|部门)|嘛|咋|噶)|"
    r"(?:想|要|先|就|来|只是|净系|寻思)(?:问|打听|咨询|请教)(?!了|过|他|她|人家|题)|我问的是"
)
_ONLY_ANNOUNCES = re.compile(
    r"(?:急|喂|你好|您好|那个|我|俺|咱|就|先|想|要|来|跟你们?|向你们?|麻烦|请|[\s，,。.!！~～])*"
    r"(?:(?:群里|朋友|邻居|家里|同事|同学|别人|人家|孩子|老师|单位)?(?:让|叫|喊|要)(?:我|俺)来?|(?:替|帮)(?:人|朋友|邻居|家里))?(?:来)?"
    r"(?:找你们?的?|打(?:这个|你们?)?(?:的)?(?:电话|热线)?的?|来(?:的|找你们?)|请问|(?:问|打听|咨询|请教)(?:你们?|您)?(?:一)?(?:下|哈|声|句|问|个)?(?:个)?(?:事儿?|事情|问题|政策)?)(?:急|呗|啊|呀|哈|吧|的|[\s，,。.!！~～?？])*"
)
_DEMANDS = re.compile(
    r"(?<![不没别])(?<!不是)(?:我|要|想|来|必须|坚决|进行)(?:投诉|举报|反映|曝光)(?!电话|渠道|哪|找谁|怎么|咋)|^(?:投诉|举报|反映)|"
    r"建议|希望你们|强烈要求|恳请|恳求|请求|呼吁|(?:帮|给|替)(?:我们?|俺们?|咱们?|忙|到|倒|着)?(?:查|问|看|催|协调|处理|解决|反映|想.{0,2}办法|要回|修|找|调解)|"
    r"派.{0,3}人|(?:来|叫)人(?:管|修|看|处理|清|收)|管管|管一管|有没有人管|没(?:有)?人(?:来|去)?(?:管|修|清|处理|理会?|查|收拾)|(?:尽快|赶紧|马上|抓紧)(?:处理|解决|修|来)|"
    r"(?:能不能|可不可以|能否|可否)把[^，,。?？ ]{1,10}(?:重新|再|给)?(?:铺|补|换|填|挪|移|拆|封|围|疏通|修)(?!贴|助|缴|办|卡|领|交|证|届|动|民|迁|转)|(?:能不能|可不可以|能否)[^，,。?？ ]{0,6}(?:疏通|填平|清(?:一清|走|掉|理(?!资))|修剪|整治|围起来)|"
    r"(?:能不能|可不可以|能否)[^，,。?？ ]{0,12}(?:加(?!分|班|价|钱)|增设|安装|装|画|划|设|修|派|管|延长|推迟|提前|多开|腾)|[讨给]个?(?:说法|公道)|做主|求助"
)
_REGISTERS = re.compile(
    r"(?:登记|[开建立下填]|提交|生成)(?:一?[个张件下份]|个)?(?:咨询|投诉|求助|建议|举报|表扬)?(?:的)?(?:工单|诉求单)(?!.{0,4}(?:怎么|咋|吗|了))"
)
_OF_AN_ORDER = re.compile(
    r"工单|单子|单号|[这那]单|诉求|催|进[度展]|办(?:到|得|的)|(?:处理|解决)(?:得|的|到|完|好|了|结果|情况)|撤|补充|追加|备注|"
    r"加(?:上|一[句条下]|进去)|上(?:次|回|周|个?月|礼拜)|(?:投诉|反映|举报|报修?|登记|说|提|打)(?:过|了|的)|还没(?:有)?(?:人|解决|处理|修|来|回)|"
    r"怎么样了|咋样了|啥情况了|有没有(?:人|结果|回复|消息)|结果|回复|答复|忘(?:了)?(?:说|讲|提)|我那个?事|查(?:一下|下|查)?(?:我|那|之前|上)|\d{6}"
)
# Titles of articles that are about a trouble that somebody else makes.
_OF_A_TROUBLE = re.compile(
    r"投诉|举报|反映|纠纷|找谁|怎么报|维权|核查|不满意|不合理|不公开|没人管|不养|扰民|被占|反复|12345|转人工|热线"
)
_REJECTS = re.compile(
    r"^(?:我)?不是[^，,。]{1,12}[\s，,]+(?:我)?(?:要|想|说|问)?(?:的)?是|(?:不是|没有?|没在)(?:想|要)?(?:问|打听|查)(?!过|了)|不是(?:要|来|想)?(?:举报|投诉|反映|报名|办)|(?:答|说)非所问|没回答"
)
# What the citizen wants to know is asked at the end of what he tells.
_LAST_CHARS = 40
# With the clause that says what it is about.
_ENDING_CLAUSES = 2


def announces_question(words: str) -> bool:
    """Whether the citizen says himself that he asks: 我寻思问问, 请问, 打听个事."""
    return bool(_ANNOUNCES.search(words))


def only_announces(words: str) -> bool:
    """Whether nothing but that a question comes is said: 急 问下, 我想咨询个事."""
    return bool(_ONLY_ANNOUNCES.fullmatch(words.strip()))


def wonders(words: str) -> bool:
    """Whether a rumour, a plan or a timetable is asked after, and no trouble told: 那块空地要建小学，真的假的."""
    return of_a_particular(words) and asks_in_words(words) and not has_content(words)


def wants_registered(words: str) -> bool:
    """Whether an order is asked for by its name, whatever is told or asked beside: 帮我登记一个咨询工单."""
    return bool(_REGISTERS.search(words)) and not is_question(words[: len(words) // 2])


def demands(words: str) -> bool:
    """Whether something is to be done, not only told: 我要投诉, 派人来修, 能不能加个红绿灯."""
    return bool(_DEMANDS.search(words))


def asks_in_words(words: str) -> bool:
    """Whether the words have the shape of a question at their end, in Mandarin or in a dialect (归哪个管哦)."""
    last = to_mandarin(words).text[-_LAST_CHARS:]
    return is_question(last) or has_shape_of_question(last)


def ends_asking(words: str) -> bool:
    """Whether the last thing said is a question that wants an answer, and no reproach: …，合理不; …，要自己申请吗."""
    last = [clause for clause in CLAUSES.split(to_mandarin(words).text.strip(" ?？")) if clause]
    if not last or is_anybody_there(words):
        return False
    marked = words.rstrip().endswith(("?", "？"))
    return is_question(last[-1] + ("?" if marked else "")) or has_form_of_question(last[-1])


def asked_at_the_end(words: str) -> str:
    """The question that a long story ends with, with the clause before it: …，请不起律师，有没有不要钱的律师. "" where the story is
    none, or ends otherwise."""
    told = [clause for clause in CLAUSES.split(words.strip(" ?？")) if clause]
    if len(words) <= _LAST_CHARS or len(told) <= _ENDING_CLAUSES or not ends_asking(words):
        return ""
    return "，".join(told[-_ENDING_CLAUSES:])


def speaks_of_order(words: str) -> bool:
    """Whether an order of another day, or the state of one, is spoken of."""
    return bool(_OF_AN_ORDER.search(words))


def rejects_answer(words: str) -> bool:
    """Whether something else was meant than what was answered: 不是问报名，我问的是建不建."""
    return bool(_REJECTS.search(words))


def of_own_affair(title: str) -> bool:
    """Whether an article is about an affair of the citizen's own (a permit, a benefit) and no trouble with others:
    whoever tells of such an affair wants to know how it is done."""
    return not (_OF_A_TROUBLE.search(title) or has_content(title))
