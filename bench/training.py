"""What a training costs, by component, and what Rasa costs to start and to keep, with and without TensorFlow.

Usage, from the repository root, with a trained model in models/:
    PYTHONPATH=. bot/.venv/bin/python bench/training.py            one training of the present data into a folder of its own
    PYTHONPATH=. bot/.venv/bin/python bench/training.py memory     start, load the newest model, read twenty messages; both ways

Processor time (user and system), not the clock: a machine that others use as well shows the same to a fifth or so.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime
from pathlib import Path

from bench.memory import proportional_kb

QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "SQLALCHEMY_SILENCE_UBER_WARNING": "1", "PYTHONWARNINGS": "ignore"}
MESSAGES = ["公积金怎么提取", "我们小区停水三天了，没人管", "转人工", "楼道里全是烟", "谢谢，再见"] * 4


def memory_mb() -> int:
    """Proportional set size of this process."""
    return proportional_kb() // 1024


def train() -> None:
    """In this process, so that each node of Rasa's graph can be timed."""
    from bot.light import leave_tensorflow_out

    leave_tensorflow_out()
    import rasa.engine.graph
    from rasa.__main__ import main

    spent: Counter[str] = Counter({"start": round(time.process_time())})
    real = rasa.engine.graph.GraphNode.__call__

    def timed(node: rasa.engine.graph.GraphNode, *inputs: object) -> object:
        began = time.process_time()
        try:
            return real(node, *inputs)
        finally:
            spent[node._node_name.removeprefix("train_").removeprefix("run_")] += time.process_time() - began

    rasa.engine.graph.GraphNode.__call__ = timed
    with tempfile.TemporaryDirectory() as folder:
        sys.argv = ["rasa", "train", "--force", "--fixed-model-name", "bench", "--out", folder]
        main()
    total = time.process_time()
    print("\n| part | processor time, s |\n|---|---|")
    for name, seconds in spent.most_common():
        if seconds >= 0.5:
            print(f"| {name.rpartition('.')[2]} | {seconds:.1f} |")
    print(f"| reading and checking the data, the rest | {total - sum(spent.values()):.1f} |")
    print(f"| all | {total:.1f} |")
    print(f"\nTensorFlow was {'' if 'tensorflow' in sys.modules else 'not '}loaded")


def start(light: bool) -> None:
    """Print what one process has spent and holds once it has read twenty messages."""
    import logging

    logging.disable(logging.CRITICAL)
    if light:
        from bot.light import leave_tensorflow_out

        leave_tensorflow_out()
    import structlog
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import UserMessage

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    imported = time.process_time(), memory_mb()
    import asyncio

    newest = max(Path("models").glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    agent = Agent.load(model_path=str(newest))
    assert agent.processor is not None
    loaded = time.process_time()

    async def read() -> None:
        for text in MESSAGES:
            await agent.processor.parse_message(UserMessage(text))

    asyncio.run(read())
    print(
        f"| {'without' if light else 'with'} TensorFlow | {imported[0]:.1f} | {imported[1]} | {loaded:.1f} | {memory_mb()} |"
    )


def memory() -> None:
    print(
        "| Rasa | imported, s | MB | model loaded, s | after 20 messages, MB |\n|---|---|---|---|---|",
        flush=True,
    )
    for mode in ("with", "without"):
        done = subprocess.run(
            [sys.executable, __file__, mode], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        print(done.stdout.strip() or f"| {mode} TensorFlow | failed |", flush=True)


def main() -> None:
    os.environ.update(QUIET)
    match sys.argv[1:]:
        case ["with"] | ["without"]:
            start(light=sys.argv[1] == "without")
            return
        case ["memory"]:
            run = memory
        case _:
            run = train
    load = os.getloadavg()[0]
    print(f"{datetime.now():%Y-%m-%d}  {platform.machine()}, {os.cpu_count()} cores, load {load:.1f}")
    run()


if __name__ == "__main__":
    main()
