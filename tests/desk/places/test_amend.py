from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.places import Place, amend, format_place, merge, parse_address, place_said


@pytest.mark.parametrize(
    ("said", "words", "now"),
    [
        ("学府路66号学府佳苑三期后门", "不是66号,是68号", "学府路68号学府佳苑三期后门"),
        ("明州市江北区学府路66号学府佳苑三期后门", "不是66号,是68号", "明州市江北区学府路68号学府佳苑三期后门"),
        ("南湖公园东门小广场", "等下,不是东门,是东南门,靠公交站那个", "南湖公园东南门小广场，靠公交站那个"),
        ("幸福里小区2栋", "是3栋不是2栋", "幸福里小区3栋"),
        ("和平路88号", "应该是桃园路", "桃园路88号"),
        ("和平路88号", "门牌错了,86号", "和平路86号"),
        ("和平路19号", "门牌不是十九号 门牌是四十一号", "和平路41号"),
        ("学府佳苑三期", "是二期", "学府佳苑二期"),
        ("学府佳苑2单元", "3单元不是2单元", "学府佳苑3单元"),
        ("桃源路5号", "在桃园路不在桃源路", "桃园路5号"),
        ("丰收新村十一号楼四单元顶楼，601", "那啥,楼号整错了,是十二号楼,不是十一号楼", "丰收新村12号楼4单元顶楼，601"),
        ("银河湾花园8栋2单元", "是二单元哈,别记成一单元了", "银河湾花园8栋2单元"),
        ("滨江实验学校，智汇路那个门", "等会儿,不是智汇路那个门,是未来大道那个,我记岔了", "滨江实验学校，未来大道那个门"),
        ("市三医院南门嗰个地下停车场", "唔系南门 系东门 我记错咗", "市三医院东门嗰个地下停车场"),
        ("星耀城公寓6栋1507", "sorry 栋号错了 是9栋 不是6栋", "星耀城公寓9栋1507"),
        ("康桥水岸22栋1803", "房号说错了是1802不是1803", "康桥水岸22栋1802"),
        ("梅花里18号好再来面馆", "门牌打反了[尴尬] 是81号", "梅花里81号好再来面馆"),
        ("黄泥塘路跟火炬巷交叉口靠近那个修鞋摊子", "哦搞错哒 不是 火炬巷 是 火把巷 火把巷", "黄泥塘路跟火把巷交叉口靠近那个修鞋摊子"),
        ("罗家沱村十组", "不对不对 不是 十组 是 四组 一二三四的四", "罗家沱村四组"),
        ("S127省道过了马鞍加油站", "不是 S127 是 S217", "S217省道过了马鞍加油站"),
        ("翡翠里6栋", "不是 六栋 是 九栋二单元 上回就给我写错了 他们跑去六栋看", "翡翠里9栋2单元"),
        ("龙腾家园16栋201", "你念成 二零幺 了 九零幺", "龙腾家园16栋901"),
        ("静海路98号", "不是静海路98 是89弄", "静海路89弄"),
        ("瑞金里5-2-301", "打错 是5-3-301", "瑞金里5-3-301"),
        ("大桥工业园5号厂房", "是3号厂房不是5号 我看成门牌了", "大桥工业园3号厂房"),
        ("枣林村村碑到水渠桥", "村名错了 是枣岭村 不是枣林", "枣岭村村碑到水渠桥"),
        ("建新里前门", "建新里后门 垃圾房旁边 不是前门", "建新里后门，垃圾房旁边"),
        ("翡翠湾二期东门", "不对,是翡翠“湖”,湖泊的湖,您读成“湾”了", "翡翠湖二期东门"),
        ("碧澜府二期", "“二标段”写成了“二期”,这个要改,应该是碧澜府二标段,二期是另一家盖的", "碧澜府二标段"),
        ("南堂镇十里洼", "“南堂镇”不对,池塘的塘,南塘镇十里洼", "南塘镇十里洼"),
        ("黄泥冈", "“黄泥冈”的冈?我们是山字头那个岗,黄泥岗", "黄泥岗"),
        ("丽景湾21幢", "31幢,您念的21幢是另外一个门", "丽景湾31幢"),
        ("文晖路站D口", "是A口,不是D口", "文晖路站A口"),
        ("海棠路跟纬九路交叉口南北方向", "是东西方向 不是南北", "海棠路跟纬九路交叉口东西方向"),
        ("学府佳苑南门", "方位是北门 不是南门", "学府佳苑北门"),
        ("学府路66号附3号", "是附5号", "学府路66号附5号"),
        ("人民路36号门口", "人民路38号", "人民路38号门口"),
        ("和平路88号楼下", "是和平路86号", "和平路86号楼下"),
        ("江北区桃园路12号门前", "不是12号，是21号", "江北区桃园路21号门前"),
        ("星耀城公寓6号门口", "是8号门", "星耀城公寓8号门口"),
        ("建设北路76号", "不是建设北路,是建设南路", "建设南路76号"),
        ("和平路88号幸福里小区6栋2单元502室", "不是502,是503室", "和平路88号幸福里小区6栋2单元503室"),
    ],
)  # fmt: skip
def test_a_correction_replaces_exactly_the_part_it_names(said: str, words: str, now: str) -> None:
    """Whatever way it is put, the rest of the place stays as it was said."""
    amended = amend(place_said(said), words)
    assert amended is not None and amended.said == now


@pytest.mark.parametrize(
    ("said", "words", "now"),
    [
        ("水韵东方小区", "靠近进门一百二十一栋", "水韵东方小区靠近进门121栋"),
        ("学府佳苑", "后门那边", "学府佳苑后门"),
        ("桃园路菜场", "就是菜场旁边那个门", "桃园路菜场，菜场旁边那个门"),
        ("毛巾厂宿舍5栋", "三单元", "毛巾厂宿舍5栋3单元"),
        ("和平路88号", "就是幸福里小区", "和平路88号幸福里小区"),
        ("茶园路", "翠屏苑", "茶园路，翠屏苑"),
        ("3栋", "幸福里小区", "幸福里小区3栋"),
        ("学院路58号", "东湖区", "东湖区学院路58号"),
        ("面粉厂家属院3号楼", "面粉厂家属院三号楼二单元", "面粉厂家属院3号楼2单元"),
        ("老供销社对面那栋一楼", "老供销社对面嘛 我们这条街叫柏树街", "老供销社对面那栋一楼，我们这条街叫柏树街"),
    ],
)  # fmt: skip
def test_what_was_not_there_is_added(said: str, words: str, now: str) -> None:
    """More about the same place joins it, by size where it has one."""
    amended = amend(place_said(said), words)
    assert amended is not None and amended.said == now


@pytest.mark.parametrize(
    ("said", "words", "now"),
    [
        ("和平路88号", "在翠屏苑", "翠屏苑"),
        ("和平路88号幸福里小区6栋2单元502室", "不对不对,是翠屏苑4栋", "翠屏苑4栋"),
        ("学府路66号学府佳苑", "改成西岭区翠屏苑3栋", "西岭区翠屏苑3栋"),
    ],
)
def test_a_whole_new_address_replaces_everything(said: str, words: str, now: str) -> None:
    """Another name with something more, or one known to lie elsewhere, is another place."""
    amended = amend(place_said(said), words)
    assert amended is not None and amended.said == now


@pytest.mark.parametrize(
    "words",
    [
        "没有了",
        "社保交了两年半",
        "先登记吧",
        "那要等多久啊",
        "电话是13800138000",
        "幺三三 九五七零 二幺幺八",
        "0571-8765 4321",
        "ok",
        "邻居的",
        "金额错了 是9800 不是8900",
        "护栏三十米 不是三百米",
        "对的",
        "要保密",
        "不是",
        "不对",
        "",
    ],
)
def test_words_that_name_no_part_of_a_place_change_nothing(words: str) -> None:
    """None tells the caller to look for another field."""
    assert amend(place_said("学府路66号"), words) is None


def test_the_parts_follow_the_words() -> None:
    """After a correction parts and words tell the same place."""
    place = amend(place_said("学府路66号学府佳苑"), "不是66号,是68号")
    assert place is not None and (place.road, place.number, place.community) == ("学府路", "68号", "学府佳苑")


def test_a_place_of_parts_only_is_amended_as_it_is_written_out() -> None:
    """Drafts stored before have no words; their line is what the citizen was read."""
    place = amend(Place(road="青云路", number="5号"), "不是5号,是6号")
    assert place is not None and format_place(place) == "青云路6号"


def test_merging_keeps_the_words() -> None:
    """What the parser found in passing is put into the words, not in their stead."""
    assert merge(place_said("学府佳苑后门"), parse_address("是3栋")).said == "学府佳苑3栋后门"
    assert merge(Place(), place_said("老供销社对面")).said == "老供销社对面"
    assert merge(place_said("老供销社对面"), Place()).said == "老供销社对面"


_VALUES = {
    "road": ["青云路", "学府路", "桃园大道", "火炬巷", "文昌街"],
    "number": ["6号", "66号", "18号", "205号"],
    "community": ["学府佳苑", "金色家园", "翡翠花园", "梧桐公寓"],
    "phase": ["一期", "二期", "三期"],
    "building": ["1栋", "12栋", "9栋", "3栋"],
    "unit": ["1单元", "2单元", "3单元"],
    "room": ["401室", "502室", "1803室"],
    "gate": ["东门", "南门", "后门", "西北门"],
}  # fmt: skip
_FORMS = ("不是{old},是{new}", "不是{old}，{new}", "是{new}不是{old}", "{old}改成{new}", "{new},不是{old}", "不对,是{new}", "应该是{new}")  # fmt: skip


@st.composite
def _corrections(draw: st.DrawFn) -> tuple[dict[str, str], str, str, str]:
    kinds = draw(st.sets(st.sampled_from(sorted(_VALUES)), min_size=2))
    parts = {kind: draw(st.sampled_from(values)) for kind, values in _VALUES.items() if kind in kinds}
    if "number" in parts:
        parts.setdefault("road", "青云路")
    if "phase" in parts:
        parts.setdefault("community", "学府佳苑")
    parts = {kind: parts[kind] for kind in _VALUES if kind in parts}
    kind = draw(st.sampled_from(sorted(parts)))
    new = draw(st.sampled_from([value for value in _VALUES[kind] if value != parts[kind]]))
    return parts, kind, new, draw(st.sampled_from(_FORMS))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(_corrections())
def test_any_correction_of_one_part_leaves_the_others(drawn: tuple[dict[str, str], str, str, str]) -> None:
    """The new value stands once where the old one stood; every other run of the place is untouched."""
    parts, kind, new, form = drawn
    said = "".join(parts.values())
    amended = amend(place_said(said), form.format(old=parts[kind], new=new))
    assert amended is not None
    assert amended.said == "".join((parts | {kind: new}).values())


@pytest.mark.parametrize(
    ("said", "words", "now"),
    [
        ("下溪口村石拱桥", "刚才村名讲岔了，是下溪村的石拱桥", "下溪村石拱桥"),
        ("翠湖花园3栋", "小区名说岔了，是翠屏花园", "翠屏花园3栋"),
        ("梅花里18号好再来面馆", "门牌打反了[尴尬] 是81号", "梅花里81号好再来面馆"),
        ("滨江实验学校", "不是智汇路那个门,是未来大道那个,我记岔了", "滨江实验学校，未来大道那个"),
        ("滨江实验学校，智汇路那个门", "不是智汇路那个门,是未来大道那个", "滨江实验学校，未来大道那个门"),
        ("星耀城公寓6栋1507", "sorry 栋号错了 是9栋 不是6栋", "星耀城公寓9栋1507"),
    ],
)  # fmt: skip
def test_a_slip_of_the_tongue_is_put_right(said: str, words: str, now: str) -> None:
    """In whatever words somebody says that he mixed it up; of two doors neither of which was told, the right one joins."""
    amended = amend(place_said(said), words)
    assert amended is not None and amended.said == now


def test_what_was_never_a_place_adds_none() -> None:
    """A deposit that was called by another name is nothing of the address."""
    assert amend(place_said("和平路86号"), "不是押金,是定金") is None
