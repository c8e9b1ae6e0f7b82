"""What people said to the form in whole conversations, kind by kind: several of each, none of them a rule's own words."""

from __future__ import annotations

import pytest

from desk.orders.drafting.arbitration import Kind, step
from desk.orders.drafting.describing import tidy
from desk.orders.drafting.draft import Draft
from desk.orders.drafting.filling import fill
from desk.orders.drafting.order_types import by_words
from desk.orders.drafting.persons import find_person, person_at
from desk.orders.drafting.phrases import only_asks, only_names_type, wants_confidence
from desk.orders.drafting.plan import needs_place, needs_secrecy_asked, needs_subject
from desk.orders.drafting.sources import said
from desk.places import place_said
from tests.desk.orders.drafting.test_telling_on import known, turn


def told(description: str, type_: str = "complain") -> Draft:
    return Draft("t1", type=type_).with_field(
        "description", said(turn(description, "details"), description, 0, 1)
    )


# --- the head of the story --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "个税APP里突然冒出一家公司",
        "事业单位招考不公平",
        "一条狗咬了我家的鸡",
        "问题奶粉卖给我家娃",
        "来福士广场停车难",
        "登记结婚要预约吗",
        "要债的天天堵门",
        "个体户摆摊被赶",
        "提高水费没通知",
        "我来自外地，没地方住",
    ],
)
def test_a_word_of_the_matter_is_no_greeting(words: str) -> None:
    assert tidy(words) == words


@pytest.mark.parametrize(
    ("words", "matter"),
    [
        ("哎呀我跟你说啊我们楼上漏水", "我们楼上漏水"),
        ("喂您好我想投诉一个事情,就是楼上漏水", "楼上漏水"),
        ("你好,我想反映一下我们小区的问题", "我们小区的问题"),
        ("事情是这样的，我家漏水", "我家漏水"),
        ("侬好 我伲楼顶有人养鸽子", "我伲楼顶有人养鸽子"),
    ],
)
def test_what_leads_in_is_left_out(words: str, matter: str) -> None:
    assert tidy(words) == matter


# --- wishes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "这事只能你们跟上头晓得",
        "漏回村里我一家没法待",
        "说了在庄里不好混",
        "莫跟学校讲是我反映的",
        "唔好卖咗我出去",
        "他知道是我肯定撵我走",
        "我娃还在他班上",
        "号码会不会转头就到物业手里",
    ],
)
def test_a_fear_is_a_wish_for_secrecy(words: str) -> None:
    assert wants_confidence(words) is True


@pytest.mark.parametrize(
    "words", ["这件事只有你们能管", "我就跟你们说一声", "孩子还在班车上没下来", "他们说话没法听", "手里没钱"]
)
def test_other_words_of_knowing_and_telling_are_none(words: str) -> None:
    assert wants_confidence(words) is None


@pytest.mark.parametrize(
    "words", ["先问一句,这归谁管", "恁先跟俺说说 这事谁管", "我先问清楚再报", "先说一下要多久"]
)
def test_who_asks_first_goes_on_afterwards(words: str) -> None:
    assert not only_asks(words)


@pytest.mark.parametrize(
    ("words", "type_"),
    [("我要举报他", "report"), ("那我就要投诉物业", "complain"), ("写成建议吧", "suggest")],
)
def test_the_type_can_be_named_whatever_was_asked(words: str, type_: str) -> None:
    assert only_names_type(words)
    taken = step(known("caller"), turn(words, "details"))
    assert (taken.draft.type, taken.draft.asked) == (
        type_,
        "caller" if type_ == "complain" else taken.draft.asked,
    )


@pytest.mark.parametrize(
    "words", ["补刻之前要先弄啥", "这个能整不", "那哪能办", "要带么子材料", "去边度办", "好补伐", "到底信谁"]
)
def test_a_question_in_any_speech_is_one(words: str) -> None:
    """Though the reading is sure of nothing."""
    taken = step(known("place"), turn(words, "ask", likely=0.3))
    assert (taken.kind, taken.draft.asked) == (Kind.QUESTION, "place")


# --- what a matter needs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "description",
    [
        "去营业厅销户 不给销 说还有合约",
        "那大夫头都不抬，甩我一句等不了去私立",
        "演唱会票不退不换",
        "庄西头那片地叫人家拉石子垫了",
    ],
)
def test_somebody_has_to_be_named(description: str) -> None:
    assert needs_subject(told(description))


@pytest.mark.parametrize(
    ("description", "type_"),
    [
        ("楼顶有人家养鸽子", "help"),
        ("班主任晚上在自己家开补习班", "help"),
        ("物业收了场地费竖天线", "help"),
        ("村支书冒领公益岗的钱", "complain"),
    ],
)
def test_who_may_be_made_to_pay_for_it_is_asked_about_secrecy(description: str, type_: str) -> None:
    assert needs_secrecy_asked(told(description, type_))


def test_a_lamp_takes_no_revenge() -> None:
    assert not needs_secrecy_asked(told("路灯坏了三天了", "help"))


@pytest.mark.parametrize(
    ("description", "needed"),
    [
        ("你们那个办事大厅门口的坡道太陡了，改缓一点", True),
        ("我们这个路口装个红绿灯", True),
        ("公积金提取能不能全部网上办", False),
        ("高考期间全市禁止施工", False),
    ],
)
def test_a_suggestion_for_a_spot_needs_the_spot(description: str, needed: bool) -> None:
    assert needs_place(told(description, "suggest")) is needed


# --- values -----------------------------------------------------------------------------------------------------


def test_three_persons_are_not_cut_in_two() -> None:
    draft = fill(known("subject"), turn("[松涛路消防站那](subject)三位", "value")).draft
    assert draft.get("subject") == "松涛路消防站那三位"


def test_a_person_of_a_firm_is_not_cut_off() -> None:
    draft = fill(known("subject"), turn("[宏源燃气的](subject)安检员", "value")).draft
    assert draft.get("subject") == "宏源燃气的安检员"


@pytest.mark.parametrize(
    "words",
    [
        "你是问我女叫么子吧 她叫[龙思雨](subject)",
        "您问我儿子吗 他叫[张小果](subject)",
        "我家娃叫[王点点](subject)",
    ],
)
def test_ones_own_child_is_nobody_that_the_matter_is_about(words: str) -> None:
    draft = step(known("subject"), turn(words, "value")).draft
    assert not draft.has("subject") and draft.asked == "subject"


@pytest.mark.parametrize(
    ("words", "right"),
    [
        ("公司名听错了,是启帆人力,帆船的帆,不是启航", "启帆人力"),
        ("店名不对，叫老码头火锅", "老码头火锅"),
        ("单位写错了 应该是宏达机电", "宏达机电"),
    ],
)
def test_the_name_of_a_firm_is_put_right(words: str, right: str) -> None:
    draft = known("confirm").with_field("subject", said(turn("启航人力", "value"), "启航人力", 0, 4))
    taken = step(draft, turn(words, "correct"))
    assert taken.draft.get("subject") == right
    assert right not in taken.draft.get("description")


@pytest.mark.parametrize(
    "words", ["名字给我写全吧,傅文清,文化的文,清水的清", "姓名写全，叫傅文清", "名字是傅文清"]
)
def test_the_surname_becomes_the_whole_name(words: str) -> None:
    draft = known("confirm").with_field("caller_name", said(turn("姓傅", "value"), "傅", 1, 2))
    taken = step(draft, turn(words, "correct+value"))
    assert taken.draft.get("caller_name") == "傅文清"
    assert "文清" not in taken.draft.get("description")


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("[延吉里 三十一号](place) 啊勿对 [三十七号](place)", "延吉里37号"),
        ("[和平路88号](place) 不对 86号", "和平路86号"),
        ("[幸福小区3栋](place)，哦错了，5栋", "幸福小区5栋"),
    ],
)
def test_a_place_is_put_right_in_one_breath(words: str, place: str) -> None:
    assert step(known("place"), turn(words, "value")).draft.place_text == place


def test_a_person_is_no_part_of_the_place_he_rules() -> None:
    words = "我实名举报[青桐镇柳林沟村的村支书](place)，公益岗的钱他家亲戚领"
    draft = fill(Draft("t1", type="report"), turn(words, "details")).draft
    assert draft.place_text == "青桐镇柳林沟村"
    assert place_said(draft.place_text).said == "青桐镇柳林沟村"


def test_a_fear_told_instead_of_a_name_skips_nothing() -> None:
    words = "真名我敢留,但这事只能你们跟上头晓得,漏回村里我一家没法待"
    taken = step(known("subject"), turn(words, "refuse+secret"))
    assert taken.draft.get("confidential") == "yes"
    assert taken.kind is Kind.ANSWERED and taken.draft.asked == "subject"


@pytest.mark.parametrize(
    ("matter", "place", "subject"),
    [
        ("我女儿读高一，学校宿舍没热水", "[县二中女生宿舍五栋](place)", "县二中"),
        ("医院住院收费不给明细", "[江北区人民医院三楼](place)", "江北区人民医院"),
        ("那大夫爱理不理，态度恶劣", "[市四院门诊三楼](place)", ""),
        ("路灯坏了", "[县二中门口](place)", ""),
    ],
)
def test_the_house_that_was_told_as_the_place_is_not_asked_for_again(
    matter: str, place: str, subject: str
) -> None:
    draft = step(told(matter).asking("place"), turn(place, "value")).draft
    assert draft.get("subject") == subject


def test_who_tells_the_same_fear_instead_of_the_name_twice_gives_none() -> None:
    words = turn("唔讲得 我个仔仲喺佢班", "secret")
    once = step(known("caller"), words).draft
    assert (once.get("confidential"), once.asked) == ("yes", "caller")
    assert "caller" in step(once, words).draft.skipped


@pytest.mark.parametrize(
    "words", ["回电话的话晚上七点以后啊 白天在车间不让带手机", "打电话给我下班以后再打", "回电话中午方便"]
)
def test_when_to_be_called_is_kept_whatever_it_was_read_as(words: str) -> None:
    taken = step(known("confirm"), turn(words, "process"))
    assert words in taken.draft.get("description")


def test_an_office_is_not_cut_in_two_and_names_nobody_yet() -> None:
    words = "我举报[村支](subject)书，公益岗的钱他家亲戚领"
    draft = fill(Draft("t1", type="report"), turn(words, "details")).draft
    assert not draft.has("subject")


@pytest.mark.parametrize("verb", ["实名举报", "投诉", "我要反映"])
def test_a_verb_is_no_part_of_a_town(verb: str) -> None:
    draft = fill(Draft("t1", type="report"), turn(f"{verb}青桐镇柳林沟村有人冒领补贴", "details")).draft
    assert draft.place_text in ("", "青桐镇柳林沟村")


@pytest.mark.parametrize("words", ["哦打错了打错了 不好意思啊", "不好意思打错电话了"])
def test_a_wrong_number_is_no_order(words: str) -> None:
    assert step(known("place"), turn(words, "chat", likely=0.3)).draft.asked == "cancel_check"


@pytest.mark.parametrize("acts", ["yes+thanks", "yes", "no", "thanks"])
@pytest.mark.parametrize("words", ["对,不登记了,谢谢你", "好的 不用报了", "嗯 先别登记"])
def test_a_yes_that_gives_the_order_up_registers_nothing(words: str, acts: str) -> None:
    taken = step(known("confirm"), turn(words, acts))
    assert (taken.kind, taken.draft.asked) == (Kind.ANSWERED, "cancel_check")
    assert step(taken.draft, turn(words, acts)).kind is Kind.CANCELLED


def test_an_order_that_is_given_up_in_words_that_were_not_read_is_asked_about() -> None:
    words = turn("哎先别报,楼下大哥认识电工,人已经来换上了,不用给我登记了", "cancel", likely=0.3)
    assert step(known("confirm"), words).draft.asked == "cancel_check"


# --- whether it must be told ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("caller", "非得说名字啊？"),
        ("caller", "名字能不说吗"),
        ("phone", "电话…能不留吗"),
        ("phone", "可以不留号码不"),
        ("phone", "还要电话啊？"),
        ("phone", "一定要留手机号吗"),
    ],
)
def test_a_question_whether_it_must_be_told_is_no_refusal(asked: str, words: str) -> None:
    """It is answered, and asked once more; who asks again has declined."""
    first = step(known(asked), turn(words, "process+refuse"))
    assert (first.kind, first.draft.asked) == (Kind.PROCESS, asked)
    again = step(first.draft, turn("不留", "refuse"))
    assert asked in again.draft.skipped


@pytest.mark.parametrize(
    "words",
    [
        "电话能不留吗，怕他打过来骂我",
        "不会把电话给到厂里吧",
        "一说不就知道是我了",
        "怕物业知道了找上门",
        "别把我名字告诉店家",
    ],
)
def test_who_fears_to_be_called_on_wishes_for_secrecy(words: str) -> None:
    assert wants_confidence(words) is True


# --- places -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["网上的 没地址", "没有地点", "哪有什么具体位置", "线上的，没有实体店"])
def test_who_has_no_place_is_not_asked_again(words: str) -> None:
    taken = step(known("place"), turn(words, "details", likely=0.2))
    assert taken.draft.asked != "place"
    assert "place" in taken.draft.skipped


def test_a_district_is_asked_on_once_and_then_taken() -> None:
    first = step(known("place"), turn("[高新区](place)", "value"))
    assert first.draft.asked == "place"
    second = step(first.draft, turn("[高新区](place)", "value"))
    assert second.draft.asked != "place"
    assert second.draft.place_text == "高新区"
    assert "place" not in second.changed, "nothing has changed, so nothing is said to have"


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("[中医院北门](place) 呃不是 是[东门](place)", "中医院东门"),
        ("[文化宫西边](place) 不对 [东边](place)", "文化宫东边"),
        ("[橙天公馆B2-117](place)，错了 [B2-171](place)", "橙天公馆B2-171"),
    ],
)
def test_who_corrects_the_place_in_one_breath(words: str, place: str) -> None:
    assert place in step(known("place"), turn(words, "value+correct")).draft.place_text


def test_of_a_road_it_is_asked_where_on_it_once() -> None:
    road = step(known("description"), turn("[青年路](place)有个井盖没了", "details")).draft
    assert road.asked == "place"
    assert road.place_text == "青年路"
    no_more = step(road, turn("就在青年路上", "value")).draft
    assert no_more.asked != "place"


# --- who it is about --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "subject"),
    [
        ("[麻岭镇供销社东边](place)那家[丰达农资](subject)买的", "丰达农资"),
        ("[驾考中心](place)对面的顺驰驾校", "顺驰驾校"),
    ],
)
def test_a_party_named_in_the_place_is_not_asked_for(words: str, subject: str) -> None:
    matter = told("买的玉米种子不结棒，钱也不退").asking("place")
    assert subject in step(matter, turn(words, "value+details")).draft.get("subject")


@pytest.mark.parametrize(
    "words", ["护士长也挺好的，但主要是那个[小护士](subject)", "那个[司机](subject)也很好"]
)
def test_a_trade_alone_names_nobody(words: str) -> None:
    praise = told("有个小护士天天给我爸洗脚", "praise").asking("subject")
    assert not step(praise, turn(words, "value")).draft.get("subject")


def test_who_tells_on_names_nobody() -> None:
    matter = told("学校不给办转学").asking("subject")
    taken = step(matter, turn("孩子从长沙转来，上课两个月了", "details"))
    assert not taken.draft.get("subject")
    assert "孩子从长沙转来" in taken.draft.get("description")


def test_whose_people_they_are_is_told_with_them() -> None:
    praise = told("两个民警陪我们找到半夜", "praise").asking("subject")
    told_of = step(praise, turn("一个姓邝 一个叫[小伍](subject) 都是白沙洲派出所的", "value")).draft.get(
        "subject"
    )
    assert "小伍" in told_of
    assert "白沙洲派出所" in told_of


# --- names ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("蔺先生", "蔺"),
        ("我姓晏 日字头底下一个安 叫晏玉兰", "晏玉兰"),
        ("免贵姓么 就念腰 么贤海", "么贤海"),
        ("反映人:尉迟明,电话13871946502", "尉迟明"),
        ("我姓阮,孙子叫阮小宝", "阮"),
        ("叫我小潘吧", "小潘"),
    ],
)
def test_the_whole_name_and_only_the_callers(words: str, name: str) -> None:
    person = find_person(words, asked=True)
    assert person is not None
    assert person.name == name


@pytest.mark.parametrize(
    ("words", "read", "name"),
    [("小邰,邰正阳", "小邰", "邰正阳"), ("蔺先生", "蔺先", "蔺"), ("叫晏玉兰", "晏玉", "晏玉兰")],
)
def test_a_name_of_which_only_a_part_was_read(words: str, read: str, name: str) -> None:
    start = words.index(read)
    person = person_at(words, start, start + len(read))
    assert person is not None
    assert person.name == name


def test_a_question_about_a_name_takes_none_out() -> None:
    draft = known("confirm")
    asked = step(draft, turn("我先生名字要写吗，写不写都行", "process+refuse"))
    assert asked.draft.get("caller_name") == draft.get("caller_name")


def test_who_says_the_very_number_again_has_confirmed_it() -> None:
    """However it was read: nobody is asked for it a third time."""
    draft = known("phone_check")
    taken = step(draft, turn(f"就是{draft.get('phone')}", "correct+value"))
    assert taken.draft.asked not in ("phone", "phone_check")


@pytest.mark.parametrize("words", ["我家叫[乐家面馆](subject)", "我自己的店就叫[老马烧烤](subject)"])
def test_the_callers_own_shop_is_nobody_to_be_complained_of(words: str) -> None:
    matter = told("修路的围挡把我店门口堵了五个月").asking("place")
    assert not step(matter, turn(words, "value")).draft.get("subject")


def test_a_wish_that_sounds_like_a_question_about_us_is_kept() -> None:
    """The hotline's own hours are no answer to it (actions/order_form.py notes what it wishes for)."""
    assert by_words("help", "备考的人真的没地方去 能不能延到10点 周末就行") == "suggest"
