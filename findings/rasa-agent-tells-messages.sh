#!/usr/bin/env bash
# A program that uses Rasa as a library (rasa.core.agent.Agent) prints every message of its users in clear, although it has
# switched Python's logging off. Rasa 3.6 tells of messages through structlog. Only Rasa's command line configures structlog
# (rasa.utils.log_utils.configure_structlog); as it comes, structlog prints everything from DEBUG up and knows nothing of
# logging.disable or of the root logger's level. For a hotline that is personal data in a place that nobody looks after.
# Remedy: structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR)) before the first message.
# Seen with rasa 3.6.21, structlog 23.x, Python 3.10, 2026-11-29: "my number is 42" stands in the output.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
# Rasa 3.6 needs Python 3.8 to 3.10.
for python in python3.10 "$(pyenv prefix 3.10.13 2>/dev/null)/bin/python" python3.9; do "$python" -c "" 2>/dev/null && break; done
"$python" -m venv env
env/bin/python -m pip install -q rasa==3.6.21 'setuptools<81'
export RASA_TELEMETRY_ENABLED=false TF_CPP_MIN_LOG_LEVEL=3 SQLALCHEMY_SILENCE_UBER_WARNING=1
cat > config.yml <<'Y'
recipe: default.v1
assistant_id: finding
language: en
pipeline:
  - name: WhitespaceTokenizer
  - name: KeywordIntentClassifier
Y
printf 'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - hello\n- intent: number\n  examples: |\n    - number\n' > nlu.yml
env/bin/rasa train nlu --config config.yml --nlu nlu.yml --out models >train.log 2>&1
cat > talk.py <<'P'
import asyncio, glob, logging, warnings
warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
from rasa.core.agent import Agent
agent = Agent.load(glob.glob("models/*.tar.gz")[0])
asyncio.run(agent.parse_message("my number is 42"))
P
env/bin/python talk.py >said.txt 2>&1
grep "my number is 42" said.txt | head -3
