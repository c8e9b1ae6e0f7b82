"""A short question after an answer goes on about it; a new matter does not."""

from __future__ import annotations

import pytest

from desk.knowledge.analysis import Analyzer
from desk.knowledge.article import Article
from desk.knowledge.follow_up import FollowUps, Rival


@pytest.fixture(scope="module")
def follow_ups(analyzer: Analyzer) -> FollowUps:
    return FollowUps(analyzer)


def rivals(shipped: dict[str, Article], **scores: float) -> list[Rival]:
    ids = [(name.replace("_", "-"), score) for name, score in scores.items()]
    return [Rival(one, shipped[one].title, score) for one, score in ids]


@pytest.mark.parametrize(
    ("told", "question", "others"),
    [
        ("housing-fund-withdraw-rent", "几天", {"employment_annual_leave": 0.51}),
        ("housing-fund-withdraw-rent", "要钱不", {"legal_mediation": 0.45}),
        ("housing-fund-withdraw-rent", "一个月能提多少", {"social_insurance_personal_pension": 0.43}),
        ("residence-permit", "网上能办吗", {"business_one_stop": 0.54}),
        ("residence-permit", "要是过期了呢", {"consumer_food_expired": 0.46}),
        ("education-migrant-children", "那我没有居住证咋办", {"residence_permit": 0.65}),
        ("social-aid-dibao", "那没批下来咋办", {"agriculture_homestead": 0.47}),
        ("marriage-birth-marry", "那离过婚的要带啥", {"marriage_birth_marry": 0.64}),
        ("city-management-dog", "出门是不是一定要栓绳", {"city_management_dog": 0.41}),
        ("tax-iit-annual", "那今年的截止到几号", {"utilities_heating_time": 0.44}),
    ],
)
def test_it_goes_on(
    follow_ups: FollowUps, shipped: dict[str, Article], told: str, question: str, others: dict[str, float]
) -> None:
    """Bare aspects, cases of the same matter, and what the article itself speaks of."""
    assert follow_ups.goes_on(question, shipped[told], rivals(shipped, **others))


@pytest.mark.parametrize(
    ("told", "question", "others"),
    [
        ("housing-fund-withdraw-rent", "社保卡丢了咋办", {"social_insurance_card_lost": 0.69}),
        ("housing-fund-withdraw-rent", "那公积金贷款呢", {"housing_fund_loan": 0.66}),
        ("education-migrant-children", "居住证怎么办", {"residence_permit": 0.73}),
        ("residence-permit", "那医保能报吗", {"medical_reimburse": 0.57}),
        ("residence-permit", "火星签证怎么办", {"residence_passport": 0.37}),
        ("marriage-birth-marry", "怎么离婚", {"marriage_birth_divorce": 0.61}),
        ("residence-permit", "楼道灯坏了找谁", {"city_management_street_lamp": 0.58}),
        ("residence-permit", "好的谢谢", {"hotline_suggestion_praise": 0.39}),
        ("residence-permit", "今天天气怎么样", {"safety_rainstorm_flood": 0.4}),
    ],
)
def test_it_does_not_go_on(
    follow_ups: FollowUps, shipped: dict[str, Article], told: str, question: str, others: dict[str, float]
) -> None:
    """Another matter, thanks and small talk."""
    assert not follow_ups.goes_on(question, shipped[told], rivals(shipped, **others))


def test_a_sister_of_the_article_is_found_by_what_is_named(
    follow_ups: FollowUps, shipped: dict[str, Article]
) -> None:
    """那买房呢, after the article on rent, is meant of the fund and not of the right to buy."""
    together = rivals(
        shipped, housing_fund_withdraw_rent=0.8, housing_fund_withdraw_buy=0.6, tax_deed_tax=0.4
    )
    rent = shipped["housing-fund-withdraw-rent"]
    assert follow_ups.sister("那买房呢", rent, together) == "housing-fund-withdraw-buy"
    assert follow_ups.sister("好的谢谢", rent, together) == ""
