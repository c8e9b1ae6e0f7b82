"""Homophone noise: what a speech recogniser does to a sentence that it heard correctly.

`add_noise(sentence, characters, seed)` replaces that many Chinese characters by other common characters of the same
tone-less pinyin. Pure and deterministic; runs in both environments (needs pypinyin only).
"""

from __future__ import annotations

import argparse
import random
import sys
from functools import lru_cache

# GB 2312 level 1 holds the 3,755 characters of everyday Chinese, in the order of their pinyin.
_FIRST_ROW, _LAST_ROW, _CELLS = 0xB0, 0xD7, range(0xA1, 0xFF)


def common_characters() -> list[str]:
    characters = []
    for row in range(_FIRST_ROW, _LAST_ROW + 1):
        for cell in _CELLS:
            try:
                characters.append(bytes((row, cell)).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return characters


@lru_cache(maxsize=1)
def homophones() -> dict[str, tuple[str, ...]]:
    """Syllable -> the common characters whose usual reading it is."""
    from pypinyin import lazy_pinyin

    table: dict[str, list[str]] = {}
    for character in common_characters():
        table.setdefault(lazy_pinyin(character)[0], []).append(character)
    return {syllable: tuple(characters) for syllable, characters in table.items()}


def add_noise(sentence: str, characters: int, seed: int) -> str:
    """`sentence` with at most `characters` characters replaced; fewer when fewer have a homophone.

    The readings are those in context (银行 is yin hang). Length, digits, letters and punctuation stay.
    """
    from pypinyin import lazy_pinyin

    table = homophones()
    # A list is allowed and spliced in, though the annotation of pypinyin 0.55 says str.
    readings = lazy_pinyin(sentence, errors=list)  # type: ignore[arg-type]
    if len(readings) != len(sentence):
        readings = [lazy_pinyin(character)[0] for character in sentence]
    choices = {
        index: [other for other in table.get(reading, ()) if other != character]
        for index, (character, reading) in enumerate(zip(sentence, readings, strict=True))
        if "\u4e00" <= character <= "\u9fff"
    }
    generator = random.Random(seed)
    possible = [index for index, others in choices.items() if others]
    noisy = list(sentence)
    for index in sorted(generator.sample(possible, min(characters, len(possible)))):
        noisy[index] = generator.choice(choices[index])
    return "".join(noisy)


def noise_share(sentence: str, share: float, seed: int) -> str:
    """Replace this share of the sentence's characters, at least one."""
    return add_noise(sentence, max(1, round(len(sentence) * share)), seed)


def main() -> None:
    parser = argparse.ArgumentParser(description="Add homophone noise to each line of standard input.")
    parser.add_argument("--characters", type=int, default=1, help="characters to replace in each line")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for number, line in enumerate(sys.stdin):
        print(add_noise(line.rstrip("\n"), options.characters, options.seed + number))


if __name__ == "__main__":
    main()
