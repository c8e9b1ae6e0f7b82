"""Cues of emotion that can be named: words, punctuation, repetition, emoji and bracketed face names.

The linear model learns what each cue is worth; here they are only counted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

LABELS = ("angry", "sad", "anxious", "neutral", "happy")

_WORDS: Mapping[str, str] = {
    "angry": r"气死|气炸|生气|火大|恼火|发火|愤怒|气愤|怒|可恶|混蛋|王八|他妈|特么|tm|妈的|尼玛|你妈|我靠|卧槽|操蛋|滚|垃圾|无耻|不要脸|恶心|骗子|坑人|黑心|忍无可忍|受够|太过分|过分|欺负|欺人太甚|岂有此理|凭什么|什么玩意|什么东西|扯淡|放屁|有病|脑残|傻[逼叉x缺b]|sb|煞笔|贱|呸|讨厌|烦死|烦人|吵死|推诿|踢皮球|不作为|敷衍|糊弄|投诉你|曝光|给个说法|丧尽天良|缺德|流氓|无语|呵呵|逗我|有没有人管|还要脸吗|去死|活该|打脸|狗屁|奇葩|坑爹",
    "sad": r"难过|伤心|伤感|悲|哭|泪|呜|心碎|心痛|心酸|心寒|委屈|绝望|崩溃|失望|孤独|孤单|寂寞|可怜|凄凉|难受|痛苦|想死|活不下去|没意思|失去|离开|走了|去世|再见|对不起|遗憾|后悔|失眠|失恋|分手|思念|想念|想家|累|叹|唉|哎|凉了|没救|熬不|撑不|无助|忧伤|郁闷|心塞|抑郁|疼|病了|没人(?:要|疼|理)|桑心",
    "anxious": r"害怕|怕|担心|担忧|焦虑|着急|急死|急得|心慌|慌|紧张|恐|吓|不安|提心吊胆|胆战|毛骨悚然|发抖|惊|忐忑|怎么办|咋办|救命|危险|不敢|睡不踏实|来不及|万一|会不会|噩梦|阴影|瑟瑟|鬼|完了完了|心里没底|悬着|预感|七上八下",
    "happy": r"开心|高兴|快乐|哈哈|嘻嘻|嘿嘿|幸福|感谢|谢谢|感激|满意|喜欢|爱你|太好|真好|好棒|棒|赞|点赞|表扬|给力|贴心|温暖|暖心|感动|期待|美美|完美|祝|恭喜|加油|可爱|好吃|美味|好看|漂亮|惊喜|终于|么么|耶|萌|舒服|享受|惬意|晚安|早安|幸运|辛苦了|值得|满足|爽|笑|甜|超赞|优惠|欢迎|美丽|精彩",
}
_FACES: Mapping[str, str] = {
    "angry": r"😠|😡|🤬|👿|💢|😤|🖕|\[(?:怒|怒骂|抓狂|鄙视|哼|白眼|吐|打脸|弱|左哼哼|右哼哼|愤怒|发怒|黑线)\]",
    "sad": r"😢|😭|😞|😔|😟|💔|🥺|😿|☹|😩|😫|\[(?:泪|悲伤|伤心|流泪|大哭|衰|失望|委屈|可怜|心碎|生病|困|累|难过|蜡烛|快哭了|允悲|苦涩|裂开)\]|T_T|TT|QAQ|;_;",
    "anxious": r"😨|😰|😱|😧|😬|🆘|\[(?:害怕|惊恐|发抖|吃惊|冷汗|汗|恐惧|骷髅)\]",
    "happy": r"😀|😁|😂|🤣|😃|😄|😊|😍|🥰|😘|😋|👍|❤|💕|🎉|🌹|✌|💪|\[(?:笑|哈哈|嘻嘻|偷笑|呵呵|爱你|心|太开心|鼓掌|赞|good|可爱|花心|酷|耶|太阳|鲜花|玫瑰|得意|调皮|亲亲|馋嘴|给力|憨笑|笑cry|doge|礼物|蛋糕|害羞|色|奥特曼|强|抱抱|微风|兔子|威武)\]|\^_\^|\^\^|2333|666",
}
_COMPILED = {
    **{f"word:{label}": re.compile(pattern, re.IGNORECASE) for label, pattern in _WORDS.items()},
    **{f"face:{label}": re.compile(pattern, re.IGNORECASE) for label, pattern in _FACES.items()},
    "mark:exclaim": re.compile(r"[!！]"),
    "mark:many_exclaim": re.compile(r"[!！]{2,}"),
    "mark:question": re.compile(r"[?？]"),
    "mark:rhetoric": re.compile(r"[?？][!！]|[!！][?？]|[?？]{2,}"),
    "mark:dots": re.compile(r"\.{3,}|…|。{2,}"),
    "mark:tilde": re.compile(r"[~～]"),
    "repeat": re.compile(r"(.)\1\1"),
    "first_person": re.compile(r"我|俺|咱|本人"),
    "formal": re.compile(r"规定|条例|办法|应当|根据|单位|部门|申请|办理|材料|有关|第[一二三四五六七八九十\d]+[条款]|以及|并且|进行|提供|公司|[;；]|\d{3,}|为了|从而|分别|具有|通过|由于|因此"),
    "asks": re.compile(r"请问|咨询|想问|问一下|怎么|如何|哪里|多少|什么时候|吗[?？。]?$|能不能|可以.*吗"),
}  # fmt: skip
CUES = tuple(sorted(_COMPILED))
_MOST = 3


def count_cues(text: str) -> dict[str, float]:
    """Counts in [0, 1] (three or more of a kind is 1) of the cues that are there, plus how long the text is."""
    counts = {
        name: min(sum(1 for _ in pattern.finditer(text)), _MOST) / _MOST
        for name, pattern in _COMPILED.items()
    }
    found = {name: count for name, count in counts.items() if count}
    if not any(name.startswith(("word:", "face:")) for name in found):
        found["no_word"] = 1.0
    return found
