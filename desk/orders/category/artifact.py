"""The trained model on disk: found, judged fresh or stale, trained by one process at a time."""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path

from filelock import FileLock

from desk.orders.category.errors import BadCategoryModel
from desk.orders.category.examples import load_asides, load_examples, load_keywords
from desk.orders.category.model import FORMAT, META_FILE, CategoryClassifier
from desk.orders.category.training import train
from desk.orders.category.tree import CategoryTree
from language.encoder.encoder import GRAPH_FILE, WEIGHTS, Encoder

logger = logging.getLogger(__name__)

LOCK_TIMEOUT_S = 300
"""Far above the minute that a training takes on a slow core."""
CODE_FILES = ("asides.py", "features.py", "model.py", "training.py", "views.py")
"""A change in how texts become vectors makes the old weights wrong, though the data is the same."""


def category_folder(data_dir: Path) -> Path:
    """`data_dir` is the product's data folder (or the categories folder itself)."""
    return data_dir / "categories" if (data_dir / "categories").is_dir() else data_dir


def model_folder(var_dir: Path) -> Path:
    return var_dir / "models" / "order_category"


def shared_folder(data_dir: Path) -> Path | None:
    """Beside the other trained models of this checkout: a second copy of the product need not train again. None where
    there is no such folder."""
    models = data_dir.parent / "models"
    return models / "order_category" if models.is_dir() else None


def input_digest(data_dir: Path) -> str:
    """Changes when the tree, the texts, the keywords, the code that reads them or the encoder's network change."""
    folder = category_folder(data_dir)
    files = [folder / "tree.tsv", folder / "keywords.tsv", folder / "asides.tsv"]
    files += sorted((folder / "examples").glob("*.tsv"))
    files += [Path(__file__).parent / name for name in CODE_FILES]
    files.append(WEIGHTS / GRAPH_FILE)
    total = hashlib.sha256(str(FORMAT).encode())
    for file in files:
        total.update(file.name.encode() + b"\0")
        total.update(file.read_bytes() if file.exists() else b"")
        total.update(b"\0")
    return total.hexdigest()


def is_stale(path: Path, data_dir: Path) -> bool:
    """True if the model folder `path` holds no model, or one of other inputs. Reads, never writes."""
    try:
        meta = json.loads((path / META_FILE).read_text(encoding="utf-8"))
        return bool(meta["digest"] != input_digest(data_dir))
    except (OSError, ValueError, KeyError, TypeError):
        return True


def train_from(data_dir: Path) -> CategoryClassifier:
    """Raises: BadCategoryData naming file and line; EncoderError without the encoder's files."""
    folder = category_folder(data_dir)
    digest = input_digest(data_dir)
    tree = CategoryTree.load(folder / "tree.tsv")
    examples = load_examples(folder / "examples", tree)
    keywords = load_keywords(folder / "keywords.tsv", tree)
    asides = load_asides(folder / "asides.tsv")
    return train(tree, examples, keywords, digest, asides=asides, encoder=Encoder.load())


def load_or_train(data_dir: Path, var_dir: Path) -> CategoryClassifier:
    """The model for `data_dir`, from `var_dir` if fresh, else trained and kept there.

    Several processes may call this at once: one trains, the others wait and load its result.
    Raises: BadCategoryData; filelock.Timeout when another process trains for longer than LOCK_TIMEOUT_S.
    """
    folder = model_folder(var_dir)
    ready = _load_fresh(folder, data_dir)
    if ready is not None:
        return ready
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "train.lock", timeout=LOCK_TIMEOUT_S):
        ready = _load_fresh(folder, data_dir)
        if ready is not None:
            return ready
        shared = shared_folder(data_dir)
        classifier = _load_fresh(shared, data_dir) if shared else None
        if classifier is None:
            logger.info("training the category classifier")
            classifier = train_from(data_dir)
            if shared:
                _keep_shared(classifier, shared)
        classifier.save(folder)
        return classifier


def _keep_shared(classifier: CategoryClassifier, shared: Path) -> None:
    try:
        classifier.save(shared)
    except OSError as error:
        # Whoever runs the product may not be allowed to write there; its own folder has the model.
        logger.info("the category model is not shared", extra={"error": type(error).__name__})


def _load_fresh(folder: Path, data_dir: Path) -> CategoryClassifier | None:
    if is_stale(folder, data_dir):
        return None
    try:
        return CategoryClassifier.load(folder, Encoder.load())
    except BadCategoryModel:
        logger.warning("the category model is damaged and will be trained again")
        return None
