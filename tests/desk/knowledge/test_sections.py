"""How an article's answer falls into sections, sentences and list items, and how a section is shortened."""

from __future__ import annotations

from desk.knowledge.article import Article
from desk.knowledge.excerpts import SPOKEN_CHARS, clip, excerpt, spoken
from desk.knowledge.sections import WHOM_TO_ASK, Passage, Section, cut

BODY = """先看一眼。

## 材料
- **身份证**;
- 户口簿。

## 怎么办
到窗口提交。受理后3日内办结。

咨询:12345。
"""


def test_headings_cut_and_the_last_line_stands_alone() -> None:
    """The text above the first heading has no name; the line that says whom to ask belongs to no section."""
    assert [(section.heading, section.text) for section in cut(BODY)] == [
        ("", "先看一眼。"),
        ("材料", "- **身份证**;\n- 户口簿。"),
        ("怎么办", "到窗口提交。受理后3日内办结。"),
        (WHOM_TO_ASK, "咨询:12345。"),
    ]


def test_a_body_of_one_line_is_one_section() -> None:
    assert cut("打12345咨询。") == (Section("", "打12345咨询。"),)
    assert cut("") == cut("## 材料\n") == ()


def test_passages_are_sentences_and_list_items_without_marks() -> None:
    materials, steps = cut(BODY)[1:3]
    assert materials.passages == (Passage("身份证;", item=True), Passage("户口簿。", item=True))
    assert steps.passages == (Passage("到窗口提交。"), Passage("受理后3日内办结。"))


def test_every_shipped_article_falls_apart_and_loses_nothing(shipped: dict[str, Article]) -> None:
    for article in shipped.values():
        sections = cut(article.body)
        assert len(sections) > 1, article.id
        kept = "".join(section.text for section in sections)
        for line in article.body.splitlines():
            assert line.startswith("#") or line.strip() in kept, (article.id, line)


def test_a_long_section_is_shortened_to_its_best_passages_in_the_order_of_the_text() -> None:
    section = Section("七项", "有这些:\n- 子女2000元;\n- 老人3000元;\n- 房贷1000元。")
    children, parents, loan = section.passages[1:]
    assert (
        excerpt(section, [loan, section.passages[0], children, parents], 20)
        == "- 子女2000元;\n- 房贷1000元。"
    )
    assert excerpt(section, [], 100) == section.text


def test_a_voice_speaks_the_best_sentence_and_what_follows() -> None:
    section = Section("材料", "- 身份证\n- 户口簿\n- 照片\n- 押金")
    assert spoken(section, [section.passages[1]]) == "户口簿；照片；押金"


def test_a_long_sentence_is_cut_where_a_clause_ends() -> None:
    text = clip("一二三四五六七八九，" * 20)
    assert len(text) <= SPOKEN_CHARS
    assert text.endswith("九。")
