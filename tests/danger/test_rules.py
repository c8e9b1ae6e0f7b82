"""Danger is seen when it is there now, and not in talk about rules, fears or last year; and so is its end."""

from __future__ import annotations

import pytest

from danger.advice import KINDS, MISTAKE, SAFE
from danger.rules import (
    _FINER,
    _LOOSE,
    _RULES,
    besides_over,
    cannot_speak,
    cries_out,
    find_danger,
    how_over,
    is_another_matter,
    nearest_kind,
)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("着火了快救人", "fire"),
        ("我家厨房着火了!", "fire"),
        ("楼下起火了,好大的烟", "fire"),
        ("煤气泄漏了", "gas"),
        ("家里闻到很浓的煤气味怎么办", "gas"),
        ("好像煤气中毒了", "carbon_monoxide"),
        ("楼下煤气罐爆炸了", "explosion"),
        ("有人掉河里了", "drowning"),
        ("孩子掉到水库里了快来人", "drowning"),
        ("有人拿刀砍人", "violence"),
        ("我老公正在打我", "domestic_violence"),
        ("有人跟着我,我被跟踪了", "threat"),
        ("抢劫了,抢我包", "robbery"),
        ("我被绑架了", "kidnap_trafficking"),
        ("这里出车祸了有人流血", "traffic"),
        ("我妈突然晕倒叫不醒了", "illness"),
        ("孩子抽搐了", "child_ill"),
        ("师傅触电了", "electricity"),
        ("工人从楼上摔下来了", "injury"),
        ("救命啊", "other"),
        ("我被困在电梯里了", "trapped_lift"),
        ("房子塌了,人压在下面", "collapse"),
        ("楼塌了", "collapse"),
        ("屋顶突然垮下来", "collapse"),
        ("我不活了", "self_harm"),
        ("我喝农药了", "self_harm"),
        ("我不想活了", "self_harm"),
        ("我想自杀", "self_harm"),
        ("活着没意思,死了算了", "self_harm"),
        ("楼顶有人要跳楼", "suicide_other"),
        ("我女儿想割腕", "suicide_other"),
        ("我爸老年痴呆走丢了", "missing_elder"),
        ("小孩不见了 找了两个小时没有", "missing_child"),
    ],
)
def test_danger_has_its_kind(text: str, kind: str) -> None:
    assert find_danger(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "去年我家着火了保险公司不赔怎么办",
        "小区消防通道被占,万一着火了怎么办",
        "楼道堆满杂物容易起火",
        "燃气费太贵了",
        "天然气怎么开户",
        "出车祸了怎么认定工伤",
        "电梯里有异味",
        "电梯老是坏",
        "火车站附近黑车多",
        "烧烤店油烟太大",
        "我要投诉派出所打人怎么处罚",
        "工伤晕倒怎么赔偿",
        "公积金怎么提取",
        "我爸走丢了刚找到,想要个定位手环",
        "老人走失找哪个部门",
        "不想活动,只想问问",
        "",
    ],
)
def test_no_alarm_without_danger(text: str) -> None:
    assert find_danger(text) == ""


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("液化气瓶嘶嘶响", "gas"),
        ("快来人啊有人打架", "violence"),
        ("快来人啊", "other"),
        ("老人摔了起不来", "injury"),
        ("心口疼得厉害", "illness"),
    ],
)
def test_a_known_emergency_always_has_a_kind(text: str, kind: str) -> None:
    assert nearest_kind(text) == kind


def test_the_rules_name_no_kind_without_advice() -> None:
    named = {kind for kind, _ in (*_RULES, *_LOOSE)} | {kind for rows in _FINER.values() for kind, _ in rows}
    assert named <= set(KINDS)


@pytest.mark.parametrize(
    "text",
    ["着火了", "救命啊", "你好,我家着火了", "我不想活了", "煤气漏了!快来人", "有人掉河里了", "我想自杀"],
)
def test_a_bare_cry_is_one(text: str) -> None:
    """Nothing else is said, so nothing else can be meant."""
    assert cries_out(text)


@pytest.mark.parametrize(
    "text",
    [
        "救命啊作业太多了写不完",
        "电影里楼着火了他跑出来",
        "邻居说他家着火了三天前的事",
        "物业说煤气泄漏了要换管子",
        "着急",
        "",
    ],
)
def test_what_tells_a_story_is_no_bare_cry(text: str) -> None:
    assert not cries_out(text)


@pytest.mark.parametrize(
    "text",
    [
        "救护车来了",
        "没事了",
        "没事了，谢谢",
        "已经报警了民警到了",
        "火已经灭了",
        "火灭了,我姓王",
        "人送医院了",
        "已经送到人民医院了",
        "孩子找到了",
        "找到了找到了",
        "孩子自己回来了，虚惊一场",
        "警察来了",
        "警察把他带走了",
        "消防已经到现场了",
        "119来了，正在灭火",
        "我们都安全了",
        "我们都没事",
        "他醒过来了",
        "缓过来了，好多了",
        "不想死了",
        "我想通了，谢谢你",
        "被救出来了",
        "电梯门开了",
        "阀门已经关了",
        "退烧了",
        "120的人到了",
        "不用来了",
        "物业来了，把我们放出来了",
        "危险解除了",
    ],
)
def test_the_end_of_danger_is_heard(text: str) -> None:
    assert how_over(text)


@pytest.mark.parametrize(
    "text",
    [
        "搞错了",
        "误会一场",
        "我开玩笑的",
        "那是去年的事",
        "不是真的着火，我说错了",
        "我没有想不开",
        "我没想自杀",
        "没有着火，是邻居家烧菜",
        "这里没有危险",
        "点错了",
    ],
)
def test_a_mistake_is_told_apart(text: str) -> None:
    assert how_over(text) == MISTAKE
    assert how_over("救护车来了") == SAFE


@pytest.mark.parametrize(
    "text",
    [
        "没事了吗",
        "还没来",
        "救护车还没来",
        "救护车来了没",
        "什么时候来",
        "警察来了也没用",
        "警察来了又走了",
        "等警察来了再说",
        "要是警察来了他会杀了我",
        "他来了",
        "他回来了",
        "救护车怎么还没到",
        "孩子还没找到",
        "没找到",
        "他没醒",
        "火没灭",
        "又着起来了",
        "警察来了但是他又打我",
        "我要送医院吗",
        "能不能送医院",
        "门打不开",
        "门开了一条缝",
        "别报警",
        "你们谁能跟我说说话",
        "他说没事了可是脸色发白",
        "消防车进不来",
        "救护车多久到",
        "人救上来了没有呼吸",
        "孩子捞上来了",
        "假装没事了",
        "要是没事就好了",
        "我怕他醒了",
        "药搞错了吃了半瓶",
    ],
)
def test_what_only_sounds_like_the_end_is_not(text: str) -> None:
    """A question, a wish, a condition, a turn for the worse, an attacker who comes."""
    assert how_over(text) == ""


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("没事了，谢谢", ""),
        ("救护车来了，麻烦你们了", ""),
        ("火灭了,我姓王", "我姓王"),
        ("没事了，公积金怎么提取", "公积金怎么提取"),
    ],
)
def test_what_else_is_said_is_kept(text: str, rest: str) -> None:
    assert besides_over(text) == rest


@pytest.mark.parametrize(
    "text",
    [
        "不能打电话 他会听见",
        "不敢出声",
        "我打不了电话",
        "他就在隔壁，能听到",
        "不方便说话",
        "只能打字",
        "我是聋哑人",
        "怕他听见",
        "嗓子被掐得说不出话",
        "我说不出话只能打字",
        "别打电话过来",
    ],
)
def test_who_cannot_speak_is_heard(text: str) -> None:
    assert cannot_speak(text)


@pytest.mark.parametrize(
    "text",
    [
        "他听不见了",
        "你们说话不算数",
        "电话没人接",
        "喊他都听不见",
        "电话号码是139",
        "我爸歪在沙发上，嘴角往下耷拉，喊他光瞪着我说不出话",
        "老太太突然讲不出话，半边身子动不了",
        "孩子吓得说不出话",
    ],
)
def test_other_words_of_hearing_and_calling_are_not_it(text: str) -> None:
    assert not cannot_speak(text)


@pytest.mark.parametrize(
    "text",
    [
        "公积金怎么提取",
        "另外我想问一下社保怎么交",
        "对了，楼下烧烤店油烟也很大你们管管",
        "居住证到期了怎么签注",
        "路灯坏了没人修",
        "再问一下孩子上学怎么报名",
        "物业费涨价合理吗",
    ],
)
def test_another_matter_is_one(text: str) -> None:
    assert is_another_matter(text)


@pytest.mark.parametrize(
    "text",
    [
        "救护车多久到",
        "要不要给他做人工呼吸",
        "能给他喝水吗",
        "怎么止血",
        "他还在门口",
        "门打不开怎么办",
        "烟越来越大了",
        "水涨到二楼了",
        "谁能跟我说说话",
        "我能不能从窗户出去",
        "我该躲到哪",
        "另外他手上还有刀",
        "没事了吗",
        "还要多长时间才到啊",
        "多久",
        "你们派人来不来",
    ],
)
def test_a_question_about_the_danger_is_none(text: str) -> None:
    assert not is_another_matter(text)


@pytest.mark.parametrize(
    "words",
    [
        "我爸的老年证找不到了",
        "孩子的社保卡找不到了",
        "老人的身份证不见了",
        "孩子书包丢了",
        "我妈手机不见了",
        "我爷爷刻的石狮子找不着了",
    ],
)
def test_a_thing_of_theirs_that_is_lost_is_nobody_missing(words: str) -> None:
    assert not find_danger(words)


@pytest.mark.parametrize(
    "words",
    [
        "我妈找不到了",
        "娃儿找不到了",
        "孩子放学的路上不见了",
        "老人早上出去买菜走丢了",
        "女儿在商场里不见了",
        "孩子在车站走丢了",
    ],
)
def test_who_is_lost_is_missing(words: str) -> None:
    assert find_danger(words).startswith("missing")


@pytest.mark.parametrize("words", ["小区电梯三天两头困人", "电梯老是困人 按铃没人理", "我们这电梯动不动关人"])
def test_a_lift_that_often_stops_holds_nobody_now(words: str) -> None:
    assert not find_danger(words)


@pytest.mark.parametrize(
    "words",
    [
        "电梯老是坏，我和孩子困在电梯里",
        "电线经常冒火花，起火了",
        "打了三次了没人来，着火了",
        "燃气报警器经常响，燃气泄漏了",
        "这电线经常漏电，有人触电了",
    ],
)
def test_a_habit_that_has_come_true_is_danger(words: str) -> None:
    assert find_danger(words)


@pytest.mark.parametrize(
    "words", ["没有危险", "没有危险了", "没啥危险", "暂时没有危险", "没有危险谢谢", "没有危险，帮我登记吧"]
)
def test_who_is_asked_to_say_so_can_end_it(words: str) -> None:
    assert how_over(words) == MISTAKE


@pytest.mark.parametrize(
    "words", ["没有危险，就是腿断了", "没有危险 血止不住", "没有危险吗", "没有危险，水在涨"]
)
def test_a_sign_beside_the_word_ends_nothing(words: str) -> None:
    assert not how_over(words)
