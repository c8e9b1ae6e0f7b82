"""Sentences that Whisper writes into silence and noise: credits of subtitles that it saw in training. Pure.

Only whole known phrases count. A word of them proves nothing: people complain about subtitles, subscriptions and likes, too.
"""

from __future__ import annotations

import re
import unicodedata

from asr.text import simplified

# Without spaces and punctuation, simplified, in small letters.
_PHRASES = (
    "(?:中文)?字幕由amaraorg社[区群]提供",
    "amaraorg",
    "(?:中文)?字幕(?:by|志愿者|制作人?|提供者?|校对|翻译|组)?(?:索兰娅|贝尔|李宗盛|杨栋梁|杨茜茜|zitherharp|jchong)",
    "by索兰娅",
    "(?:请)?不吝点赞订阅(?:转发)?(?:打赏)?(?:支持明镜(?:与|和)?点点栏目)?",
    "(?:打赏)?支持明镜(?:与|和)?点点栏目",
    "明镜(?:需要您的支持)?(?:欢迎订阅明镜)?",
    "(?:欢迎|请|记得|别忘了)?(?:点赞|订阅|转发|收藏|关注){2,4}",
    "(?:欢迎|请|记得|别忘了)?(?:点赞|订阅|关注)(?:和|并)?(?:点赞|订阅|关注|分享)?(?:我的|我们的|本|一下我?的?)频道",
    "(?:如果)?喜欢(?:我的视频|这个视频|的话)?(?:请|就|记得)?(?:点赞|订阅|关注){1,3}",
    "(?:谢谢|感谢)(?:大家|您|你|各位)?(?:的)?(?:观看|收看|收听)",
    "(?:由)?mingpao(?:canada|toronto)?(?:制作)?(?:mingpaotoronto)?",
    "优优独播剧场(?:yoyotelevisionseriesexclusive)?",
    "以下是(?:中文)?普通话的句子",
    "中文普通话",
    "中文字幕",
    "下[集期]再见",
)
_WHOLE = re.compile(f"(?:{'|'.join(_PHRASES)})+")
_SIGNS = re.compile(r"[\W_]+")


def is_imagined(text: str) -> bool:
    """Whether the text is nothing but such phrases, once or several times."""
    return (
        _WHOLE.fullmatch(_SIGNS.sub("", simplified(unicodedata.normalize("NFKC", text)).lower())) is not None
    )
