"""The model on disk is trained when it must be, once, and loaded otherwise."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from desk.orders.category import BadCategoryData, artifact, is_stale, load_or_train, model_folder


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every folder that was trained from, in order."""
    calls: list[Path] = []
    real = artifact.train_from

    def counted(data_dir: Path) -> artifact.CategoryClassifier:
        calls.append(data_dir)
        return real(data_dir)

    monkeypatch.setattr(artifact, "train_from", counted)
    return calls


def test_it_trains_once_and_loads_afterwards(data_dir: Path, tmp_path: Path, trainings: list[Path]) -> None:
    assert is_stale(model_folder(tmp_path), data_dir)
    load_or_train(data_dir, tmp_path)
    assert not is_stale(model_folder(tmp_path), data_dir)
    assert load_or_train(data_dir, tmp_path).classify("停水了").code == "A1"
    assert len(trainings) == 1


def test_a_second_copy_of_the_product_takes_the_model_of_the_first(
    data_dir: Path, tmp_path: Path, trainings: list[Path]
) -> None:
    (data_dir.parent / "models").mkdir(exist_ok=True)
    load_or_train(data_dir, tmp_path / "first")
    assert load_or_train(data_dir, tmp_path / "second").classify("停水了").code == "A1"
    assert len(trainings) == 1


@pytest.mark.parametrize("name", ["tree.tsv", "keywords.tsv", "examples/all.tsv"])
def test_any_changed_input_makes_it_stale(
    data_dir: Path, tmp_path: Path, trainings: list[Path], name: str
) -> None:
    load_or_train(data_dir, tmp_path)
    file = data_dir / "categories" / name
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("水压", "水的压力").replace("水务集团", "水司").replace("1.5", "1.6"), encoding="utf-8"
    )
    assert is_stale(model_folder(tmp_path), data_dir)
    load_or_train(data_dir, tmp_path)
    assert len(trainings) == 2


def test_new_asides_and_another_network_change_the_digest(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights on the sentence vector mean nothing to a network that was trained anew."""
    found = {artifact.input_digest(data_dir)}
    (data_dir / "categories" / "asides.tsv").write_text("text\n喂 你好\n在吗\n", encoding="utf-8")
    found.add(artifact.input_digest(data_dir))
    (tmp_path / artifact.GRAPH_FILE).write_bytes(b"another network")
    monkeypatch.setattr(artifact, "WEIGHTS", tmp_path)
    found.add(artifact.input_digest(data_dir))
    assert len(found) == 3


def test_a_damaged_file_is_trained_again(data_dir: Path, tmp_path: Path, trainings: list[Path]) -> None:
    load_or_train(data_dir, tmp_path)
    (model_folder(tmp_path) / "weights.npz").write_bytes(b"cut off")
    assert load_or_train(data_dir, tmp_path).classify("停水了").code == "A1"
    assert len(trainings) == 2


def test_bad_data_is_reported_and_leaves_no_model(data_dir: Path, tmp_path: Path) -> None:
    (data_dir / "categories" / "tree.tsv").write_text("nonsense\n", encoding="utf-8")
    with pytest.raises(BadCategoryData, match="tree.tsv:1"):
        load_or_train(data_dir, tmp_path)
    assert is_stale(model_folder(tmp_path), data_dir)


def _train_and_stamp(data_dir: Path, var_dir: Path, start: object, stamps: Path) -> None:
    real = artifact.train_from

    def stamped(source: Path) -> artifact.CategoryClassifier:
        with stamps.open("a", encoding="utf-8") as file:
            file.write("trained\n")
        return real(source)

    artifact.train_from = stamped
    start.wait()  # type: ignore[attr-defined]
    load_or_train(data_dir, var_dir)


def test_two_processes_train_once(data_dir: Path, tmp_path: Path) -> None:
    """Both find no model; the second waits at the lock and loads what the first made."""
    context = multiprocessing.get_context("fork")
    start, stamps = context.Event(), tmp_path / "stamps"
    workers = [
        context.Process(target=_train_and_stamp, args=(data_dir, tmp_path, start, stamps)) for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    start.set()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert stamps.read_text(encoding="utf-8") == "trained\n"
