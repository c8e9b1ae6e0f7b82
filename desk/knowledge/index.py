"""The search index of one collection at one revision: built once on disk, opened by every process.

Each title and each question of an article is a unit of its own. Finding goes in two steps: candidate units from an
inverted index (tantivy, BM25 over words, characters and sounds) and from sentence vectors; then, for the few articles
found, the exact similarity of their best units and of the article as a whole, fused into one score between 0 and 1.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tantivy
from scipy.sparse import csr_matrix

from desk.knowledge.analysis import Analysis, Analyzer
from desk.knowledge.embedding import Vectors

# Part of the folder name: a change of the format or of the analysis builds a new index.
FORMAT = 6
VIEWS = ("words", "chars", "sounds")
# The article as a whole (title and spoken answer) in words and characters.
WHOLE = "whole"
CANDIDATES = 80
# Sentence vectors of a larger collection are only used to rank candidates: comparing all of them would take too long.
VECTOR_SCAN_MAX_UNITS = 60_000
# Of a larger collection it is not learned which article a vector belongs to.
TOPICS_MAX_ARTICLES = 20_000
# How much the spread within all articles is evened out, how much a young article is drawn to the middle (as many texts
# of any matter), and how flat the probabilities are. Chosen on tests/data/knowledge_everyday.tsv.
EVENED, DRAWN, FLATTENED = 0.3, 5.0, 4.0
# Cosines of e5 lie between about 0.75 (nothing in common) and 1; stretched to 0..1.
E5_FLOOR = 0.78

# How the views of a unit are fused. Chosen, like the weights below, on the shipped articles' own questions: each
# question as a query against all others (bench/understanding.py prints the figures).
WEIGHT_MEANING = 0.7
WEIGHT_CHARS = 0.5
SOUND_DISCOUNT = 0.95

# How an article's evidence is fused: one lucky question is less than a whole article about the matter.
WEIGHT_BEST, WEIGHT_OTHERS, WEIGHT_CENTRE, WEIGHT_ANSWER, WEIGHT_WHOLE = 0.9, 0.3, 1.0, 0.5, 0.7
# From here on the best unit alone decides: the citizen asked in the very words of a stored question.
CERTAIN_FROM = 0.85


@dataclass(frozen=True)
class UnitHit:
    """One unit that matched: which article (position in `article_ids`) and how well (0 to 1)."""

    article: int
    score: float
    unit: int


class Index:
    """A read-only index. Thread-safe. Open with `Index.open`, make with `build`."""

    def __init__(self, folder: Path) -> None:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        self.article_ids: list[str] = meta["articles"]
        self._unit_article = np.load(folder / "unit_article.npy", mmap_mode="r")
        self._terms: dict[str, dict[str, int]] = {}
        self._idf: dict[str, npt.NDArray[np.float32]] = {}
        self._matrix: dict[str, csr_matrix] = {}
        for view in (*VIEWS, WHOLE):
            terms = json.loads((folder / f"{view}.json").read_text(encoding="utf-8"))
            self._terms[view] = {term: number for number, term in enumerate(terms)}
            self._idf[view] = np.load(folder / f"{view}.idf.npy", mmap_mode="r")
            parts = [
                np.load(folder / f"{view}.{part}.npy", mmap_mode="r")
                for part in ("data", "indices", "indptr")
            ]
            rows = len(self.article_ids) if view == WHOLE else len(self._unit_article)
            shape = (rows, max(len(terms), 1))
            self._matrix[view] = csr_matrix(tuple(parts), shape=shape, copy=False)
        self._vectors = _load_vectors(folder / "vectors.npy")
        self._sums = _load_vectors(folder / "sums.npy")
        self._answers = _load_vectors(folder / "answers.npy")
        self._topics = _load_vectors(folder / "topics.npy")
        self._schema = _schema()
        self._searcher = (
            tantivy.Index(self._schema, path=str(folder / "tantivy")).searcher() if meta["units"] else None
        )

    @property
    def has_vectors(self) -> bool:
        return self._vectors is not None

    def __len__(self) -> int:
        return len(self._unit_article)

    def rarity(self, word: str) -> float:
        """Inverse document frequency of a word over the units; the largest for one that none has."""
        column = self._terms["words"].get(word)
        return float(self._idf["words"][column]) if column is not None else self._unknown_idf()

    def _unknown_idf(self) -> float:
        return float(np.log(1 + len(self)) + 1)

    def likely(self, vector: Vectors | None) -> npt.NDArray[np.float64] | None:
        """How likely each article is meant by a text of this vector, were one of them meant: probabilities in the order of
        `article_ids`. None without vectors."""
        if vector is None or self._topics is None:
            return None
        scores = (self._topics[:, :-1] @ vector + self._topics[:, -1]).astype(np.float64) / FLATTENED
        likely = np.exp(scores - scores.max())
        return np.asarray(likely / likely.sum())

    def search(
        self, query: Analysis, vector: Vectors | None, top: int, without_unit: int | None = None
    ) -> list[UnitHit]:
        """The best unit of each of the `top` best articles, best first.

        Args:
            without_unit: leave this unit out, as if it had never been stored (to measure with stored questions).
        """
        if self._searcher is None:
            return []
        units = self._candidates(query, vector)
        if without_unit is not None:
            units = units[units != without_unit]
        if not len(units):
            return []
        scores = self._score(query, vector, units)
        articles, unit_of, fused = self._fuse(query, vector, units, scores, without_unit)
        # Stable order: equal scores keep the order of the articles.
        best = np.argsort(-fused, kind="stable")[:top]
        return [UnitHit(int(articles[i]), float(fused[i]), int(unit_of[i])) for i in best]

    def _fuse(
        self,
        query: Analysis,
        vector: Vectors | None,
        units: npt.NDArray[np.int64],
        scores: npt.NDArray[np.float64],
        without_unit: int | None,
    ) -> tuple[npt.NDArray[np.int64], list[int], npt.NDArray[np.float64]]:
        """Scores of the articles that the units belong to: (article numbers, best unit of each, scores)."""
        best: dict[int, list[float]] = {}
        unit_of: dict[int, int] = {}
        for position in np.argsort(-scores, kind="stable"):
            article = int(self._unit_article[units[position]])
            unit_of.setdefault(article, int(units[position]))
            best.setdefault(article, []).append(float(scores[position]))
        articles = np.fromiter(best, dtype=np.int64, count=len(best))
        first = np.array([s[0] for s in best.values()])
        # An article with a single text is not worse for it: its best counts again.
        others = np.array([float(np.mean(s[1:3])) if len(s) > 1 else s[0] * 0.8 for s in best.values()])
        evidence = [(WEIGHT_BEST, first), (WEIGHT_OTHERS, others)]
        whole = self._cosine(WHOLE, (*query.words, *query.chars), articles)
        evidence.append((WEIGHT_WHOLE, whole))
        if (
            vector is not None
            and self._vectors is not None
            and self._sums is not None
            and self._answers is not None
        ):
            sums = np.asarray(self._sums[articles])
            if without_unit is not None:
                sums[articles == self._unit_article[without_unit]] -= self._vectors[without_unit]
            lengths = np.maximum(np.linalg.norm(sums, axis=1), 1e-9)
            evidence.append((WEIGHT_CENTRE, _stretch(sums @ vector / lengths)))
            evidence.append((WEIGHT_ANSWER, _stretch(self._answers[articles] @ vector)))
        total = sum(weight for weight, _ in evidence)
        fused = sum((weight * part for weight, part in evidence), np.zeros(len(articles))) / total
        certain = np.clip((first - CERTAIN_FROM) / (1 - CERTAIN_FROM), 0.0, 1.0)
        return articles, list(unit_of.values()), np.maximum(fused, certain * first + (1 - certain) * fused)

    def _candidates(self, query: Analysis, vector: Vectors | None) -> npt.NDArray[np.int64]:
        assert self._searcher is not None
        found: set[int] = set()
        for view in VIEWS:
            terms = [t for t in dict.fromkeys(getattr(query, view)) if t in self._terms[view]]
            # Single characters and syllables are in half of all texts; the pairs find the same texts much faster.
            if view != "words":
                pairs = [t for t in terms if _is_pair(view, t)]
                terms = pairs if len(pairs) >= 2 else terms
            if not terms:
                continue
            # The rarest terms decide; a 400-character story would otherwise scan the whole index.
            terms.sort(key=lambda t: -float(self._idf[view][self._terms[view][t]]))
            clauses = [
                (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, view, term))
                for term in terms[:24]
            ]
            results = self._searcher.search(
                tantivy.Query.boolean_query(clauses), limit=CANDIDATES, count=False
            )
            for _, address in results.hits:
                found.add(int(self._searcher.doc(address)["unit"][0]))
        if vector is not None and self._vectors is not None and len(self) <= VECTOR_SCAN_MAX_UNITS:
            similarity = self._vectors @ vector
            count = min(CANDIDATES, len(similarity))
            found.update(int(u) for u in np.argpartition(-similarity, count - 1)[:count])
        return np.fromiter(sorted(found), dtype=np.int64, count=len(found))

    def _score(
        self, query: Analysis, vector: Vectors | None, units: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float64]:
        cosine = {view: self._cosine(view, getattr(query, view), units) for view in VIEWS}
        written = WEIGHT_CHARS * cosine["chars"] + (1 - WEIGHT_CHARS) * cosine["words"]
        heard = SOUND_DISCOUNT * cosine["sounds"]
        form = np.maximum(written, heard)
        if vector is None or self._vectors is None:
            return form
        meaning = _stretch(self._vectors[units] @ vector)
        fused = (1 - WEIGHT_MEANING) * form + WEIGHT_MEANING * meaning
        # A misheard text says something else; where it sounds almost the same, what it says does not count.
        certain = np.clip((cosine["sounds"] - 0.6) / 0.4, 0.0, 1.0)
        return np.maximum(fused, certain * heard)

    def _cosine(
        self, view: str, terms: Sequence[str], units: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float64]:
        known, idf = self._terms[view], self._idf[view]
        # A term that no unit has still counts in the length: half a match is half a match.
        unknown_idf = self._unknown_idf()
        columns, values, square = [], [], 0.0
        for term, count in Counter(terms).items():
            column = known.get(term)
            weight = (1 + np.log(count)) * (float(idf[column]) if column is not None else unknown_idf)
            square += weight * weight
            if column is not None:
                columns.append(column)
                values.append(weight)
        if not columns:
            return np.zeros(len(units))
        dense = np.zeros(self._matrix[view].shape[1], dtype=np.float32)
        dense[columns] = np.asarray(values, dtype=np.float32) / np.sqrt(square)
        return np.asarray(self._matrix[view][units] @ dense, dtype=np.float64)


def _stretch(cosines: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    return np.clip((cosines.astype(np.float64) - E5_FLOOR) / (1 - E5_FLOOR), 0.0, 1.0)


def _load_vectors(path: Path) -> Vectors | None:
    return np.load(path, mmap_mode="r") if path.exists() else None


@dataclass(frozen=True)
class Source:
    """What is indexed of one article: the texts it is asked with, and the article as a whole in a few sentences."""

    article_id: str
    texts: Sequence[str]
    whole: str


def build(
    folder: Path, analyzer: Analyzer, sources: Sequence[Source], vectors: tuple[Vectors, Vectors] | None
) -> None:
    """Write an index folder. Atomic: the folder appears whole or not at all.

    Args:
        vectors: one row per text (in order of the sources and their texts), and one row per source for its whole;
            None without an embedder.
    """
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    (part / "tantivy").mkdir(parents=True)
    analyses = [
        (number, analyzer.analyze(text)) for number, source in enumerate(sources) for text in source.texts
    ]
    np.save(part / "unit_article.npy", np.asarray([number for number, _ in analyses], dtype=np.int64))
    for view in VIEWS:
        _write_view(part, view, [getattr(analysis, view) for _, analysis in analyses])
    wholes = [analyzer.analyze(source.whole) for source in sources]
    _write_view(part, WHOLE, [(*whole.words, *whole.chars) for whole in wholes])
    if vectors is not None:
        units, answers = vectors
        np.save(part / "vectors.npy", units)
        np.save(part / "answers.npy", answers)
        sums = np.zeros((len(sources), units.shape[1]), dtype=np.float32)
        np.add.at(sums, np.asarray([number for number, _ in analyses], dtype=np.int64), units)
        np.save(part / "sums.npy", sums)
        if 1 < len(sources) <= TOPICS_MAX_ARTICLES:
            np.save(part / "topics.npy", _topics(units, [number for number, _ in analyses], sums))
    if analyses:
        writer = tantivy.Index(_schema(), path=str(part / "tantivy")).writer(
            heap_size=128_000_000, num_threads=1
        )
        for unit, (_, analysis) in enumerate(analyses):
            document = tantivy.Document()
            document.add_unsigned("unit", unit)
            for view in VIEWS:
                # No term contains a space, and the field's splitter cuts exactly there.
                document.add_text(view, " ".join(getattr(analysis, view)))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
    meta = {"format": FORMAT, "articles": [source.article_id for source in sources], "units": len(analyses)}
    (part / "meta.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)


def _topics(units: Vectors, owners: Sequence[int], sums: Vectors) -> Vectors:
    """A row for each article: weights of the vector's directions, and a last column to add. Linear discriminants: in closed
    form, from the means of the articles and the spread within them, so that a changed article costs no training."""
    owner = np.asarray(owners, dtype=np.int64)
    count = np.bincount(owner, minlength=len(sums)).astype(np.float64)
    middle = units.mean(axis=0, dtype=np.float64)
    means = (sums + DRAWN * middle) / (count + DRAWN)[:, None]
    apart = units - means[owner]
    spread = apart.T @ apart / len(units)
    spread += EVENED * np.trace(spread) / len(spread) * np.eye(len(spread)) + 1e-9 * np.eye(len(spread))
    weights = np.linalg.solve(spread, means.T).T
    bias = -0.5 * (weights * means).sum(axis=1)
    return np.hstack([weights, bias[:, None]]).astype(np.float32)


def _write_view(folder: Path, view: str, texts: Sequence[Sequence[str]]) -> None:
    """TF-IDF rows of length 1 as plain numpy files, which every process maps instead of copying."""
    terms: dict[str, int] = {}
    indptr, indices, data = [0], [], []
    for text in texts:
        counts = Counter(text)
        for term, count in counts.items():
            indices.append(terms.setdefault(term, len(terms)))
            data.append(1 + np.log(count))
        indptr.append(len(indices))
    columns = np.asarray(indices, dtype=np.int32)
    frequency = (
        np.bincount(columns, minlength=max(len(terms), 1)) if len(columns) else np.zeros(max(len(terms), 1))
    )
    idf = (np.log((1 + len(texts)) / (1 + frequency)) + 1).astype(np.float32)
    rows = np.asarray(data, dtype=np.float32) * (
        idf[columns] if len(columns) else np.zeros(0, dtype=np.float32)
    )
    starts = np.asarray(indptr, dtype=np.int64)
    lengths = np.zeros(len(texts))
    np.add.at(lengths, np.repeat(np.arange(len(texts)), np.diff(starts)), rows.astype(np.float64) ** 2)
    norms = np.sqrt(np.maximum(lengths, 1e-12))
    rows = (rows / np.repeat(norms, np.diff(starts))).astype(np.float32)
    np.save(folder / f"{view}.idf.npy", idf)
    np.save(folder / f"{view}.data.npy", rows)
    np.save(folder / f"{view}.indices.npy", columns)
    np.save(folder / f"{view}.indptr.npy", starts)
    (folder / f"{view}.json").write_text(json.dumps(list(terms), ensure_ascii=False), encoding="utf-8")


def _is_pair(view: str, term: str) -> bool:
    return "_" in term if view == "sounds" else len(term) > 1


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("unit", stored=True)
    for view in VIEWS:
        builder.add_text_field(view, stored=False, tokenizer_name="whitespace", index_option="freq")
    return builder.build()
