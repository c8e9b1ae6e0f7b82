"""What a third round of unseen people said to the form, kind by kind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desk.orders.drafting import order_types
from desk.orders.drafting.arbitration import Kind, step
from desk.orders.drafting.filling import fill
from desk.orders.drafting.naming import names_in
from desk.orders.drafting.plan import needs_place
from desk.orders.drafting.subjects import is_unnamed
from desk.orders.nature import Nature
from desk.places import format_place, names_one, place_part, place_said
from tests.desk.orders.drafting.test_listening import known, turn


@pytest.mark.parametrize(
    ("marked", "place"),
    [
        ("[香樟苑9栋](place)……哦不对,9栋是我妈家,我家是[12栋](place)", "香樟苑12栋"),
        ("[香樟苑9栋](place)……哦不对,9栋是我妈家,我家是12栋", "香樟苑12栋"),
        ("[春晓里3幢](place)...不对 3幢是老房子，现在住[8幢](place)", "春晓里8幢"),
        ("[香樟苑9栋](place)。不对，是10栋", "香樟苑10栋"),
    ],
)
def test_whose_the_wrong_door_is_does_not_matter(marked: str, place: str) -> None:
    assert format_place(fill(known("place"), turn(marked, "value")).draft.place) == place


@pytest.mark.parametrize(
    ("marked", "place"),
    [
        ("昨晚从[火车站](place)打车到[丽景花园](place),绕了一大圈", "火车站打车到丽景花园"),
        ("从火车站坐出租车到[丽景花园](place)收了四十六", "火车站坐出租车到丽景花园"),
        ("从[东站](place)打车到火星路收我八十", "东站打车到火星路"),
        ("[丽景花园](place)门口打车等了半小时", "丽景花园门口"),
    ],
)
def test_of_a_ride_both_ends_are_kept(marked: str, place: str) -> None:
    assert format_place(fill(known("description"), turn(marked, "details")).draft.place) == place


@pytest.mark.parametrize("said", ["阿拉小区", "侬好阿拉小区", "都是一个楼", "我们这个社区", "结果昨天社区"])
def test_a_place_of_ones_own_names_none(said: str) -> None:
    assert not names_one(said[slice(*place_part(said))])


def test_who_wishes_for_something_at_a_vague_place_is_asked_where() -> None:
    draft = fill(
        known("description", order_type="suggest"), turn("[阿拉小区](place)想搞个老年食堂", "details")
    ).draft
    assert needs_place(draft)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("建设路新修的盲道修到一半", "建设路新修的盲道"),
        ("和平路人行道停着车", "和平路人行道"),
        ("修到村", "修到村"),
        ("今天花园3栋", "今天花园3栋"),
    ],
)
def test_what_happens_at_a_place_is_no_part_of_it(words: str, part: str) -> None:
    assert words[slice(*place_part(words))] == part


def test_a_thing_along_a_road_is_as_long_as_the_road() -> None:
    assert place_said("建设路新修的盲道").is_long


@pytest.mark.parametrize(
    ("marked", "number"),
    [
        ("[幺五零五七八八三幺四零](phone)哎呀错了错了最后不是四零是四二", "15057883142"),
        ("[13812345678](phone)，错了，尾号5679", "13812345679"),
        ("[13812345678](phone)，不对是13812345679", "13812345679"),
        ("[13812345678](phone)，不是老人机", "13812345678"),
    ],
)
def test_a_number_is_put_right_in_the_same_breath(marked: str, number: str) -> None:
    assert fill(known("phone"), turn(marked, "value")).draft.get("phone") == number


@pytest.mark.parametrize("behind", ["不过你们不要打这个找我爸", "，但是别打这个", "，千万莫联系这个"])
def test_a_number_that_nobody_is_to_call_is_not_the_callers(behind: str) -> None:
    draft = fill(known("description"), turn(f"我爸的号码是[13812345678](phone){behind}", "details")).draft
    assert not draft.has("phone")


@pytest.mark.parametrize("words", ["快递不送上门直接扔驿站", "包裹全放驿站", "东西放物业"])
def test_what_is_done_with_things_names_nobody(words: str) -> None:
    assert not names_in(words)


@pytest.mark.parametrize(
    ("words", "order_type"),
    [
        ("所以我是来夸人的,不是投诉哈", "praise"),
        ("不是投诉,是来表扬的", "praise"),
        ("我不是举报，我就是提个建议", "suggest"),
        ("其实就是想感谢一下他们", "praise"),
    ],
)
def test_who_says_what_it_is_in_the_middle_is_believed(words: str, order_type: str) -> None:
    assert fill(known("subject"), turn(words, "correct")).draft.type == order_type


@pytest.mark.parametrize(
    ("first", "second", "place"),
    [
        (
            "在江澜区[青柳路上](place)新开了个鱼塘",
            "[江澜区青柳路,加油站门口](place)",
            "江澜区青柳路，加油站门口",
        ),
        ("我要反映[江北区](place)育才二小", "就学校啊,江北区[育才二小](place)", "江北区育才二小"),
        ("我要反映[江北区育](place)才二小", "就学校啊,江北区[育才二小](place)", "江北区育才二小"),
        ("在[东湖区](place)", "[湖滨路3号](place)", "东湖区湖滨路3号"),
    ],
)
def test_a_place_that_is_told_again_in_full_stands_once(first: str, second: str, place: str) -> None:
    draft = fill(known("description"), turn(first, "details")).draft
    told = fill(replace(draft, asked="place"), turn(second, "value")).draft
    assert format_place(told.place) == place


@pytest.mark.parametrize(
    ("marked", "place"),
    [
        ("[上游有个印染厂](place) 肯定是它偷排", ""),
        ("[启明幼儿园门口连个斑马线都没有](place)", "启明幼儿园门口"),
        ("云桥区[明德小学南门](place)外的梧桐街车流甚密", "明德小学南门外的梧桐街"),
        ("[明德小学南门](place)外头人很多", "明德小学南门外头"),
    ],
)
def test_a_story_beside_a_place_is_no_part_of_it(marked: str, place: str) -> None:
    assert format_place(fill(known("place"), turn(marked, "details")).draft.place) == place


@pytest.mark.parametrize(
    ("marked", "when"),
    [
        ("我[11月12号](time)买的 不对 13号买的 回来一看10月底就到期了", "11月13号"),
        ("[昨天晚上](time)，不对，前天晚上", "前天晚上(2026-11-20)"),
        ("[今年九月](time)，不是我家开始的", "今年九月"),
    ],
)
def test_a_time_is_put_right_in_the_same_breath(marked: str, when: str) -> None:
    assert (
        fill(known("event_time", order_type="report"), turn(marked, "value")).draft.get("event_time") == when
    )


@pytest.mark.parametrize(
    ("words", "acts", "secret"),
    [
        ("不要保密不要保密,我名字你报出去好了", "open+secret", "no"),
        ("不用保密，但是别让我老板知道", "open+secret", "yes"),
        ("不要让他们知道是我", "secret", "yes"),
    ],
)
def test_secrecy_that_is_declined_is_no_fear(words: str, acts: str, secret: str) -> None:
    assert fill(known("confidential"), turn(words, acts)).draft.get("confidential") == secret


def test_who_gives_the_name_of_whom_they_speak_for_twice_gives_it() -> None:
    draft = known("caller")
    assert not fill(draft, turn("我爸叫符长根", "value")).draft.has("caller_name")
    again = fill(draft.tried("caller"), turn("我爸叫符长根", "value")).draft
    assert again.get("caller_name") == "符长根"


@pytest.mark.parametrize(
    "words", ["我问一句啊 这个登记了以后是派出所来查还是你们来查", "打听一下 报上去以后归谁管"]
)
def test_who_asks_about_the_order_goes_on_with_it(words: str) -> None:
    draft = replace(known("phone"), type="help")
    taken = step(draft, turn(words, "ask"))
    assert taken.kind is not Kind.ONLY_ASKS and taken.draft.has("description")


@pytest.mark.parametrize(
    ("marked", "place"),
    [
        ("就绿地[香榭边上](place)那个工地", "绿地香榭边上"),
        ("在金[鼎广场](place)", "金鼎广场"),
        ("就在我们[枫林小区](place)", "枫林小区"),
    ],
)
def test_a_name_of_which_the_end_was_read_is_whole(marked: str, place: str) -> None:
    assert format_place(fill(known("description"), turn(marked, "details")).draft.place) == place


@pytest.mark.parametrize(
    ("party", "unnamed"),
    [
        ("楼下那个炒菜馆子", True),
        ("蜀香院子", False),
        ("村口小店", True),
        ("张记饭馆", False),
        ("老粮库仓库", False),
    ],
)
def test_a_house_of_a_kind_is_nobody(party: str, unnamed: bool) -> None:
    assert is_unnamed(party) is unnamed


def test_who_says_what_trade_it_is_names_a_shop() -> None:
    assert not fill(known("caller"), turn("[丽颜颂](name) 做医美的", "value")).draft.has("caller_name")


@pytest.mark.parametrize(
    ("somebody", "report", "order_type"), [(0.8, 0.2, "report"), (0.8, 0.05, "complain"), (0.2, 0.2, "help")]
)
def test_words_of_no_likely_type_blame_whom_they_speak_of(
    somebody: float, report: float, order_type: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    nature = Nature({"complain": 0.15, "report": report, "help": 0.12}, somebody)
    monkeypatch.setattr(order_types, "nature_of", lambda told: nature)
    assert order_types.judged("help", "会计的亲哥哥两层楼一台小汽车，年年吃低保", sure=0.5) == order_type


@pytest.mark.parametrize(
    ("marked", "number"),
    [
        ("我电话[13912345678](phone)，医保卡后四位8899的被人冒用了，不是我刷的", "13912345678"),
        ("[13912345678](phone)，不是你们之前存的尾号5687", "13912345678"),
        ("[13912345678](phone)，骗子打来的尾号是8899，不是本地号", "13912345678"),
        ("我姓王，电话[13912345678](phone)，你们别找他，他会报复我", "13912345678"),
    ],
)
def test_other_digits_behind_a_number_leave_it_alone(marked: str, number: str) -> None:
    assert fill(known("phone"), turn(marked, "value")).draft.get("phone") == number


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("我姓李，和平路的路灯不亮了", "路的路灯不亮了"),
        ("我叫王芳，翠湖花园3号楼的楼道里堆满垃圾", "楼的楼道里堆满垃圾"),
        ("我叫李强，我家的家具被砸坏了", "我家的家具被砸坏了"),
        ("我姓陈，小区那个小卖部半夜放音乐", "小区那个小卖部半夜放音乐"),
    ],
)
def test_a_story_beside_a_name_keeps_its_words(words: str, kept: str) -> None:
    assert kept in fill(known("description"), turn(words, "details")).draft.get("description")


@pytest.mark.parametrize(
    ("first", "second", "place"),
    [
        ("在[和平路](place)", "[路灯下面](place)", "和平路，路灯下面"),
        ("在[菜市](place)", "[老供销社那里](place)", "菜市，老供销社"),
    ],
)
def test_two_places_that_only_touch_stay_two(first: str, second: str, place: str) -> None:
    draft = fill(known("description"), turn(first, "details")).draft
    assert format_place(fill(replace(draft, asked="place"), turn(second, "value")).draft.place) == place


@pytest.mark.parametrize(
    "place", ["医院小区3栋", "水库小区3栋2单元", "机械厂宿舍3栋", "五金厂后面", "下游村"]
)
def test_an_estate_with_a_name_of_a_kind_can_be_found(place: str) -> None:
    assert place_said(place).locatable


@pytest.mark.parametrize("firm", ["八月居饭店", "十月妈咪月子中心", "丢丢奶茶店", "存仁堂药店"])
def test_a_name_may_hold_a_month_or_a_deed(firm: str) -> None:
    assert [name.text for name in names_in(f"{firm}不给开发票")] == [firm]


def test_the_plate_of_a_car_is_no_telephone() -> None:
    draft = known("confirm")
    told = fill(draft, turn("还有一个 车牌后面几位我记下来了 五六三幺 你帮我加上去", "details")).draft
    assert told.get("phone") == draft.get("phone")


def test_where_in_a_town_it_is_is_asked_once() -> None:
    draft = known("place")
    first = step(draft, turn("[石塘县马鞍镇](place)", "value"))
    assert first.draft.asked == "place" and first.again
    second = step(first.draft, turn("[马鞍镇](place)", "value"))
    assert second.draft.asked != "place"


def test_who_gives_up_while_a_town_is_known_gives_up() -> None:
    draft = fill(known("place"), turn("[石塘县马鞍镇](place)", "value")).draft
    assert step(draft, turn("算了不登记了", "cancel")).draft.asked == "cancel_check"


@pytest.mark.parametrize("estate", ["同心花园3栋", "本溪小区2栋", "这个小区", "阿拉小区"])
def test_only_pronouns_make_an_estate_ones_own(estate: str) -> None:
    assert place_said(estate).locatable is not estate.startswith(("这", "阿拉"))
