from __future__ import annotations

import pytest

from desk.places.extent import place_part, whole_end


@pytest.mark.parametrize(
    ("read", "rest", "whole"),
    [
        ("文晖路5号工", "地灰尘太大", "文晖路5号工地"),
        ("翠屏苑楼下饭", "店油烟很大", "翠屏苑楼下饭店"),
        ("科技路8号楼", "下垃圾桶太臭了", "科技路8号楼下"),
        ("中山路12号楼", "下KTV半夜吵死了", "中山路12号楼下"),
        ("学府佳苑2栋楼", "道灯坏了", "学府佳苑2栋楼道"),
        ("建设路和文晖路路", "口红绿灯不亮", "建设路和文晖路路口"),
        ("幸福里小区3号楼", "下水道堵了", "幸福里小区3号楼"),
        ("和平路8", "8号漏水", "和平路88号"),
        ("青石县人民", "医院挂不上号", "青石县人民医院"),
        ("市中医院门诊大", "厅的自助挂号机", "市中医院门诊大厅"),
        ("东湖一", "小 早上堵得很", "东湖一小"),
        ("望江路跟", "杨家弄那个口子 线都磨没了", "望江路跟杨家弄那个口子"),
        ("桃园路", " 跟 解放路 交叉口 红绿灯坏了", "桃园路 跟 解放路 交叉口"),
        ("中山路", "和北京路交叉口那里", "中山路和北京路交叉口"),
        ("人民路", "和他说的不一样", "人民路"),
        ("东湖一", "小时都没到", "东湖一"),
        ("新华路", "下水道堵了", "新华路"),
    ],
)
def test_a_place_that_was_torn_goes_on_to_the_end_of_its_word(read: str, rest: str, whole: str) -> None:
    """The reading may stop in the middle of a word; half a word is never written down."""
    words = read + rest
    assert words[: whole_end(words, len(read))] == whole


@pytest.mark.parametrize(
    ("read", "rest", "whole"),
    [
        ("翠屏小学门", "口堵车", "翠屏小学门口"),
        ("江畔公园", "对面的烧烤", "江畔公园对面"),
        ("金茂大厦12楼", "1203漏水", "金茂大厦12楼1203"),
        ("锦澜府5栋", "2603", "锦澜府5栋2603"),
        ("大学城南门出来那", "条路没灯", "大学城南门出来那条路"),
        ("科创大厦", "二期工地拖欠工资", "科创大厦二期工地"),
        ("新世界广场", "B2停了两小时", "新世界广场B2"),
        ("锦澜府5栋", "2025年交的房", "锦澜府5栋"),
    ],
)
def test_a_place_goes_on_to_its_side_and_its_door(read: str, rest: str, whole: str) -> None:
    """The side, the phase and the door belong to it; a year does not."""
    words = read + rest
    assert words[: whole_end(words, len(read))] == whole


@pytest.mark.parametrize(
    ("read", "part"),
    [
        ("科创大厦二期工地做外墙保温的", "科创大厦二期工地"),
        ("长虹中学站等26路", "长虹中学站"),
        ("澜山府三期的业主", "澜山府三期"),
        ("明州工贸职院大三", "明州工贸职院"),
        ("大柳树闸恁不知道啊", "大柳树闸"),
        ("滨江路口被人挖开了", "滨江路口"),
        ("停马路边", "马路边"),
        ("爬28楼", ""),
        ("gj", ""),
        ("省道217线往石板村", "省道217线往石板村"),
        ("幸福里小区3栋2单元", "幸福里小区3栋2单元"),
    ],
)
def test_the_story_behind_a_place_is_left_out(read: str, part: str) -> None:
    """What somebody does there, or who he is, is no part of where it is."""
    assert read[slice(*place_part(read))] == part
