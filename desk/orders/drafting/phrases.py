"""Small judgements about a sentence: is it a question, a yes, a no, a refusal, a correction?

Chinese has no word borders to lean on, so these are patterns over characters, kept in one place to be tested as a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeVar

from language.dialects.normaliser import to_mandarin

T = TypeVar("T")

_PARTICLES = "啊呀吧呢哦喔噢嘛的了哈诶欸哎嗯嘞呐咯滴哒咧撒噻哇额喽喇啦喎嘎"
_END = rf"[。.!！~～,，、 \u3000{_PARTICLES}]*$"

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
    r"ok|OK|Ok|yes|要得|中|得|係|是嘞|没毛病|没得错|对头|要得嘛|就是|就这个|同意|无误|都对|都是对的|是我|要的?|需要|继续|愿意|你?登记|报|就这么办|办|"
    r"对着|成|妥|系|[冇没](?:得)?错|(?:就)?是咯|好滴|[好得行中]嘞|无问题)"
    rf"[。.!！~～,，、 {_PARTICLES}]*)+$"
)
_AGREEING = re.compile(
    r"没问题|没(?:得)?错|冇错|没毛病|没有?(?:了|别的|要改的)?|就(?:是)?这(?:样|个|事|些|么)?|就是[他它她]|登记|提交|报上去|确认|核对|正确|无误|要得|可以|"
    r"谢谢|多谢|感谢|麻烦|辛苦|拜托|你们|您|同志|师傅|尽快|赶紧|快点|信息|内容|清楚|"
    r"[对是好行中得要系啱嘅嗯呐哦嗨成妥吧的了啊呀嘛哈呢咯嘞给帮我你小都写记说讲念听看过很蛮挺齐全就那这样个点先恁]|ok|OK"
)
_YES_BESIDES = 3
_NO = re.compile(
    r"^(?:嗯+|哦|啊|呃)*[,， ]*(?:不是|不对|不|没有?|错了?|不行|不要|不用|不可以|不需要|先不|不必|不准确|有错|有误|no|NO|不对不对|不是不是|有问题|不正确|不愿意|不同意|不是的|冇|唔係|不登记|别登记|先别)"
    + _END
)
# What can be left out of an order.
_LEAVABLE = r"(?:手机号?码?|电话号?码?|电话|号码|联系方式|名字|姓名|贵?姓|称呼|(?:具体|详细)?(?:的)?(?:地址|地点|位置)|身份)"
_SKIP = re.compile(
    r"^(?:这个|我|那个|嗯|呃)*(?:没有|没|不知道|不清楚|不晓得|不记得|记不清|忘了|忘记了|不方便|不想说|不愿意说|不告诉|保密|不留|不用|不必|跳过|无|算了|说不清|说不上来|不太清楚|不太记得|没注意|随便|都行|都可以|匿名|[,，、 ])+"
    r"(?:说|透露|讲|留|填|电话|名字|姓名|手机|号码|了|啊|呢|吧|的|就|是|这个|具体|哪个|谁|时间|行|好)*"
    + _END
    + "|"
    # 姓都别写, 名字也莫留.
    r"^(?:我的?|那|[,， ])*(?:姓|名字?|姓名|电话|号码)(?:都|也|就|先)*(?:别|莫|甭|不要)(?:写|留|记|填|登|报|说|讲)"
    + _END
    + "|"
    # 名字就不说了吧, 电话不留了, 没有手机, 不敢说: one thing is left out, not the order.
    rf"^(?:我|我的|那|算了|哎|[,， ])*{_LEAVABLE}(?:我|就|还是|也|可以|能不能|[,， ])*(?:不|别|莫|先不)(?:想|方便|愿意|敢)?(?:说|讲|留|填|写|报|透露|登记?|给|提|记)?"
    + _END
    + "|"
    rf"^(?:我|我家|那|算了|哎|[,， ])*(?:没有?|莫得|冇|不留|不填|不写|不说|不给|不报)(?:我的?)?{_LEAVABLE}"
    + _END
    + "|"
    r"^(?:我|那|哎|就|[,， ])*(?:不敢|不好|不便|不愿|不肯)(?:说|讲|留|透露|写)" + _END
)
_CANCEL = re.compile(
    r"(?:算了|不用了|不要了)[,，。 ]*(?:不|我不|就不|不用|别)?(?:报|办|登|投诉|反映|举报|说|弄|搞|填)了?|"
    r"^(?:那)?算了(?:算了|吧|不用了|不弄了)*" + _END + r"|"
    r"不(?:想)?(?:报|办|登记|投诉|反映|举报|填|弄|搞|说)了" + _END + r"|"
    r"(?:取消|撤销|终止|停止)(?:登记|办理|这个|这次|投诉|举报|工单|吧|了|掉)*" + _END
)
_ONE_THING = re.compile(
    rf"{_LEAVABLE}(?:我|就|还是|也|可以|[,， ])*(?:不|别|莫|先不)(?:想|方便|愿意|敢)?(?:说|讲|留|填|写|报|透露|登记?|给|提|记)|"
    rf"(?:不|别)(?:想)?(?:说|讲|留|填|写|报|透露|给)(?:我的?|自己的)?{_LEAVABLE}"
)
_GIVES_UP = re.compile(
    r"^(?:那|我们?|咱|就|算了|哎呀?|嗯|还是|今天|先|呃|对|是的?|[,， ])*(?:"
    r"(?:不想?|不用|不要|别|先不|先别|甭|莫)(?:再|给我|帮我)?(?:登记?|报|投诉?|反映|举报|告|弄|搞|办|记)(?:了(?:不[登报告]了)?"
    + _END
    + "|"
    + _END[:-1]
    + "$)|"
    r"(?:取消|撤(?:了|掉|销|回)?|拉倒|作罢|作废)(?:登记|这个|这次|投诉|举报|工单|刚才的话|吧|了|掉|算了)*"
    + _END
    + "|当我没(?:说|打|报|来)|算了$)|^(?:哦|噢|啊|哎呀?|不好意思|对不起|我|是|[,， ])*打错(?:了|电话|号码?)"
)
_GOES_ON = re.compile(
    r"(?<![不别莫])(?:继续|接着(?:登|办|报|说|来|弄)?)|别(?:取消|撤)|不(?:取消|撤)|还是(?:要|登|报|记|留|办)|(?<![不甭别])要(?:登记?|报|办|投诉|举报|反映)|"
    r"(?:谁|没|哪个|哪里)(?:有)?说(?:我)?(?:要)?(?:不(?:登|报|投诉|办)|取消)|不是(?:不|要取消|说不|取消)|^(?:那|那就|好|嗯|[,， ])*(?:登记?|报|记)(?:吧|上|一下|嘛|起|$|[,， ]+登)"
)
_ONLY_ASKS = re.compile(
    r"(?<!我)就(?:是)?(?:想)?(?:问问|问(?:一下|下|一句|句|个|一个|点|一?哈)|咨询|打听|了解)|(?:我|俺|咱|阿拉)(?:就|先|净系|只)?(?:是|想|来)*(?:问问|问(?:一下|下|一句|句|个(?:事|问题)|一?哈)|咨询|打听|了解)(?!你)|"
    r"(?:只是|只|光|随便|不过|仅仅|净系|先)(?:想|来)?(?:问|咨询|打听|了解)|问问而已|问一问就|问(?:一?下|一?哈)(?:咋|的|而已|啫|先)"
)
# 先问一句, 恁先跟俺说说: who asks first goes on with the order after it.
_ASKS_FIRST = re.compile(
    r"(?<!首)先(?:给|跟|和|让)?(?:你们?|我|俺|咱)?(?:想)?(?:再)?(?:问(?:你们?|您|清楚|一?[句下声个])|说说|讲讲|说一?[下声]|告诉)(?!.{0,6}(?:再说|再看|就(?:行|好|可以)))"
)
_WRONG = re.compile(
    r"有(?:错误?|误|问题)|有(?:个|一个|一?个?点|几个|一?处|几处)?(?:地方|点|些|的)?|不(?:太|大|是很)?(?:对|正确|准确)|不是(?:的|这样)?|没(?:有)?对|错了?|有误|有问题|不行|要改|改一?下|"
    r"(?:那个|这个|好像|里面|地方|的|了|啊|吧|呢|嗯|哎|呃|等等|等一下|我|还|都|多|也|很)"
)
_CORRECTION = re.compile(
    r"不对|不是(?!很|太|说|我|一次|没|吗|嘛|一天|第一|办法|个事)|错了|搞错|写错|记错|说错|弄错|听错|有误|改成|改为|改一下|改下|更正|纠正|应该是|换成|换个|补充一点|我说的是|更改|"
    r"(?:地址|位置|地点|电话|号码|手机号?|名字|姓名|姓|时间|名称)(?:要)?(?:改|错|不对|换)"
)
_SAME_PHONE = re.compile(
    r"就(?:用|打|留|是)?(?:这个|本机|现在|我这个|我现在)|本机|这个(?:号|电话|手机)|现在(?:这个|打的|用的)|来电(?:号码|显示)?|我正在打的|打过来的|和(?:刚才|上面)一样|同上"
)
# Whether a name or a number must be told, asked in the shape of a refusal: 不写名字就不给办, 姓名是否必填.
MUST_BE_TOLD = r"是否(?:必填|必须|必要|一定)|必填|不(?:写|留|说|填|报)[^,，。?？]{0,6}(?:就)?不(?:给|能|让)?(?:办|登|受理|处理|管|行)"
# Wished for in whatever words, and implied: 千万别让他知道是我, 怕他找麻烦, 别写我名字. It errs to secret, but papers that are
# called secret, letters that are called anonymous, and 别告诉我 are no wishes.
_DONT = r"(?:不要|不能|不可以?|不准|不许|不得|不想|别|莫|勿要|勿|唔好|甭|休)(?:再|去|给我|跟他们?|跟人)?"
_CONFIDENTIAL = re.compile(
    r"保(?:一下)?密(?!协议|合同|条款|期|费|局|单位|文件|工作|柜|门)|匿名(?!信|电话|短信|快递|账号|号码|人|的人|发帖|发布|举报我|投诉我)|不公开(?!账|收支|财务|透明|标准|收费)|"
    rf"{_DONT}(?:对外|往外|向外)?(?:透露|泄露|外传|声张)|{_DONT}告诉(?!我|咱|大家)|(?:千万|暂时|先){_DONT}(?:跟|和|同|对)(?:他|她|人|别人|老板|村|物业)[^,，。]{{0,4}}(?:说|讲|提)|{_DONT}(?:往)?外(?:说|讲|传)|{_DONT}公开(?!道歉|招|征)|"
    rf"{_DONT}(?:把)?(?:说|讲|话|提|暴露|泄漏|写|报|露|点)(?:出|到|出来)?(?:是|系)?我(?!没|不|要|想|有|去|来|们?小区|家(?:孩子|小孩)?(?:不|没)|态度|脾气|啰嗦|罗嗦|烦|凶|急|记性|事多|难缠|打扰|催|讲得|说得|闹|无理)|"
    rf"{_DONT}(?:把)?我(?:们家|家)?的?(?:名字|姓名|名|信息|身份|电话|号码|情况)(?!写错|搞错|弄错|记错|念错)|"
    rf"{_DONT}(?:让|叫|给|令)[^,，。;；!！?？]{{0,10}}(?:知道|晓得|发现|看到|认出|猜到|查到我)|"
    # Implied: 怕老师对我崽有意见, 让厂里知道我就完了, 抬头不见低头见, 公司会不会查到我.
    r"(?:会不会|会|要不要)(?:把我的(?:名字|姓名|电话|号码|信息)(?:给|告诉|透露给|说给)(?:他|她|对方|物业|老板|公司|人家|驾校|单位|学校)|(?:跟|和|告诉|让)(?:他|她|对方|物业|老板|公司|人家|驾校|单位|学校|房东|村里)(?:们)?(?:说|讲|看到|晓得|知道)?(?:是)?我(?:的)?(?:名字|姓名|电话|号码|信息))(?!打不通|怎么|要|写)|"
    r"(?:怕|担心|害怕)[^,，。;；!！?？]{0,10}(?:有意见|为难|秋后算账|找茬|排挤|开除|辞退|丢(?:了)?(?:工作|饭碗)|赶(?:我|出)|吃亏|受气|被欺负)|"
    r"知道了?(?:是我|的话)?,?我(?:家|们)?就(?:完|惨|没法|待不|干不)|一(?:猜|看|查)就(?:是|知道(?:是)?)我|(?:猜|认|查)(?:得)?(?:到|出来?|出)(?:就)?是?我(?!家的?(?:水|电)|的(?:单|进度|订单))(?=$|[,，。!！?？\s吧呀啊的吗]|这个|头上|们?家|号)|写了就知道|就知道是我(?!的(?:单|进|订|工))|(?:别|不要|莫|不能)(?:把)?我供出|(?:要是|万一|被)(?:[^,，。]{0,4})知道了?[^,，。]{0,6}(?:开除|辞退|报复|打我|整我|赶我|找我)|"
    # 怕他打过来骂我, 不会把电话给到厂里吧, 一说不就知道是我了.
    r"(?:怕|担心|害怕)(?:被)?(?:他|她|人家|对方|老板|房东|邻居|物业|领导|厂里|村里|店里|学校|老师|单位)[^,，。;；!！?？不没]{0,8}(?:打过?来|打电话|骂|找(?:上门|过来|我)|堵|闹|知道|晓得|听到|看到|认出|报仇|对付|不高兴|恨)|"
    r"(?:不会|别|会不会|莫|不要|千万别)(?:把|将)?(?:我的?|我们的?)?(?:电话|号码|手机号?|名字|姓名|信息|资料)[^,，。;；?？]{0,3}(?:给|告诉|发|转|透)[^,，。;；?？]{0,3}(?:他|她|对方|人家|厂|店|物业|房东|老板|单位|公司|学校|村)|"
    r"(?:不就|就|岂不)(?:都)?(?:知道|晓得|猜到|认出)(?:了)?(?:是|系)(?:我|俺)(?!的(?:单|进|订|工))|"
    r"抬头不见低头见|不敢(?:说|讲|留|写|报|透露)(?:出|我)?(?:的|真)?(?:名字?|姓名|身份|是谁)|(?:单子|工单|上面|里面?)(?:上)?(?:千万)?(?:别|不要|莫)(?:出现|写|露|显示|有)[^,，。]{0,4}我|(?:会|要)整(?:我|人)(?!个)|(?:别|不要|莫)(?:把我)?(?:漏|捅|抖|传)出去|"
    r"(?:怕|担心|害怕)[^,，。;；!！?？]{0,8}(?:报复|打击|找(?:我|我们|我家)?(?:的)?(?:麻烦|事)|穿小鞋|给(?:我|他|她)?小鞋|记恨|整我|打我|收拾我|针对我|使绊子|知道(?:是|了是)?我|晓得(?:是)?我)|"
    r"只(?:能|有|让|许|准|限)(?:你们?|您|上头|上面|政府)[^,，。;；]{0,8}(?:知道|晓得|清楚|看)|(?:会不会|不会|别|莫)[^,，。;；?？]{0,10}(?:到|落|传|漏)[^,，。;；?？]{0,6}(?:手[里上]|耳朵)|"
    r"(?:说|讲|报|漏|传|晓得|知道)[^,，。;；]{0,10}(?:没法|冇法|莫法|难|不好|咋)(?:再)?(?:待|住|过|混|做人|相处|见面)|(?:混|待|住|干|做)不(?:下去|成)[了咯啦]?(?=$|[,，。!！])|"
    rf"(?:莫|别|甭|勿要|唔好|冇|不要)(?:跟|和|同|对|给|畀|俾)[^,，。;；]{{1,6}}(?:说|讲|话)(?:起)?(?:是|系)?(?:我|俺|咱)|(?:卖|出卖|供)(?:了|咗|晒)?(?:我|俺)(?:出去|出嚟)?(?=$|[,，。!！啊呀哦])|"
    r"(?:崽|娃|仔|女|孩子|儿子|女儿|我|俺)[^,，。;；]{0,4}(?:还|仲)(?:要)?(?:在|喺)[^,，。;；]{0,8}(?:班(?!车|机|长|上没|上的)|读书|上学|手下|里面(?:上班|做事)|上班)|(?:肯定|一定|准|会)[^,，。;；]{0,3}(?:撵|赶|轰)我(?:走|出)|"
    r"(?:他们?|她们?|人家|老板|领导|村里)(?:知道了?|晓得了?)?(?:肯定|一定|要)?会(?:报复|整我|打我|收拾我|针对我|找我麻烦|给我小鞋|给我穿小鞋)"
)
# Only words that say so open it; 实名 and 不怕 alone do not.
_OPEN = re.compile(
    r"(?<!能)不保密|保密(?:就)?(?:不用|不需要|不必|没必要|用不着|无所谓|算了)|(?:没|冒|冇|莫|无)(?:有|得)?(?:啥|什么|么子|咩|哪样)?(?:好|要|可|需要)?保密(?:的|嘅)?|(?:么子|啥子?|什么|咩)保密|(?:不用|不需要|不必|无需|没必要|用不着|不要|不消|不须|毋须|唔使|勿要|冇需要|别)(?:给我|帮我|替我|再)?(?:保密|匿名)|不匿名|可以公开|公开(?:就行|吧|没事)"
)
# To the question whether it should be kept secret these do open it.
_UNAFRAID = re.compile(r"实名|不怕|无所谓|没关系|不要紧|光明正大|公开")
_KNOWN_ANYWAY = re.compile(
    r"(?:^|[,，。;；\s])(?:反正|不要紧|没事|不怕|不用|不消)?(?:他|她|它|人家|对方|物业|老板|邻居|公司)(?:们)?(?:也|都|就|本来|早)*(?:晓得|知道|认得|认识|清楚)(?:就?是我|我)(?=$|[的嘛呀啊呢\s,，。])"
)
# Feared, imagined or asked for, it is no opening: 要是他知道是我就麻烦了, 他知道我，要报复的, 他认识我，还是保密吧.
_STILL_FEARED = re.compile(
    r"怕|担心|要是|万一|如果|假如|希望|愿|免得|省得|防止|会不会|会(?!晓得|知道|认)|被|不想|不能|不要让|别|莫|报复|开除|打击|找我|整我|麻烦|完了|惨|保密吧|要保密|得保密|还是保密|[?？]"
)
_TYPE = (
    (
        "report",
        re.compile(
            r"(?<![不没])(?<!不[是想要])(?:我要|我想|要|想|来|进行|属于|是|改成|向你们?|我)举报(?![过了的])|^举报"
        ),
    ),
    (
        "complain",
        re.compile(
            r"(?<![不没])(?<!不[是想要])(?:我要|我想|要|想|来|进行|是|改成|我(?:就|今天|必须|一定|非得?|是来)*)投诉(?![过了的])|^投诉"
        ),
    ),
    ("suggest", re.compile(r"(?:我|提|有|是)(?:个|一个|点|一点|条|想|要)*建议|^建议")),
    ("praise", re.compile(r"表扬|(?:要|想|来)(?:好好)?(?:夸|感谢)(?!张)|(?:送|送面)锦旗|点(?:个)?赞")),
    ("help", re.compile(r"(?:我要|我想|是|来)求助|^求助")),
    ("consult", re.compile(r"(?:登记|留|写|记|下).{0,4}咨询|咨询(?:工)?单")),
)
_APPEAL = re.compile(
    r"((?<!不)(?<!没)(?<!不是)(?<!没有)(?:我|我们|就|只|也)?(?:希望|要求|请求|恳请|恳求|请(?=你们|有关|相关|政府|部门|尽快|帮|派|督促|协调|求|给|把|对|让)|麻烦(?=你们|帮|派|尽快)|"
    r"盼|想让|想要|诉求是|强烈要求|让他们(?!(?:知道|晓得|看到|发现|听说?)(?:了)?(?:是)?我)|叫他们|能不能(?!取|当)(?=.*(?:管|处理|解决|派|查|(?<!出)来(?!当|电)|给(?!我打|我回)))|建议)[^。！？!?\n]{3,80})"
)
# "转人工", "转公积金的人工", "我要跟真人说", "有没有活人": the words themselves ask for a person. What only sounds like it is
# left out: 人工智能, 人工湖, 人工费, and a shop's own 客服.
_PERSON = r"(?:人工(?!资|作|单|地|程|伤|厂|会|龄|种|商|人|业|智能|费|湖|成本|流产|授精|草|降雨|降水|增雨|养殖|呼吸|耳蜗|关节|窗口|收费|售票|审核|开挖|挖|清|搬|检票|通道)|真人|活人|坐席|接线员|话务员)"
# Those who are over the one that answers: 把管事的叫来, 找你们领导接电话. Whoever has been to them already tells a story.
_SUPERIOR = r"(?:领导|头头?|头儿|主任|经理|负责人|主管|管事(?:儿)?的?|班长|组长|值班长|说了算的)"
_COMES = r"(?:过来|来|出来|接(?:一下)?(?:电话)?|听(?:一下)?(?:电话)?|跟我?|和我?|同我?|说话|讲话|吧|呢|啊)"
_WANTS_PERSON = re.compile(
    rf"(?:转|找|换|要|叫|喊|接|来个|来一个|给我|跟|和|有没有|有|想要|请|让)[^,，。!！?？]{{0,6}}{_PERSON}|"
    rf"(?:把|找|叫|喊|让|请|换|转|接|要)(?:一下|个)?(?:你们?|恁们?|恁|您)?(?:那|这|那边|这边)?(?:的|个)?{_SUPERIOR}(?:给我|都|快)?(?:叫|喊|找|请)?(?:{_COMES}|[。!！]*$)|"
    r"(?:叫|喊|找|换|来|派|让|转|接)(?:一?个|位)(?:活)?(?:人|姑娘|小伙子?|同志|能拍板的|懂行的)[^,，。!！?？]{0,4}(?:跟|和|同|给)我?(?:们)?(?:说|讲|聊|谈|沟通|对话)|(?:转|接|找|换)(?:一?个|一?位)(?:能拍板|懂行)的|"
    r"(?:叫|喊|找|换|转|接)(?:一?个|位)(?:人|姑娘|小伙子?|同志)(?:来)?(?:接|听)|(?:给我|帮我|能不能|能)?(?:转|接)一?个?人(?:谢谢|了|吧|啊|行不行?|好不好|[。!！?？]*$)|换一?个人(?:吧|来|行不行?|听|说|讲|好不好|[。!！?？]*$)|"
    r"^(?:喂|你好|您好)*[,， ]*(?:到底)?有没有(?:一?个)?(?:活)?人(?:工)?(?:在)?(?:啊|呀|吗|呢|哪|哦)*[。!！?？]*$|有没有人(?:能)?(?:跟|和|同|听)我(?:说|讲|聊)|"
    r"(?:转|换|接)(?:个|一个|到)?客服|(?:给我|帮我|能不能|请)换个?人(?!办|去|修|住)|^(?:找|要|叫)(?:个|一个)?客服[。!！]*$|"
    rf"^{_PERSON}(?:服务|客服|坐席|台)?(?:在吗|在不在|呢)?[。!！?？]*$|"
    r"(?:不要|别|不想|不跟|不和|不愿意?|懒得)[^,，。]{0,6}(?:机器人|机器|智能客服|AI|电脑|录音)(?:说|聊|讲|扯|谈|回|$|[,，。!！])"
)
_NOT_WANTED = re.compile(
    rf"(?:不用|不要|不需要|别|不想|取消|先不)(?:再)?(?:转|找|换|要|叫|接)?{_PERSON}|(?:人工|坐席|客服|接线员)[^,，。]{{0,6}}(?:态度|不接|骗|骂|说|告诉|挂|答应|回复)"
)
# Whether anybody listens, and that it is urgent: of that alone nobody can be told anything, and nobody has to be fetched.
_THERE = (
    r"(?:喂+|诶|哎|嗨|哈[喽啰]|hello|hi|你们?好|您好|请问|客服|同志|师傅|亲|人呢|人在(?:哪|吗|不|么)|有人(?:在|吗|没有?|不|么|呢|嘛|啊)+|(?:我|就|来)?(?:先)?(?:测试|试)(?:一?下|试)(?:看看?)?(?:有没有人(?:在)?)?|(?:没事)?[ ,，]?(?:就|随便)(?:看看|试试)|试试|"
    r"(?:还|都|你们?|您)?在(?:不在|吗|不|么|嘛|线吗?|没|(?=[?？]))|(?:能)?听(?:得)?[见到](?:我|我说话|了)?(?:吗|么|不|没有?)|说(?:句)?话|吱(?:个|一)?声|回(?:个|一下|句)?(?:话|复|我)|理(?:我)?一?下|"
    r"(?:很|好|太|挺|真的?)?急+(?:死(?:人|我)?)?|(?:十万)?火急|加急|在线等|挺急的?|很急|速度|快点?(?:啊|呀|吧)?|赶紧|\?\?+|？？+)"
)
_ANYBODY = re.compile(rf"(?:{_THERE}(?:啊|呀|呢|吗|嘛|的|了|哦|噻)*[\s,，。!！?？~～…]*)+", re.IGNORECASE)
# What a chat shows in words where a picture, a voice message or a link was sent.
_SENT = r"[\[【](?:图片|照片|相片|截图|视频|短视频|语音|录音|文件|聊天记录|链接|名片|小程序|动画表情)[^\]】]{0,16}[\]】]|https?://[!-~]+"
_STICKER = r"\[[\u4e00-\u9fffA-Za-z]{1,6}\]|/:[!-~]{1,8}|[\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]"
_LOOK = re.compile(
    r"(?:你们?|您)?(?:自己|先|快|可以|给你们?|发你们?)?(?:看|见|瞧|发|传|附|上)(?:一下|下|看|个|了|过去)?(?:这个|这张|我发的|上面的?|刚发的)?(?:图片?|截图|截屏|照片|视频|录音|语音|附件|链接|聊天记录)(?:吧|哈|啊|呀|了|都有|为证|为准)*|"
    r"如图(?:所示)?|有图(?:有真相|为证)?|(?:图|图片|截图|照片|视频)(?:都)?(?:发|传)(?:给)?(?:你们?|您|过去|上去|上来)?了?|(?:你们?|您)?(?:自己)?看"
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
    return _matches(_YES, text)


def is_no(text: str) -> bool:
    return _matches(_NO, text)


def is_skip(text: str) -> bool:
    return _matches(_SKIP, text)


def _matches(pattern: re.Pattern[str], text: str) -> bool:
    """Whether an answer matches as it was said, or in Mandarin: 唔使 is 不用, 得咗 is 得了."""
    said = text.strip()
    return bool(pattern.match(said) or pattern.match(to_mandarin(said).text))


def is_cancel(text: str) -> bool:
    """Whether the whole order is given up; 名字就不说了吧 gives up one field of it."""
    return (
        bool(_CANCEL.search(text.strip()))
        and len(text) <= 24
        and not is_skip_of_one(text)
        and not goes_on(text)
    )


def is_skip_of_one(text: str) -> bool:
    """Whether the words leave out one named thing: 电话就不留了, 算了 名字不说了."""
    return bool(_ONE_THING.search(text))


def gives_up(text: str) -> bool:
    """Whether a clause gives up the order itself, also beside other words: 还要名字啊,那我不报了, 水来了 不用报了."""
    return not goes_on(text) and any(
        _GIVES_UP.search(clause) and not is_skip_of_one(text if clause == "算了" else clause)
        for clause in CLAUSES.split(text)
    )


def goes_on(text: str) -> bool:
    """Whether somebody who was asked "not register, then?" wants it registered: 要登记的, 不是,继续, 谁说不登记."""
    return bool(_GOES_ON.search(text))


def only_asks(text: str) -> bool:
    """Whether the words say that nothing but an answer is wanted: 就问个事, 只是咨询一下."""
    return bool(_ONLY_ASKS.search(text)) and not _ASKS_FIRST.search(text)


def says_only_wrong(text: str) -> bool:
    """Whether the words say that something is wrong, and neither what nor how it should be."""
    return not re.sub(r"[\W_]", "", _WRONG.sub("", text))


def knows_already(text: str) -> bool:
    """Whether the other side knows who complains, so that nothing is to be kept from it: 不要紧 他晓得是我."""
    rest = _OPEN.sub("", text)
    return bool(_KNOWN_ANYWAY.search(text)) and not _STILL_FEARED.search(rest)


def opens_name(text: str) -> bool:
    """Whether somebody who was asked about secrecy does without: 实名就实名, 我不怕. A wish for it goes before."""
    return wants_confidence(text) is not True and bool(_UNAFRAID.search(text) or knows_already(text))


def is_correction(text: str) -> bool:
    return bool(_CORRECTION.search(text))


def says_same_phone(text: str) -> bool:
    return bool(_SAME_PHONE.search(text)) and len(text) <= 24


def is_anybody_there(text: str) -> bool:
    """Whether the words only ask if anybody listens, or only hurry: 人呢, 在吗, 急急急."""
    return bool(_ANYBODY.fullmatch(text.strip()))


def without_pictures(text: str) -> str:
    """The words without what stands for a picture, a sticker or a link, and without "look at the picture"."""
    rest = re.sub(rf"{_SENT}|{_STICKER}", " ", text)
    told = [clause for clause in CLAUSES.split(rest) if clause and not _LOOK.fullmatch(clause)]
    return "，".join(told)


def shows_only(text: str) -> str:
    """What a message shows that holds no word to be read: "picture" (also a voice, a file, a link), "sticker", or ""."""
    if re.search(r"\w", without_pictures(text)):
        return ""
    if re.search(_SENT, text) or any(_LOOK.fullmatch(clause) for clause in CLAUSES.split(text.strip())):
        return "picture"
    return "sticker" if re.search(_STICKER, text) else ""


def agrees_only(text: str) -> bool:
    """Whether words that were taken for a yes hold hardly more than that: 对的 麻烦你们了, 中 就恁写."""
    return is_yes(text) or len(re.sub(r"[\W_]", "", _AGREEING.sub("", text))) <= _YES_BESIDES


def wants_confidence(text: str) -> bool | None:
    """True: keep the caller's name from others; False: said to be unnecessary; None: not mentioned."""
    opened = _OPEN.search(text)
    # What is secret beside it goes before: 不用匿名,但别告诉他我的电话.
    if _CONFIDENTIAL.search(_OPEN.sub("", text)):
        return True
    return False if opened else None


_LAST_DECLINES = re.compile(
    r"^(?:哦|噢|啊|嗯|那|这|个|就|我|[,， ])*(?:不用|不需要|不要|不必|没必要|用不着|无所谓)(?:了|的|吧|啦|保密)?$"
)
_WHAT_SECRECY_IS = re.compile(r"保密[^,，。]{0,4}(?:什么|啥|哪样|咋|意思)|(?:什么|啥|哪样)[^,，。]{0,3}保密")


def declines_after_asking(text: str) -> bool:
    """Whether who was asked for a wish asks what secrecy is, and then has none: 保密是哪样意思 哦 那个不用. Whoever asks
    whether they will be known, and gives up, is afraid."""
    told = [clause for clause in CLAUSES.split(text.strip()) if clause]
    asks = len(told) > 1 and bool(_WHAT_SECRECY_IS.search(text))
    # The word itself, which is asked about, is no wish.
    afraid = wants_confidence(re.sub("保密", "", _OPEN.sub("", text))) is True
    return asks and bool(_LAST_DECLINES.match(told[-1])) and not afraid


_VISIT = re.compile(
    r"(?:来|派|安排|喊|叫|找)(?:一|几|两)?[个位名]?(?:人|师傅|工作人员|维修工?|网格员)(?:来|去|到|上门|过来|过去)?[^,，。!！?？]{0,4}(?:上门|看看|看一?下|弄|修|处理|查一?[下查]|检查|管一?管|疏通|清理|抬|认证|办一?下)|"
    r"(?:能不能|可不可以|可以|能|想|要|希望|请|麻烦)[^,，。!！?？]{0,6}(?:上门|到家里?来|来家里)[^,，。!！?？]{0,6}(?:吗|办|弄|认证|服务|看|查|修|采集|登记)"
)


def wants_visit(words: str) -> bool:
    """Whether somebody is to come to the place (能不能来个人上门给弄一下), not to the telephone."""
    return bool(_VISIT.search(words))


# 我是来夸人的，不是投诉哈.
_NOT_OF_TYPE = r"(?:[,，\s]*(?:我|俺|可|又|也|并)*不是(?:来|要|想)?(?:投诉|举报|告状|骂人|找茬|建议)(?:谁|你们|他们?)?(?:的)?[哈啊呀嘛哦]*[,，\s]*)"
_ONLY_TYPE = re.compile(
    r"^(?:那|不是|不|我|俺|咱们?|就|是|必须|一定)*(?:要|想|得)?(?:举报|投诉|告)(?:他们?|她们?|它|你们|这家|那家|房东|老板|物业|[^,，。]{2,8})?(?:[了的啊呀吧！!。]*)$|"
    r"^(?:那|还是|就|要|请|帮我|给我)*(?:按|写成?|改成?|算|登记?成?|走)(?:个)?(?:建议|投诉|举报|求助|咨询|表扬)(?:吧|写|登记?|算|就[行好])*[。!！]?$|"
    rf"^{_NOT_OF_TYPE}?(?:所以|其实|我们?|俺们?|就|特意|专门|[,， ])*(?:是|来|要|想)+(?:夸|表扬|感谢|提个?建议|投诉|举报)(?!人$|者)(?:一下|下|个?人|他们?|她们?|你们?|的|[哈啊呀嘛哦])*{_NOT_OF_TYPE}?[。!！]?$"
)


def only_names_type(text: str) -> bool:
    """Whether the words say what kind of order it is to be, and nothing else: 我要举报他."""
    return bool(_ONLY_TYPE.match(text.strip()))


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
