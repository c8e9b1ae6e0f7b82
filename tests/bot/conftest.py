"""Shared by the tests of the Rasa side. They run in bot/.venv: `PYTHONPATH=. bot/.venv/bin/python -m pytest tests/bot`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _in_repository_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="session")
def now() -> datetime:
    """Sunday, 22 November 2026, three in the afternoon, in China."""
    return datetime(2026, 11, 22, 15, 0, tzinfo=timezone(timedelta(hours=8)))


@pytest.fixture
def graph(tmp_path: Path) -> Callable[..., Any]:
    """`graph(Component, config)` creates one; `graph(Component, config, load=True)` loads what the first persisted."""
    pytest.importorskip("rasa", reason="runs in bot/.venv only")
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource

    folder = tmp_path / "model"
    folder.mkdir()
    storage = LocalModelStorage(folder)
    context = ExecutionContext(GraphSchema({}), node_name="node")

    def build(component: Any, config: dict[str, Any] | None = None, load: bool = False) -> Any:
        full = {**component.get_default_config(), **(config or {})}
        make = component.load if load else component.create
        return make(full, storage, Resource(component.__name__), context)

    return build
