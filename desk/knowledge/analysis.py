"""Turns a text into what it can be found by: words, characters and sounds. Pure after construction; thread-safe.

Three views of the same text, because each fails where another helps: words miss typing errors and unknown names,
characters miss homophones of speech recognition, sounds miss nothing but distinguish little.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import jieba
from opencc import OpenCC

from language.dialects.normaliser import to_mandarin
from language.homophones import Repairer
from language.sounds import CJK, sound
from language.words import load

# jieba greets on stderr at each start otherwise.
jieba.setLogLevel(logging.WARNING)

# Longer texts are cut: in a long story citizens say what they want near the start or the end.
ANALYSED_MAX_CHARS = 400

_UNSPOKEN = re.compile(r"[^\w]+|_+")
_RUNS = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[a-z]+|\d+")

# These carry no topic. Without them in the word view, 请问…怎么… does not make two questions alike.
STOPWORDS = frozenset(
    "的 了 吗 呢 啊 呀 吧 嘛 哦 哈 嗯 呃 额 哎 唉 喂 么 着 过 得 地 之 就 都 也 还 又 再 很 太 那个 这个 就是 就是说 "
    "我 你 他 她 它 我们 你们 他们 咱 咱们 俺 您 请问 请 想问 问一下 问下 想问一下 一下 一个 有点 然后 现在 你好 您好 "
    "麻烦 帮忙 帮我 给我 想 是 在 把 被 和 与 及 或 跟 对 从 到 为 个 只 才 这 那 这边 那边 这里 那里 到底 究竟 话说".split()
)


@dataclass(frozen=True)
class Analysis:
    """Terms of one text, in order, repeated as in the text."""

    words: tuple[str, ...]
    chars: tuple[str, ...]
    sounds: tuple[str, ...]


class Analyzer:
    """Splits texts with our lexicon and maps synonyms to one form.

    Args:
        lexicon: folder with jieba dictionaries.
        synonyms: file with one group of equal words a line, separated by spaces; the first is the form kept.
        words: word counts by which misheard words are put right (`language.words`); without, they stay.
    """

    def __init__(
        self, lexicon: Path | None = None, synonyms: Path | None = None, words: Path | None = None
    ) -> None:
        # A tokenizer of our own: everything in the process shares jieba's module-level one.
        self._jieba = jieba.Tokenizer()
        self._jieba.initialize()
        self._repairer = Repairer(load(words)) if words and words.exists() else None
        for file in sorted(lexicon.glob("*.txt")) if lexicon and lexicon.is_dir() else []:
            self._jieba.load_userdict(str(file))
        self._canonical: dict[str, str] = {}
        if synonyms and synonyms.is_file():
            self._load_synonyms(synonyms)
        self._simplify = OpenCC("t2s")
        self._analyze = lru_cache(maxsize=4096)(self._analyze_uncached)

    def _load_synonyms(self, path: Path) -> None:
        for line in path.read_text(encoding="utf-8").splitlines():
            group = line.split("#", 1)[0].split()
            for word in group[1:]:
                self._canonical[word] = group[0]
                # A group's words must come out of the splitter whole.
                self._jieba.add_word(word)
            if len(group) > 1:
                self._jieba.add_word(group[0])

    def normalise(self, text: str) -> str:
        """Width, case, script and punctuation made equal, words of dialects in Mandarin; empty if nothing is left."""
        folded = unicodedata.normalize("NFKC", text).lower()
        if len(folded) > ANALYSED_MAX_CHARS:
            half = ANALYSED_MAX_CHARS // 2
            folded = folded[:half] + " " + folded[-half:]
        read = to_mandarin(folded)
        # Where no word was of a dialect, whole words are simplified better than characters.
        folded = read.text if read.changes else folded
        return _UNSPOKEN.sub(" ", self._simplify.convert(folded)).strip()

    def repair(self, text: str) -> str:
        """The text with misheard words put right: 攻击金 becomes 公积金. Unchanged without word counts."""
        return self._repairer.repair(text) if self._repairer else text

    def analyze(self, text: str) -> Analysis:
        """Terms of the text. Equal texts are analysed once (small cache)."""
        return self._analyze(text)

    def _analyze_uncached(self, text: str) -> Analysis:
        clean = self.normalise(text)
        words = tuple(self._words(clean))
        pieces = _RUNS.findall(clean)
        letters = [c for piece in pieces for c in (piece if CJK.match(piece) else [piece])]
        chars = (*letters, *(a + b for a, b in zip(letters, letters[1:], strict=False)))
        syllables = [sound(c) if CJK.match(c) else c for c in letters]
        sounds = (*syllables, *(f"{a}_{b}" for a, b in zip(syllables, syllables[1:], strict=False)))
        return Analysis(words, chars, sounds)

    def _words(self, clean: str) -> Iterable[str]:
        kept: list[str] = []
        dropped: list[str] = []
        for word in self._jieba.lcut_for_search(clean):
            word = self._canonical.get(word, word)
            if not word.strip():
                continue
            (dropped if word in STOPWORDS else kept).append(word)
        # A text of stop words only (你是谁) must still be findable.
        return kept or dropped
