"""A small tree that trains in a blink."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.orders.category import CategoryClassifier, train_from

TREE = """code\tparent\tlevel\tname\tdepartment\turgency
A\t-\t1\t城乡建设\t住建局\tnormal
A1\tA\t2\t供水\t水务集团\turgent
A2\tA\t2\t物业\t住建局\tnormal
B\t-\t1\t教育文体\t教育局\tnormal
B1\tB\t2\t学校\t教育局\tnormal
B11\tB1\t3\t学区\t教育局\tnormal
B12\tB1\t3\t收费\t教育局\tdifficult
"""
KEYWORDS = "code\tkeyword\tweight\nA1\t自来水\t1.5\nA2\t物业\t1\nB11\t学区\t1\nB12\t学费\t1\n"
TEXTS = {
    "A1": ["家里停水了", "自来水发黄", "水压太小上不来", "水管爆了没人修", "什么时候来水"],
    "A2": ["物业只收钱不干活", "物业费太贵了", "小区保安不管事", "物业不让装修", "楼道没人打扫"],
    "B11": ["孩子上学划到哪个学区", "学区房怎么报名", "上小学要什么材料", "学校说满了不收", "转学怎么办"],
    "B12": ["学校乱收费", "学费太贵了", "校服一套六百", "老师收补课费", "强制买平板上课"],
}


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A product's data folder with a `categories` folder in it."""
    folder = tmp_path / "data" / "categories"
    (folder / "examples").mkdir(parents=True)
    (folder / "tree.tsv").write_text(TREE, encoding="utf-8")
    (folder / "keywords.tsv").write_text(KEYWORDS, encoding="utf-8")
    lines = [f"{text}\t{code}" for code, texts in TEXTS.items() for text in texts]
    (folder / "examples" / "all.tsv").write_text("text\tcode\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path / "data"


@pytest.fixture
def classifier(data_dir: Path) -> CategoryClassifier:
    return train_from(data_dir)
