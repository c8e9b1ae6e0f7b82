"""What Whisper makes up is left out; what people say of the same things is not."""

from __future__ import annotations

import pytest

from asr.imagined import is_imagined
from asr.whisper_decoder import Decoded
from asr.whisper_recognizer import WhisperRecognizer


@pytest.mark.parametrize(
    "text",
    [
        "字幕由Amara.org社区提供", "字幕由 Amara.org 社群提供", "請不吝點贊 訂閱 轉發 打賞支持明鏡與點點欄目", "请不吝点赞,订阅,转发", "谢谢观看",
        "感谢大家的收看。", "謝謝觀看!謝謝觀看!", "字幕志愿者 李宗盛", "中文字幕志愿者 杨栋梁", "字幕製作:貝爾", "字幕by索兰娅", "优优独播剧场——YoYo Television Series Exclusive",
        "由 MING PAO CANADA 製作", "中文普通话", "以下是普通话的句子。", "点赞 订阅 转发", "請訂閱我的頻道", "明镜需要您的支持 欢迎订阅明镜", "喜欢的话请点赞订阅",
    ],
)  # fmt: skip
def test_whole_known_phrases_are_left_out(text: str) -> None:
    assert is_imagined(text)


@pytest.mark.parametrize(
    "text",
    [
        "使图书馆房的电影没有字幕,听将人看不了", "取消订阅的按钮找不到", "手机里被偷偷订阅了彩铃业务", "公园大屏幕的字幕全是错别字", "给差评被要求点赞才退款",
        "主播诱导未成年人打赏", "他们不会说普通话", "我要取消订阅", "没有中文字幕", "字幕制作太差了", "点赞", "订阅", "字幕", "明镜湖边的路灯坏了", "谢谢观看我的投诉材料",
        "视频号点赞订阅都要钱", "请不吝赐教", "普通话考试在哪报名", "热线", "普通话", "谢谢",
    ],
)  # fmt: skip
def test_complaints_about_the_same_things_are_heard(text: str) -> None:
    assert not is_imagined(text)
    assert not WhisperRecognizer._imagined(Decoded(text, (), -0.9, 0.3, 1.0))
