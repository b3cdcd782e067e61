"""python -m mtfix"""

from mtfix.cli import main

# The processes of `mtfix corpus --jobs` import this file again, under another name.
if __name__ == "__main__":
    main()
