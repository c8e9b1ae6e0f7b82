"""Error rates by layer, speaker and dialect; and the two commands as programs see them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from asr.audio import Clip
from asr.errors import ManifestError
from asr.profiles import load_profiles
from asr.text import TextMender
from asr.transcribe import (
    Evaluation,
    Line,
    Transcription,
    comparable,
    comparable_digits,
    confusions,
    edits,
    read_manifest,
    transcribe,
)
from cli.commands.asr import Speech
from cli.main import main
from desk.settings import ROOT
from tests.asr.conftest import model_store
from tests.asr.fake_recognizer import FakeRecognizer

SPEECH = Path(__file__).parent / "speech"


def heard(raw: str, text: str, stages: tuple[tuple[str, str], ...] = ()) -> Transcription:
    return Transcription(raw, text, (), seconds=2.0, rtf=0.5, stages=stages)


def test_only_what_is_heard_counts_in_a_comparison() -> None:
    assert comparable("我要 投诉，ＡＰＰ！") == comparable("我要投訴app") == "我要投诉app"
    assert comparable_digits("三十二号") == comparable_digits("32号")
    assert edits("我要投诉", "我投速了") == 3
    assert edits("", "嗯") == 1 and edits("嗯", "") == 1


def test_confusions_are_pairs_of_meant_and_heard() -> None:
    assert list(confusions("提取公积金", "提曲公积金啊")) == [("取", "曲"), ("", "啊")]


def test_the_report_adds_up_by_layer_speaker_and_dialect() -> None:
    """CER is weighed by characters: 2 errors of 5 and 0 of 5 are 20 %."""
    evaluation = Evaluation()
    stages = (("spaces", "提曲攻积金"), ("homophones", "提取公积金"))
    evaluation.add(
        Line(Path("a"), "提取公积金。", "s1", "mandarin"), heard("提曲 攻积金", "提取公积金", stages)
    )
    evaluation.add(Line(Path("b"), "三十二号楼", "s2", "sichuan"), heard("三十 号楼", "30号楼", (("spaces", "三十号楼"), ("homophones", "三十号楼"))))  # fmt: skip
    evaluation.failed(Line(Path("c"), "x", "", ""), "c: no audio")
    report = evaluation.report()
    layers = {row["layer"]: row for row in report["layers"]}  # type: ignore[attr-defined]
    assert layers["raw"]["cer"] == 0.3 and layers["homophones"]["cer"] == 0.1
    assert report["speakers"] == {"s1": {"cer": 0.0, "characters": 5}, "s2": {"cer": 0.25, "characters": 4}}
    assert report["dialects"]["sichuan"]["cer"] == 0.25  # type: ignore[index]
    assert report["confusions"] == [{"meant": "2", "heard": "0", "times": 1}]
    assert (report["files"], report["seconds"], report["rtf"]) == (2, 4.0, 0.5)
    assert report["failed"] == [{"path": "c", "reason": "c: no audio"}]


def test_nothing_heard_is_all_wrong_at_every_layer() -> None:
    evaluation = Evaluation()
    evaluation.add(Line(Path("a"), "提取公积金", "", ""), heard("", ""))
    assert {row["cer"] for row in evaluation.report()["layers"]} == {1.0}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "lacks the column path, text"),
        ("path\ttext\n", "no recordings"),
        ("path\ttext\na.wav\t\n", "line 2"),
    ],
)
def test_a_bad_manifest_says_where(tmp_path: Path, content: str, reason: str) -> None:
    (tmp_path / "m.tsv").write_text(content, encoding="utf-8")
    with pytest.raises(ManifestError, match=reason):
        read_manifest(tmp_path / "m.tsv")


def test_a_manifest_with_a_mark_and_quotes_is_read(tmp_path: Path) -> None:
    (tmp_path / "m.tsv").write_text('\ufeffpath\ttext\tspeaker\na.wav\t他说"好\ts1\n', encoding="utf-8")
    assert read_manifest(tmp_path / "m.tsv") == [Line(tmp_path / "a.wav", '他说"好', "s1", "")]


async def test_utterances_of_a_recording_are_mended_one_by_one_and_joined() -> None:
    levels = np.repeat(np.array([100, 100, 0, 100], dtype=np.int16), 16_000)
    found = await transcribe(Clip(levels, 16_000), FakeRecognizer(), TextMender())
    assert found.text == "你好你好。你好。" and found.raw == "你好 你好 你好" and len(found.words) == 3
    assert dict(found.stages)["spaces"] == "你好你好你好"


async def test_a_recording_without_words_is_empty() -> None:
    found = await transcribe(Clip(np.zeros(0, dtype=np.int16), 16_000), FakeRecognizer(), TextMender())
    assert (found.text, found.words, found.rtf) == ("", (), 0.0)


def minsheng(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli", *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env=os.environ.copy(), timeout=300
    )


@pytest.mark.slow
@pytest.mark.vosk
def test_transcribe_prints_the_contract_and_goes_on_after_a_bad_file(tmp_path: Path) -> None:
    model_store().pull("whisper-base")
    (tmp_path / "bad.wav").write_bytes(b"nothing")
    files = [str(tmp_path / "bad.wav"), str(SPEECH / "complaint.flac"), str(SPEECH / "address.flac")]
    done = minsheng("asr", "transcribe", *files, "--engine", "whisper", "--json")
    assert done.returncode == 1 and "bad.wav" in done.stderr and "Traceback" not in done.stderr
    complaint, address = (json.loads(line) for line in done.stdout.splitlines())
    assert set(complaint) == {"file", "text", "raw", "seconds", "rtf", "words"}
    assert set(complaint["words"][0]) == {"word", "start", "end", "conf"}
    assert "停水" in complaint["text"] and abs(complaint["seconds"] - 4.13) < 0.05 and complaint["rtf"] > 0
    assert "32号" in address["text"], address["text"]
    done = minsheng(
        "asr",
        "transcribe",
        files[1],
        "--engine",
        "whisper",
        "--json",
        "--dialect",
        "auto",
        "--area-code",
        "028",
    )
    (complaint,) = (json.loads(line) for line in done.stdout.splitlines())
    assert (complaint["dialect"], complaint["dialect_by"]) == ("southwestern", "area_code")
    assert "停水" in complaint["normalised"]


@pytest.mark.slow
@pytest.mark.vosk
def test_evaluate_prints_the_report(tmp_path: Path) -> None:
    model_store().pull("whisper-base")
    lines = f"path\ttext\tspeaker\tdialect\n{SPEECH}/fund.flac\t请问怎么提取住房公积金\tk1\tmandarin\n"
    (tmp_path / "m.tsv").write_text(lines, encoding="utf-8")
    done = minsheng("asr", "evaluate", str(tmp_path / "m.tsv"), "--engine", "whisper", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["files"] == 1 and report["dialects"]["mandarin"]["cer"] <= 0.3
    assert [row["layer"] for row in report["layers"]][0] == "raw"


def test_commands_say_in_one_line_what_is_wrong(tmp_path: Path) -> None:
    done = minsheng("asr", "evaluate", str(tmp_path / "none.tsv"))
    assert done.returncode == 1 and "none.tsv" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("named", "area_code", "text", "told"),
    [
        ("southwestern", None, "屋头莫得水", ("southwestern", "named", "家里没有水")),
        ("mandarin", None, "屋头莫得水", ("mandarin", "named", "屋头莫得水")),
        ("auto", None, "屋头莫得水", ("southwestern", "words", "家里没有水")),
        ("auto", "028", "我哋樓下冇水", ("cantonese", "words", "我们楼下没水")),
        ("auto", "020-88886666", "今日停水", ("cantonese", "area_code", "今天停水")),
        ("auto", "13800000000", "今日停水", ("mandarin", "default", "今日停水")),
        ("auto", None, "今日停水", ("mandarin", "default", "今日停水")),
    ],
)
def test_which_dialect_is_told(
    named: str, area_code: str | None, text: str, told: tuple[str, str, str]
) -> None:
    """Named, by its words, by the line's area code; else Mandarin. It says which of these."""
    found = Speech(load_profiles(), named, area_code).of(text)
    assert (found["dialect"], found["dialect_by"], found["normalised"]) == told


def test_a_dialect_that_nobody_knows_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before any model is loaded."""
    monkeypatch.setattr(sys, "argv", ["minsheng", "asr", "transcribe", "x.wav", "--dialect", "klingon"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1 and "no profile is called klingon; there are" in capsys.readouterr().err


def test_models_are_listed_and_an_unknown_one_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this process: to start one takes seconds."""
    monkeypatch.setattr(sys, "argv", ["minsheng", "models", "path", "huge"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1 and "no model is called huge" in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", ["minsheng", "models", "list", "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code and capsys.readouterr().out.count('"name"') >= 4
