"""Rasa without TensorFlow: none of our components uses it, and importing it takes half of the start and 200 MB a process.

Rasa 3.6 imports its neural components wherever it looks a component up, so TensorFlow comes with any command. Here the
modules that import them see names in their place, which stand for nothing; whoever configures or loads a neural
component gets the real one, and TensorFlow with it:

* by name (`DIETClassifier`) from the registry, which imports it when it is asked for;
* by its path, or from a model that holds one, by an ordinary import: no module of Rasa's stays replaced.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

# Module -> the names that others import from it, of every module whose import brings TensorFlow.
NEURAL = {
    "rasa.nlu.classifiers.diet_classifier": ("DIETClassifier",),
    "rasa.nlu.featurizers.dense_featurizer.convert_featurizer": ("ConveRTFeaturizer",),
    "rasa.nlu.featurizers.dense_featurizer.lm_featurizer": ("LanguageModelFeaturizer",),
    "rasa.nlu.selectors.response_selector": ("ResponseSelector",),
    "rasa.core.policies.ted_policy": ("TEDPolicy",),
    "rasa.core.policies.unexpected_intent_policy": ("UnexpecTEDIntentPolicy",),
}
# What the helpers of neural components are made of; they are called while such a component is trained.
HELPERS = {
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaBatchDataGenerator",),
}
# They import the names above, and keep them.
IMPORTERS = (
    "rasa.utils.train_utils",
    "rasa.engine.recipes.default_components",
    "rasa.graph_components.validators.default_recipe_validator",
)
_HOMES = {name: module for module, names in NEURAL.items() for name in names}


def leave_tensorflow_out() -> None:
    """Call it before anything of Rasa is imported. Does nothing where TensorFlow is there already."""
    if "tensorflow" in sys.modules:
        return
    with _stood_in_for({**NEURAL, **HELPERS}):
        for module in IMPORTERS:
            importlib.import_module(module)
    from rasa.engine.recipes.default_recipe import DefaultV1Recipe

    DefaultV1Recipe._registered_components = _Registry(DefaultV1Recipe._registered_components)


class _Registry(dict[str, Any]):
    """Components by name. A neural one registers itself when it is imported, which is when somebody asks for it."""

    def __contains__(self, name: object) -> bool:
        if name in _HOMES and not super().__contains__(name):
            importlib.import_module(_HOMES[str(name)])
        return super().__contains__(name)


@contextmanager
def _stood_in_for(modules: dict[str, tuple[str, ...]]) -> Iterator[None]:
    for module, names in modules.items():
        stand_in = ModuleType(module)
        for name in names:
            setattr(stand_in, name, _placeholder(module, name))
        sys.modules[module] = stand_in
    try:
        yield
    finally:
        for module in modules:
            del sys.modules[module]


def _placeholder(module: str, name: str) -> type:
    """A class that nothing is an instance of; called, it makes an object of the real one."""

    def make(_cls: type, *args: Any, **options: Any) -> Any:
        return getattr(importlib.import_module(module), name)(*args, **options)

    return type(name, (), {"__module__": module, "__new__": make})
