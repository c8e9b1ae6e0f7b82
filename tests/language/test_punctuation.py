"""Signs in Chinese are printed full-width, and nothing else of a text changes."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from language.punctuation import full_width

CHINESE = [
    ("好的,请讲.", "好的，请讲。"),
    ("您要投诉,求助,还是咨询?", "您要投诉，求助，还是咨询？"),
    ("登记好了!", "登记好了！"),
    ("地点记为:和平路88号;对吗?", "地点记为：和平路88号；对吗？"),
    ("真的吗?!", "真的吗？！"),
    ("好,请讲。", "好，请讲。"),
    ("王小明(先生)", "王小明（先生）"),
    ("王小明（先生)", "王小明（先生）"),
    ("(一)身份证;(二)户口本", "（一）身份证；（二）户口本"),
    ("材料:(一)身份证", "材料：（一）身份证"),
    ("请说工单号(12位)", "请说工单号（12位）"),
    ("电话(24小时)", "电话（24小时）"),
    ("下载APP(安卓版)", "下载APP（安卓版）"),
    ("您说“转人工”,我就为您转.", "您说“转人工”，我就为您转。"),
    ("您说“要,”对吗?", "您说“要，”对吗？"),
    ("需要:\n身份证,户口本", "需要：\n身份证，户口本"),
    ("您好, 请讲", "您好， 请讲"),
    ("您住3栋,对吗?", "您住3栋，对吗？"),
    ("您的单号是202611290012,对吗?", "您的单号是202611290012，对吗？"),
    ("12345:政务服务热线", "12345：政务服务热线"),
    ("拨打110, 119或120.", "拨打110， 119或120。"),
    ("请拨打12345.谢谢", "请拨打12345。谢谢"),
    ("请拨打0571-8765.", "请拨打0571-8765。"),
    ("要带PDF, JPG格式的", "要带PDF， JPG格式的"),
    ("分A,B,C三类", "分A，B，C三类"),
    ("请用APP:点我的", "请用APP：点我的"),
    ("好的👍,谢谢!", "好的👍，谢谢！"),
    ("涨了50%,太多", "涨了50%，太多"),
    ("见https://x.gov.cn/a,谢谢", "见https://x.gov.cn/a，谢谢"),
    ("写信到a@b.cn,好吗?", "写信到a@b.cn，好吗？"),
    ("㐂田路,𠮷野", "㐂田路，𠮷野"),
    (
        "您好,请讲. Please tell me what you need, thank you.",
        "您好，请讲。 Please tell me what you need, thank you.",
    ),
]
MARKDOWN = [
    ("**办理时间:** 周一,周二", "**办理时间：** 周一，周二"),
    ("**重要**:先预约", "**重要**：先预约"),
    ("1. 身份证,原件\n2. 户口本", "1. 身份证，原件\n2. 户口本"),
    ("- 周一(上午)\n- 周二", "- 周一（上午）\n- 周二"),
    ("见[办事指南,全文](https://x.cn/a?b=1,2).", "见[办事指南，全文](https://x.cn/a?b=1,2)。"),
    ("| 时间 | 周一,周二 |\n|:---|:---:|", "| 时间 | 周一，周二 |\n|:---|:---:|"),
    ("![图](/a.png) 如图:", "![图](/a.png) 如图："),
]
LEFT_ALONE = [
    "共1,000元",
    "涨到3.5元",
    "周一8:30到17:00",
    "电话0571-8765",
    "截至2026-11-29",
    "共12,345.60元",
    "比例3:1",
    "版本v2.0",
    "打(0571)87654321",
    "单号261122-00015-9",
    "见附件.pdf",
    "等等...",
    "网址https://x.gov.cn/a?b=1&c=2;d",
    "网址www.mingzhou.gov.cn",
    "邮箱wang.li@mingzhou.gov.cn",
    "[办事指南](https://x.cn/(a)",
    "[指南](guide.html)全文",
    "1. 身份证",
    "2.户口本",
    "3) 居住证",
    "1)身份证",
    "**bold:**后文",
    "代码`a,b;办`",
    "好的/::)",
    "好的:)",
    "唉:-(",
    "用/order_help{\"a\": \"b,c\"}登记",
    "A&nbsp;级",
    "Please say the place, for example 和平路88号.",
    "I can help you in English. What is it about?",
    "Call 12345, or write to us (in English).",
    "12345",
    "?",
    "",
    "好的，请讲。对吗？",
]  # fmt: skip


@pytest.mark.parametrize(("text", "printed"), CHINESE)
def test_signs_in_chinese_are_full_width(text: str, printed: str) -> None:
    """A sign with Chinese about it is printed as Chinese prints it."""
    assert full_width(text) == printed


@pytest.mark.parametrize(("text", "printed"), MARKDOWN)
def test_markdown_keeps_its_form(text: str, printed: str) -> None:
    """The words of an article change their signs, its Markdown does not."""
    assert full_width(text) == printed


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_is_no_chinese_punctuation_is_left_alone(text: str) -> None:
    """Numbers, addresses, codes and English stay as they are."""
    assert full_width(text) == text


_PIECES = st.sampled_from(
    [
        *",.?!:;()，。？！：；（）",
        *"好路12aBx 、“”*_`[]{}/\\|#-&@\n\u3000\x00",
        "1. ", "http://", "www.", "](", "/::)", ":)", "...", "好的", "Hello ", "please tell me", "a@b.cn", "/order{", "&amp;",
        "(0571)", "87654321", "```", "![", "**",
    ]
)  # fmt: skip
_TEXTS = st.lists(_PIECES, max_size=30).map("".join) | st.text(max_size=40)


@given(_TEXTS)
@example("[a](hello-my-dear-friend.你(好))")
@example("好的.。.")
def test_a_second_time_changes_nothing(text: str) -> None:
    """What is printed once is printed."""
    once = full_width(text)
    assert full_width(once) == once


@given(_TEXTS)
def test_only_signs_change(text: str) -> None:
    """Each character stays in its place and is the same, or the full-width form of the same sign."""
    pairs = dict(zip(",.?!:;()", "，。？！：；（）", strict=True))
    printed = full_width(text)
    assert len(printed) == len(text)
    assert all(new == old or new == pairs.get(old) for old, new in zip(text, printed, strict=True))


@pytest.mark.parametrize(
    "piece", ["好,", "(", "好(", "A", "a.", "/:", "http://,", "1,", "`", "](", "/a", "[:", "你.a ", ")."]
)
def test_a_long_text_of_signs_is_printed(piece: str) -> None:
    """Nobody holds the hotline up by a text of many signs: `bench/lengths.py` shows the time, a hang would show here."""
    text = "好" + piece * (20_000 // len(piece))
    printed = full_width(text)
    assert len(printed) == len(text)
    assert full_width(printed) == printed
