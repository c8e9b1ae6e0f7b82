"""Words of dialects are read in Mandarin; what is Mandarin already stays, and every character knows where it comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from language.dialect_words import BadDialectWords, dialect_words, load_dialect_words, to_mandarin
from language.normalise import normalise


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
        ("火燭呀，救命", "着火呀,救命"),
        ("我細佬喺學校畀人打", "我弟弟在学校被人打"),
        ("系边个话俾你知嘅", "是谁话给你知的"),
        ("侬帮我看看好伐，阿拉小区电梯坏脱了", "你帮我看看好吗,我们小区电梯坏了"),
        ("啥辰光来修，夜里向冷得来", "什么时候来修,夜里冷得来"),
        ("搞快点噻，这哈水管子爆了", "快点啊,现在水管子爆了"),
        ("咋个办嘛，屋头没得水", "怎么办嘛,家里没有水"),
        ("俺家这噶哒老停电，咋整啊", "我家这里老停电,怎么办啊"),
        ("恁看中不中", "你看行不行"),
        ("咯里路灯不亮，冇得人管", "这里路灯不亮,没有人管"),
    ],
)
def test_words_of_dialects_are_put_into_mandarin(said: str, mandarin: str) -> None:
    """Cantonese in traditional and simplified characters, Wu, Sichuan, Hunan, the north."""
    assert to_mandarin(said).text == mandarin


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
        "",
    ],
)
def test_mandarin_stays(text: str) -> None:
    """Words that hold a word of a dialect, and words that are ordinary in Mandarin."""
    assert to_mandarin(text).text == normalise(text).text


@pytest.mark.parametrize(
    ("said", "part", "origin"),
    [
        ("啱啱有人喺我哋屋企樓梯口淋油漆", "家里", "屋企"),
        ("我想投訴，和平路88號嗰間餐廳油煙好大", "和平路88号", "和平路88號"),
        ("点解我个公积金未到", "为什么", "点解"),
        ("咁耐都未到數", "这么久", "咁耐"),
        ("我哋楼下冇水", "没水", "冇水"),
        ("佢话唔理😀，冇人管", "没人管", "冇人管"),
    ],
)
def test_what_is_found_is_shown_in_the_words_that_were_said(said: str, part: str, origin: str) -> None:
    """Longer and shorter meanings, traditional characters, emoji between."""
    read = to_mandarin(said)
    start = read.text.index(part)
    assert said[slice(*read.original_span(start, start + len(part)))] == origin


def test_it_changes_nothing_twice() -> None:
    """What is Mandarin now is Mandarin."""
    for rows in dialect_words().meanings.values():
        for _, meaning in rows:
            assert to_mandarin(meaning).text == meaning


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("yue\t佢", "needs group, word and Mandarin"),
        ("yue\t佢\t他\tshe", "needs group, word and Mandarin"),
        ("yue\t點解\t为什么", "write it simplified, 点解"),
        ("yue\t冇\t没有\nyue\t冇\t没", "stands twice"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, problem: str) -> None:
    """File, line and what to do, in one line."""
    path = tmp_path / "dialect_words.tsv"
    path.write_text(f"# words\n{line}\n", encoding="utf-8")
    with pytest.raises(BadDialectWords, match=problem):
        load_dialect_words(path)
    with pytest.raises(BadDialectWords, match="restore it"):
        load_dialect_words(tmp_path / "none.tsv")
