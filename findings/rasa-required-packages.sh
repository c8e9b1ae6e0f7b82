#!/usr/bin/env bash
# A graph component of Rasa must name each required package by ONE word that is both what Python imports and what pip
# installs. Two parts of Rasa read `required_packages()`: the validator imports the name, the fingerprint asks
# pkg_resources for a distribution of that name. A private table of three names (sklearn, …) is the only exception.
# python-crfsuite (import pycrfsuite), opencv-python (cv2), PyYAML (yaml): none of them can be declared, and the
# documentation says only "a list of python package names".
# Seen with rasa 3.6.21, python-crfsuite 0.9.11, Python 3.10, 2026-11-29:
#   by its import name:       imported by the validator: yes | fingerprint: DistributionNotFound
#   by its distribution name: imported by the validator: no  | fingerprint: made
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
# Rasa 3.6 needs Python 3.8 to 3.10.
for python in python3.10 "$(pyenv prefix 3.10.13 2>/dev/null)/bin/python" python3.9; do "$python" -c "" 2>/dev/null && break; done
"$python" -m venv env
env/bin/python -m pip install -q rasa==3.6.21 python-crfsuite==0.9.11 'setuptools<81'
cat > look.py <<'P'
import warnings; warnings.filterwarnings("ignore")
from rasa.engine.graph import GraphComponent
from rasa.engine.training.fingerprinting import calculate_fingerprint_key
from rasa.utils.common import find_unavailable_packages

def component(name):
    class Tagger(GraphComponent):
        @staticmethod
        def required_packages():
            return [name]
    return Tagger

def look(name):
    imported = not find_unavailable_packages([name])
    try:
        calculate_fingerprint_key(component(name), {}, {})
        made = "made"
    except Exception as error:
        made = type(error).__name__
    return imported, made

by_import, by_distribution = look("pycrfsuite"), look("python-crfsuite")
print("by its import name:      ", by_import)
print("by its distribution name:", by_distribution)
assert by_import == (True, "DistributionNotFound"), by_import
assert by_distribution == (False, "made"), by_distribution
P
env/bin/python look.py 2>/dev/null
