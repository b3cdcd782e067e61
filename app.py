"""Starts the page: `python app.py`. The port and the address are gradio's own (GRADIO_SERVER_PORT, ...)."""

import sys

from mtfix.errors import MtfixError

if __name__ == "__main__":
    try:
        from mtfix.page import main

        main()
    except MtfixError as error:
        sys.exit(str(error))
