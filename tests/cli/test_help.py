"""Help as a newcomer reads it: panels, summaries of one line, examples that can be copied."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from linkkit.cli import app

COMMANDS = {command.name: command for command in app.registered_commands}
REFERENCE = Path(__file__).parents[2] / "docs/reference/cli.md"


@pytest.fixture
def narrow(linkkit, monkeypatch):
    """The help of a command in a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    return lambda *command: linkkit(*command, "--help").output


def examples(name):
    """The example commands of a docstring."""
    paragraphs = COMMANDS[name].help.split("\n\n")
    found = [text.removeprefix("[bold]").removesuffix("[/bold]") for text in paragraphs]
    return [shlex.split(text.replace("\\\n", " ")) for text in found if text.startswith("  ")]


def test_commands_stand_in_panels_in_the_order_of_work(narrow):
    listed = narrow()
    panels = list(dict.fromkeys(command.rich_help_panel for command in COMMANDS.values()))
    assert panels == ["Link", "Look", "Choose an encoding", "Encode and hand over", "Set up"]
    assert re.findall(r"─ ([A-Z][a-z ]+) ─", listed) == ["Options", *panels]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_summary_is_one_line_of_a_narrow_terminal(narrow, name):
    summary = COMMANDS[name].help.split("\n\n")[0]
    [line] = [line for line in narrow().splitlines() if line.startswith(f"│ {name} ")]
    assert line.strip("│ ").removeprefix(name).strip() == summary


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_are_indented_and_not_broken(narrow, name):
    shown = narrow(name)
    assert examples(name)
    for text in COMMANDS[name].help.split("\n\n"):
        if text.startswith("[bold]"):
            lines = text.removeprefix("[bold]").removesuffix("[/bold]").splitlines()
            assert all(f" {line}" in shown for line in lines)


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_are_commands_that_the_command_line_takes(name):
    """All options and arguments of an example are known; nothing is carried out."""
    import typer.main

    group = typer.main.get_command(app)
    for program, command, *arguments in examples(name):
        assert (program, command) == ("linkkit", name)
        group.commands[name].make_context(name, arguments)


def test_the_reference_has_every_command_in_the_same_order():
    text = REFERENCE.read_text("utf-8")
    assert re.findall(r'^show\("(.+)"\)$', text, re.MULTILINE) == list(COMMANDS)
    assert re.findall(r"^### (.+)$", text, re.MULTILINE) == list(COMMANDS)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == list(
        dict.fromkeys(command.rich_help_panel for command in COMMANDS.values())
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_no_word_in_brackets_is_lost_as_markup(narrow, name):
    for word in re.findall(r"\[([a-z_]+)\]", COMMANDS[name].help):
        assert word == "bold" or f"[{word}]" in narrow(name)


def test_the_help_of_run_says_which_files_a_pipeline_carries_out(narrow):
    assert "A file that has a pipeline is carried out as" in " ".join(re.sub("[│\n]", " ", narrow("run")).split())
