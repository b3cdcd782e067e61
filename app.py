"""Starts the page: `python app.py`. The port and the address are gradio's own (GRADIO_SERVER_PORT, ...)."""

import os
from pathlib import Path

from mtfix.config import Settings, find_file, from_environment, load
from mtfix.page import launch

if __name__ == "__main__":
    file = find_file(Path.cwd())
    launch(from_environment(os.environ, load(file) if file else Settings()), own=file or Path("mtfix.toml"))
