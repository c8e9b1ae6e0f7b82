"""Fields filled from what was read: `[...](label)` marks the spans, as in data/dialogue."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from desk.orders.drafting.draft import Draft, Value
from desk.orders.drafting.filling import Filled, fill
from desk.orders.drafting.persons import address_form
from desk.orders.drafting.turn import Turn
from desk.places import Place, format_place, place_said
from language.annotated import ACTS, read_marks
from language.numerals import NUMERAL_CHARS, arabic
from language.reading import Reading, ReadSpan

NOW = datetime(2026, 11, 29, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def read(marked: str, acts: str, seq: int = 1, confidence: float = 0.9) -> Turn:
    """A turn whose reading is as marked: read("在[和平路88号](place)", "value")."""
    text, spans = read_marks(marked)
    named = acts.split("+")
    assert set(named) <= set(ACTS)
    reading = Reading(
        {act: 0.9 for act in named},
        tuple(ReadSpan(span.label, span.start, span.end, confidence) for span in spans),
    )
    return Turn(text, seq, NOW, intent="inform", confidence=0.5, reading=reading)


def known(asked: str = "", place: str = "", order_type: str = "complain", **fields: str) -> Draft:
    """A draft that holds these, asking for `asked`."""
    values = {name: Value(value, 1) for name, value in fields.items()}
    found = place_said(place) if place else Place()
    source = Value(place, 1) if place else None
    return Draft("t1", order_type, fields=values, place=found, place_source=source, asked=asked)


def heard(draft: Draft, acts: str, marked: str) -> Filled:
    return fill(draft, read(marked, acts, 2))


# --- place ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "acts", "marked", "place"),
    [
        ("", "details", "[学院路58号](place)门口井盖翘起来了", "学院路58号门口"),
        ("", "details", "[学院路](place)58号门口井盖翘起来了", "学院路58号门口"),
        ("place", "value", "就在[华源上海城三栋](place)", "华源上海城3栋"),
        ("place", "value", "[文晖路](place)，靠近家家乐超市的南门", "文晖路，靠近家家乐超市的南门"),
        ("place", "value", "[江北区](place) [桃园路](place) 跟 [解放路](place) 交叉口", "江北区桃园路跟解放路交叉口"),
        ("place", "value", "[老供销社对面那栋](place) 一楼 挨到卖豆花饭那家", "老供销社对面那栋一楼挨到卖豆花饭那家"),
        ("place", "value", "3路公交车上", "3路公交车上"),
        ("place", "value+grumble", "[和平路88号](place)，我跟你说过了", "和平路88号"),
        ("place", "details+value", "就那个 [翡翠云廷工地 南门进去右手第三栋](place) 现在都封顶了", "翡翠云廷工地南门进去右手第三栋"),
        ("place", "value", "学府路66号附3号学府佳苑三期后门", "学府路66号附3号学府佳苑三期后门"),
        ("phone", "value", "对了，地址是[翠湖花园3期12栋](place)", "翠湖花园3期12栋"),
        ("caller", "details", "[长虹中学门口](place)那一站又甩客了", "长虹中学门口"),
        ("", "details", "[望湖花园](place)的电梯坏了，就是[6幢一单元](place)那部", "望湖花园，6幢1单元"),
        ("", "details", "停水了，就在建安路12号这边，家里有老人", "建安路12号"),
    ],
)  # fmt: skip
def test_the_place_is_what_was_said_of_it(asked: str, acts: str, marked: str, place: str) -> None:
    """A span that broke off is made whole, and spans that stand together are one place."""
    assert heard(known(asked), acts, marked).draft.place_text == place


@pytest.mark.parametrize(
    ("acts", "marked"),
    [
        ("details", "社保交了两年半"),
        ("register", "先登记吧"),
        ("ask", "好，那楼道灯呢"),
        ("process", "那要等多久啊"),
        ("nothing", "没有了"),
        ("grumble", "你们到底管不管"),
        ("refuse", "不方便说"),
        ("unknown", "我也说不清那是哪条路"),
        ("ask", "和平路派出所几点上班"),
    ],
)
def test_what_is_no_place_is_none(acts: str, marked: str) -> None:
    """Asked for the place, a sentence is not written down as one."""
    filled = heard(known("place", description="路灯坏了"), acts, marked)
    assert not filled.draft.place and "place" not in filled.changed


@pytest.mark.parametrize(
    ("acts", "marked"),
    [
        ("value", "[两个月押金5600](place)"),
        ("value", "[圆达快递](place) 单号YD7730915528846"),
        ("value", "[停马路边](place) 让物业拖走了"),
        ("details+value", "孩子在[小飞](place)侠编程报了120节课"),
        ("value", "[12333排队](place)排到掉线"),
        ("details+value", "我崽在城里读[初二](place)"),
        ("value", "我没去过 是我妈去的 你搁哪儿听的课"),
        ("value", "[市骨科医院六楼](place) 哦你是问在哪摔的啊"),
        ("value", "你先莫问地方 你先跟我说哪个批准的"),
        ("value", "[第一次差房东身份证](place) 第二次差承诺书"),
    ],
)
def test_what_was_misread_as_a_place_is_none(acts: str, marked: str) -> None:
    """Sums, firms, papers, grades and halves of names are no address, however sure the reading is."""
    draft = heard(known("place", description="有件事"), acts, marked).draft
    assert not draft.place.locatable


@pytest.mark.parametrize(
    ("asked", "old", "acts", "marked", "place"),
    [
        ("", "", "details", "俺是后李庄的 [庄东头那条](place)路 刨开了就不管了", "后李庄，庄东头那条路"),
        ("", "", "details", "[轻轨站后头](place)那个工地半夜还在打桩", ""),
        ("", "", "details", "[乐万家超市](place)门口的喇叭从早喊到晚", ""),
        ("", "", "details", "丝绸新村去年就说要旧改，到现在没动静", "丝绸新村"),
        ("", "", "details", "[青石县人民](place)医院挂不上号", "青石县人民医院"),
        ("", "", "details", "[金茂大厦12楼](place)1203漏水漏了三天", "金茂大厦12楼1203"),
        ("place", "公司楼下", "value", "[金融港B座2楼](place)", "金融港B座2楼"),
        ("place", "学校后门那条巷", "value", "就系[育才二小后门](place) [豆腐巷](place)嗰度", "育才二小后门豆腐巷"),
        ("caller", "南湖公园那一片", "value", "[南湖公园西门](place)", "南湖公园西门"),
        ("caller", "大学城南门出来那条路", "value", "导航上叫[知行路](place)", "大学城南门出来那条路，知行路"),
        ("caller", "和平路86号", "value", "我叫[丘德旺](name)，[山丘](place)的丘", "和平路86号"),
        ("place", "", "value", "[碧水湾小区北门出去右手边头](place)一家,挨着[菜鸟驿站](place)", "碧水湾小区北门出去右手边头一家，挨着菜鸟驿站"),
        ("caller", "下溪口村石拱桥", "correct+value", "刚才村名讲岔了，是[下溪村的石拱桥](place)", "下溪村石拱桥"),
        ("caller", "云溪镇上溪村的石拱桥底下", "value", "刚才村名讲岔了，是[下溪村的石拱桥](place)", "云溪镇下溪村的石拱桥底下"),
        ("caller", "未来城小区", "correct+value", "漏了 是[未来城小区8号楼](place) 他们在2603", "未来城小区8号楼，2603"),
        ("", "", "details", "[江滨东路骑行](place)道上一大片碎玻璃 差不多在江畔公园对面那段", "江滨东路骑行道，江畔公园对面"),
        ("subject", "文晖路书香名邸底商二楼", "value", "[小码哥编程](subject),[文晖路那个校](place)区", "文晖路书香名邸底商二楼"),
        ("", "", "details", "俺三[官庙](place)村 隔壁村去年就通了", "三官庙村"),
        ("", "", "ask", "江湾公园能不能划一块给狗跑的地方", "江湾公园"),
        ("confirm", "滨江实验学校", "correct+value", "不是[智汇路那个门](not),是[未来大道那个](place)", "滨江实验学校，未来大道那个"),
    ],
)  # fmt: skip
def test_a_place_that_can_be_found_goes_before_one_of_any_kind(
    asked: str, old: str, acts: str, marked: str, place: str
) -> None:
    """学校后门那条巷 is everywhere: it joins what says where, gives way to it, or is asked for."""
    draft = known(asked, old, description="有件事" if asked else "")
    draft = draft if asked else known()
    assert heard(draft, acts, marked).draft.place_text == place


OLD = "学府路66号学府佳苑三期后门"


@pytest.mark.parametrize(
    ("asked", "old", "acts", "marked", "place"),
    [
        ("confirm", OLD, "no+correct+value", "不是[66号](not)，是[68号](place)", "学府路68号学府佳苑三期后门"),
        ("caller", OLD, "correct+value", "刚才说错了，门牌是[68号](place)", "学府路68号学府佳苑三期后门"),
        ("confirm", "南湖公园东门", "correct+value", "不是[东门](not)，是[东南门](place)", "南湖公园东南门"),
        ("confirm", "学府路2栋", "correct", "是3栋不是2栋", "学府路3栋"),
        ("change", "桃源路5号", "value", "[桃园路](place)", "桃园路5号"),
        ("phone", "水韵东方小区", "value", "靠近进门[一百二十一栋](place)", "水韵东方小区121栋"),
        ("caller", "华源上海城", "value", "[华源上海城3栋2单元](place)", "华源上海城3栋2单元"),
        ("place", "学府路66号", "value", "[幸福里小区3栋](place)", "幸福里小区3栋"),
    ],
)  # fmt: skip
def test_a_correction_replaces_the_part_that_it_names(
    asked: str, old: str, acts: str, marked: str, place: str
) -> None:
    """The rest of the place stays as it was said, and more of the same place joins it."""
    filled = heard(known(asked, old, description="路灯坏了"), acts, marked)
    assert "place" in filled.changed
    assert filled.draft.place_text.replace("，", "") == place


@pytest.mark.parametrize(
    ("asked", "acts", "marked"),
    [
        ("caller", "details", "[解放路](place)那边也有一个坑"),
        ("phone", "details", "我上次去[市政府门口](place)问过"),
        ("phone", "value", "[13812345678](phone)"),
        ("confirm", "yes+details", "对，[人民公园](place)那个也顺便看看"),
        ("confirm", "correct+value", "电话不是[5678](not)，是[13812345679](phone)"),
        ("caller", "value", "我姓[陈](name)，就住和平路88号"),
        ("confirm", "ask", "和平路派出所几点上班"),
    ],
)
def test_a_good_place_is_not_overwritten_in_passing(asked: str, acts: str, marked: str) -> None:
    """Another place that is only mentioned stays in the description."""
    draft = known(asked, "和平路88号", description="路灯坏了", phone="13812345678")
    assert heard(draft, acts, marked).draft.place_text == "和平路88号"


# --- name -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marked", "name", "title"),
    [
        ("我姓[邓](name)", "邓", ""),
        ("[王](name)女士", "王", "女士"),
        ("[王女士](name)", "王", "女士"),
        ("叫我小[孟](name)就行", "小孟", ""),
        ("叫我[小潘](name)吧", "小潘", ""),
        ("老[魏](name)", "老魏", ""),
        ("[田桂兰](name)，种田的田", "田桂兰", ""),
        ("[江](name)，江河的江", "江", ""),
        ("[弓长张](name)", "张", ""),
        ("耳东[陈](name)", "陈", ""),
        ("[木子李](name)", "李", ""),
        ("我姓[甯](name)", "甯", ""),
        ("[於](name)", "於", ""),
        ("我叫[李堃](name)", "李堃", ""),
        ("我姓[展](name)，展览的展", "展", ""),
        ("我叫[古丽米热·艾比布力](name)", "古丽米热·艾比布力", ""),
        ("我叫[阿卜杜热合曼•买买提](name)", "阿卜杜热合曼•买买提", ""),
        ("[Cindy](name)", "Cindy", ""),
        ("行行行，[宋桂琴](name)", "宋桂琴", ""),
        ("[慕容](name)，复姓", "慕容", ""),
        ("[谌](name) 言字旁那个谌", "谌", ""),
        ("我姓佟", "佟", ""),
        ("江，江河的江", "江", ""),
        ("弓长张", "张", ""),
        ("我叫才让多杰", "才让多杰", ""),
        ("我姓王，我女儿姓李", "王", ""),
        ("[Cindy](name) 要本名的话姓[丁](name)", "丁", ""),
        ("[Leo](name) 姓[罗](name)", "罗", ""),
        ("[Kevin郑](name)", "Kevin郑", ""),
        ("写[郑](name)老四就中", "郑老四", ""),
        ("写[孙](name)小妹就行", "孙小妹", ""),
        ("我姓[覃](name)西早覃", "覃", ""),
        ("我姓[蒲](name)蒲公英的蒲", "蒲", ""),
    ],
)
def test_a_name_is_kept_as_it_was_said(marked: str, name: str, title: str) -> None:
    """Any surname will do, and an explanation of the character is none of the name."""
    filled = heard(known("caller", description="路灯坏了"), "value", marked)
    assert (filled.draft.get("caller_name"), filled.draft.get("caller_title")) == (name, title)
    assert filled.draft.get("description") == "路灯坏了"


@pytest.mark.parametrize(
    ("asked", "acts", "marked"),
    [
        ("confidential", "details", "打我女儿的[13812345678](phone)，她姓王"),
        ("phone", "details", "他叫[刘四毛](name)，是我们村主任"),
        ("phone", "details", "包工头姓阚"),
        ("phone", "details", "我老公姓周，也在那里上班"),
        ("phone", "details", "司机师傅叫[马强](name)"),
        ("caller", "refuse", "名字就不说了吧"),
        ("caller", "refuse", "叫我[热心市民](name)就行"),
        ("caller", "refuse", "匿名"),
        ("caller", "process", "名字非得说吗"),
        ("caller", "unknown", "他儿子"),
        ("caller", "refuse", "姓[都](name)别写"),
        ("caller", "refuse", "[名字](name)也莫留"),
        ("caller", "value", "[[图片]](name)"),
        ("caller", "value", "[看截图](name)"),
        ("phone", "details", "包工头[刘胜](name) 电话打不通了"),
    ],
)
def test_names_of_others_never_rename_the_caller(asked: str, acts: str, marked: str) -> None:
    """Whose name it is stands before it."""
    draft = known(asked, "和平路88号", description="路灯坏了")
    assert heard(draft, acts, marked).draft.get("caller_name") == ""
    assert (
        heard(draft.with_field("caller_name", Value("陈", 1)), acts, marked).draft.get("caller_name") == "陈"
    )


@pytest.mark.parametrize(
    ("name", "title", "form"),
    [
        ("小潘", "女士", "潘女士"),
        ("老魏", "师傅", "魏师傅"),
        ("小潘", "", "小潘"),
        ("潘", "", "您"),
        ("甯", "先生", "甯先生"),
        ("欧阳锋", "先生", "欧阳先生"),
        ("古丽米热·艾比布力", "", "古丽米热·艾比布力"),
    ],
)
def test_how_a_caller_is_addressed(name: str, title: str, form: str) -> None:
    """小 and 老 stay in the name and go before a title."""
    assert address_form(name, title) == form


# --- phone ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "acts", "marked", "phone"),
    [
        ("phone", "value", "[(0571)87654321](phone)", "057187654321"),
        ("phone", "value", "[0571-87654321转802](phone)", "057187654321转802"),
        ("phone", "value", "[幺三拐洞洞洞洞两柒幺玖](phone)", "13700002719"),
        ("phone", "value", "[+862131010426](phone)", "02131010426"),
        ("phone", "value", "[137-0000-2222](phone)或者0571-87654321", "13700002222"),
        ("caller", "value", "我电话[138 0571 2964](phone)", "13805712964"),
        ("", "details", "路灯坏了，打我[13812345678](phone)", "13812345678"),
        ("confirm", "correct+value", "最后四位是[8822](phone)", "13900008822"),
        ("phone_check", "no+correct", "中间是0571", "13905711234"),
        ("phone_check", "no+correct+value", "不是[1234](not)，是[1243](phone)", "13900001243"),
        ("phone_check", "no+correct+value", "[1234](not)反了 [1243](phone)", "13900001243"),
        ("phone", "value", "[82275139](phone)，座机。", "82275139"),
        ("confirm", "correct+value", "电话错了，[13700001111](phone)", "13700001111"),
        (
            "phone",
            "correct+value",
            "[幺三五 零四四二 七八九幺](phone) 不是不是 [七八九零](phone)",
            "13504427890",
        ),
        ("phone", "value", "[13912345678](phone)，哦不对，5679", "13912345679"),
        ("phone", "value", "是[13912345678](phone)不是13812345678", "13912345678"),
        ("phone_check", "no+correct", "不对中间那四个是零零零零", "13900001234"),
        ("phone", "value", "给我儿子打 他懂 [幺五零 四五三三 八幺二七](phone)", "15045338127"),
    ],
)
def test_a_number_is_kept_whole(asked: str, acts: str, marked: str, phone: str) -> None:
    """Area code and extension are kept, and a correction of some digits changes these alone."""
    draft = known(asked, "和平路88号", description="路灯坏了" if asked else "")
    draft = draft if asked else known()
    if asked in ("confirm", "phone_check"):
        draft = draft.with_field("phone", Value("13900001234", 1))
    assert heard(draft, acts, marked).draft.get("phone") == phone


@pytest.mark.parametrize(
    ("asked", "acts", "marked"),
    [
        ("confirm", "no+correct+value", "不是[12号](not)，是[34号](place)"),
        ("confirm", "correct", "门牌号最后一位是5"),
        ("caller", "details", "包工头的电话是13700001111，打了不接"),
        ("subject", "details", "驿站说没有 快递员[13700001111](phone)打了不接"),
        ("subject", "details", "我拨[13700001111](phone)没人接"),
        ("confirm", "details", "一直接到骗子电话13700001111"),
    ],
)
def test_what_is_no_number_of_the_caller_changes_none(asked: str, acts: str, marked: str) -> None:
    """A house number is corrected as a house number, and others have telephones, too."""
    draft = known(asked, "和平路12号", description="路灯坏了", phone="13900001234")
    assert heard(draft, acts, marked).draft.get("phone") == "13900001234"


def test_a_foreign_number_is_refused_with_a_reason() -> None:
    """Nobody is called back abroad, nor at a mobile that the digits look like."""
    filled = heard(known("phone", "和平路88号", description="路灯坏了"), "value", "[+1 866 539 0000](phone)")
    assert not filled.draft.has("phone") and filled.problem


# --- time -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "acts", "marked", "time"),
    [
        ("", "details", "[昨天晚8：00](time)开始停水了", "昨天晚8：00(2026-11-28)"),
        ("", "details", "[每个工作日的下午三点](time)打桩", "每个工作日的下午三点"),
        ("", "details", "[从国庆过后天天晚上](time)吵", "从国庆过后天天晚上"),
        ("event_time", "value", "[从麦罢到上个月月底](time)", "从麦罢到上个月月底"),
        ("event_time", "value", "[天一热](time)就臭", "天一热"),
        ("event_time", "value", "[上周星期三到这周二](time)", "上周星期三到这周二"),
        ("", "details", "[早上七点到八点](time)都堵", "早上七点到八点"),
        ("", "details", "[晚上](time)黑灯瞎火的，路灯不亮", "晚上"),
        ("phone", "details", "是[上个礼拜一](time)停的", "上个礼拜一(2026-11-16)"),
        ("confirm", "correct+value", "不是[昨天](not)，是[前天下午](time)", "前天下午(2026-11-27)"),
        ("", "details", "昨晚狗又咬人了", "昨晚(2026-11-28)"),
    ],
)
def test_a_time_is_the_whole_expression(asked: str, acts: str, marked: str, time: str) -> None:
    """The day stands behind what happened once; habits, ranges and what is to come have none."""
    draft = known(asked, "和平路88号", description="路灯坏了") if asked else known()
    if asked == "confirm":
        draft = draft.with_field("event_time", Value("昨天", 1))
    assert heard(draft, acts, marked).draft.get("event_time") == time


@pytest.mark.parametrize(
    ("acts", "marked"),
    [
        ("details", "合同写的七天内可以退，他不退"),
        ("grumble", "现在都几点了还没人来"),
        ("details", "晚上黑灯瞎火的路灯不亮"),
        ("details", "孩子九月份要上小学，没有学位"),
        ("details", "水压只有零点二兆帕，洗不了澡"),
        ("details", "我妈今年八十一岁，腿脚不好"),
    ],
)
def test_what_is_no_time_of_an_event_is_none(acts: str, marked: str) -> None:
    """Contracts, ages, measures and plans hold times that nothing happened at."""
    assert heard(known(), acts, marked).draft.get("event_time") == ""


# --- subject, appeal, secrecy -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "acts", "marked", "subject"),
    [
        ("", "details", "[老五烧烤](subject)晚上排烟", "老五烧烤"),
        ("", "details", "学院路58[号](subject)门口井盖翘起来了", ""),
        ("", "details", "油烟直接往[楼上](subject)灌", ""),
        ("", "details", "[老板](subject)不退钱", ""),
        ("", "details", "找过[城管](subject)，城管说不归他们管", ""),
        ("", "details", "[城管](subject)把我的炉子收走了", "城管"),
        ("", "details", "[派出所](subject)让我打你们电话", ""),
        ("subject", "value", "好又来超市", "好又来超市"),
        ("subject", "value", "就是那个乐万家吧", "乐万家"),
        ("subject", "unknown", "我哪知道是谁", ""),
        ("subject", "refuse", "不敢说", ""),
        ("subject", "process", "这个一定要填吗", ""),
        ("phone", "details", "招牌叫[老马烧烤](subject)", "老马烧烤"),
    ],
)
def test_the_subject_is_whom_it_is_about(asked: str, acts: str, marked: str, subject: str) -> None:
    """House numbers, sides and offices that only sent the citizen on are no subject."""
    draft = known(asked, "和平路88号", description="路灯坏了") if asked else known()
    assert heard(draft, acts, marked).draft.get("subject") == subject


def test_a_name_takes_the_place_of_a_kind() -> None:
    """烧烤店 gives way to 老马烧烤, and never the other way round."""
    draft = known("phone", "和平路88号", description="油烟", subject="烧烤店")
    named = heard(draft, "details", "招牌叫[老马烧烤](subject)").draft
    assert named.get("subject") == "老马烧烤"
    assert heard(named, "details", "那个[烧烤店](subject)又开了").draft.get("subject") == "老马烧烤"


@pytest.mark.parametrize(
    ("asked", "marked", "appeal"),
    [
        ("appeal", "[早点收摊,十一点过就莫吼了](appeal)", "早点收摊,十一点过就莫吼了"),
        ("phone", "[今天之内修好](appeal) [把维修记录公示出来](appeal)", "今天之内修好；把维修记录公示出来"),
        ("appeal", "希望你们尽快让他们装净化器", "希望你们尽快让他们装净化器"),
    ],
)
def test_the_appeal_is_what_is_wanted(asked: str, marked: str, appeal: str) -> None:
    """Spans are taken as they stand; without one the rule of words holds."""
    assert heard(known(asked, description="油烟"), "value", marked).draft.get("appeal") == appeal


@pytest.mark.parametrize(
    ("before", "asked", "acts", "marked", "after"),
    [
        ("", "caller", "secret", "别让他知道是我打的", "yes"),
        ("", "phone", "refuse+secret", "留电话怕他找我麻烦", "yes"),
        ("", "confirm", "yes+secret", "对，但是莫说是我说的", "yes"),
        ("", "", "details", "我实名举报我们村主任贪污", ""),
        ("", "", "details+open", "我实名举报我们村主任贪污", ""),
        ("", "", "details+secret+open", "我实名举报村主任，千万别让他知道是我", "yes"),
        ("", "confidential", "open", "实名就实名，我不怕", "no"),
        ("", "confidential", "open", "不用保密", "no"),
        ("", "confidential", "open", "这有啥好保密的，不用", "no"),
        ("", "confidential", "open", "不能不保密啊", "yes"),
        ("yes", "confirm", "open+yes", "实名就实名吧", "yes"),
        ("yes", "confirm", "open", "不用保密了", "no"),
        ("no", "confirm", "secret", "还是保密吧", "yes"),
        ("", "", "details+secret", "社区医院不给打针。保密不需要", "no"),
        ("", "confidential", "secret", "么子保密 冒得么子要保密的", "no"),
        ("", "caller", "process", "一定要讲名字吗 我怕老师对我崽有意见", "yes"),
        ("", "phone", "process", "留了公司会不会查到是我", "yes"),
        ("", "confidential", "details", "俺跟他一个庄哩 抬头不见低头见", "yes"),
        ("", "", "details", "我是里面上班的,不敢说名字,厂里往河沟放黑水", "yes"),
        ("", "confirm", "value", "让厂里知道我就完了", "yes"),
        ("", "confirm", "grumble", "别说我态度不好啊 我就是急", ""),
        ("", "", "details", "能查到我的订单，就是不退钱", ""),
    ],
)
def test_secrecy_errs_to_secret(before: str, asked: str, acts: str, marked: str, after: str) -> None:
    """Any wish counts at any time, and only clear words undo it."""
    draft = known(asked, "和平路88号", description="路灯坏了") if asked else known()
    draft = draft.with_field("confidential", Value(before, 1)) if before else draft
    assert heard(draft, acts, marked).draft.get("confidential") == after


@pytest.mark.parametrize(
    ("marked", "description"),
    [
        ("村里有人半夜挖沙 可别跟他们说是我讲的 天亮就拖走", "村里有人半夜挖沙 天亮就拖走"),
        ("我要举报，别让他知道是我，棋牌室天天赌到天亮", "棋牌室天天赌到天亮"),
        ("要保密，厂里往河里放黑水", "厂里往河里放黑水"),
        ("食堂的菜发臭，莫说是我说的", "食堂的菜发臭"),
    ],
)
def test_the_wish_for_secrecy_is_no_part_of_the_matter(marked: str, description: str) -> None:
    """The department reads the description; that somebody is afraid is between him and us."""
    draft = heard(known(), "details+secret", marked).draft
    assert draft.get("confidential") == "yes"
    assert draft.get("description") == description


@pytest.mark.parametrize(
    ("asked", "acts", "marked", "subject"),
    [
        ("subject", "value", "包工头叫[吕大勇](subject),公司是[宏昌劳务](subject)", "吕大勇，宏昌劳务"),
        ("subject", "value", "干活领头哩姓齐 都喊他齐老三 公司俺不知道叫啥", "齐老三"),
        ("subject", "unknown+value", "写着啥驿站 俺不识字", "驿站"),
        ("subject", "correct+value", "[十一路](subject) 不对不对 十七路", "十七路"),
        ("subject", "grumble", "他们就说总部规定不能退,我管你总部不总部", ""),
        ("subject", "value", "[莫得招](subject)牌 老板娘喊的[王二姐](subject)", "王二姐"),
        ("", "details", "楼下健身房 就是力健工坊 昨天去门锁了", "力健工坊"),
        ("", "details", "昨晚老灶王火锅 说满500才开发票", "老灶王火锅"),
        ("", "details", "我妈住了一个[养老院](subject) 押金不退", ""),
        ("caller", "value", "包工头[刘胜](name) 电话打不通了", "包工头刘胜"),
        ("confirm", "correct", "开发商是澜岳置业 不是澜山置业 合同上写的", "澜岳置业"),
        ("place", "value", "是晚晴护理院 在[洪家弄十八号](place)", "晚晴护理院"),
    ],
)
def test_who_is_named_is_found_in_the_telling(asked: str, acts: str, marked: str, subject: str) -> None:
    """Also where the reading missed the name or tore it; any care home is nobody yet."""
    draft = known(asked, "" if asked == "place" else "和平路88号", description="有件事") if asked else known()
    assert heard(draft, acts, marked).draft.get("subject") == subject


# --- description ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("acts", "marked", "description"),
    [
        ("details", "喂你好，我要投诉[学院路58号](place)门口井盖翘起来了", "学院路58号门口井盖翘起来了"),
        ("details", "路灯坏了，我姓[王](name)，电话[13812345678](phone)", "路灯坏了"),
        ("details+ask", "[墨香里12号楼](place)想加装电梯，一楼不签字，是不是必须百分之百同意", "墨香里12号楼想加装电梯，一楼不签字，是不是必须百分之百同意"),
        ("register", "我要投诉", ""),
        ("value", "在[和平路88号](place)", ""),
        ("ask", "公积金怎么提取", ""),
        ("human", "转人工", ""),
        ("details", "停水了，产妇和刚出生的娃在家，[翠湖花园3期12栋](place)", "停水了，产妇和刚出生的娃在家，翠湖花园3期12栋"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("asked", ["", "description"])
def test_the_first_telling_is_kept_whole(asked: str, acts: str, marked: str, description: str) -> None:
    """Only greetings and the caller's own name and number are left out."""
    assert heard(known(asked), acts, marked).draft.get("description") == description


@pytest.mark.parametrize(
    ("asked", "acts", "marked", "added"),
    [
        ("caller", "details", "还有湖滨二路一巷隧道口，高压线离地就一米", "湖滨二路一巷隧道口，高压线离地就一米"),
        ("caller", "refuse+callback", "不要打我电话，我上夜班，短信告诉我就行", "不要打我电话，我上夜班，短信告诉我就行"),
        ("caller", "details", "另外电梯也三天没修好了，老人下不了楼", "电梯也三天没修好了，老人下不了楼"),
        ("caller", "value+details", "我姓[秦](name)，门禁也坏了两个月", "门禁也坏了两个月"),
        ("phone", "value+details", "[13812345678](phone)，他们还往沟里倒油", "他们还往沟里倒油"),
        ("confirm", "details", "晚上排烟对着我们窗户", "晚上排烟对着我们窗户"),
        ("phone", "process+details", "多久有结果啊？那个井盖一压就响", "那个井盖一压就响"),
        ("caller", "value", "我姓[秦](name)", ""),
        ("phone", "value", "[13812345678](phone)", ""),
        ("confirm", "yes+thanks", "对，谢谢", ""),
        ("phone", "refuse", "不方便留", ""),
        ("caller", "grumble", "你们到底管不管，打了三次了没人管", ""),
        ("confirm", "process", "那要等多久啊", ""),
        ("place", "value+details", "就那个 [翡翠云廷工地 南门进去右手第三栋](place) 现在都封顶了", "现在都封顶了"),
        ("place", "value", "[和平路88号](place)", ""),
    ],
)  # fmt: skip
def test_what_is_told_beside_an_answer_is_never_lost(asked: str, acts: str, marked: str, added: str) -> None:
    """Whatever was asked, more of the matter joins the description, and bare values do not."""
    place = "" if asked == "place" else "和平路88号"
    filled = heard(known(asked, place, description="油烟太大"), acts, marked)
    assert filled.draft.get("description") == ("油烟太大；" + added if added else "油烟太大")
    assert ("description" in filled.changed) is bool(added)


def test_more_that_is_told_when_the_matter_is_asked_again_is_added() -> None:
    """The first telling is never replaced by the second."""
    draft = known("description", description="楼下装了个鱼缸")
    assert (
        heard(draft, "details", "天花板滴了半个月").draft.get("description")
        == "楼下装了个鱼缸；天花板滴了半个月"
    )


@pytest.mark.parametrize(
    ("told", "place", "acts", "marked", "after"),
    [
        ("学府路66号的路灯坏了", "学府路66号", "no+correct+value", "不是[66号](not)，是[68号](place)", "学府路68号的路灯坏了"),
        ("明州市江北区学府路66号学府佳苑三期后门路灯坏了", "明州市江北区学府路66号学府佳苑三期后门", "correct+value", "不是[66号](not)，是[68号](place)", "明州市江北区学府路68号学府佳苑三期后门路灯坏了"),
        ("路灯坏了", "学府路66号", "correct+value", "不是[66号](not)，是[68号](place)", "路灯坏了"),
        ("66号的灯坏了，66号没人修", "学府路66号", "correct+value", "不是[66号](not)，是[68号](place)", "66号的灯坏了，66号没人修；不是66号，是68号"),
        ("学府路六十六号的路灯坏了", "学府路66号", "correct+value", "不是[66号](not)，是[68号](place)", "学府路六十六号的路灯坏了；不是66号，是68号"),
        ("停车费从150涨到230", "枫桥雅苑", "correct", "不是[230](not)，是320", "停车费从150涨到320"),
        ("窗口让我过号", "第四医院", "correct+details", "第三点漏了：我过号三次，不是一次", "窗口让我过号；第三点漏了：我过号三次，不是一次"),
        ("物业乱收费", "枫桥雅苑", "correct+value", "名字写错了，我姓[程](name)", "物业乱收费"),
        ("物业乱收费", "枫桥雅苑", "correct", "姓打成“[库](not)”了", "物业乱收费"),
        ("翡翠湾三期外面没有路灯", "翡翠湾三期", "correct+value", "说快了，不是[三期](not)，是[翡翠湖二期东门外那条支路](place)", "翡翠湖二期东门外那条支路外面没有路灯"),
    ],
)  # fmt: skip
def test_a_correction_edits_only_the_words_that_it_names(
    told: str, place: str, acts: str, marked: str, after: str
) -> None:
    """Where they stand once they are replaced; in doubt both versions are kept."""
    assert heard(known("confirm", place, description=told), acts, marked).draft.get("description") == after


# --- whole conversations: every field is made of what was said --------------------------------------------------


@dataclass(frozen=True)
class Talk:
    turns: list[tuple[str, str, str]]
    place: str = ""
    subject: str = ""
    holds: list[str] = field(default_factory=list)


TALKS = [
    Talk([("", "details", "[老五烧烤](subject)排烟对着我们窗户"), ("place", "value", "[湖滨一村5幢](place)底下"), ("caller", "value+details", "[秦](name)，他们还往沟里倒油")], "湖滨一村5幢底下", "老五烧烤", ["排烟", "倒油"]),
    Talk([("", "details", "我们停车库风机太吵"), ("place", "value", "[三十铺镇水韵东方小区](place)"), ("caller", "value", "靠近进门[一百二十一栋](place)")], "三十铺镇水韵东方小区121栋", "", ["风机"]),
    Talk([("", "details", "[学府路66号](place)路灯坏了"), ("caller", "value", "我姓[方](name)"), ("confirm", "no+correct+value", "不是[66号](not)，是[68号](place)")], "学府路68号", "", ["学府路68号路灯坏了"]),
    Talk([("", "details", "楼上漏水"), ("place", "value", "[老丝绸厂家属院七栋二单元三楼六号](place) 就是挨到那个卖豆腐脑的巷巷进来"), ("phone", "value", "[幺三九 八零六二 五五幺七](phone)")], holds=["漏水"]),
    Talk([("", "details", "音响太吵"), ("place", "value", "[南湖公园东门](place)"), ("confirm", "correct+value", "不是[东门](not)，是[东南门](place)，靠公交站那个")], holds=["音响"]),
    Talk([("", "details", "[鑫悦物业](subject)不修门禁"), ("place", "value", "[翰林府二期](place)"), ("phone", "details", "地下室还漏水")], "翰林府二期", "鑫悦物业", ["门禁", "漏水"]),
    Talk([("", "details+grumble", "暖气不热，屋里十五度"), ("place", "value", "[丰收新村十一号楼601](place)"), ("confirm", "correct+value", "不是[十一号楼](not)，是[十二号楼](place)")], holds=["十五度"]),
    Talk([("", "details", "[宏昌劳务](subject)欠我八万三"), ("place", "value", "[翡翠云廷工地](place)"), ("caller", "value", "[冯有才](name)")], "翡翠云廷工地", "宏昌劳务", ["八万三"]),
    Talk([("", "details", "卖假酒"), ("place", "value", "[解放路](place)跟[新华路](place)交叉口"), ("subject", "value", "[喜洋洋](subject)烟酒店")], "解放路跟新华路交叉口", "", ["假酒"]),
    Talk([("", "details", "外卖里吃出钢丝球"), ("place", "unknown+process", "我哪知道他店在哪"), ("place", "value", "app上写的[花园北路89号美食档口14](place)")], holds=["钢丝球"]),
    Talk([("", "details", "村里三年没公示"), ("place", "value", "[鹭洲村](place)"), ("caller", "refuse+secret", "不说了，别让村上晓得")], "鹭洲村", "", ["三年"]),
    Talk([("", "details", "下水道堵了"), ("place", "value", "[吉祥巷十七号](place)"), ("phone", "value+details", "[17720456103](phone)，污水都进屋了")], "吉祥巷17号", "", ["下水道", "污水都进屋了"]),
    Talk([("", "details", "井盖没了"), ("place", "value", "[青年路农商行](place)门口"), ("caller", "refuse", "不留名字")], "青年路农商行门口", "", ["井盖"]),
    Talk([("", "details", "狗不牵绳"), ("place", "value", "[晨光里](place)"), ("confirm", "correct+details", "少写了，还咬了一个小孩")], "晨光里", "", ["牵绳", "咬了一个小孩"]),
    Talk([("", "details", "变压器老跳闸"), ("place", "value", "[大竹村](place)"), ("phone", "details", "不是一家，是全村都停")], "大竹村", "", ["跳闸", "全村都停"]),
    Talk([("", "details", "桥洞下有人流浪"), ("place", "value", "[解放路](place) [高架桥下](place)"), ("confirm", "yes+details", "对，他腿上有伤")], "解放路高架桥下", "", ["流浪", "腿上有伤"]),
    Talk([("", "details", "健身房跑路了，[燃力健身](subject)"), ("place", "value", "在[星河生活广场3楼](place)，电梯出来左转"), ("confirm", "process", "多久有结果")], holds=["跑路"]),
    Talk([("", "details+ask", "过渡费没发，能补发吗"), ("place", "value", "[陈家坝](place)"), ("caller", "value", "我叫[陈国富](name)")], "陈家坝", "", ["过渡费"]),
    Talk([("", "details", "26路又甩客了"), ("place", "value", "[长虹中学](place)那站"), ("event_time", "value", "[今天早上七点](time)")], holds=["甩客"]),
    Talk([("", "details", "喇叭从早放到晚，[乐万家](subject)"), ("place", "value", "[幸福里](place)"), ("confirm", "correct+value", "是[幸福里小区西门](place)")], holds=["喇叭"]),
    Talk([("", "details", "消防通道停满了车"), ("place", "value", "[桂苑名都](place)"), ("caller", "value+details", "[梁](name)生，救护车都进不来")], "桂苑名都", "", ["消防通道", "救护车都进不来"]),
    Talk([("", "details", "食堂关了，一餐八十五个老人没饭吃"), ("place", "value", "[金屏社区](place)"), ("appeal", "value", "[重新开起来](appeal)")], "金屏社区", "", ["八十五"]),
]  # fmt: skip


@pytest.mark.parametrize("talk", TALKS)
def test_every_field_of_a_conversation_is_made_of_what_was_said(talk: Talk) -> None:
    """No two characters stand side by side in a field that did not when they were said, digits aside."""
    draft, said = Draft("t1", "complain"), []
    for seq, (asked, acts, marked) in enumerate(talk.turns, start=1):
        turn = read(marked, acts, seq)
        said.append(turn.text)
        draft = fill(replace(draft, asked=asked), turn).draft
    for name in ("subject", "description"):
        assert torn(draft.get(name), said) == []
    assert torn(format_place(draft.place), said) == []
    if talk.place:
        assert draft.place_text.replace("，", "") == talk.place
    if talk.subject:
        assert draft.get("subject") == talk.subject
    for words in talk.holds:
        assert words in draft.get("description")


def torn(value: str, said: list[str]) -> list[str]:
    """Neighbours in a value that were never said as such. Digits may stand for numerals, and beside a corrected part."""
    plain = [_digits(text) for text in said]
    heard_pairs = {pair for text in plain for pair in _pairs(re.sub(r"[\s,，、]+", "", text))}
    pieces = re.split(r"[\s,，;；。：:]+", _digits(value))
    return [
        pair
        for piece in pieces
        for pair in _pairs(piece)
        if pair not in heard_pairs and not re.search(r"\d", pair) and pair not in _JOINTS
    ]


# Where a corrected or added part meets the rest of its place.
_JOINTS = {"园东", "里小"}


def _digits(text: str) -> str:
    return re.sub(f"[{NUMERAL_CHARS}]+", lambda found: arabic(found[0]), text)


def _pairs(text: str) -> list[str]:
    return [text[at : at + 2] for at in range(len(text) - 1)]


@pytest.mark.parametrize(
    ("marked", "place"),
    [
        ("不对,是[和平路86号](subject)", "和平路86号"),
        ("错了，地址是[学院路12号](subject)", "学院路12号"),
        ("不是88号,是[和平路86号](subject)", "和平路86号"),
    ],
)
def test_a_place_that_was_read_as_an_answer_about_whom_is_a_place(marked: str, place: str) -> None:
    """Who corrects the place while the firm is asked has named no firm."""
    before = known("subject", "和平路88号", description="楼下烧烤店油烟太大")
    filled = heard(before, "value+correct", marked)
    assert format_place(filled.draft.place) == place
    assert not filled.draft.has("subject")
