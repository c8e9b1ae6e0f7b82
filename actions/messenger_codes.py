"""What messengers write into a text: codes of faces (/::), [捂脸]), and words that stand for a picture, a voice message
or a kind of message that our channel cannot take. Pure.

Places in a message are counted in characters, so a cleaned text knows the new place of each old one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

# The names that WeChat and QQ give to their faces. Not every word in brackets is one: [加急], [北门].
_FACES = (
    "微笑 撇嘴 色 发呆 得意 流泪 害羞 闭嘴 睡 大哭 尴尬 发怒 调皮 呲牙 惊讶 难过 酷 冷汗 抓狂 吐 偷笑 愉快 可爱 白眼 傲慢 饥饿 困 惊恐 "
    "流汗 憨笑 悠闲 大兵 奋斗 咒骂 疑问 嘘 晕 疯了 折磨 衰 骷髅 敲打 再见 擦汗 抠鼻 鼓掌 糗大了 坏笑 左哼哼 右哼哼 哈欠 鄙视 委屈 快哭了 "
    "阴险 亲亲 吓 可怜 菜刀 西瓜 啤酒 篮球 乒乓 咖啡 饭 猪头 玫瑰 凋谢 嘴唇 示爱 爱心 心碎 蛋糕 闪电 炸弹 刀 足球 瓢虫 便便 月亮 太阳 礼物 "
    "拥抱 强 弱 握手 胜利 抱拳 勾引 拳头 差劲 爱你 NO OK 爱情 飞吻 跳跳 发抖 怄火 转圈 磕头 回头 跳绳 投降 激动 街舞 献吻 左太极 右太极 "
    "嘿哈 捂脸 奸笑 机智 皱眉 耶 吃瓜 加油 汗 天啊 Emm 社会社会 旺柴 好的 打脸 哇 翻白眼 666 让我看看 叹气 苦涩 裂开 囧 失望 恐惧 脸红 破涕为笑 "
    "无语 生病 笑脸 合十 烟花 爆竹 福 發 红包 發红包 庆祝 鬼魂 猪 泪奔 无奈 卖萌 小纠结 喷血 斜眼笑 doge 惊喜 骚扰 笑哭 我最美 河蟹 羊驼 幽灵 "
    "大笑 不开心 冷漠 呃 好棒 拜托 点赞 无聊 托脸 吃 送花 害怕 花痴 小样儿 飙泪 我不看 托腮 啵啵 糊脸 拍头 扯一扯 舔一舔 蹭一蹭 拽炸天 顶呱呱 抱抱 暴击 "
    "Smile Grimace Drool Scowl CoolGuy Sob Shy Silent Sleep Cry Awkward Angry Tongue Grin Surprise Frown Blush Scream Puke Chuckle Joyful Slight Smug Drowsy "
    "Panic Laugh Commando Scold Shocked Shhh Dizzy Toasted Skull Hammer Bye Speechless NosePick Clap Trick Facepalm Yeah! Rose Heart ThumbsUp Shake Salute"
).split()
_FACE = re.compile(
    r"\[(?:" + "|".join(sorted(map(re.escape, _FACES), key=len, reverse=True)) + r")\]"
    # The old codes of WeChat and QQ; the gateway writes a leading slash full-width.
    r"|[/／]:(?::[-',~@#!<>()|\[\]*&$?A-Za-z0-9+;]{1,2}|,@[-A-Za-z@!&!]{1,2}|8-\)|P-\(|&-\(|B-\)|<&|<@|@@|@>|@\)|@x|[?!X@*<][-A-Za-z]{0,4}|[a-zA-Z]{1,9}(?:&gt;|>)?)"
    r"|[/／](?:微笑|撇嘴|发呆|得意|流泪|害羞|大哭|尴尬|发怒|呲牙|难过|抓狂|偷笑|可爱|玫瑰|强|弱|握手|抱拳|胜利)(?![\u4e00-\u9fff])",
)
_UNSUPPORTED = r"(?:收到)?(?:一条)?(?:您?的?微信)?(?:当前)?(?:版本)?暂?不支持(?:的|此|该|查看|显示)(?:消息)?(?:类型|消息|内容)[^\]】]{0,20}"
_UNSEEN = re.compile(
    r"[\[【](?:图片|照片|相片|截图|视频|短视频|小视频|语音|语音消息|录音|文件|聊天记录|链接|名片|小程序|动画表情|位置|音乐|红包|转账|接龙|"
    r"Photo|Video|Voice|Voice Message|Sticker|File|Location)[^\]】]{0,16}[\]】]"
    rf"|[\[【]{_UNSUPPORTED}[\]】]|^\s*{_UNSUPPORTED}\s*$"
    r"|[\[【]未知(?:类型的?)?(?:消息|类型)[^\]】]{0,12}[\]】]|[\[【]Unsupported[^\]】]{0,30}[\]】]",
    re.IGNORECASE,
)
_FRIENDLY = re.compile(
    r"玫瑰|送花|强(?=\])|点赞|握手|抱拳|爱心|胜利|鼓掌|合十|OK|好的|耶|拥抱|Rose|ThumbsUp|Heart|Salute|:rose|:strong|:share|:heart|:v\b|:ok|:handclap|:@\)",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"[\s,，.。!！?？~～、…:：;；\ufe0f\u200d]*")
_EMOJI = re.compile(r"[\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\U0001f000-\U0001faff]")


class Shown(Enum):
    """What a message consists of where it holds no words."""

    UNSEEN = "unseen"
    THANKS = "thanks"
    FACE = "face"


@dataclass(frozen=True)
class Cleaned:
    """A text without codes and placeholders; `places` holds the new place of each character of the old one, and of its
    end."""

    text: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the old text is now; empty if it was part of a code."""
        last = len(self.places) - 1
        return self.places[min(start, last)], self.places[min(end, last)]


def cleaned(text: str) -> Cleaned:
    """The text without codes, a space where one stood between words. A message of nothing else stays as it is."""
    blanked = _UNSEEN.sub(_blanks, _FACE.sub(_blanks, text))
    if blanked == text or _NOTHING.fullmatch(blanked):
        return Cleaned(text, tuple(range(len(text) + 1)))
    kept: list[str] = []
    places: list[int] = []
    for old, new in zip(text, blanked, strict=True):
        places.append(len(kept))
        gone = new == " " and (old != " " or not kept or kept[-1] == " ")
        if gone and kept and kept[-1] not in " ，,。.!！?？":
            kept.append(" ")
        elif not gone:
            kept.append(new)
    whole = "".join(kept).rstrip()
    return Cleaned(whole, tuple(min(place, len(whole)) for place in (*places, len(whole))))


def shown(text: str) -> Shown | None:
    """What a message without words is; None where something is said."""
    bare = _EMOJI.sub("", _FACE.sub("", text))
    if bare != text and _NOTHING.fullmatch(bare):
        return Shown.THANKS if _FRIENDLY.search(text) or _THUMB.search(text) else Shown.FACE
    rest = _UNSEEN.sub("", bare)
    return Shown.UNSEEN if rest != bare and _NOTHING.fullmatch(rest) else None


_THUMB = re.compile("[👍👌🙏🌹💐❤🤝👏✌]")


def _blanks(found: re.Match[str]) -> str:
    return " " * len(found.group())
