"""Rasa's commands work without TensorFlow, and whoever configures a neural component still gets it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("rasa", reason="runs in bot/.venv only")

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 300
CONFIG = """
recipe: default.v1
assistant_id: light
language: zh
pipeline:
  - name: bot.components.tokenizer.LexiconTokenizer
    dictionary_path: null
  - name: CountVectorsFeaturizer
    analyzer: char_wb
  - name: bot.components.intent_classifier.LinearIntentClassifier
    sparse: [{alias}]
    dense: []
policies:
  - name: RulePolicy
"""
DOMAIN = """
version: "3.1"
intents: [greet, leave]
responses:
  utter_greet: [{text: 您好}]
  utter_leave: [{text: 再见}]
"""
NLU = """
version: "3.1"
nlu:
  - intent: greet
    examples: |
      - 你好
      - 您好
      - 早上好
  - intent: leave
    examples: |
      - 再见
      - 拜拜
      - 回头见
"""
RULES = """
version: "3.1"
rules:
  - rule: greeted
    steps: [{intent: greet}, {action: utter_greet}]
  - rule: left
    steps: [{intent: leave}, {action: utter_leave}]
"""
STORIES = """
version: "3.1"
stories:
  - story: all
    steps:
      - user: 你好
        intent: greet
      - action: utter_greet
"""
NEURAL_REGISTRY = """
from bot.light import leave_tensorflow_out
leave_tensorflow_out()
import sys
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
found = DefaultV1Recipe._from_registry("CountVectorsFeaturizer").clazz
assert found.__module__.endswith("count_vectors_featurizer") and "tensorflow" not in sys.modules
for name in ("DIETClassifier", "ResponseSelector", "TEDPolicy", "UnexpecTEDIntentPolicy"):
    found = DefaultV1Recipe._from_registry(name).clazz
    assert found.get_default_config()["epochs"] > 0, name
from rasa.shared.utils.common import class_from_module_path
by_path = class_from_module_path("rasa.nlu.classifiers.diet_classifier.DIETClassifier")
assert by_path is DefaultV1Recipe._from_registry("DIETClassifier").clazz
assert "tensorflow" in sys.modules
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A Rasa project of two intents, beside a TensorFlow that must not be imported."""
    files = {
        "config.yml": CONFIG.replace("{alias}", "characters").replace(
            "    analyzer", "    alias: characters\n    analyzer"
        ),
        "domain.yml": DOMAIN,
        "data/nlu.yml": NLU,
        "data/rules.yml": RULES,
        "tests/test_stories.yml": STORIES,
        "blocked/tensorflow/__init__.py": "raise AssertionError('TensorFlow was imported')\n",
        "blocked/keras/__init__.py": "raise AssertionError('Keras was imported')\n",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def command(project: Path, *arguments: str, blocked: bool = True) -> str:
    """What `python -m bot.command` printed; it must end well."""
    path = [str(project / "blocked")] * blocked + [str(ROOT)]
    done = subprocess.run(
        [sys.executable, "-m", "bot.command", *arguments],
        cwd=project,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path), "RASA_TELEMETRY_ENABLED": "false"},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout + done.stderr


def test_what_is_blocked_would_be_noticed(project: Path) -> None:
    code = "import rasa.core.agent"
    environment = {**os.environ, "PYTHONPATH": str(project / "blocked")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=LIMIT_S
    )
    assert done.returncode != 0 and "TensorFlow was imported" in done.stderr


def test_validating_training_and_testing_need_no_tensorflow(project: Path) -> None:
    command(project, "data", "validate")
    command(project, "train", "--fixed-model-name", "light")
    assert (project / "models" / "light.tar.gz").exists()
    command(project, "test", "core", "--stories", "tests", "--no-plot")
    report = json.loads((project / "results" / "story_report.json").read_text(encoding="utf-8"))
    assert report["conversation_accuracy"]["accuracy"] == 1.0
    # Rasa's evaluation of sentences asks for one of its neural classes by its module: there it may come.
    command(project, "test", "nlu", "--nlu", "data", "--no-plot", blocked=False)
    report = json.loads((project / "results" / "intent_report.json").read_text(encoding="utf-8"))
    assert report["accuracy"] == 1.0


def test_a_neural_component_is_found_by_name_and_by_path() -> None:
    """By name the registry imports it; by path, as in a model that holds one, an ordinary import does."""
    done = subprocess.run(
        [sys.executable, "-c", NEURAL_REGISTRY],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )
    assert done.returncode == 0, done.stderr[-3000:]
