"""Build the graph of the bundled model: which sounds make which words, and which words follow which.

`python -m asr.training.graph ACOUSTIC_MODEL OUT --texts FILE --lexicon FOLDER` takes about a minute. It must run in a process of
its own: an OpenFst binding and libvosk in one process wait for each other for ever. The last line of its output is `Built` as JSON.

Steps: words to units (homophones told apart by extra symbols), the bigram, both composed, determinised and minimised; then
every unit becomes one or more frames, with blanks (silence) anywhere between.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import resource
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import jieba
import kaldifst

from asr.training import units
from asr.training.additions import Additions, Built, read
from asr.training.language_model import END, START, Bigram, Counts, dictionary, estimate, load
from asr.training.pronunciation import MOST_WAYS, PLAIN, Pronunciation

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
class Spoken:
    word: str
    units: tuple[int, ...]
    # Cost of a rarer reading, or of a dialect's.
    cost: float = 0.0


def pronunciations(
    words: Iterable[str],
    given: Mapping[str, Sequence[tuple[int, ...]]] | None = None,
    dialect: Pronunciation = PLAIN,
) -> Iterator[Spoken]:
    """Ways to say the words: as given or as usual, then as the dialect does, the cheapest first, `MOST_WAYS` a word (more only
    where Mandarin has more). A word that cannot be spelled in units is left out."""
    for word in words:
        usual = [(reading, 0.0) for reading in (given or {}).get(word, ())] or units.readings(word)
        found = dict(usual)
        changed = (
            (way.units, cost + way.cost) for reading, cost in usual for way in dialect.ways(reading)[1:]
        )
        for said, cost in sorted(changed, key=lambda one: one[1]) if dialect else ():
            if len(found) < MOST_WAYS:
                found.setdefault(said, cost)
        for said, cost in found.items():
            yield Spoken(word, said, cost)


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


def lexicon_fst(spoken: list[Spoken], number: Mapping[str, int], back: int) -> kaldifst.StdVectorFst:
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


def compose(bigram: Bigram, spoken: list[Spoken]) -> tuple[kaldifst.StdFst, list[str]]:
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
    additions: Additions | None = None,
) -> Built:
    """Write a whole model for Vosk: what lies in `acoustic` (am/, conf/) and its graph. `out` must not exist."""
    began = time.monotonic()
    additions = additions or Additions()
    counts = load(acoustic / "words.tsv.xz")
    named = sorted({word for word in lexicon if units.readings(word)})
    given = {word.text: word.readings for word in additions.words}
    for word in (*named, *sorted(given)):
        jieba.add_word(word)
    frequency = dictionary()
    new = given.keys() - set(vocabulary(counts, frequency, named, dictionary_words))
    own = Counts()
    own.add_texts(own_texts)
    own.join(additions.counts(), 1)
    for word in named:
        own.words[word] += _LEXICON_COUNT
    for added in additions.words:
        own.words[added.text] += max(1, round(_LEXICON_COUNT * added.weight))
    counts.join(own, _OWN_WEIGHT)
    known = vocabulary(counts, frequency, named, dictionary_words)
    spoken = list(pronunciations(sorted({*known, *given}), given, additions.pronunciation))
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
    size, took_s = (out / "graph" / "HCLG.fst").stat().st_size, time.monotonic() - began
    _log.info("built: %.1f MB, %.0f s", size / 1e6, took_s)
    plain = sum(len(given.get(word) or units.readings(word)) for word in words[1:])
    return Built(
        new=len(new),
        words=len(words) - 1,
        ways=len(spoken),
        dialect_ways=len(spoken) - plain,
        pairs=pairs,
        graph_bytes=size,
        seconds=round(took_s, 1),
    )


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
    parser.add_argument(
        "--additions",
        action="store_true",
        help="those of a city, as JSON on standard input (asr/training/additions.py)",
    )
    parser.add_argument("--nice", type=int, default=0, help="give way to others by so much")
    parser.add_argument("--memory-bytes", type=int, help="fail rather than take more memory")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    jieba.setLogLevel(logging.ERROR)
    if chosen.nice:
        os.nice(chosen.nice)
    if chosen.memory_bytes:
        resource.setrlimit(resource.RLIMIT_AS, (chosen.memory_bytes, chosen.memory_bytes))
    additions = read(json.load(sys.stdin)) if chosen.additions else None
    texts = [chosen.texts.read_text(encoding="utf-8")] if chosen.texts else []
    named = lexicon_words(chosen.lexicon) if chosen.lexicon else ()
    built = build(chosen.acoustic, chosen.out, texts, named, chosen.dictionary_words, additions)
    sys.stdout.write(json.dumps(asdict(built)) + "\n")


if __name__ == "__main__":
    main()
