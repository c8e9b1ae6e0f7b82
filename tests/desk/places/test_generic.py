from __future__ import annotations

import pytest

from desk.places import names_one, place_said

NAMED = """
老供销社对面那栋一楼 | 二桥底下 | 粮库后院 | 火车站 | 翠屏小学门口 | 柳河集十字路口 | 大柳树闸 | 市三医院 | 后李庄 | 石鼓冲 | 北门小菜场进门第三个摊头
龙王庙那匹坡上 | 新基围篮球场 | 马家集邮政局斜对门 | 梅花里18号 | 3路公交车上 | 幸福里小区北门 | 老纺织厂宿舍 | 张家坳水库边上 | 第四中学后门
"""
ANYWHERE = """
学校后门那条巷 | 学校后门嗰条巷 | 轻轨站后头 | 庄东头那条路 | 公司楼下健身房 | 我屋头楼底下噻我住二楼 | 地铁口出来那个大工地 | 我们小区 | 楼下大排档
马路边 | 停车场 | 我家楼下那家烧烤店 | 村口 | 单位食堂 | 咱小区外头那条道 | 我伲天天去的小菜场 | 隔壁那栋 | 超市门口 | 河边 | 对面工地
"""


def _listed(text: str) -> list[str]:
    return [words.strip() for line in text.split("\n") for words in line.split("|") if words.strip()]


@pytest.mark.parametrize("words", _listed(NAMED))
def test_a_place_with_a_name_can_be_found(words: str) -> None:
    """One character that belongs to nothing but a name is enough."""
    assert names_one(words)
    assert place_said(words).locatable


@pytest.mark.parametrize("words", _listed(ANYWHERE))
def test_a_place_of_any_kind_is_asked_for_once_more(words: str) -> None:
    """What is told as if everybody lived next door says where to nobody else."""
    assert not names_one(words)
    assert not place_said(words).locatable
