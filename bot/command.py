"""The command line of Rasa (`train`, `test`, `data validate`, …) without TensorFlow: `python -m bot.command train`."""

from __future__ import annotations

from bot.light import leave_tensorflow_out

if __name__ == "__main__":
    leave_tensorflow_out()
    from rasa.__main__ import main

    main()
