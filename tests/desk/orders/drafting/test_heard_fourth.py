"""What a fourth round of unseen people said to the form, kind by kind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desk.orders.drafting.arbitration import Kind, step
from desk.orders.drafting.draft import Draft
from desk.orders.drafting.filling import fill
from desk.orders.drafting.keeping import leavable, tells_beside
from desk.orders.drafting.own_name import without_kin
from desk.orders.drafting.persons import find_person
from desk.orders.drafting.phrases import appeal_in, is_anybody_there, opens_name, wants_confidence
from desk.orders.drafting.plan import happened_once
from desk.places import amend, format_place, names_one, place_said
from tests.desk.orders.drafting.test_listening import known, turn


def in_turn(draft: Draft, *marked: str) -> Draft:
    for words in marked:
        draft = step(draft, turn(words, "value")).draft
    return draft


@pytest.mark.parametrize(
    "pieces",
    [
        ("你记啊 [幺五八 零零六七](phone)", "后头四位 [三九二五](phone)"),
        ("[158](phone)", "[0067](phone)", "[3925](phone)"),
        ("[1580067](phone)", "我是退伍老兵", "[3925](phone)"),
        ("[幺五八](phone)", "嗯[零零六七三九二五](phone)"),
        ("[幺五八零零六七](phone)", "我从头讲[幺五八零零六七三九二五](phone)"),
    ],
)
def test_a_number_may_come_in_pieces(pieces: tuple[str, ...]) -> None:
    draft = in_turn(known("phone"), *pieces)
    assert (draft.get("phone"), draft.phone_part) == ("15800673925", "")


def test_whoever_tells_the_beginning_of_a_number_hears_what_is_noted() -> None:
    taken = step(known("phone"), turn("[1580067](phone)", "value"))
    assert (taken.kind, taken.draft.asked) == (Kind.UNCLEAR, "phone")
    assert "158 0067" in taken.problem


@pytest.mark.parametrize(
    ("asked", "words"), [("phone", "[12345](phone)"), ("phone", "[1391234567](phone)"), ("place", "13栋")]
)
def test_what_begins_no_mobile_number_is_no_piece_of_one(asked: str, words: str) -> None:
    assert not fill(known(asked), turn(words, "value")).draft.phone_part


@pytest.mark.parametrize(
    ("words", "number"),
    [
        (
            "老号停机了 [幺三四八六二零九九幺七](phone) 莫打这个 打新的 [幺七三 零九八八 五二六四](phone)",
            "17309885264",
        ),
        ("[13486209917](phone)你们别打这个，打[17309885264](phone)", "17309885264"),
        ("原来的手机不用了13486209917，现在是[17309885264](phone)", "17309885264"),
        (
            "我的是[一三七 五八零](phone) 不对 [五八六零 四四二九](phone) 你再记一遍 [一三七五八六零四四二九](phone)",
            "13758604429",
        ),
        ("只能发短信,别打电话,[19857410362](phone)", "19857410362"),
        ("别打电话 发短信 [19857410362](phone)", "19857410362"),
        ("莫打电话给我，短信 [19857410362](phone)", "19857410362"),
    ],
)
def test_of_several_numbers_the_one_that_is_meant(words: str, number: str) -> None:
    assert fill(known("phone"), turn(words, "value")).draft.get("phone") == number


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("我姓[厉](name) 厉害的厉 叔叔也姓厉 叫厉水根", "厉"),
        ("我叫[王芳](name) 我妈叫李秀兰", "王芳"),
        ("我姓[李](name)，我爸叫李强", "李"),
        ("我姓[陈](name)，儿子叫陈浩", "陈"),
    ],
)
def test_the_name_of_a_relative_is_not_the_callers(words: str, name: str) -> None:
    assert fill(known("caller"), turn(words, "value")).draft.get("caller_name") == name


def test_a_relative_named_alone_is_left_alone() -> None:
    assert without_kin("我爸叫符长根") == "我爸叫符长根"


@pytest.mark.parametrize("words", ["我姓 哎 算了不说了", "我姓呃", "姓 唉 不讲了"])
def test_a_sigh_is_no_name(words: str) -> None:
    found = find_person(words, asked=True)
    assert found is None or found.name[0] not in "哎呃唉"


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("不消保密 他晓得是我", False),
        ("唔使保密", False),
        ("怕他知道是我", True),
        ("别让他晓得是我", True),
    ],
)
def test_secrecy_in_the_words_of_dialects(words: str, wanted: bool) -> None:
    assert wants_confidence(words) is wanted


@pytest.mark.parametrize("words", ["不要紧 他晓得是我", "物业认识我", "没事，老板早就晓得我"])
def test_who_is_known_already_needs_no_secrecy(words: str) -> None:
    assert opens_name(words)


@pytest.mark.parametrize("words", ["怕他知道是我", "不能让他知道是我", "别让他认识我"])
def test_who_is_afraid_to_be_known_does(words: str) -> None:
    assert not opens_name(words)


@pytest.mark.parametrize(
    ("words", "amended"),
    [
        ("哎 不是五零三 是五零四 五零三是对门", "新桥路216弄8号504"),
        ("不是五零三，是五零四", "新桥路216弄8号504"),
        ("504，503是对门", "新桥路216弄8号504"),
    ],
)
def test_whose_the_wrong_door_was_is_no_part_of_the_place(words: str, amended: str) -> None:
    place = amend(place_said("新桥路216弄8号503"), words)
    assert place is not None and format_place(place) == amended


def test_a_spoken_door_is_put_right_at_the_read_back() -> None:
    draft = in_turn(known("place"), "[新桥路216弄8号503](place)").asking("confirm")
    right = fill(draft, turn("哎 不是[五零三](not) 是五零四 五零三是对门", "correct+value")).draft
    assert format_place(right.place) == "新桥路216弄8号504"


@pytest.mark.parametrize("said", ["我家呀我家厨房里头", "湾子里头唦", "就我们塆子里", "我屋里卫生间"])
def test_ones_own_kitchen_is_nowhere(said: str) -> None:
    assert not names_one(said)


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("我人住在[杨柳巷](place) 上班是在[明州九中新校区](place)", "明州九中新校区"),
        ("我妈住[丹桂里](place) 但是咬的地方在[沿河公园喷泉旁边](place)", "沿河公园喷泉旁边"),
        ("我住[东山路](place) 店在[西市街12号](place)", "西市街12号"),
        ("就在[长虹路](place)，[地铁五号线](place)的围挡", "长虹路"),
        ("我住在[东山路12号](place)", "东山路12号"),
    ],
)
def test_where_it_happened_goes_before_where_somebody_lives(words: str, place: str) -> None:
    assert format_place(fill(known("place"), turn(words, "value")).draft.place) == place


def test_what_was_promised_is_nowhere() -> None:
    words = "99一日游 说好[古镇](place)+花海 结果花海5分钟"
    assert not fill(known("place"), turn(words, "details")).draft.place


@pytest.mark.parametrize(
    ("words", "subject"),
    [
        ("[育英初中初二的数学老师](subject) 姓茅", "育英初中初二的数学老师 姓茅"),
        ("[殡仪馆柜台的一个女的](subject) 胸牌是[零二](subject)七", "殡仪馆柜台的一个女的 胸牌是零二七"),
        ("[开货车的](subject)，车牌尾号是731", "开货车的，车牌尾号是731"),
        ("[华讯宽带](subject)", "华讯宽带"),
    ],
)
def test_what_finds_a_person_belongs_to_who_it_is(words: str, subject: str) -> None:
    assert fill(known("subject"), turn(words, "value")).draft.get("subject") == subject


def test_a_story_is_nobody() -> None:
    draft = known("subject")
    assert not fill(draft, turn("我妈刷了2680的枕头 要退", "details")).draft.has("subject")


@pytest.mark.parametrize(
    ("words", "subject"),
    [
        ("供电局那边说[只要物业](subject)盖个章就行", "物业"),
        ("上面写着[村医每季度上](subject)门量血压", "村医"),
    ],
)
def test_a_span_that_holds_more_than_somebody_is_cut(words: str, subject: str) -> None:
    told = fill(known("description"), turn(words, "details")).draft.get("subject")
    # A kind of business alone is asked for; torn it never is.
    assert told in ("", subject)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("[热](time)天就封哒 [六月间](time)", "热天就封哒 六月间"),
        ("[一般晚上八九点](time) [早上五点](time)多也有", "一般晚上八九点 早上五点多"),
        ("[从九月份开](time)学就没去", "从九月份开学"),
    ],
)
def test_a_time_is_not_torn(words: str, told: str) -> None:
    assert fill(known("event_time"), turn(words, "value")).draft.get("event_time") == told


@pytest.mark.parametrize("words", ["让他们知道我就没法混了", "叫他们晓得了不得了，让他们看到就完了"])
def test_what_is_feared_is_no_wish(words: str) -> None:
    found = appeal_in(words)
    assert found is None or not found[0].startswith("让他们")


@pytest.mark.parametrize(
    ("words", "asks"),
    [
        ("测试一下有没有人", True),
        ("试试", True),
        ("没事 就看看", True),
        ("有没有人管", False),
        ("我试过了", False),
    ],
)
def test_whoever_only_tries_the_line_asks_for_nobody(words: str, asks: bool) -> None:
    assert is_anybody_there(words) is asks


@pytest.mark.parametrize(
    ("told", "once"),
    [
        ("我坐公交车刷卡不响，司机就叫我投币", True),
        ("我妈遛弯被一条狗咬了", True),
        ("大巴半路甩客，换到没座位的车上", True),
        ("出租车拒载", True),
        ("三十七路司机天天甩客", False),
        ("楼上半夜装修", False),
        ("小区路灯坏了三个月了", False),
        ("物业一直推诿", False),
    ],
)
def test_when_is_asked_of_what_happened_once(told: str, once: bool) -> None:
    draft = known("description", without="description event_time")
    draft = fill(draft, turn(told, "details")).draft
    assert happened_once(replace(draft, type="complain")) is once


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("地下车库就不说了 客厅接个电话都断", ""),
        ("电话不留", "phone"),
        ("不方便留号码", "phone"),
        ("名字就不说了", "caller"),
        ("停水的事不说了，说说手机没信号", ""),
    ],
)
def test_what_is_not_told_is_left_out_and_nothing_else(words: str, left: str) -> None:
    draft = known("description", without="description caller_name phone")
    assert leavable(draft, turn(words, "refuse")) == left


def test_whoever_says_the_same_once_more_is_not_asked_for_ever() -> None:
    draft, times = known("subject", order_type="report", without="subject"), 0
    while draft.asked == "subject" and times < 6:
        draft, times = step(draft, turn("那边天天有人来弄这个", "details")).draft, times + 1
    assert times <= 4


@pytest.mark.parametrize(
    ("words", "tells"),
    [
        ("消防的来看过一回 贴了张单单就走了 管啥子用嘛", True),
        ("教练说想快就再加800加急费 ???", True),
        ("那要多久", False),
        ("你们这个是不是又转回给他们自己处理啊", False),
    ],
)
def test_what_is_told_beside_a_question_is_kept(words: str, tells: bool) -> None:
    assert tells_beside(turn(words, "process")) is tells


@pytest.mark.parametrize(
    "words", ["你们会不会跟驾校说我名字 我还没考完呢", "会不会把我的电话给他", "会告诉老板我的名字吗"]
)
def test_who_asks_whether_a_name_is_told_wants_it_kept(words: str) -> None:
    assert wants_confidence(words) is True


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("西西 姓蔺", "蔺"),
        ("叫我阿Ken就行 要姓的话 颜", "颜"),
        ("我姓桥 不是大桥的桥 是言字旁一个焦急的焦 谯周的谯", "谯"),
    ],
)
def test_a_surname_beside_a_nickname(words: str, name: str) -> None:
    found = find_person(words, asked=True)
    assert found is not None and found.name == name


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (
            "[江北区](place) [东站](place) 不是 [北站蔬菜批发市场 二号大棚旁边](place)",
            "江北区北站蔬菜批发市场2号大棚旁边",
        ),
        (
            "我现在住[江北柳岸公寓](place),那套房子是[海曙区春晓里小区6幢1104](place)",
            "海曙区春晓里小区6幢1104",
        ),
        (
            "我住[水文站家属院三号楼](place),噪声是从[鄞山区沿江东路鸿泰冷链](place)院子里发出来的",
            "鄞山区沿江东路鸿泰冷链",
        ),
        ("阿拉住[海曙区 观音桥弄](place) 报名么是在[染坊街九十九号](place)", "染坊街99号"),
    ],
)
def test_the_place_of_the_matter_beside_another(words: str, place: str) -> None:
    assert format_place(fill(known("place"), turn(words, "value")).draft.place).startswith(place)


# What a reader with fresh eyes broke in these rules.
@pytest.mark.parametrize(
    "words",
    [
        "要是他知道是我就麻烦了",
        "万一老板知道是我",
        "不希望对方知道是我",
        "会不会被他知道是我",
        "他们都认识我，还是保密吧",
        "他也知道我，他要报复的",
        "老板知道我，会开除我的",
    ],
)
def test_who_fears_to_be_known_opens_nothing(words: str) -> None:
    draft = fill(known("confidential"), turn(words, "value")).draft
    assert draft.get("confidential") != "no"
    assert fill(known("confidential"), turn(words, "secret")).draft.get("confidential") == "yes"


@pytest.mark.parametrize(
    ("words", "acts"),
    [
        ("我家1203室", "value"),
        ("那边收了我2000块", "details"),
        ("罚了我1500", "details"),
        ("等一下 住在15栋", "wait"),
    ],
)
def test_a_number_of_something_else_is_no_piece(words: str, acts: str) -> None:
    begun = step(known("phone"), turn("[1385720](phone)", "value")).draft
    told = fill(begun, turn(words, acts)).draft
    assert not told.has("phone") and told.phone_part == "1385720"
    assert not fill(known("phone"), turn(words, acts)).draft.phone_part


def test_a_piece_is_put_right() -> None:
    begun = step(known("phone"), turn("[1385720](phone)", "value")).draft
    assert fill(begun, turn("不对 [5721](phone)", "value")).draft.phone_part == "1385721"


def test_the_same_piece_again_and_again_ends() -> None:
    draft, times = known("phone"), 0
    while draft.asked == "phone" and times < 6:
        draft, times = step(draft, turn("[151](phone)", "value")).draft, times + 1
    assert times <= 4 and not draft.phone_part


def test_somebody_called_mo_has_a_number() -> None:
    assert fill(known("caller"), turn("免贵姓[莫](name)[13412345678](phone)", "value")).draft.get("phone")


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("我住[丹桂里5栋](place) 油烟从[一楼](place)上来", "丹桂里5栋"),
        ("我住[丹桂里5栋](place) 噪音是从[工地](place)那边来的", "丹桂里5栋"),
        ("导航说是[翠湖路12号](place)", "翠湖路12号"),
        ("快递单上写着[翠湖路12号](place)", "翠湖路12号"),
    ],
)
def test_a_home_stays_where_the_other_place_is_any(words: str, place: str) -> None:
    assert place in format_place(fill(known("place"), turn(words, "value")).draft.place)


def test_two_districts_are_not_joined() -> None:
    told = fill(known("place"), turn("[海曙区和平路](place) 不是 [江东区和平路3号](place)", "value")).draft
    assert "海曙区江东区" not in format_place(told.place)


@pytest.mark.parametrize("said", ["坝子村", "五里坝子", "哒哒幼儿园", "寨子村"])
def test_a_village_called_so_is_one(said: str) -> None:
    assert names_one(said)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("[去年](time)买的 [昨天](time)坏的", "去年"),
        ("[昨天](time)狗咬的 [今天](time)去打的针", "昨天"),
    ],
)
def test_two_times_that_tell_different_things_stay_apart(words: str, told: str) -> None:
    assert fill(known("event_time"), turn(words, "value")).draft.get("event_time").startswith(told)
    assert "的" not in fill(known("event_time"), turn(words, "value")).draft.get("event_time")


@pytest.mark.parametrize(
    "words",
    [
        "[恒通物业](subject) 叫他们来",
        "[恒通物业](subject) 叫不动",
        "[恒通物业](subject) 姓什么不知道",
        "[恒通物业](subject) 车牌没看清",
    ],
)
def test_what_is_said_of_somebody_is_no_name(words: str) -> None:
    assert fill(known("subject"), turn(words, "value")).draft.get("subject") == "恒通物业"


@pytest.mark.parametrize(
    "words",
    [
        "能不能给小区装路灯",
        "能不能来清理一下",
        "能不能把钱给退了",
        "让他们说清楚收费标准",
        "让他们发现问题整改",
    ],
)
def test_a_wish_is_one(words: str) -> None:
    assert appeal_in(words) is not None


@pytest.mark.parametrize("words", ["会不会给我电话", "会把我信息录进系统吗", "会告诉他我电话打不通"])
def test_a_question_of_being_called_is_no_wish_for_secrecy(words: str) -> None:
    assert wants_confidence(words) is None


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("名字不太方便说", "caller"),
        ("名字不想告诉你", "caller"),
        ("电话就不用了", "phone"),
        ("不要电话", "phone"),
        ("电话不告诉", "phone"),
    ],
)
def test_a_field_is_refused_in_many_words(words: str, left: str) -> None:
    draft = known("place", without="place caller_name phone")
    assert leavable(draft, turn(words, "refuse")) == left


def test_no_place_is_left_out_for_another_field() -> None:
    assert leavable(known("place", without="place phone"), turn("这个号码的事你别管", "refuse")) == ""


def test_a_given_name_behind_a_relatives_surname() -> None:
    told = fill(known("caller"), turn("我姓[李](name) 老公姓王 叫[李芳](name)", "value")).draft
    assert told.get("caller_name") == "李芳"
