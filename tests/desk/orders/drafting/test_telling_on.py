"""People type a story in short messages: what does not answer what was asked is more of the matter, and no value."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desk.orders.drafting.arbitration import Kind, step
from desk.orders.drafting.draft import Draft
from desk.orders.drafting.filling import fill
from desk.orders.drafting.phrases import agrees_only, is_anybody_there, shows_only
from tests.desk.orders.drafting.test_listening import known, turn

MATTER = "夜里施工的声音太大，睡不着"


@pytest.mark.parametrize("acts", ["value", "value+grumble", "details", "details+value"])
@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("place", "每回都是十点以后才开工"),
        ("place", "我们找过他们三次，光答应不改"),
        ("place", "起码有三四十辆"),
        ("place", "押金交了两千八"),
        ("caller", "一栋楼的人都没法睡"),
        ("caller", "我家孩子明年要高考"),
        ("caller", "前后交了五千多块钱"),
        ("phone", "下个月房租都交不起了"),
    ],
)
def test_a_message_that_answers_nothing_is_more_of_the_matter(asked: str, told: str, acts: str) -> None:
    """It stands in the description as it was said, the question stays open, and no field holds it."""
    taken = step(known(asked), turn(told, acts))
    assert (taken.kind, taken.draft.asked) == (Kind.ANSWERED, asked)
    assert taken.draft.get("description") == f"{MATTER}；{told}"
    held = {"place": taken.draft.place_text, "caller": taken.draft.get("caller_name")}
    assert not held.get(asked, taken.draft.get(asked))


def test_every_message_of_a_story_is_kept_in_its_order() -> None:
    story = ("每天都是后半夜开始", "推土机来来回回地倒", "整栋楼都跟着抖", "敲门也没有人应")
    draft = known("place")
    for message in story:
        taken = step(draft, turn(message, "value", likely=0.6))
        draft = taken.draft
        assert draft.asked == "place"
    assert draft.get("description") == "；".join((MATTER, *story))
    answered = step(draft, turn("[和平路88号](place)", "value")).draft
    assert answered.place_text == "和平路88号"


@pytest.mark.parametrize(
    ("asked", "answer", "acts"),
    [
        ("caller", "[王](name)，三横王", "value"),
        ("caller", "叫我阿坤就得", "value"),
        ("caller", "名字不说了吧", "refuse"),
        ("phone", "等一下我找找手机", "wait"),
        ("phone", "幺三九零零一二", "value"),
        ("place", "[和平路88号](place)", "value"),
        ("place", "这个我不清楚", "unknown"),
        ("place", "要多久才能解决呢", "process"),
        ("confirm", "对的 麻烦你们了", "yes"),
        ("confirm", "中 就恁写", "yes"),
    ],
)
def test_an_answer_tells_nothing_more(asked: str, answer: str, acts: str) -> None:
    assert fill(known(asked), turn(answer, acts)).draft.get("description") == MATTER


@pytest.mark.parametrize(
    "words",
    ["手机是安卓的，可能有用", "我这里有录音可以给你们", "隔壁那家也是一样的情况", "上个礼拜开始的这种情况"],
)
@pytest.mark.parametrize("acts", ["yes", "value"])
def test_nothing_is_registered_without_a_yes(words: str, acts: str) -> None:
    """More of the matter at the read-back is read back again, though it was half taken for a yes."""
    taken = step(known("confirm"), turn(words, acts, likely=0.7))
    assert (taken.kind, taken.draft.asked) == (Kind.ANSWERED, "confirm")
    assert words in taken.draft.get("description")


@pytest.mark.parametrize(
    "words", ["多久能有结果", "你们会不会回电话", "这个要钱吗", "那什么时候来修呢", "谁来处理啊"]
)
@pytest.mark.parametrize("act", ["process", "ask"])
def test_a_question_at_the_read_back_registers_nothing(words: str, act: str) -> None:
    taken = step(known("confirm"), turn(words, act))
    assert taken.kind in (Kind.PROCESS, Kind.QUESTION)
    assert taken.draft.asked == "confirm"


@pytest.mark.parametrize("acts", ["", "value"])
def test_what_is_added_to_this_order_is_not_put_off(acts: str) -> None:
    """ "补充…" inside the form is for the order that is being written."""
    more = turn("补充 我租了一年多了 转账记录都有", acts, "order_remark", 0.9, likely=0.3)
    taken = step(known("confirm"), more)
    assert (taken.kind, taken.draft.asked) == (Kind.ANSWERED, "confirm")
    assert taken.draft.get("description").count("转账记录都有") == 1
    assert taken.changed.count("description") == 1


# --- pictures, stickers, anybody there ------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["place", "caller", "phone", "subject", "description", "confirm"])
@pytest.mark.parametrize(
    "shown",
    ["[图片]", "看图", "看截图", "[语音]", "看图[图片]", "[聊天记录]", "https://a.example.com/x?id=1"],
)
def test_a_picture_is_no_value(asked: str, shown: str) -> None:
    draft = known(asked, without="subject" if asked == "subject" else "")
    taken = step(draft, turn(shown, "value"))
    assert (taken.kind, taken.draft) == (Kind.UNSEEN, draft)


@pytest.mark.parametrize("asked", ["place", "caller", "phone", "confirm"])
@pytest.mark.parametrize(
    "said", ["在吗", "人呢", "喂", "急急急", "快点啊", "有人吗有人吗", "在?", "[捂脸]", "👍"]
)
def test_who_asks_if_anybody_is_there_is_answered_and_asked_again(asked: str, said: str) -> None:
    draft = known(asked)
    taken = step(draft, turn(said, "value", "ask_human", 0.9))
    assert (taken.kind, taken.draft) == (Kind.COURTESY, draft)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("看图 这是考勤表", ""),
        ("谢谢/:strong", ""),
        ("【好又来】订单已签收", ""),
        ("如图", "picture"),
        ("图发你了", "picture"),
        ("[微笑][微笑]", "sticker"),
        ("我有图片", ""),
    ],
)
def test_words_beside_a_picture_are_read(words: str, shown: str) -> None:
    assert shows_only(words) == shown


@pytest.mark.parametrize(
    "words",
    ["有人偷电缆", "急诊收费", "在和平路", "快递没到", "喂狗的人乱扔垃圾", "管", "有没有人管", "转人工"],
)
def test_a_matter_does_not_ask_if_anybody_is_there(words: str) -> None:
    assert not is_anybody_there(words)


@pytest.mark.parametrize(
    ("words", "only"),
    [
        ("对的对的", True),
        ("要得 就是这个", True),
        ("没错 赶紧办吧", True),
        ("对了我手里有合同", False),
        ("好像还漏了一句", False),
    ],
)
def test_a_yes_holds_hardly_more_than_a_yes(words: str, only: bool) -> None:
    assert agrees_only(words) is only


# --- corrections --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", ["我数错了 一共是八天", "是二单元哈，别记成一单元了", "补充一下账号是我奶奶的", "改成坏了六个"]
)
def test_what_corrects_is_kept_in_the_citizens_own_words(words: str) -> None:
    """Nothing is put before them that he has not said."""
    taken = step(known("confirm"), turn(words, "correct"))
    assert "更正" not in taken.draft.get("description")
    assert words in taken.draft.get("description")


def test_the_form_lets_go_of_what_is_never_answered() -> None:
    draft: Draft = replace(known("caller"), tries={})
    for count in range(8):
        draft = step(draft, turn(f"他们第{count}个月就不管这栋楼了", "value")).draft
    assert draft.asked != "caller"


# --- a question, a cry, an answer -----------------------------------------------------------------------------------


@pytest.mark.parametrize("intent", ["emergency", "emotion_despair"])
@pytest.mark.parametrize(
    "told", ["全班的人都被叫来了", "晚上那里好黑，大家都不敢走", "三十几户都在等一个说法"]
)
def test_a_harmless_story_is_told_on(intent: str, told: str) -> None:
    """The intent alone hears a cry in it; danger was looked for before the form was asked."""
    taken = step(known("caller"), turn(told, "details", intent, 0.9))
    assert (taken.kind, taken.draft.asked) == (Kind.ANSWERED, "caller")
    assert told in taken.draft.get("description")


@pytest.mark.parametrize("intent", ["emergency", "emotion_despair"])
@pytest.mark.parametrize("words", ["不留了哈,就是路过", "名字就别问了", "算了吧不写了"])
def test_a_refusal_that_the_intent_takes_for_a_cry_is_a_refusal(intent: str, words: str) -> None:
    """Else the same question comes again and again, however often the citizen declines."""
    taken = step(known("caller"), turn(words, "refuse", intent, 0.9))
    assert taken.kind is Kind.ANSWERED and "caller" in taken.draft.skipped


@pytest.mark.parametrize("told", ["我真的撑不下去了", "活着没意思", "快来救人啊"])
def test_despair_is_never_told_on(told: str) -> None:
    assert step(known("caller"), turn(told, "details", "emotion_despair", 0.9)).kind is Kind.DIGRESSED


@pytest.mark.parametrize("background", ["奶茶店想转给我表妹", "我爸刚办了退休", "我们家想换个大点的车"])
def test_a_question_after_mere_background_needs_no_form(background: str) -> None:
    """Who has told no trouble wants an answer; the form that his background opened ends."""
    draft = fill(Draft("t1"), turn(background, "details", "order_help", 0.9)).draft.asking("place")
    assert step(draft, turn("要先注销再重新办吗", "ask")).kind is Kind.ONLY_ASKS


@pytest.mark.parametrize("trouble", ["楼上漏水漏到我家", "老板扣了我工资", "路灯坏了"])
def test_a_question_beside_a_trouble_stays_in_the_form(trouble: str) -> None:
    draft = fill(Draft("t1"), turn(trouble, "details", "order_help", 0.9)).draft.asking("place")
    assert step(draft, turn("这个归谁赔", "ask")).kind is Kind.QUESTION


@pytest.mark.parametrize(
    ("words", "acts", "kind"),
    [
        ("还要电话啊 我又不是告状", "process+refuse", Kind.PROCESS),
        ("提个建议也要电话？", "process+refuse", Kind.PROCESS),
        ("要电话干嘛，我不留", "process+refuse", Kind.PROCESS),
        ("不留不留", "refuse", Kind.ANSWERED),
    ],
)
def test_a_question_that_sounds_like_a_refusal_is_asked_once_more(words: str, acts: str, kind: Kind) -> None:
    """Only clear words leave the number out."""
    taken = step(known("phone"), turn(words, acts, process=0.95) if "process" in acts else turn(words, acts))
    assert taken.kind is kind
    assert ("phone" in taken.draft.skipped) is ("不留" in words)


@pytest.mark.parametrize("opening", ["提个建议哈", "我想反映个事情", "有个意见", "我要投诉", "说个问题"])
def test_an_announcement_alone_is_no_description(opening: str) -> None:
    assert not fill(Draft("t1"), turn(opening, "details")).draft.has("description")


def test_a_suggestion_may_be_told_as_a_question() -> None:
    asked = "江边公园能不能划一块地给大家遛狗"
    draft = fill(Draft("t1", "suggest"), turn(asked, "ask", "order_suggest", 0.9)).draft
    assert (draft.type, draft.get("description")) == ("suggest", asked)


@pytest.mark.parametrize("words", ["要得 麻烦你们了", "对的，辛苦了", "好的 谢谢"])
def test_thanks_beside_the_yes_register_the_order(words: str) -> None:
    """Though they were taken for a wish."""
    at = words.index(words.split("，")[-1].split()[-1])
    marked = f"{words[:at]}[{words[at:]}](appeal)"
    assert step(known("confirm"), turn(marked, "yes+thanks")).kind is Kind.CONFIRMED


def test_a_matter_that_turns_out_to_have_no_place_is_not_asked_for_one() -> None:
    draft = fill(Draft("t1"), turn("我被自动续费坑了", "details", "order_complain", 0.9)).draft.asking(
        "place"
    )
    taken = step(draft, turn("那个健身的APP，首月九块九，下个月就扣九十八", "details"))
    assert taken.draft.asked != "place"
