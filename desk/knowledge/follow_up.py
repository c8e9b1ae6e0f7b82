"""Decides whether a question continues about the article told before or begins a new matter. Pure after
construction."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from desk.knowledge.analysis import STOPWORDS, Analyzer
from desk.knowledge.article import Article
from desk.knowledge.aspects import asked_in, matter_of, telling_words

# A longer sentence says by itself what it is about.
SHORT_CHARS = 14
# Share of the question that must stand in the article told before.
SHARE = 0.5
# 那 continues about the article told before unless the question alone finds something better than this score (from 0.56 to
# 0.6 it is the same on tests/data/knowledge_follow_ups.tsv).
WEAK = 0.57
# Alone such a question finds nothing; then one of its words in the article told before is enough.
FINDS_NOTHING = 0.49
# From this score on the question is in the words of another article, whatever was told before.
CERTAIN = 0.85
_GOES_ON = re.compile(
    r".*还(?:能|可以|得|要|算|给|用|有用)|^(?:(?:我|俺)(?:爸|妈|娘|爹|家|老[公婆伴]|儿子|女儿|孩子|娃)|那|要是|如果|假如|万一|还有|另外|它|这(?!边|里|儿)|他|她|好的?那|哦|嗯|噢|行那|对了|意思是|就是说|我(?:没|要是)|没)"
)
# A fact about the citizen makes it a case of the same matter: 那我没有居住证咋办.
_CASE = re.compile(
    r"还(?:能|可以|得|要|算|给|用|有用|作数)|没有|没|不是|不在|不想|丢|忘|过期|已经|外地|老家|一个人|离婚|我(?:爸|妈|家|孩子)"
)
_FILLING = frozenset(
    "那 要是 如果 假如 万一 还有 另外 它 它们 好 好的 哦 嗯 噢 行 对 一 一年 一个 个月 每月 每年 大概 一般 最快 最多 最少 "
    "时候 东西 这样 这种 事 办 办理 弄 搞 去 能 要 有 没有 没 呗 哈 咧 撒 噻 呐 做 这 这些 得 会 可 只 先 再 都 也 证明 带".split()
)


@dataclass(frozen=True)
class Rival:
    """An article that the question finds by itself."""

    id: str
    title: str
    score: float


class FollowUps:
    """Thread-safe."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer

    def goes_on(self, question: str, told: Article, rivals: Sequence[Rival]) -> bool:
        """Whether the question is about the article told before, although others may fit its bare words better."""
        clean = self._analyzer.normalise(question)
        matter = self._matter(clean)
        marked = _GOES_ON.match(clean) is not None
        if not matter:
            return marked or bool(asked_in(clean))
        if not marked and len(clean) > SHORT_CHARS:
            return False
        text = self._analyzer.normalise(" ".join((told.title, *told.questions, *told.keywords)))
        # An article's whole answer; `normalise` would cut it.
        text = f"{text} {told.body} {told.voice}"
        have = sum(word in text for word in matter)
        nearest = rivals[0] if rivals else None
        if (
            any(len(word) > 1 and word in text for word in matter)
            and (nearest is None or nearest.score < FINDS_NOTHING)
            and self.asks(question)
        ):
            return True
        if have < SHARE * len(matter):
            if nearest is not None and nearest.id == told.id:
                return True
            return marked and self.asks(question) and (nearest is None or nearest.score < WEAK)
        return not self._is_elsewhere(clean, matter, told, rivals, marked)

    def _is_elsewhere(
        self, clean: str, matter: Sequence[str], told: Article, rivals: Sequence[Rival], marked: bool
    ) -> bool:
        best = rivals[0] if rivals else None
        if best is None or best.id == told.id:
            return False
        if best.score >= CERTAIN:
            return True
        if marked and _CASE.search(clean):
            return False
        return any(word in best.title and word not in told.title for word in matter)

    def asks(self, question: str) -> bool:
        """Whether the words can be a follow-up question at all."""
        clean = self._analyzer.normalise(question)
        return len(clean) <= SHORT_CHARS and (bool(asked_in(clean)) or clean.endswith(("呢", "啥", "什么")))

    def sister(self, question: str, told: Article, together: Sequence[Rival]) -> str:
        """The article beside the one told before that a short question means: 那买房呢 after 租房提取公积金. `together`
        are the finds of its title and the question in one; empty if none names what is asked."""
        matter = self._matter(self._analyzer.normalise(question))
        for rival in together:
            if rival.id != told.id and any(word in rival.title for word in matter):
                return rival.id
        return ""

    def _matter(self, clean: str) -> list[str]:
        """The words that name the matter; none in 几天 and 要带啥."""
        words = self._analyzer.analyze(telling_words(matter_of(clean))).words
        return [word for word in dict.fromkeys(words) if word not in _FILLING and word not in STOPWORDS]
