"""Recognises questions about one thing in town that no article can know: a plan, a timetable, a price, a rumour, who
is best. Pure.

Articles say how something is done. The words of such a question fit an article all the same (小学哪年建 - 小学怎么报名), so it
is answered only if a stored question is nearly the same.
"""

from __future__ import annotations

import re

_BUILT = r"拆迁|拆|建|修(?!改)|通车|开通|通到|开工|完工|竣工|搬|合并|开业|封路|改造完|交付"
_PARTICULAR = re.compile(
    rf"(?:什么时候|啥时候|几时|何时|哪年|哪天|几月|几号|多会儿)(?:才|能|会|开始|给)?[^，,。?？]{{0,6}}(?:{_BUILT})|"
    rf"(?:听说|听讲|听人说|传|说是?)[^。]{{0,24}}(?:要|会|准备|打算)(?:{_BUILT}|改成)|真的假的|是不?是真的|真有这事|有这回事|靠不靠谱|"
    r"(?:首|头|末)班车|坐诊|出诊|值班医生|赶[场集圩]|(?:逢|星期|礼拜|周)几(?!前|之前)|"
    r"开(?:放|门)?到几点|几点(?:开门|关门|下班|闭馆|开抢|抢)|开不开门|营业时间|开放时间|开馆|闭馆|"
    r"门票|票价|学生票(?!怎么买)|分数线|录取线|摇号|放榜|成绩.{0,6}(?:出|公布)|还剩(?:多少|几)|名额|还有(?:票|货|券)|"
    r"哪(?:个|家|所)[^，,。?？]{0,8}(?:便宜|最好|好吃|好(?:一点|点|些)|靠谱|划算|推荐)|(?:演唱会|音乐节|马拉松|花展|灯展|灯光秀|展会|庙会)"
)
# Asked in nearly the same words, an article is about it after all: 什么时候开始供暖.
ASKED_SO = 0.6


def of_a_particular(question: str) -> bool:
    return bool(_PARTICULAR.search(question))
