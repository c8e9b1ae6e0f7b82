"""`minsheng tts` from the outside, with the engine that needs nothing."""

from __future__ import annotations

import re
import wave
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.commands.errors import CommandError
from cli.main import app
from desk.knowledge import KnowledgeStore, Status
from desk.knowledge.article import Article
from desk.orders.drafting import openings
from desk.settings import ROOT, load_settings
from desk.store import migrate
from desk.store.engine import open_engine
from gateway.tts.cache import SpeechCache
from gateway.tts.espeak import EspeakSynthesizer
from gateway.tts.synthesizer import SpeechRequest
from gateway.voice.fixed_sentences import answers_in, article_requests, fixed_requests


@pytest.fixture(autouse=True)
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MINSHENG_VAR", str(tmp_path / "var"))
    return tmp_path / "var"


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["tts", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_text_becomes_a_file_of_the_wanted_rate(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "a.wav"
    run(
        "say", "工单号261122-00015-3。**请记好**。", "--engine", "espeak", "--out", str(out), "--rate", "8000"
    )
    with wave.open(str(out)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert 3 < file.getnframes() / 8000 < 15


def test_personal_text_is_not_cached_and_public_text_is(tmp_path: Path, var: Path) -> None:
    out = str(tmp_path / "a.wav")
    run("say", "我姓王", "--engine", "espeak", "--out", out)
    assert list(var.rglob("*.pcm")) == []
    run("say", "您好", "--engine", "espeak", "--out", out, "--public")
    assert len(list(var.rglob("*.pcm"))) == 1


def test_warming_twice_makes_each_sentence_once(var: Path) -> None:
    run("warm", "--engine", "espeak", "--limit", "12")
    made = {path: path.stat().st_ino for path in var.rglob("*.pcm")}
    assert len(made) == 12
    run("warm", "--engine", "espeak", "--limit", "12")
    assert {path: path.stat().st_ino for path in var.rglob("*.pcm")} == made


def test_the_beginnings_of_published_answers_are_made_after_the_fixed_sentences(
    var: Path,
) -> None:
    fixed = fixed_requests(ROOT, "明州市")
    assert set(openings.ALL) <= {request.text for request in fixed}
    var.mkdir()
    settings = load_settings()
    engine = open_engine(settings.effective_database_url)
    migrate.upgrade(engine)
    articles = [
        Article(id="fund", title="公积金", body="带证。", voice="带身份证去窗口办。三天到账。", status=Status.PUBLISHED),
        Article(id="draft", title="草稿", body="还没写好。", voice="还没写好。", status=Status.DRAFT),
        Article(id="mute", title="没有口语", body="看网页。", status=Status.PUBLISHED),
    ]  # fmt: skip
    KnowledgeStore(engine).put_all(articles, "test")
    engine.dispose()
    run("warm", "--engine", "espeak", "--limit", str(len(fixed) + 10))
    cache = SpeechCache(var / "speech", 1_000_000_000)
    assert len(list(var.rglob("*.pcm"))) == len(fixed) + 1
    assert (
        cache.get(EspeakSynthesizer(), SpeechRequest(text="带身份证去窗口办。", personal=False)) is not None
    )


def test_answers_that_begin_alike_are_made_once() -> None:
    told = [Article(id=str(i), title="题", body="文", voice=f"您好。第{i}条。") for i in range(3)]
    assert [request.text for request in article_requests(told)] == ["您好。"]
    assert not article_requests(told)[0].personal


def test_answers_are_found_in_the_code_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text(
        """'''Says things.'''
import re
PATTERN = re.compile("现在|马上!")
OPTIONAL = re.compile("(?:物业)?")
def act(say, n):
    say("好的。请讲。")
    say(f"第{n}条。")
    say("抱歉,"
        "没听清!")
    say("", speech="请\\n说?")
""",
        encoding="utf-8",
    )
    assert list(answers_in(tmp_path)) == ["好的。请讲。", "抱歉,没听清!", "请\n说?"]
    fixed = [request.text for request in fixed_requests(ROOT, "明州市")]
    assert "抱歉，我没太听明白。" in fixed, "actions/at_a_loss.py"
    assert "请马上拨打幺幺九！" in fixed, "data/danger_advice.yml"


def test_an_engine_or_text_that_is_none_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nothing to say"):
        run("say", "。。。", "--out", str(tmp_path / "a.wav"))
    with pytest.raises(Exception, match="no voice engine"):
        run("say", "您好", "--engine", "siri", "--out", str(tmp_path / "a.wav"))


def test_the_fixed_sentences_are_many_public_and_without_digits_or_places_to_fill() -> None:
    requests = fixed_requests(ROOT, "明州市")
    texts = [request.text for request in requests]
    assert len(texts) > 80 and len(set(texts)) == len(texts)
    assert not any(request.personal for request in requests)
    assert not [text for text in texts if re.search(r"[0-9{}]", text)]
    assert "您好，明州市幺二三四五热线，请问有什么可以帮您？" in texts
