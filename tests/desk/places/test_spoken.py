from __future__ import annotations

import re

import pytest

from desk.places import Place, as_said, columns_of, format_place, place_said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("江北区 桃园路 跟 解放路 交叉口", "江北区桃园路跟解放路交叉口"),
        ("学府路66号附3号学府佳苑三期后门", "学府路66号附3号学府佳苑三期后门"),
        ("就老供销社对面那栋 一楼 挨到卖豆花饭那家", "老供销社对面那栋一楼挨到卖豆花饭那家"),
        ("华源上海城三栋", "华源上海城3栋"),
        ("就在文晖路，靠近家家乐超市的南门", "文晖路，靠近家家乐超市的南门"),
        ("文晖路靠近家家乐超市的南门", "文晖路靠近家家乐超市的南门"),
        ("机床厂家属院 五号楼 一单元 四零一", "机床厂家属院5号楼1单元401"),
        ("我家住和平路八十八号吧", "和平路88号"),
        ("地址是：明州市江北区学府路６６号", "明州市江北区学府路66号"),
        ("嗯，那个青年路农商行对过，靠公交站台那头", "青年路农商行对过，靠公交站台那头"),
        ("靠近进门一百二十一栋", "靠近进门121栋"),
        ("师专路教工楼 2 栋 501", "师专路教工楼2栋501"),
        ("启明科创园A3 5楼", "启明科创园A3 5楼"),
        ("三号线，从梅园站到学校这一段", "三号线，从梅园站到学校这一段"),
        ("北京路山西面馆门口那里", "北京路山西面馆门口"),
        ("江滨那边", "江滨"),
        ("湖滨一村四组", "湖滨一村四组"),
        ("右手第三栋", "右手第三栋"),
        ("五六号楼", "五六号楼"),
        ("在建的工地", "在建的工地"),
        ("就业路三号", "就业路3号"),
        ("乾安路五号", "乾安路5号"),
        ("東湖區湖濱路84號樓下", "東湖區湖濱路84號樓下"),
        ("3号楼-2-502", "3号楼-2-502"),
    ],
)
def test_a_place_is_shown_as_it_was_said(words: str, said: str) -> None:
    """Lead-ins and tails go, door numerals become digits, spaces close; nothing else is touched."""
    assert as_said(words) == said
    assert format_place(place_said(words)) == said


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("昆山开发区朝阳东路", {"district": "昆山开发区", "road": "朝阳东路"}),
        ("廣東省東莞市虎門鎮運河北路84號", {"road": "運河北路", "number": "84号"}),
        ("流波䃥镇街上", {"street": "流波䃥镇", "road": ""}),
        ("学院路58号楼道灯", {"road": "学院路", "number": "58号", "building": ""}),
        ("学院路58号楼下", {"number": "58号", "building": ""}),
        ("幸福里小区3号楼下", {"building": "3号楼", "number": ""}),
        ("学府路66号附3号", {"number": "66号附3号"}),
        ("学府佳苑二期", {"community": "学府佳苑二期"}),
        ("幸福里小区3号楼-2-502", {"building": "3号楼", "unit": "2单元", "room": "502室"}),
        ("3号楼-2-502", {"building": "3号楼", "unit": "2单元", "room": "502室"}),
        ("我要投诉建安路12号漏水", {"road": "建安路", "number": "12号"}),
        ("举报长安路5号", {"road": "长安路", "number": "5号"}),
        ("三天前路就塌了", {"road": ""}),
        ("五六天前路灯就坏了", {"road": ""}),
        ("五六号楼", {"building": ""}),
        ("乾安路5号", {"road": "乾安路"}),
        ("学府路66号学府佳苑", {"community": "学府佳苑", "number": "66号"}),
        ("华源上海城3栋", {"community": "华源上海城", "building": "3栋"}),
    ],
)
def test_the_parts_are_found_whole(words: str, parts: dict[str, str]) -> None:
    """Half a word is never a road, a stair is no building, and names keep their characters."""
    place = place_said(words)
    assert {name: getattr(place, name) for name in parts} == parts


@pytest.mark.parametrize("words", ["茶园路旁边的翠屏苑", "茶园路对面翠屏苑", "翠屏苑附近的茶园路"])
def test_a_road_and_an_estate_apart_are_not_one_address(words: str) -> None:
    """Only what was said side by side becomes one address."""
    place = place_said(words)
    assert not (place.road and place.community)
    assert place.said == words


def test_what_the_parser_does_not_know_is_kept_with_little_confidence() -> None:
    """A place that no rule reads is still the citizen's place."""
    place = place_said("老供销社对面")
    assert (place.said, place.confidence, place.locatable) == ("老供销社对面", 0.4, True)
    assert not place_said("") and not place_said(" ，")


@pytest.mark.parametrize("words", ["3栋", "东门", "那边", "6栋2单元502", "东湖区", "东湖那边", "东湖区3栋"])
def test_a_door_or_a_district_alone_is_nowhere_to_go(words: str) -> None:
    """Doors and districts are kept, but do not count as the place yet."""
    assert place_said(words) and not place_said(words).locatable


def test_an_old_place_without_its_words_is_written_out() -> None:
    """Drafts stored before have parts only."""
    assert format_place(Place(district="东湖区", road="和平路", number="88号")) == "东湖区和平路88号"


@pytest.mark.parametrize(
    ("words", "columns"),
    [
        ("和平路88号幸福里小区6栋", ("东湖区", "和平街道", "", "和平路88号幸福里小区6栋")),
        ("幸福里小区6栋", ("东湖区", "和平街道", "幸福里小区", "6栋")),
        ("幸福里小区，6栋", ("东湖区", "和平街道", "幸福里小区", "6栋")),
        ("明州市江北区学府路66号", ("江北区", "", "", "学府路66号")),
        ("明州市东湖区文晖街道学院路58号", ("东湖区", "文晖街道", "", "学院路58号")),
        ("明州市实验小学", ("", "", "", "明州市实验小学")),
        ("广州市天河区体育西路103号", ("", "", "", "广州市天河区体育西路103号")),
        ("东湖区", ("东湖区", "", "", "")),
        ("老供销社对面", ("", "", "", "老供销社对面")),
    ],
)
def test_the_columns_read_one_after_the_other_are_what_was_said(
    words: str, columns: tuple[str, str, str, str]
) -> None:
    """Nothing is lost but the own city, nothing is read twice."""
    assert columns_of(place_said(words)) == columns


def test_the_columns_of_old_parts_are_as_before() -> None:
    """A place without words keeps its composition."""
    place = Place(district="东湖区", community="幸福里小区", road="和平路", number="88号", building="3栋")
    assert columns_of(place) == ("东湖区", "", "幸福里小区", "和平路88号3栋")


_TOLD = (
    "黄泥坡 从岔路口那个加油站往东两百米 到小学校那一段", "碧水湾小区北门出去右手边头一家,挨着菜鸟驿站", "高新区芯谷路那个工地,叫个啥智造港二期",
    "青石县龙泉镇地界,217省道,二十三公里牌子往前一点", "金色年华小区二期九号楼1102", "石坪坝轻轨站 二号口出来后头那个工地", "就二桥底下噻 靠左边 原来那个采砂场的位置",
    "桂苑名都,西门口嗰度", "我在流波䃥镇街上", "南浦区工业园B区3号楼", "解放路高架桥下,靠建材市场那个桥墩", "瑞丰家园后身那条道 从幼儿园到铁道口那段",
)  # fmt: skip


@pytest.mark.parametrize("words", _TOLD)
def test_every_run_of_a_place_was_said(words: str) -> None:
    """Digits aside, each clause of the place stands in the citizen's words, spaces closed."""
    heard = re.sub(r"\s", "", words)
    for run in re.split(r"[，0-9]+|[一二三四五六七八九十]+", place_said(words).said):
        assert run in heard
