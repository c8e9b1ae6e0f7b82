"""Knowledge: versioned articles in SQL, and a hybrid search over those that are published and in force.

Reading order: article, tables, store, importer, analysis, index, sections, aspects, focus, follow_up, search.
"""

from desk.knowledge.article import Article, Status
from desk.knowledge.focus import WHOLE, Part
from desk.knowledge.search import Answer, Hit, KnowledgeSearch, Outcome, open_search
from desk.knowledge.store import KnowledgeStore

__all__ = [
    "WHOLE",
    "Answer",
    "Article",
    "Hit",
    "KnowledgeSearch",
    "KnowledgeStore",
    "Outcome",
    "Part",
    "Status",
    "open_search",
]
