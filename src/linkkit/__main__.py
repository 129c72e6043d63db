"""``python -m linkkit``: the command line."""

from linkkit.cli import main

if __name__ == "__main__":
    main()
