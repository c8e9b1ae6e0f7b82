"""English is told from Chinese with English words, and danger in it from talk about danger."""

from __future__ import annotations

import pytest

from danger.advice import KINDS, MISTAKE, SAFE, advice_book
from danger.english import _RULES, ENGLISH, LANGUAGE, english_danger, english_over, goes_on, language_skill
from danger.english_advice import first_words, more_words


@pytest.mark.parametrize(
    "text",
    [
        "Hello, can you speak English?",
        "My landlord refuses to return my deposit",
        "Where can I renew my residence permit?",
        "I live at 和平路88号幸福小区, the heating is broken",
        "The street light in front of 幸福小区 is not working",
        "My phone number is 13812345678",
        "english please",
        "help",
        "What happened?",
        "passport office",
        "how much do I have to pay for the MZ20261103004417 fine",
        "my name is John",
        "Call me back",
    ],
)
def test_english_is_seen(text: str) -> None:
    """Whole sentences, short questions, and sentences with a Chinese address or a number in them."""
    assert language_skill(text) == ENGLISH


@pytest.mark.parametrize(
    "text",
    [
        "landlord不退我deposit",
        "我的WiFi password是什么",
        "Let It Be酒吧扰民",
        "I do婚纱店不退钱",
        "小区楼下天天放 You Are My Sunshine 吵死了",
        "ok我知道了 thank you",
        "APP打不开 help",
        "John Smith",
        "Mr Wang",
        "I Do",
        "The Mix",
        "MZ20261103004417",
        "https://www.example.com/where/is/my/order",
        "my.name@example.com",
        "wo yao tou su wu ye",
        "lao ban bu fa gong zi",
        "ni hao",
        "OK",
        "hello",
        "thank you very much",
        "iPhone 15 Pro Max",
        "13812345678",
        '/order_help{"type": "help"}',
        "ヾ(≧▽≦*)o 路灯坏了",
        "(°Д°)",
        "水龙头の店 不开门",
        "",
    ],
)
def test_chinese_and_names_are_no_foreign_language(text: str) -> None:
    """Mixed chat, names, brands, numbers, addresses of the web, pinyin and faces stay with the Chinese bot."""
    assert language_skill(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour, je voudrais parler à quelqu'un",
        "Hola, necesito ayuda por favor",
        "どこでビザを更新できますか",
        "외국인 등록증",
        "Не могу найти работу",
        "أريد تجديد الإقامة",
    ],
)
def test_other_languages_are_seen(text: str) -> None:
    """By their script, or by words that are neither English nor Chinese syllables."""
    assert language_skill(text) == LANGUAGE


def test_who_wrote_english_goes_on_in_it_with_a_word() -> None:
    """A short answer counts then, a Chinese one does not."""
    assert goes_on("yes, Room 502") and goes_on("tomorrow")
    assert not goes_on("明天") and not goes_on("13812345678") and not goes_on("ok 明天")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Fire!", "fire"),
        ("Fire at 和平路88号!", "fire"),
        ("There is a fire in my building", "fire"),
        ("my kitchen caught fire", "fire"),
        ("the corridor is full of smoke", "fire"),
        ("there is a strong smell of gas in the kitchen", "gas"),
        ("I smell gas", "gas"),
        ("help, he has a knife", "violence"),
        ("a man with a knife is in the shop", "violence"),
        ("he is going to kill me", "violence"),
        ("my husband is beating me", "domestic_violence"),
        ("someone is trying to break into my house", "threat"),
        ("I am being followed", "threat"),
        ("I want to die", "self_harm"),
        ("i don't want to live anymore", "self_harm"),
        ("I took a lot of sleeping pills", "self_harm"),
        ("my friend wants to kill himself", "suicide_other"),
        ("my child is not breathing", "child_ill"),
        ("My baby is choking!", "child_ill"),
        ("My father has chest pain and can't breathe", "illness"),
        ("please call an ambulance", "illness"),
        ("a car hit a man, he is bleeding", "traffic"),
        ("someone fell into the river", "drowning"),
        ("We are stuck in the elevator", "trapped_lift"),
        ("My daughter is missing", "missing_child"),
        ("She is in labour", "birth"),
        ("The building has collapsed", "collapse"),
        ("Help!", "other"),
        ("SOS", "other"),
        ("We need the police here", "other"),
    ],
)
def test_danger_is_seen(text: str, kind: str) -> None:
    """What people cry and tell in English."""
    assert english_danger(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "I was fired last week",
        "my boss fired me without pay",
        "How do I apply for fire insurance",
        "The fire hydrant is leaking right now",
        "there was a fire last year in our building, who pays",
        "Neighbours smoke in the lift every day",
        "The company collapsed and owes us money",
        "I lost my son's passport",
        "my daughter lost her ID card",
        "Where can I get a flu shot",
        "this movie is about a fire",
        "My shoes are on fire sale",
        "my deposit is killing me",
        "I'm dying to know",
        "I can't get out of the contract",
        "Can you please help me with my visa",
        "Kindle fire退货",
        "学校门口fire engine停着",
        "我买了一个fire的电视棒",
        "",
    ],
)
def test_talk_about_danger_is_none(text: str) -> None:
    """Words of danger in ordinary matters, of the past, in names."""
    assert english_danger(text) == ""


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("the fire is out, everybody is safe", SAFE),
        ("police are here", SAFE),
        ("found her, thank you", SAFE),
        ("I am fine now", SAFE),
        ("it was a false alarm", MISTAKE),
        ("sorry, just testing", MISTAKE),
        ("is the ambulance coming?", ""),
        ("they haven't come", ""),
        ("he is still here", ""),
        ("if the police are here he will hear it", ""),
    ],
)
def test_the_end_of_danger_is_told_apart(text: str, ending: str) -> None:
    """A question after it, or a no, does not end it."""
    assert english_over(text) == ending


def test_every_kind_has_words_with_its_number() -> None:
    """The numbers of the Chinese advice stand in the English one, the first of them also in what follows."""
    assert {kind for kind, _ in _RULES} <= set(KINDS)
    for kind in KINDS:
        advice = advice_book().of(kind)
        assert all(number in first_words(advice) for number, _ in advice.numbers)
        assert all(advice.numbers[0][0] in more_words(advice, turn) for turn in range(3))
        assert "?" not in more_words(advice, 0) + more_words(advice, 1)
