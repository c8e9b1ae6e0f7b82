"""Build the graph of the bundled model: which sounds make which words, and which words follow which.

`python -m asr.training.graph ACOUSTIC_MODEL OUT --texts FILE --lexicon FOLDER` takes about a minute. It must run in a process of
its own: an OpenFst binding and libvosk in one process wait for each other for ever.

Steps: words to units (homophones told apart by extra symbols), the bigram, both composed, determinised and minimised; then
every unit becomes one or more frames, with blanks (silence) anywhere between.
"""

from __future__ import annotations

import argparse
import logging
import shutil
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import jieba
import kaldifst

from asr.training import units
from asr.training.language_model import END, START, Bigram, Counts, dictionary, estimate, load

_log = logging.getLogger(__name__)

# Words taken from the dictionary by frequency, besides all of the texts and of the lexicon.
DICTIONARY_WORDS = 45_000
_LEAST_COUNT = 3
# How many general sentences one of our own counts for.
_OWN_WEIGHT = 4
# Assumed frequency of a word of our lexicon that no text holds.
_LEXICON_COUNT = 3

# The labels of units: number + 1, so that 0 is free for "nothing"; above them the symbols that tell homophones apart, of
# which the first marks a step back from pairs to single words.
_BACK = len(units.UNITS) + 1


@dataclass(frozen=True)
class Pronunciation:
    word: str
    units: tuple[int, ...]
    # Cost of a rarer reading.
    cost: float = 0.0


def pronunciations(words: Iterable[str]) -> Iterator[Pronunciation]:
    """Pronunciations of the words; a word that cannot be spelled in units is left out."""
    for word in words:
        for reading, cost in units.readings(word):
            yield Pronunciation(word, reading, cost)


def vocabulary(
    counts: Counts, frequency: Mapping[str, int], lexicon: Iterable[str], dictionary_words: int
) -> list[str]:
    """The words of the graph, sorted, so that the same texts make the same graph."""
    common = sorted(frequency, key=lambda word: (-frequency[word], word))[:dictionary_words]
    seen = (word for word, count in counts.words.items() if count >= _LEAST_COUNT and word != END)
    return sorted({*common, *seen, *lexicon})


class _Text:
    """An automaton as OpenFst's text: far quicker than adding arcs one by one from Python."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def arc(self, source: int, target: int, label: int, output: int, cost: float = 0.0) -> None:
        self._lines.append(f"{source} {target} {label} {output} {cost:.5g}")

    def final(self, state: int, cost: float = 0.0) -> None:
        self._lines.append(f"{state} {cost:.5g}")

    def compiled(self) -> kaldifst.StdVectorFst:
        return kaldifst.compile("\n".join(self._lines) + "\n", keep_state_numbering=True)


def lexicon_fst(spoken: list[Pronunciation], number: Mapping[str, int], back: int) -> kaldifst.StdVectorFst:
    """From units to words; a reading that another word has, or goes on with, ends in a symbol of its own."""
    same = Counter(one.units for one in spoken)
    beginnings = {one.units[:length] for one in spoken for length in range(1, len(one.units))}
    used: Counter[tuple[int, ...]] = Counter()
    text, states = _Text(), 1
    text.arc(0, 0, _BACK, back)
    for one in spoken:
        labels = [unit + 1 for unit in one.units]
        if same[one.units] > 1 or one.units in beginnings:
            used[one.units] += 1
            labels.append(_BACK + used[one.units])
        state = 0
        for i, label in enumerate(labels):
            last = i == len(labels) - 1
            target = 0 if last else states
            states += not last
            text.arc(state, target, label, 0 if i else number[one.word], 0.0 if i else one.cost)
            state = target
    text.final(0)
    return text.compiled()


def bigram_fst(bigram: Bigram, number: Mapping[str, int], back: int) -> kaldifst.StdVectorFst:
    """One state a word that has pairs, and one for all others."""
    anywhere = 1
    state = {START: 0}
    for word in sorted(bigram.pairs.keys() & number.keys()):
        state[word] = len(state) + 1
    text = _Text()
    # The first line's state is where it starts.
    for word, after in sorted(bigram.pairs.items(), key=lambda pair: state.get(pair[0], -1)):
        if word not in state:
            continue
        for following, cost in after.items():
            if following == END:
                text.final(state[word], cost)
            else:
                text.arc(
                    state[word], state.get(following, anywhere), number[following], number[following], cost
                )
        text.arc(state[word], anywhere, back, 0, bigram.back_off[word])
    if START not in bigram.pairs:
        text.arc(0, anywhere, back, 0)
    for word, place in number.items():
        text.arc(anywhere, state.get(word, anywhere), place, place, bigram.single[word])
    text.final(anywhere, bigram.single[END])
    return text.compiled()


def frames_fst(extra: int) -> kaldifst.StdVectorFst:
    """From transitions of the acoustic model to units: a unit lasts a frame or more, blanks may lie between.

    The `extra` symbols that tell homophones apart have done their work and take no time.
    """
    text = _Text()
    for symbol in range(_BACK, _BACK + extra):
        text.arc(0, 0, 0, symbol)
    text.arc(0, 0, _transition(1), 0)
    for phone in range(2, len(units.UNITS) + 1):
        state = phone - 1
        text.arc(0, state, _transition(phone), phone)
        text.arc(state, state, _transition(phone), 0)
        text.arc(state, 0, 0, 0)
    text.final(0)
    return text.compiled()


def _transition(phone: int) -> int:
    """Both transitions of a phone have the same score, so staying stands for both."""
    return 2 * phone - 1


def compose(bigram: Bigram, spoken: list[Pronunciation]) -> tuple[kaldifst.StdFst, list[str]]:
    """The graph, and the words in the order of their numbers (0 is nothing)."""
    words = sorted({one.word for one in spoken})
    number = {word: place for place, word in enumerate(words, start=1)}
    back = len(number) + 1
    lexicon, grammar = lexicon_fst(spoken, number, back), bigram_fst(bigram, number, back)
    kaldifst.arcsort(lexicon, "olabel")
    kaldifst.arcsort(grammar, "ilabel")
    joined = kaldifst.StdVectorFst(kaldifst.compose(lexicon, grammar))
    _log.info("composed: %d states", joined.num_states)
    joined = kaldifst.determinize(joined)
    _log.info("determinised: %d states", joined.num_states)
    kaldifst.minimize(joined, allow_nondet=True)
    _log.info("minimised: %d states", joined.num_states)
    most = Counter(one.units for one in spoken).most_common(1)[0][1]
    frames = frames_fst(most + 1)
    kaldifst.arcsort(frames, "olabel")
    kaldifst.arcsort(joined, "ilabel")
    return kaldifst.StdConstFst(kaldifst.compose(frames, joined)), ["<eps>", *words]


def build(
    acoustic: Path,
    out: Path,
    own_texts: Iterable[str],
    lexicon: Iterable[str],
    dictionary_words: int = DICTIONARY_WORDS,
) -> None:
    """Write a whole model for Vosk: what lies in `acoustic` (am/, conf/) and its graph. `out` must not exist."""
    began = time.monotonic()
    counts = load(acoustic / "words.tsv.xz")
    named = sorted({word for word in lexicon if units.readings(word)})
    for word in named:
        jieba.add_word(word)
    own = Counts()
    own.add_texts(own_texts)
    for word in named:
        own.words[word] += _LEXICON_COUNT
    counts.join(own, _OWN_WEIGHT)
    frequency = dictionary()
    spoken = list(pronunciations(vocabulary(counts, frequency, named, dictionary_words)))
    bigram = estimate(counts, frequency, {one.word for one in spoken})
    pairs = sum(map(len, bigram.pairs.values()))
    _log.info("counted: %d readings, %d pairs, %.0f s", len(spoken), pairs, time.monotonic() - began)
    graph, words = compose(bigram, spoken)
    for part in ("am", "conf"):
        shutil.copytree(acoustic / part, out / part)
    (out / "graph").mkdir()
    graph.write(str(out / "graph" / "HCLG.fst"))
    table = "".join(f"{word} {number}\n" for number, word in enumerate(words))
    (out / "graph" / "words.txt").write_text(table, encoding="utf-8")
    size = (out / "graph" / "HCLG.fst").stat().st_size
    _log.info("built: %.1f MB, %.0f s", size / 1e6, time.monotonic() - began)


def lexicon_words(folder: Path) -> Iterator[str]:
    """The words of jieba's user dictionaries (word, frequency, tag a line)."""
    for path in sorted(folder.glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield line.split()[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("acoustic", type=Path, help="folder with am/, conf/ and words.tsv.xz")
    parser.add_argument("out", type=Path, help="folder to make")
    parser.add_argument("--texts", type=Path, help="our own texts, one file")
    parser.add_argument("--lexicon", type=Path, help="folder of jieba's user dictionaries")
    parser.add_argument("--dictionary-words", type=int, default=DICTIONARY_WORDS)
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    jieba.setLogLevel(logging.ERROR)
    texts = [chosen.texts.read_text(encoding="utf-8")] if chosen.texts else []
    named = lexicon_words(chosen.lexicon) if chosen.lexicon else ()
    build(chosen.acoustic, chosen.out, texts, named, chosen.dictionary_words)


if __name__ == "__main__":
    main()
