"""The reader: what was asked changes what is read, a broken part costs the reading and not the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rasa", reason="runs in bot/.venv only")

from rasa.shared.core.events import ActiveLoop, BotUttered, SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components import reader as reader_module
from bot.components.context import expecting
from bot.components.reader import READING, MessageReader
from language.reading import Reading
from tests.bot.conftest import ROOT

Graph = Callable[..., Any]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MessageReader]:
    """Trained on what ships, without examples of intents. The tagger is the last training's, where there was one."""
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource

    storage = LocalModelStorage(tmp_path_factory.mktemp("reader"))
    context = ExecutionContext(GraphSchema({}), node_name="reader")
    config = {**MessageReader.get_default_config(), "cache_path": str(ROOT / "models" / "reader")}
    resource = Resource("reader")
    MessageReader.create(config, storage, resource, context).train(TrainingData([]))
    yield MessageReader.load(config, storage, resource, context)


def read(reader: MessageReader, text: str, asked: str = "start") -> Reading:
    message = Message({TEXT: text, "metadata": {"expecting": asked}})
    reader.process([message])
    return Reading.from_json(message.get(READING))


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("楼底下充电的电瓶车烧起来了,楼道头全是烟,我们在五楼下不去", "start"),
        ("先别问了,我爸躺地上叫不应了", "phone"),
        ("药我都咽下去了,谢谢你们听我说", "start"),
        ("他又回来砸门了,手里拎着菜刀", "name"),
    ],
)
def test_danger_in_everyday_words_is_read(reader: MessageReader, text: str, asked: str) -> None:
    assert read(reader, text, asked).danger >= 0.5


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("去年着火那次的赔偿一直没给", "start"),
        ("消防队对面那个小区,3栋", "place"),
        ("气死我了,跑了三趟还没办好", "start"),
        ("灭火器多久换一次", "start"),
    ],
)
def test_what_only_sounds_like_danger_is_not(reader: MessageReader, text: str, asked: str) -> None:
    assert read(reader, text, asked).danger < 0.5


def test_the_question_decides_what_a_short_answer_is(reader: MessageReader) -> None:
    assert read(reader, "没有了", "summary").does("nothing", "yes")
    assert read(reader, "不清楚", "subject").does("unknown")
    assert read(reader, "不想说", "name").does("refuse")


def test_values_are_marked_where_they_stand(reader: MessageReader) -> None:
    text = "就在和平路88号幸福里小区3栋楼下"
    (place,) = read(reader, text, "place").labelled("place")
    assert "和平路88号" in place.of(text)


def test_a_button_is_not_read(reader: MessageReader) -> None:
    message = Message({TEXT: "/affirm"})
    reader.process([message])
    assert message.get(READING) is None


def test_a_failing_part_costs_the_reading_only(
    reader: MessageReader, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(reader, "read", fail)
    message = Message({TEXT: "路灯坏了"})
    reader.process([message])
    assert message.get(READING) is None
    assert "message not read: RuntimeError" in caplog.text
    assert "路灯" not in caplog.text


def said(kind: str) -> BotUttered:
    return BotUttered("", {"custom": {"kind": kind, "text": "…"}})


@pytest.mark.parametrize(
    ("events", "asked"),
    [
        ((), "start"),
        ((said("answer"),), "answer"),
        ((said("order_card"),), "done"),
        ((said("clarify"),), "clarify"),
        ((SlotSet("pending", {"offer": "order"}), said("text")), "offer"),
        ((SlotSet("pending", {"offer": "callback"}), said("text")), "callback"),
    ],
)
def test_what_the_bot_said_last_is_the_context(events: tuple[Any, ...], asked: str) -> None:
    found = DialogueStateTracker("c", [AnySlot("pending", mappings=[{}])])
    for event in [*events, UserUttered("话")]:
        found.update(event)
    assert expecting(found) == asked


def test_an_open_form_says_what_it_asks() -> None:
    found = DialogueStateTracker("c", [AnySlot("order_draft", mappings=[{}])])
    for event in (SlotSet("order_draft", {"asked": "caller"}), ActiveLoop("order_form"), UserUttered("王")):
        found.update(event)
    assert expecting(found) == "name"
    assert expecting(None) == "start"


@pytest.fixture
def few_turns(tmp_path: Path) -> Path:
    """A small folder of annotated turns."""
    source = sorted((ROOT / "data" / "dialogue").glob("*.txt"))[0]
    folder = tmp_path / "dialogue"
    folder.mkdir()
    lines = source.read_text(encoding="utf-8").splitlines()
    (folder / "few.txt").write_text("\n".join(lines[:60]) + "\n", encoding="utf-8")
    return folder


def teach(graph: Graph, tmp_path: Path, turns: Path) -> None:
    config = {"dialogue_path": str(turns), "cache_path": str(tmp_path / "cache")}
    graph(MessageReader, config).train(TrainingData([]))


def test_the_next_training_takes_over_the_tagger_until_its_turns_change(
    graph: Graph, tmp_path: Path, few_turns: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taught = []
    real = reader_module._train_tagger
    monkeypatch.setattr(
        reader_module, "_train_tagger", lambda turns, path: (taught.append(len(turns)), real(turns, path))
    )
    for _ in range(2):
        teach(graph, tmp_path, few_turns)
    assert len(taught) == 1
    (kept,) = (tmp_path / "cache").iterdir()
    lines = (few_turns / "few.txt").read_text(encoding="utf-8").splitlines()
    (few_turns / "few.txt").write_text("\n".join(lines[:40]) + "\n", encoding="utf-8")
    teach(graph, tmp_path, few_turns)
    assert len(taught) == 2
    (newer,) = (tmp_path / "cache").iterdir()
    assert newer != kept


@pytest.mark.parametrize("left", [0, 100])
def test_a_tagger_that_was_cut_off_is_taught_again(
    graph: Graph, tmp_path: Path, few_turns: Path, left: int
) -> None:
    teach(graph, tmp_path, few_turns)
    (kept,) = (tmp_path / "cache").iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(whole[:left])
    teach(graph, tmp_path, few_turns)
    assert len(kept.read_bytes()) == len(whole)
