"""The command line.

app.py       the commands, and what every exception becomes
flags.py     the flags that several commands share
terminal.py  what the commands read and write
doctor.py    is everything there, and does it work?
"""

from mtfix.cli.app import main

__all__ = ["main"]
