"""Order category (诉求分类): a leaf of the category tree, its department and urgency, from a citizen's own words.

Reading order: tree, examples, views, features, model, training, artifact; urgency stands alone.
"""

from __future__ import annotations

from desk.orders.category.artifact import (
    input_digest,
    is_stale,
    load_or_train,
    model_folder,
    train_from,
)
from desk.orders.category.batch import classify_file, classify_text
from desk.orders.category.errors import BadCategoryData, BadCategoryModel, CategoryError
from desk.orders.category.model import Category, CategoryClassifier
from desk.orders.category.tree import CategoryNode, CategoryTree
from desk.orders.category.urgency import UrgencyVerdict, judge_urgency

__all__ = [
    "BadCategoryData",
    "BadCategoryModel",
    "Category",
    "CategoryClassifier",
    "CategoryError",
    "CategoryNode",
    "CategoryTree",
    "UrgencyVerdict",
    "classify_file",
    "classify_text",
    "input_digest",
    "is_stale",
    "judge_urgency",
    "load_or_train",
    "model_folder",
    "train_from",
]
