"""The noise generator of the benchmarks."""

from __future__ import annotations

from pypinyin import lazy_pinyin

from bench.homophones import add_noise


def test_noise_changes_characters_but_not_sounds() -> None:
    sentence = "公积金怎么提取,电话12345"
    noisy = add_noise(sentence, 3, seed=1)
    assert len(noisy) == len(sentence)
    assert sum(before != after for before, after in zip(sentence, noisy, strict=True)) == 3
    changed = [(a, b) for a, b in zip(sentence, noisy, strict=True) if a != b]
    assert all(lazy_pinyin(a) == lazy_pinyin(b) for a, b in changed)
    assert noisy.endswith("12345")


def test_the_same_seed_gives_the_same_noise() -> None:
    assert add_noise("我要投诉物业", 2, seed=7) == add_noise("我要投诉物业", 2, seed=7)
    assert len({add_noise("我要投诉物业", 2, seed=seed) for seed in range(20)}) > 5


def test_asking_for_too_much_noise_changes_what_can_be_changed() -> None:
    assert add_noise("12345 abc", 4, seed=0) == "12345 abc"
    assert add_noise("", 4, seed=0) == ""
