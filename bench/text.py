"""What the gateway costs on top of Rasa, how fast the search is, and how much memory the processes take.

Usage: python bench/text.py [--only turns,search,memory] [--turns 150] [--articles 1000,10000,100000]
Starts a private copy of the product; prints ratios within one run, since absolute times depend on the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import httpx
import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

from bench.machine import machine
from bench.writing import NO_LIMITS, Say, gateway_citizen, load
from desk.knowledge import Article, KnowledgeSearch, KnowledgeStore
from desk.knowledge.analysis import Analyzer
from desk.knowledge.embedding import EncoderEmbedder, Vectors
from desk.knowledge.importer import read_articles
from desk.settings import ROOT, WORDS_FILE, OwnServer, load_settings
from desk.store.base import Base
from desk.store.engine import open_engine
from launcher.private import PrivateProduct

CONSOLE = Console(width=110, highlight=False)
IN_FLIGHT = (1, 8, 32)


def percentiles(times_s: list[float]) -> list[str]:
    return [f"{np.percentile(times_s, q) * 1000:.0f}" for q in (50, 95, 99)]


async def rasa_citizen(client: httpx.AsyncClient) -> Say:
    sender = uuid.uuid4().hex

    async def say(text: str) -> None:
        body = {
            "sender": sender,
            "message": text,
            "metadata": {"channel": "api", "seq": 1, "now": datetime.now().astimezone().isoformat()},
        }
        answer = await client.post("/webhooks/rest/webhook", json=body)
        answer.raise_for_status()
        assert answer.json(), "Rasa answered nothing"

    return say


async def turns(product: PrivateProduct, count: int) -> None:
    shown = Table(
        "in flight",
        "path",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "turns/s",
        title="One turn, straight to Rasa and through the gateway",
    )
    paths = (
        ("Rasa", rasa_citizen, product.settings.rasa_url, product.settings.own_headers(OwnServer.RASA)),
        ("gateway", gateway_citizen, product.url, {}),
    )
    for _, make, url, headers in paths:
        await load(make, url, 2, 16, headers)
    for in_flight in IN_FLIGHT:
        times: dict[str, list[float]] = {"Rasa": [], "gateway": []}
        rates: dict[str, list[float]] = {"Rasa": [], "gateway": []}
        # In turns, A B A B, so that a machine that slows down slows both.
        for _ in range(3):
            for name, make, url, headers in paths:
                took, rate = await load(make, url, in_flight, max(count // 3, in_flight), headers)
                times[name] += took
                rates[name].append(rate)
        for name in ("Rasa", "gateway"):
            shown.add_row(str(in_flight), name, *percentiles(times[name]), f"{np.mean(rates[name]):.1f}")
        ratio = [np.percentile(times["gateway"], q) / np.percentile(times["Rasa"], q) for q in (50, 95, 99)]
        shown.add_row(str(in_flight), "gateway / Rasa", *(f"{r:.2f}" for r in ratio), "")
    CONSOLE.print(shown)


def memory(product: PrivateProduct) -> None:
    shown = Table("process", "resident MB", title="Memory after the turns above")
    total = 0.0
    for name in product.names:
        process = psutil.Process(product.pid(name))
        used = sum(p.memory_info().rss for p in [process, *process.children(recursive=True)]) / 1e6
        total += used
        shown.add_row(name, f"{used:.0f}")
    shown.add_row("all", f"{total:.0f}")
    CONSOLE.print(shown)


class RandomArticleVectors:
    """Articles get vectors without meaning, since real ones of 100,000 take half an hour; queries get real ones, whose
    time belongs to the search."""

    name = "random"
    dimensions = EncoderEmbedder.dimensions

    def __init__(self) -> None:
        self._of_queries = EncoderEmbedder()

    def embed(self, texts: Sequence[str]) -> Vectors:
        if len(texts) == 1:
            return self._of_queries.embed(texts)
        drawn = (
            np.random.default_rng(len(texts)).normal(size=(len(texts), self.dimensions)).astype(np.float32)
        )
        return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def search(sizes: list[int], queries: int = 300) -> None:
    settings = load_settings()
    shipped = read_articles(ROOT / "data" / "knowledge")
    questions = [question for article in shipped for question in article.questions]
    analyzer = Analyzer(ROOT / "data" / "lexicon", ROOT / "data" / "synonyms.txt", WORDS_FILE)
    draw = random.Random(0)
    shown = Table(
        "articles", "vectors", "index s", "p50 ms", "p95 ms", "p99 ms", title="Knowledge search, one thread"
    )
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            engine = open_engine(f"sqlite:///{folder}/bench.db")
            Base.metadata.create_all(engine)
            # Shipped questions cut and joined anew: real words in as many different texts as wanted.
            articles = []
            for number in range(size):
                first, second = draw.choice(questions), draw.choice(questions)
                title = first[: len(first) // 2] + second[len(second) // 2 :] + str(number)
                articles.append(
                    Article(
                        id=f"a{number}",
                        title=title,
                        questions=(draw.choice(questions) + title[:4],),
                        body="答",
                    )
                )
            KnowledgeStore(engine).put_all(articles, "bench")
            for name, embedder in (("none", None), ("as in production", RandomArticleVectors())):
                found = KnowledgeSearch(
                    engine,
                    Path(folder),
                    analyzer=analyzer,
                    embedder=embedder,
                    today=date.today,
                    min_score=settings.knowledge_min_score,
                    tie_margin=settings.knowledge_tie_margin,
                    check_every_s=3600,
                )
                began = time.perf_counter()
                found.refresh()
                built = time.perf_counter() - began
                for question in draw.sample(questions, 20):
                    found.search(question, 3)
                times = []
                for question in draw.choices(questions, k=queries):
                    query = question[:-1] + draw.choice("啊呢吗呀吧") + draw.choice(questions)[:3]
                    began = time.perf_counter()
                    found.search(query, 3)
                    times.append(time.perf_counter() - began)
                shown.add_row(
                    f"{size:,}",
                    name,
                    f"{built:.1f}",
                    *(f"{np.percentile(times, q) * 1000:.1f}" for q in (50, 95, 99)),
                )
            engine.dispose()
    CONSOLE.print(shown)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="turns,memory,search")
    parser.add_argument("--turns", type=int, default=300)
    parser.add_argument("--articles", default="1000,10000,100000")
    arguments = parser.parse_args()
    wanted = arguments.only.split(",")
    CONSOLE.print(machine())
    if {"turns", "memory"} & set(wanted):
        with tempfile.TemporaryDirectory() as folder, PrivateProduct(Path(folder), NO_LIMITS) as product:
            if "turns" in wanted:
                asyncio.run(turns(product, arguments.turns))
            if "memory" in wanted:
                memory(product)
    if "search" in wanted:
        search([int(size) for size in arguments.articles.split(",")])


if __name__ == "__main__":
    main()
