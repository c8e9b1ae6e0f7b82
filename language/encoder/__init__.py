"""One reading of a message by a small network of our own: meaning, danger, acts and spans together.

`Encoder` (`encoder.py`) is what the rooms use; `training/` made its weights. Python 3.10 and 3.11, numpy and onnxruntime.
"""
