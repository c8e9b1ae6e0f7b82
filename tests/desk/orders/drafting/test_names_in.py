"""Who is named in the words, and what answers "who is it about?"."""

from __future__ import annotations

import pytest

from desk.orders.drafting.naming import corrected_from, names_in
from desk.orders.drafting.subjects import answered


def sure(text: str) -> list[str]:
    return [named.text for named in names_in(text) if named.sure]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("小码哥编程交了九千六不给退", ["小码哥编程"]),
        ("收了三年物业费，鑫悦物业连灯都不修", ["鑫悦物业"]),
        ("包工头刘胜 电话打不通了", ["包工头刘胜"]),
        ("村主任叫姚德旺，低保全给了亲戚", ["姚德旺"]),
        ("店铺叫悦净旗舰店 用了三天就坏", ["悦净旗舰店"]),
        ("萌爪宠物医院说是正常风险", ["萌爪宠物医院"]),
        ("昨晚在老灶王火锅吃了386", ["老灶王火锅"]),
        ("瘦瘦练APP偷偷自动续费", ["瘦瘦练APP"]),
        ("迅捷通网络科技不给交社保", ["迅捷通网络科技"]),
        ("香百年食品厂把过期的馅重新用", ["香百年食品厂"]),
        ("我妈住在夕晖养老院，押金不退", ["夕晖养老院"]),
        ("大石岭砂场的车天天压路", ["大石岭砂场"]),
        ("十七路公交见老人不停", ["十七路公交"]),
        ("26路司机甩客", ["26路"]),
        ("票上写的捷泊停车", ["捷泊停车"]),
        ("围挡上写的是中原建工，半夜还在打桩", ["中原建工"]),
        ("开发商是澜岳置业 不是澜山置业", ["澜岳置业"]),
    ],
)
def test_names_are_found_whole(text: str, names: list[str]) -> None:
    """Firms by how they end, people by their title, what is written on a sign; not what is taken back."""
    assert sure(text) == names
    assert all(text[named.start : named.end] == named.text for named in names_in(text))


@pytest.mark.parametrize(
    "text",
    [
        "楼下那家健身房跑路了",
        "我妈住了一个养老院",
        "跑了三个学校都不收",
        "垃圾站离幼儿园太近",
        "乐万家超市门口的喇叭太吵",
        "新世界广场旁边的超市",
        "入职半年了公司没交社保",
        "孩子学校强制买平板",
        "找过鑫悦物业，说不归他们管",
        "里头有公司的资料",
        "最多赔我一杯奶茶",
        "合同上写好的",
        "牌子上写的首小时8元",
        "在建设路和66路口那里",
        "手机刷直播打赏了一万多",
        "一家饭店油烟直排",
    ],
)
def test_a_kind_a_landmark_and_a_messenger_are_nobody_named(text: str) -> None:
    """Any gym, a side of a shop, and who only passed it on."""
    assert sure(text) == []


@pytest.mark.parametrize(
    ("answer", "names"),
    [
        ("包工头叫吕大勇,公司是宏昌劳务", ["吕大勇", "宏昌劳务"]),
        ("招牌写的顺发休闲,老板喊谢三娃", ["顺发休闲", "谢三娃"]),
        ("干活领头哩姓齐 都喊他齐老三", ["齐老三"]),
        ("写着啥驿站 俺不识字", ["驿站"]),
        ("好像喊啥子老五烧烤", ["老五烧烤"]),
        ("叫做湘妹子土菜馆", ["湘妹子土菜馆"]),
        ("不知道哪家 桩上写着易电达", ["易电达"]),
        ("吃低保的叫范三喜", ["范三喜"]),
        ("老板姓苗 哪个公司不知道", ["老板姓苗"]),
        ("306路公交", ["306路公交"]),
    ],
)
def test_an_answer_introduces_its_names(answer: str, names: list[str]) -> None:
    """Asked who it is, somebody says how they are called in many ways."""
    assert [named.text for named in names_in(answer, asked=True)] == names


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("就是那几支跳舞队,不知道叫啥", "那几支跳舞队"),
        ("楼上1202,没见过人", "楼上1202"),
        ("卖水产的 一个胖胖的男人家", "卖水产的 一个胖胖的男人家"),
        ("就写学校就行", "学校"),
        ("自来水公司呗", "自来水公司"),
        ("物业都唔理,唔知边个泊嘅", "物业"),
        ("你们不会又是让我自己去跟驾校协商吧", ""),
        ("他们就说总部规定不能退,我管你总部不总部", ""),
        ("三年级五班 哎别别别 别写班级", ""),
        ("那个物业的名字啊 等一下我看看缴费单", ""),
        ("啥对象 俺有媳妇儿 哦你问谁欠哩啊", ""),
        ("反正就是踢皮球 谁也不给办", ""),
        ("我哪能晓得司机叫啥名字", ""),
        ("说好三个月完工，这都半年了", ""),
        ("喂 喂 信号不好 你讲么子", ""),
        ("皮球踢到你这了 还问我找谁?", ""),
    ],
)
def test_an_answer_without_a_name_is_what_it_points_at(answer: str, said: str) -> None:
    """A sentence that complains, asks or excuses itself is nobody."""
    assert answer[slice(*answered(answer))] == said


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("十一路 不对不对 十七路", "十七路"),
        ("叫夕阳红 不是不是 晚晴护理院", "晚晴护理院"),
        ("丰达农资", "丰达农资"),
        ("说错了 好邻居便利店", "好邻居便利店"),
    ],
)
def test_what_is_corrected_in_one_breath_counts_as_corrected(text: str, right: str) -> None:
    """The wrong name before it is gone, and so is the excuse."""
    assert text[corrected_from(text) :] == right
