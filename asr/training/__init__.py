"""How the bundled Mandarin model is made: the Korean Vosk model's encoder is read, fine-tuned on Mandarin, and written back.

Order of reading: `nnet3_reader` (a Kaldi model as arrays), `encoder` (the same as a PyTorch module), `units` and `augment`
(what is learnt, from what sound), `prepare`, `train`, `nnet3_writer` (back to a file that Vosk loads). `torch` and
`kaldi-native-fbank` come with the dependency group `training`; running Minsheng needs none of them.
"""
