"""`minsheng asr build-graph`: tables as Excel writes them, errors that name the row, a report for people and programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner, Result

from asr.profiles import Profile
from asr.training.added_words import AddedWords, WordsError
from cli.commands import asr, build_graph
from cli.commands.build_graph import read_words
from cli.commands.errors import CommandError
from launcher.city_model import CityModel
from launcher.errors import LauncherError

TABLE = "word,reading,weight\n幸福里,,\n苌楠路,chang2 nan2 lu4|zhang3 nan2 lu4,2\nA区,,\n"
SECRET = "我叫张三，电话是幺三八。"


class Building:
    """What the command asked for; the minute's work is left out."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, AddedWords, Sequence[str], Path | None]] = []
        self.fails = ""

    def __call__(
        self, models: Path, profile: Profile, added: AddedWords, texts: Sequence[str], out: Path | None
    ) -> CityModel:
        if self.fails:
            raise LauncherError(self.fails)
        self.asked.append((profile.name, added, texts, out))
        left_out = [{"row": one.row, "word": one.text, "reason": one.reason} for one in added.left_out]
        return CityModel(
            profile.name, f"minsheng-small-cn-{profile.name}", str(out or models / "x"), "2026-11-30T00:00:00+00:00",
            len(added.words), 1, left_out, sum(map(len, texts)), 68_702, 217_110, 145_186, 453_827, 79.9, 63.6,
        )  # fmt: skip


@pytest.fixture
def building(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Building:
    monkeypatch.setenv("MINSHENG_ASR_MODELS", str(tmp_path / "models"))
    fake = Building()
    monkeypatch.setattr(build_graph, "build_city_model", fake)
    return fake


def run(*arguments: str) -> Result:
    return CliRunner().invoke(asr.app, ["build-graph", *arguments])


def written(folder: Path, content: str | bytes, name: str = "words.csv") -> str:
    data = content if isinstance(content, bytes) else content.encode()
    (folder / name).write_bytes(data)
    return str(folder / name)


def test_the_report(building: Building, tmp_path: Path) -> None:
    """What was added and left out, with row and reason; how many ways to say words; size and time."""
    ran = run("--profile", "southwestern", "--words", written(tmp_path, TABLE))
    assert ran.exit_code == 0, ran.exception
    assert "2 words added, 1 of them known before" in ran.stdout
    assert "left out, row 4: A区 has A, which the model cannot spell" in ran.stdout
    assert "217,110 ways, 145,186 of them the dialect's (at most 4 a word)" in ran.stdout
    assert "80 MB, 64 s" in ran.stdout and "--dialect southwestern uses it from now on" in ran.stdout
    assert building.asked[0][0] == "southwestern" and len(building.asked[0][1].words[1].readings) == 2


def test_the_report_as_json(building: Building, tmp_path: Path) -> None:
    ran = run("--profile", "wu", "--words", written(tmp_path, TABLE), "--json")
    report: dict[str, Any] = json.loads(ran.stdout)
    assert report["built"] is True and report["added"] == 2 and report["left_out"][0]["row"] == 4


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_tables_in_the_characters_of_excel(tmp_path: Path, encoding: str) -> None:
    path = Path(written(tmp_path, TABLE.replace("\n", "\r\n").encode(encoding)))
    assert [word.text for word in read_words(path).words] == ["幸福里", "苌楠路"]


@pytest.mark.parametrize(
    "text",
    [
        'sep=;\r\n"Word";"Reading"\r\n幸福里;"xing4 fu2 li3"\r\n;;\r\n',
        " 词\t读音\t\t\n幸福里\txing4 fu2 li3\t\t\n",
        "名称\n幸福里\n\n",
        "word,weight,,\n幸福里,3,,\n",
    ],
)
def test_tables_in_the_forms_of_excel(tmp_path: Path, text: str) -> None:
    assert [word.text for word in read_words(Path(written(tmp_path, text))).words] == ["幸福里"]


def test_a_workbook(tmp_path: Path) -> None:
    """As it is; a second sheet with anything in it is told."""
    book = Workbook()
    for row in (["词", "权重"], ["幸福里", 2], [None, None], ["长安路", None]):
        book.active.append(row)
    book.save(tmp_path / "words.xlsx")
    assert [(word.text, word.weight) for word in read_words(tmp_path / "words.xlsx").words] == [
        ("幸福里", 2),
        ("长安路", 1),
    ]
    book.create_sheet("说明").append(["谁知道"])
    book.save(tmp_path / "words.xlsx")
    with pytest.raises(WordsError) as told:
        read_words(tmp_path / "words.xlsx")
    assert "has 2 sheets; keep the one" in told.value.problems[0]


def test_a_wrong_row_stops_everything_and_is_told(building: Building, tmp_path: Path) -> None:
    path = written(tmp_path, "word,reading\n幸福里,\n长安路,chang2 an1\n,a1\n")
    ran = run("--profile", "wu", "--words", path)
    assert "words.csv row 3: reading chang2 an1 has 2 syllables" in ran.stderr
    assert "words.csv row 4: has no word" in ran.stderr
    assert isinstance(ran.exception, CommandError) and "2 problem(s); nothing was built" in str(ran.exception)
    as_json = json.loads(run("--profile", "wu", "--words", path, "--json").stdout)
    assert as_json["built"] is False and len(as_json["problems"]) == 2
    assert building.asked == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the first row must name the columns"),
        (b"PK\x03\x04", "is a ZIP archive or a broken workbook"),
        (b"%PDF-1.4", "is a PDF"),
        ('word\n"幸福里\n'.encode(), "is not valid CSV"),
        (b"word\n\xff\xfe\x00\x01", "is neither UTF-8"),
    ],
)
def test_what_is_no_table_is_told(building: Building, tmp_path: Path, content: bytes, problem: str) -> None:
    ran = run("--profile", "wu", "--words", written(tmp_path, content))
    assert isinstance(ran.exception, CommandError) and problem in ran.stderr and building.asked == []


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--profile", "klingon", "--words", "x"), "no profile is called klingon; there are cantonese"),
        (("--profile", "wu", "--words", "nowhere.csv"), "nowhere.csv cannot be read"),
        (("--profile", "wu", "--text", "nowhere.txt"), "nowhere.txt cannot be read"),
        (("--profile", "mandarin"), "nothing to add: give --words or --text"),
    ],
)
def test_what_cannot_be_built_is_one_line(
    building: Building, arguments: tuple[str, ...], problem: str
) -> None:
    ran = run(*arguments)
    assert isinstance(ran.exception, CommandError) and problem in str(ran.exception)
    assert "\n" not in str(ran.exception) and building.asked == []


def test_texts_are_counted_and_never_shown(building: Building, tmp_path: Path) -> None:
    """Whatever their encoding, and also where building fails."""
    path = written(tmp_path, SECRET.encode("gbk"), "said.txt")
    ran = run("--profile", "mandarin", "--text", path)
    assert (
        list(building.asked[0][2]) == [SECRET] and f"{len(SECRET)} characters of text counted" in ran.stdout
    )
    building.fails = "the graph could not be built: exit 1"
    failed = run("--profile", "mandarin", "--text", path)
    assert str(failed.exception) == building.fails
    assert SECRET[:4] not in ran.output + failed.output


def test_elsewhere_it_says_how_to_try_it(building: Building, tmp_path: Path) -> None:
    ran = run("--profile", "wu", "--out", str(tmp_path / "try"))
    assert f"--engine vosk --model {tmp_path / 'try'}" in ran.stdout and "from now on" not in ran.stdout


def test_the_list_of_models_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "minsheng-small-cn-wu"
    folder.mkdir()
    (folder / "built.json").write_text('{"profile": "wu", "added": 7, "size_mb": 79.9}', encoding="utf-8")
    monkeypatch.setenv("MINSHENG_ASR_MODELS", str(tmp_path))
    ran = CliRunner().invoke(asr.models_app, ["list", "--json"])
    found = {model["name"]: model for model in map(json.loads, ran.stdout.splitlines())}
    assert found["minsheng-small-cn-wu"] == {
        "name": "minsheng-small-cn-wu", "engine": "vosk", "language": "zh", "dialect": "wu", "rate_hz": 16000,
        "licence": "Apache-2.0", "size_mb": 80, "url": None, "path": str(folder),
    }  # fmt: skip
    checked = CliRunner().invoke(asr.models_app, ["check"])
    assert checked.exit_code == 1 and "minsheng-small-cn-wu: am/final.mdl is missing" in checked.stdout
