"""Print one of the two commands of README's Start section, just as it stands: ``python readme_command.py 1``."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def start_commands(readme: str) -> list[str]:
    """Return the commands of the Start section: exactly two, fenced as bash, one line each."""
    section = re.search(r"^## Start\n(.*?)(?=^## |\Z)", readme, re.DOTALL | re.MULTILINE)
    commands = [text.strip() for text in re.findall(r"```bash\n(.*?)```", section[1], re.DOTALL)] if section else []
    if len(commands) != 2 or any("\n" in command for command in commands):
        raise SystemExit("README.md: '## Start' must hold exactly two fenced bash commands of one line each.")
    return commands


if __name__ == "__main__":
    readme = Path(__file__).parents[1] / "README.md"
    print(start_commands(readme.read_text("utf-8"))[int(sys.argv[1]) - 1])  # noqa: T201
