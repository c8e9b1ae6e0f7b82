"""The command line of operators (`minsheng`), and the simulator of callers that it and the tests use.

`main.py` lists the commands; each is a module of `commands/`.
"""
