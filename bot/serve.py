"""The command line of Rasa, without its deprecation warnings: they are for Rasa's developers, and an operator who reads
them in his log cannot do anything about them. Rasa resets Python's warning filters, so the environment cannot silence them."""

from __future__ import annotations

import logging

if __name__ == "__main__":
    # Those that are logged keep to the level of their logger, whatever the filters say.
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    from rasa.__main__ import main

    main()
