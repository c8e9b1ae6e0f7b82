"""The command line of Rasa, guarded by the product's token, without TensorFlow, and without its deprecation warnings: they
are for Rasa's developers, and an operator who reads them in his log cannot do anything about them. Rasa resets Python's
warning filters, so the environment cannot silence them."""

from __future__ import annotations

import logging

from bot.light import leave_tensorflow_out

if __name__ == "__main__":
    leave_tensorflow_out()
    from bot.guard import guarded, token_of_environment
    from bot.redis_stores import check_environment

    token = token_of_environment()
    check_environment()
    # Those that are logged keep to the level of their logger, whatever the filters say.
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    import rasa.core.run
    from rasa.__main__ import main

    rasa.core.run.configure_app = guarded(rasa.core.run.configure_app, token)
    main()
