"""A small graph is built as the large one is, and leads from sounds to words. In a process of its own, as always."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from asr.training import units
from asr.training.added_words import read_added
from asr.training.additions import Built, written
from asr.training.language_model import Counts, save
from desk.settings import ROOT

# Frames (unit numbers, 0 is a blank) on standard input; the words of the cheapest path on standard output.
FOLLOW = """
import json, sys, kaldifst
graph = kaldifst.StdVectorFst(kaldifst.StdConstFst.read(sys.argv[1]))
names = dict(reversed(line.split()) for line in open(sys.argv[2], encoding="utf-8"))
frames = json.load(sys.stdin)
line = "".join(f"{i} {i + 1} {2 * unit + 1} {2 * unit + 1} 0\\n" for i, unit in enumerate(frames))
sound = kaldifst.compile(line + f"{len(frames)}\\n")
kaldifst.arcsort(graph, "ilabel")
best = kaldifst.shortest_path(kaldifst.compose(sound, graph))
ok, _, said, _ = kaldifst.get_linear_symbol_sequence(best)
print(json.dumps([names[str(word)] for word in said], ensure_ascii=False))
"""


def run(*arguments: str, given: str = "") -> str:
    ran = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, input=given, capture_output=True, text=True, encoding="utf-8"
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that a small graph is built from."""
    folder = tmp_path_factory.mktemp("graph")
    for name in ("am", "conf"):
        (folder / "parts" / name).mkdir(parents=True)
    (folder / "parts" / "am" / "final.mdl").write_bytes(b"not looked at")
    counts = Counts()
    for words, often in (
        (["公积金", "提取"], 9),
        (["公", "鸡"], 3),
        (["事实", "很", "清楚"], 5),
        (["实施", "办法"], 5),
    ):
        for _ in range(often):
            counts.add(words)
    save(counts, folder / "parts" / "words.tsv.xz")
    (folder / "texts").write_text("翠屏苑停水。翠屏苑停电。", encoding="utf-8")
    (folder / "lexicon").mkdir()
    (folder / "lexicon" / "places.txt").write_text("翠屏苑 9 ns\n", encoding="utf-8")
    return folder


def build(folder: Path, out: str, *more: str, given: str = "") -> Built:
    told = run(
        "-m", "asr.training.graph", str(folder / "parts"), str(folder / out), "--dictionary-words", "300",
        "--texts", str(folder / "texts"), "--lexicon", str(folder / "lexicon"), *more, given=given,
    )  # fmt: skip
    return Built(**json.loads(told.splitlines()[-1]))


@pytest.fixture(scope="module")
def graph(parts: Path) -> Path:
    build(parts, "model")
    return parts / "model"


def follow(model: Path, *said: str, blanks: int = 1, repeats: int = 2) -> list[str]:
    return heard(model, [unit for word in said for unit in units.word(word) or ()], blanks, repeats)


def heard(model: Path, numbers: list[int], blanks: int = 1, repeats: int = 2) -> list[str]:
    frames = [frame for unit in numbers for frame in [unit] * repeats + [0] * blanks]
    words: list[str] = json.loads(
        run(
            "-c", FOLLOW, str(model / "graph" / "HCLG.fst"), str(model / "graph" / "words.txt"),
            given=json.dumps([0, *frames]),
        )
    )  # fmt: skip
    return words


def test_the_folder_is_a_whole_model(graph: Path) -> None:
    assert (graph / "am" / "final.mdl").read_bytes() == b"not looked at"
    assert (graph / "conf").is_dir() and (graph / "graph" / "words.txt").read_text(
        encoding="utf-8"
    ).startswith("<eps> 0\n")


def test_sounds_lead_to_the_likelier_words(graph: Path) -> None:
    assert follow(graph, "公积金", "提取") == ["公积金", "提取"]


def test_a_unit_may_last_and_blanks_may_be_missing(graph: Path) -> None:
    assert follow(graph, "公积金", "提取", blanks=0, repeats=1) == ["公积金", "提取"]
    assert follow(graph, "公积金", "提取", blanks=4, repeats=5) == ["公积金", "提取"]


def test_homophones_are_told_apart_by_their_company(graph: Path) -> None:
    """事实 and 实施 share no sound; 清楚 and 办法 would follow either."""
    assert follow(graph, "事实", "很", "清楚") == ["事实", "很", "清楚"]
    assert follow(graph, "实施", "办法") == ["实施", "办法"]


def test_words_of_our_lexicon_are_heard_as_one(graph: Path) -> None:
    assert follow(graph, "翠屏苑", "停水")[0] == "翠屏苑"


def test_pairs_that_nobody_counted_are_possible(graph: Path) -> None:
    assert follow(graph, "提取", "公积金") == ["提取", "公积金"]


@pytest.fixture(scope="module")
def city(parts: Path) -> tuple[Path, Built]:
    """The same graph with a city's words, a text, and Sichuan's pronunciations."""
    rows = [(2, ["苌楠路", "chang2 nan2 lu4|zhang3 lan2 lu4"]), (3, ["城关桥", ""]), (4, ["公鸡", ""])]
    words = read_added(["word", "reading"], rows).words
    order = json.dumps(written(words, ["城关桥提取公积金。"], "southwestern"), ensure_ascii=False)
    built = build(parts, "city", "--additions", "--memory-bytes", str(4 << 30), given=order)
    return parts / "city", built


def units_of(*sounds: str) -> list[int]:
    return [units.NUMBER[unit] for sound in sounds for unit in units.syllable(sound) or ()]


def test_added_words_are_heard_in_each_of_their_readings(city: tuple[Path, Built], graph: Path) -> None:
    """Those that were given, not those of a dictionary."""
    model, built = city
    assert built.new == 3
    for sounds in (("chang2", "nan2", "lu4"), ("zhang3", "lan2", "lu4")):
        assert heard(model, units_of(*sounds)) == ["苌楠路"]
    assert follow(graph, "城关桥") != ["城关桥"] == follow(model, "城关桥")


def test_a_dialect_is_heard_beside_mandarin(city: tuple[Path, Built]) -> None:
    """城关桥 as Sichuan says it: no ch, no -eng, other tones; the same for words that nobody added."""
    model, built = city
    assert heard(model, units_of("cen3", "guan1", "qiao3")) == ["城关桥"]
    assert heard(model, units_of("si3", "si3", "hen4", "qin1", "cu4")) == ["事实", "很", "清楚"]
    assert follow(model, "事实", "很", "清楚") == ["事实", "很", "清楚"]
    assert built.dialect_ways > 0 and built.ways <= 4 * built.words


def test_without_additions_the_graph_is_as_it_was(parts: Path, graph: Path) -> None:
    """What ships is not changed by what a city may add."""
    build(parts, "again", "--additions", given=json.dumps(written((), (), None)))
    again = parts / "again" / "graph" / "HCLG.fst"
    assert again.read_bytes() == (graph / "graph" / "HCLG.fst").read_bytes()
