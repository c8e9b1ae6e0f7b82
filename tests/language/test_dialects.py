"""Words of dialects are read in Mandarin; what is Mandarin already stays, and every character knows where it comes from."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.settings import ROOT
from language.dialects.guards import BadGuard, read_guard
from language.dialects.normaliser import DialectNormaliser, UnknownDialect, dialect_normaliser, to_mandarin
from language.dialects.tables import BadDialectTable, Row, read_folder, read_table
from language.normalise import normalise

EXAMPLES = ROOT / "tests" / "data" / "dialects"
DIALECTS = (
    "cantonese",
    "cantonese-mandarin",
    "central-plains",
    "jilu-jiaoliao",
    "northeastern",
    "southwestern",
    "wu",
    "xiang",
)
# Entries that a table holds at least, those that protect a Mandarin word not counted.
LEAST = dict.fromkeys(("southwestern", "cantonese", "northeastern", "central-plains"), 150)
TOGETHER = 400


def rows_of(name: str) -> Iterator[tuple[str, str]]:
    with (EXAMPLES / f"{name}.tsv").open(encoding="utf-8", newline="") as lines:
        for row in csv.reader(list(lines)[1:], delimiter="\t", quoting=csv.QUOTE_NONE):
            yield row[0], row[1]


def test_there_is_a_table_for_each_dialect() -> None:
    """Named as `--dialect` names them, with as many entries as were promised."""
    assert dialect_normaliser().dialects == ("mandarin", *DIALECTS)
    for dialect in DIALECTS:
        entries = [row for row in dialect_normaliser().rows if row.dialect == dialect and not row.keeps]
        assert len({row.line for row in entries}) >= LEAST.get(dialect, 60)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_examples_are_put_into_mandarin(dialect: str) -> None:
    """Each with its right result, read by people."""
    wrong = [
        (said, got.text, mandarin)
        for said, mandarin in rows_of(dialect)
        if (got := to_mandarin(said, dialect)).text != mandarin
    ]
    assert not wrong


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_row_has_an_example(dialect: str) -> None:
    """A row that no example needs could say anything: without it, some example comes out otherwise."""
    rows = [row for row in dialect_normaliser().rows if row.dialect == dialect]
    unmet = {row.line: row.word for row in rows}
    for said, _ in rows_of(dialect):
        for line in lines_met(rows, said):
            unmet.pop(line, None)
    assert not unmet


def lines_met(rows: list[Row], said: str) -> set[int]:
    """The lines whose words are found in the text, the longest first, as the normaliser finds them."""
    normaliser = DialectNormaliser(rows)
    text = normalise(said).text
    return {found[0].line for _, _, found in normaliser._found(text, None, (rows[0].dialect,))}


def test_mandarin_stays() -> None:
    """Sentences of our articles, examples and tests that hold the characters of a dialect's word: 中国, 争抢, 擦黑板. Of
    unknown dialect, and, where the word is no word of it in that place, of the dialect, too."""
    rows = list(rows_of("mandarin"))
    wrong = [
        (dialect, text, got)
        for dialect, text in rows
        for spoken in {"auto", dialect}
        if (got := to_mandarin(text, spoken).text) != normalise(text).text
    ]
    assert len(rows) >= TOGETHER and not wrong


@pytest.mark.parametrize(
    "text",
    [
        "下午三点解决不了",
        "我要转人工",
        "人工费谁来出",
        "劳动仲裁怎么申请",
        "仲先生的房子漏水",
        "阿拉伯语翻译在哪里找",
        "伊拉克回来的人要隔离吗",
        "商铺门口喇叭扰民",
        "楼下噪声嘈杂",
        "这边处理完了吗",
        "请勿要求业主签字",
        "只要得到补偿就行",
        "要等看哈尔滨那边",
        "公司没有什么子公司",
        "树木有人砍",
        "调整返还比例",
        "关系户插队",
        "网点办理要带什么",
        "唔，我想一想",
        "竞争不公平",
        "今日停水，几时来水",
        "晒太阳的地方被占了",
        "中国银行门口",
        "中间那栋楼",
        "姓侬，侬智高的侬",
        "他很得意",
        "遭到拒绝",
        "开着车撞了护栏",
        "南宁的冼冠生先生",
        "",
    ],
)
def test_other_mandarin_stays(text: str) -> None:
    """Words that hold a word of a dialect, and words that are ordinary in Mandarin."""
    assert to_mandarin(text).text == normalise(text).text


def test_held_out_intents_stay_but_for_words_of_dialects() -> None:
    """What changes was looked at, one by one: each holds a word of a dialect."""
    with (ROOT / "tests/data/intents_heldout.tsv").open(encoding="utf-8", newline="") as lines:
        texts = [row["text"] for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)]
    changed = {text for text in texts if to_mandarin(text).text != normalise(text).text}
    assert changed == set((EXAMPLES / "in_intents_heldout.txt").read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize(
    ("said", "mandarin"),
    [
        ("唔該，我想問下社保喺邊度辦", "麻烦,我想问下社保在哪里办"),
        ("我哋樓下冇水冇電，點解呀", "我们楼下没水没电,为什么呀"),
        ("佢哋成日亂泊車", "他们整天乱停车"),
        ("點解我個公積金提取咗咁耐都未到數", "为什么我个公积金提取了这么久都未到数"),
        ("啱啱有人喺我哋屋企淋油漆", "刚刚有人在我们家里淋油漆"),
        ("老闆唔出糧，爭我三個月人工", "老板不发工资,欠我三个月工资"),
        ("搞掂未呀，我投訴咗成個月", "办好没有啊,我投诉了整个月"),
        ("你哋係咪收咗錢唔做嘢", "你们是不是收了钱不做事"),
        ("有冇人嚟整電梯", "有没有人来整电梯"),
        ("火燭呀，救命", "着火了,救命"),
        ("我細佬喺學校畀人打", "我弟弟在学校被人打"),
        ("系边个话俾你知嘅", "是谁话给你知的"),
        ("侬帮我看看好伐，阿拉小区电梯坏脱了", "你帮我看看好吗,我们小区电梯坏了"),
        ("啥辰光来修，夜里向冷得来", "什么时候来修,夜里冷得来"),
        ("搞快点噻，这哈水管子爆了", "快点啊,现在水管子爆了"),
        ("咋个办嘛，屋头没得水", "怎么办嘛,家里没有水"),
        ("俺家这噶哒老停电，咋整啊", "我家这里老停电,怎么办啊"),
        ("恁看中不中", "你看行不行"),
        ("咯里路灯不亮，冇得人管", "这里路灯不亮,没有人管"),
        ("娃儿遭电打了", "孩子触电了"),
        ("俺娘喝药了", "我妈妈喝农药了"),
        ("老头儿撅过去了", "老头儿昏过去了"),
        ("有人跳水咯", "有人跳河了"),
        ("今朝早浪向停水", "今天早上停水"),
    ],
)
def test_of_unknown_dialect(said: str, mandarin: str) -> None:
    """Cantonese in traditional and simplified characters, Wu, Sichuan, Hunan, the north: what can be nothing else, and what
    that tells."""
    assert to_mandarin(said).text == mandarin


def test_a_word_that_is_one_elsewhere_counts_where_the_dialect_is_known() -> None:
    """Chosen, or told by another word of the message."""
    assert to_mandarin("今日停水").text == "今日停水"
    assert to_mandarin("今日停水", "cantonese").text == "今天停水"
    told = to_mandarin("今日停水，佢唔理")
    assert told.text == "今天停水,他不管" and told.dialects[0] == "cantonese"


def test_of_two_dialects_that_of_the_message_counts() -> None:
    """恁个 is 这样 in Sichuan, 恁 你 in Henan; 咋 at the end is a particle in Canton."""
    assert to_mandarin("恁个要不得噻", "southwestern").text == "这样不行啊"
    assert to_mandarin("恁看看").text == "你看看"
    assert to_mandarin("得四岁咋，佢唔见咗").text == "得四岁而已,他不见了"


@pytest.mark.parametrize(
    ("said", "part", "origin"),
    [
        ("啱啱有人喺我哋屋企樓梯口淋油漆", "家里", "屋企"),
        ("我想投訴，和平路88號嗰間餐廳油煙好大", "和平路88号", "和平路88號"),
        ("点解我个公积金未到", "为什么", "点解"),
        ("咁耐都未到數", "这么久", "咁耐"),
        ("我哋楼下冇水", "没水", "冇水"),
        ("佢话唔理😀，冇人管", "没人管", "冇人管"),
        ("我係陳嘉儀，唔該", "陈嘉仪", "陳嘉儀"),
    ],
)
def test_what_is_found_is_shown_in_the_words_that_were_said(said: str, part: str, origin: str) -> None:
    """Longer and shorter meanings, traditional characters (names, too), emoji between."""
    read = to_mandarin(said)
    start = read.text.index(part)
    assert said[slice(*read.original_span(start, start + len(part)))] == origin


def test_spans_cover_the_result() -> None:
    """Piece by piece, in order, each with its place in what was said."""
    read = to_mandarin("😀我哋樓下冇水，唔該")
    spans = read.spans()
    assert "".join(read.text[a:b] for a, b, _, _ in spans) == read.text
    assert [(read.text[a:b], read.original[c:d]) for a, b, c, d in spans] == [
        ("我", "我"),
        ("们", "哋"),
        ("楼下", "樓下"),
        ("没水", "冇水"),
        (",", "，"),
        ("麻烦", "唔該"),
    ]
    assert to_mandarin("").spans() == [] and to_mandarin("😀").spans() == []


def test_mandarin_and_unknown_names() -> None:
    """Mandarin changes nothing but the shape of the text; a dialect that nobody knows is named with those that there are."""
    assert to_mandarin("佢哋喺邊度", "mandarin").text == normalise("佢哋喺邊度").text
    with pytest.raises(UnknownDialect, match="klingon; there are mandarin, cantonese, .* xiang, auto"):
        to_mandarin("佢", "klingon")


def test_it_changes_nothing_twice() -> None:
    """What is Mandarin now is Mandarin, of unknown dialect and of the row's own."""
    wrong = [
        (row.dialect, row.word, row.mandarin, again)
        for row in dialect_normaliser().rows
        for again in (to_mandarin(row.mandarin).text, to_mandarin(row.mandarin, row.dialect).text)
        if again != normalise(row.mandarin).text
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("cell", "text", "holds"),
    [
        ("^_$", "中", True),
        ("^_$", "这样,中啊", True),
        ("^_$", "中国", False),
        ("^_$", "不中", False),
        ("这样_", "这样中不", True),
        ("!_国|间", "中间", False),
        ("!_国|间", "中途", True),
        ("^|这样_$|不", "这样中不", True),
        ("看_ _不", "恁看中", True),
        ("看_ _不 !_国", "看中国", False),
    ],
)
def test_guards(cell: str, text: str, holds: bool) -> None:
    """Of several conditions one, of those with ! none; edges of clauses, with particles at the end."""
    at = text.index("中")
    assert read_guard(cell).allows(text, at, at + 1) is holds


@pytest.mark.parametrize("cell", ["国", "_", "a_b_c", "|_国", "$_", "_^", "? ~"])
def test_a_bad_guard_is_refused(cell: str) -> None:
    """With words that say what is wrong."""
    with pytest.raises(BadGuard):
        read_guard(cell)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("佢", "needs word, Mandarin"),
        ("佢\t他\t\tshe", "needs word, Mandarin"),
        ("點解\t为什么", "write it simplified, 点解"),
        ("冇\t没有\n冇\t没", "冇 stands in line 2, too"),
        ("中\t行\t国", "the guard 国 needs one _"),
        ("{看|问哈\t{}一下", "a slot is"),
        ("{看|}哈\t{}一下", "empty text in the slot"),
        ("{看|问}{哈|下}\t{}一下", "one slot"),
        ("{看|问}哈\t{}{}", "one slot"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, problem: str) -> None:
    """File, line and what to do, in one line."""
    path = tmp_path / "hakka.tsv"
    path.write_text(f"# words\n{line}\n", encoding="utf-8")
    with pytest.raises(BadDialectTable, match=rf"hakka\.tsv:\d: .*{problem}"):
        read_table(path)


def test_bad_files_are_named(tmp_path: Path) -> None:
    """Missing, empty, not UTF-8, and with a name that means something else."""
    with pytest.raises(BadDialectTable, match="restore it"):
        read_table(tmp_path / "none.tsv")
    with pytest.raises(BadDialectTable, match="no table"):
        read_folder(tmp_path)
    (tmp_path / "gan.tsv").write_bytes("佢\t他".encode("gbk"))
    with pytest.raises(BadDialectTable, match="save it as UTF-8"):
        read_folder(tmp_path)
    (tmp_path / "auto.tsv").write_text("佢\t他\n", encoding="utf-8")
    with pytest.raises(BadDialectTable, match="name it after the dialect"):
        read_table(tmp_path / "auto.tsv")


def test_a_city_adds_a_table(tmp_path: Path) -> None:
    """A file is enough; a slot stands for several words."""
    (tmp_path / "hakka.tsv").write_text("{食|饮}撇\t{}了\n涯\t我\t!_岸\n", encoding="utf-8")
    normaliser = DialectNormaliser(read_folder(tmp_path))
    assert normaliser.read("涯食撇药，在涯岸").text == "我食了药,在涯岸"
    assert normaliser.dialects == ("mandarin", "hakka")
