"""People who search for a name while they speak, ask instead of answering, or say what they do not know in many words."""

from __future__ import annotations

import pytest

from desk.orders.drafting.arbitration import Kind, step
from desk.orders.drafting.false_starts import without_false_starts
from desk.orders.drafting.filling import fill
from desk.orders.drafting.naming import corrected_from, names_in
from desk.orders.drafting.persons import find_person, person_at, told_apart
from desk.orders.drafting.phrases import declines_after_asking
from desk.orders.drafting.slips import slip_in
from desk.orders.drafting.subjects import is_unnamed
from tests.desk.orders.drafting.test_listening import known, turn


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("刘 刘桂芳", "刘桂芳"),
        ("飞达 飞达快递", "飞达快递"),
        ("王什么海 王大海", "王大海"),
        ("好邻居 好邻居超市", "好邻居超市"),
        ("写的孙 孙啥来着 孙玉兰", "孙玉兰"),
    ],
)
def test_a_false_start_is_no_part_of_a_name(said: str, meant: str) -> None:
    cleared = without_false_starts(said)
    assert len(cleared) == len(said)
    assert cleared.endswith(meant) and cleared.count(meant[0]) == 1


@pytest.mark.parametrize(
    "said", ["游，游泳的游", "姓蔺,蔺相如那个蔺", "田桂兰，种田的田", "和平路 和谐家园", "我姓张，我叫张三"]
)
def test_what_explains_or_goes_on_is_no_false_start(said: str) -> None:
    assert without_false_starts(said) == said


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("环卫的 胸牌上写的刘 刘什么芳 刘桂芳 对 刘桂芳", "刘桂芳"),
        ("[金穗物业](subject) 不对那是上一家 现在是[鸿安物业](subject)", "鸿安物业"),
        ("[安心家政](subject)，错了那是以前的，应该是[惠民家政](subject)", "惠民家政"),
        ("不认识 两个男的 开白色面包车", "两个男的 开白色面包车"),
        ("不晓得叫啥，一个老头骑三轮车", "一个老头骑三轮车"),
        ("[速充宝](subject) 桩上写着呢 看不出来是谁家的?", "速充宝"),
    ],
)
def test_whom_an_answer_means_in_the_end(said: str, named: str) -> None:
    acts = "unknown" if "不认识" in said or "不晓得" in said or "看不出" in said else "value"
    assert fill(known("subject"), turn(said, acts)).draft.get("subject") == named


@pytest.mark.parametrize(
    "party", ["那个充电的", "送外卖的叔叔们", "养鸽子的", "劳物公司", "家正公司", "就那个收废品的"]
)
def test_who_is_told_by_deed_or_trade_is_not_named(party: str) -> None:
    assert is_unnamed(party)


@pytest.mark.parametrize("party", ["顺发劳务公司", "速充宝", "小博士幼儿园", "充电宝公司", "环卫处"])
def test_who_has_a_name_is_named(party: str) -> None:
    assert not is_unnamed(party)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("我姓张 不是弓长张 是立早章", "章"),
        ("姓张 不是弓长张 是立早章 名字就一个字 含 包含的含", "章含"),
        ("不是双木林，是雨田雷", "雷"),
        ("是耳东陈，别写成禾呈程", "陈"),
    ],
)
def test_which_of_two_characters_it_is(said: str, name: str) -> None:
    apart = told_apart(said)
    assert apart is not None and apart.name == name


def test_one_spelling_tells_nothing_apart() -> None:
    assert told_apart("我姓章，立早章") is None


def test_the_surname_is_put_right_at_the_read_back() -> None:
    draft = known("confirm").with_field(
        "caller_name", fill(known("caller"), turn("[张含](name)", "value")).draft.fields["caller_name"]
    )
    put_right = fill(draft, turn("姓是立早章啊 可别给我写成弓长张", "correct")).draft
    assert put_right.get("caller_name") == "章含"


def test_the_name_of_another_is_not_the_callers() -> None:
    words = "教练的名字?姓邬,都叫他邬教练"
    at = words.index("邬")
    assert find_person(words, asked=True) is None and person_at(words, at, at + 1) is None


@pytest.mark.parametrize("words", ["写阿婆的名字 宗阿妹", "登记我妈名字，宗阿妹", "写老人的名字吧 宗阿妹"])
def test_the_name_to_be_written_may_be_anothers(words: str) -> None:
    at = words.index("宗")
    found = person_at(words, at, at + 3)
    assert found is not None and found.name == "宗阿妹"


@pytest.mark.parametrize(
    ("said", "wrong", "right"),
    [
        ("68号!!我手滑打成88了", "88号", "68号"),
        ("打成88了 是68号", "88号", "68号"),
        ("不好意思，把68号打成88号了", "88号", "68号"),
    ],
)
def test_a_mistyped_number_is_put_right_where_it_stands(said: str, wrong: str, right: str) -> None:
    slip = slip_in(known("confirm"), said)
    assert slip is not None and (slip.wrong, slip.right) == (wrong, right)


@pytest.mark.parametrize(
    "said", ["打错了 是万家慧 智慧的慧", "是万家慧，智慧的慧", "店名打错了，是万家慧 智慧的慧哈"]
)
def test_a_name_is_put_right_by_its_sound(said: str) -> None:
    draft = fill(known("subject"), turn("[万家惠超市](subject)", "value")).draft.asking("confirm")
    assert fill(draft, turn(said, "correct+value")).draft.get("subject") == "万家慧超市"


def test_a_hit_is_no_slip() -> None:
    assert slip_in(known("confirm"), "他把人打成重伤了") is None


@pytest.mark.parametrize(
    "said", ["不写名字就不给办?", "请问姓名是否必填？", "不说名字就不受理吗", "不留名是不是不给登记"]
)
def test_a_question_in_the_shape_of_a_refusal_is_answered_and_asked_once_more(said: str) -> None:
    taken = step(known("caller"), turn(said, "process+refuse"))
    assert (taken.kind, taken.draft.asked) == (Kind.PROCESS, "caller")
    again = step(taken.draft, turn(said, "process+refuse"))
    assert "caller" in again.draft.skipped


def test_what_a_number_is_for_is_no_refusal() -> None:
    taken = step(known("phone"), turn("电话我接不了 要号码做什么", "refuse"))
    assert (taken.kind, taken.draft.asked) == (Kind.PROCESS, "phone")


@pytest.mark.parametrize("said", ["我寄到成都去的 丢在哪里我怎么知道", "黑灯瞎火的 我哪晓得走到哪条路了"])
def test_who_says_more_than_that_they_do_not_know_is_asked_once_more(said: str) -> None:
    taken = step(known("place"), turn(said, "unknown"))
    assert taken.draft.asked == "place" and taken.again
    assert step(taken.draft, turn("这个我不清楚", "unknown")).draft.asked != "place"


@pytest.mark.parametrize("said", ["这个我不清楚", "不知道啊", "我也记不清了", "真的不晓得是谁"])
def test_a_plain_unknown_is_final(said: str) -> None:
    assert step(known("place"), turn(said, "unknown")).draft.asked != "place"


@pytest.mark.parametrize("said", ["保密是哪样意思 哦 那个不用", "保密是啥？哦，不需要", "什么保密 那不用了"])
def test_who_asks_what_secrecy_means_and_has_no_wish_has_none(said: str) -> None:
    assert declines_after_asking(said)
    for acts in ("process", "process+open", "secret"):
        assert step(known("confidential"), turn(said, acts)).draft.get("confidential") == "no"


@pytest.mark.parametrize("said", ["保密是什么意思", "不用 他晓得是我", "保密啥意思，别让他知道就行"])
def test_who_only_asks_or_only_declines_is_another(said: str) -> None:
    assert not declines_after_asking(said)


def test_what_is_done_is_the_matter_of_a_report() -> None:
    opened = fill(
        known("").with_field("description", known("place").fields["description"]).without("description"),
        turn("举报电鱼的", "register", "order_report"),
    )
    assert opened.draft.get("description") == "电鱼的"


@pytest.mark.parametrize(
    ("text", "right"),
    [("十一路 不对不对 十七路", "十七路"), ("甲公司 不对那是上一家 现在是乙公司", "乙公司")],
)
def test_where_the_right_part_begins(text: str, right: str) -> None:
    assert text[corrected_from(text) :] == right


def test_a_preposition_is_no_part_of_a_name() -> None:
    assert [name.text for name in names_in("我搁诚义车行买了台车")] == ["诚义车行"]


def test_who_knows_no_name_is_asked_once_more_and_then_left() -> None:
    draft = known("subject", order_type="report")
    for _ in range(2):
        assert draft.asked == "subject"
        draft = step(draft, turn("就是送外卖的叔叔们", "value")).draft
    assert draft.asked != "subject" and draft.get("subject") == "送外卖的叔叔们"


@pytest.mark.parametrize("asked", ["confidential", "place", "subject", "phone"])
def test_an_answer_that_sounds_like_a_word_is_no_slip(asked: str) -> None:
    """唔使 sounds like 五十, and the sum stays what it was."""
    told = known(asked).with_field(
        "description",
        fill(known("description"), turn("停三个钟收咗我五十蚊", "details")).draft.fields["description"],
    )
    assert slip_in(told, "唔使") is None
    assert "五十蚊" in step(told, turn("唔使", "no")).draft.get("description")


def test_a_class_that_is_taken_back_is_nobody() -> None:
    for acts in ("value+secret", "secret"):
        filled = fill(known("subject"), turn("三年级五班 哎别别别 别写班级 写了就知道是我了", acts))
        assert "五班" not in filled.draft.get("subject")


@pytest.mark.parametrize("said", ["姓冼 冼星海个冼", "我姓冼 冼星海嘅冼", "康乐颐养院,院长姓路"])
def test_an_explanation_is_no_false_start(said: str) -> None:
    assert without_false_starts(said) == said


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("我爸那个号是13454790316,联系打我的,18268517740", "18268517740"),
        ("打我的13912345678，我妈的是13812345678", "13912345678"),
    ],
)
def test_of_two_numbers_the_callers_own_is_kept(said: str, number: str) -> None:
    assert fill(known("phone"), turn(said, "value")).draft.get("phone") == number


def test_the_end_of_a_number_may_be_said_once_more() -> None:
    draft = known("confirm").with_field(
        "phone", fill(known("phone"), turn("18338652709", "value")).draft.fields["phone"]
    )
    assert (
        fill(draft, turn("电话最后一位错了 是六 二七零六", "correct+value")).draft.get("phone")
        == "18338652706"
    )


def test_both_houses_of_a_place_between_them_are_put_right() -> None:
    draft = fill(known("place"), turn("[蓝湾国际 7栋和8栋中间](place)", "value")).draft.asking("confirm")
    right = fill(draft, turn("是[8栋和9栋](place)中间 我刚打错了", "correct+value")).draft
    assert right.place.said == "蓝湾国际8栋和9栋中间"


def test_what_is_spelled_out_goes_before_what_was_heard() -> None:
    found = find_person("我姓章 弓长张", asked=True)
    assert found is not None and found.name == "张"
    plain = find_person("我姓章，立早章", asked=True)
    assert plain is not None and plain.name == "章"


def test_a_matter_told_once_more_as_a_question_is_the_matter() -> None:
    said = turn("种粮补贴没到 想请你们查一下", "", ask=0.39)
    first = step(known("description"), said)
    assert first.kind is Kind.QUESTION and not first.draft.has("description")
    assert step(first.draft, said).draft.get("description") == said.words


def test_who_dialled_the_wrong_number_is_asked_whether_to_stop() -> None:
    taken = step(known("place"), turn("哦打错了打错了 不好意思啊", "correct"))
    assert taken.draft.asked == "cancel_check"


def test_an_interjection_is_no_name() -> None:
    words = "不太想说名字诶"
    assert person_at(words, len(words) - 1, len(words)) is None
