"""The manual pages and the completions that `make dist` packs, made from the built programs (VUEMO=PATH names vuemo)."""

from __future__ import annotations

import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def output(*command: object) -> str:
    return subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE, text=True).stdout


@pytest.fixture(scope="module")
def programs() -> pathlib.Path:
    named = os.environ.get("VUEMO")
    folders = [pathlib.Path(named).parent] if named else [ROOT / ".build" / kind for kind in ("debug", "release")]
    folder = next((one for one in folders if (one / "vuemo").exists() and (one / "vuemo-convert").exists()), None)
    if folder is None:
        pytest.skip("there is no built vuemo with vuemo-convert beside it")
    return folder


@pytest.fixture(scope="module")
def completions(programs: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("completions")
    output(ROOT / "scripts/write-completions", programs, folder)
    return folder


@pytest.fixture(scope="module")
def pages(programs: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("pages")
    output(ROOT / "scripts/write-man-pages", programs, folder)
    return folder


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("vuemo vali", {"validate"}),
        ("vuemo train --set model.hid", {"model.hiddenSize="}),
        ("vuemo train --set training.see", {"training.seed="}),
        ("vuemo ablate --set model.hid", {"model.hiddenSize="}),
        ("vuemo compare --by training.see", {"training.seed"}),
        ("vuemo train --preset ", {"iemocap", "meld"}),
    ],
)
def test_what_bash_offers(completions: pathlib.Path, line: str, offered: set[str]) -> None:
    words = line.split(" ")
    script = f"""
        source {completions}/bash-completion/completions/vuemo
        compopt() {{ :; }}
        COMP_LINE='{line}' COMP_POINT={len(line)} COMP_CWORD={len(words) - 1}
        COMP_WORDS=({" ".join(f"'{word}'" for word in words)})
        _vuemo vuemo '{words[-1]}' '{words[-2]}'
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    assert {word.strip() for word in output("bash", "-c", script).splitlines()} == offered


def test_where_nothing_else_is_offered_files_are(completions: pathlib.Path) -> None:
    assert "complete -o filenames -o default -F _vuemo vuemo" in (
        completions / "bash-completion/completions/vuemo").read_text()
    zsh = (completions / "zsh/vendor-completions/_vuemo").read_text()
    assert ":store:_files'" in zsh and ":config:_files'" in zsh and ":store:'" not in zsh
    for path in ["run or store", "run ... store.h5", "store.h5 or run", "sweep.yaml", "folder", "list", "my_layout.py"]:
        assert f":{path}:_files'" in zsh and f":{path}:'" not in zsh, path
    for other in ["old=new,...", "n", "key", "text", "classes"]:
        assert f":{other}:_files'" not in zsh, other
    assert ':key=value:{compadd -S "=" -- ' in zsh and ":seed:'" in zsh
    fish = (completions / "fish/vendor_completions.d/vuemo.fish").read_text()
    assert re.search(r'"vuemo train" config\' -l \'config\' .* -rF$', fish, re.MULTILINE)
    assert re.search(r'"vuemo report" figures\' -l \'figures\' .* -rF$', fish, re.MULTILINE)
    assert re.search(r'"vuemo train"\' -l \'set\' .* -rfka \'.*model\.hiddenSize=', fish, re.MULTILINE)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_can_read_its_file(completions: pathlib.Path, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell}")
    for path in (completions / {"bash": "bash-completion"}.get(shell, shell)).rglob("*vuemo*"):
        output(shell, "-n", path)


def commands(command: dict, path: tuple[str, ...] = ()) -> dict[str, dict]:
    path += (command["commandName"],)
    found = {"-".join(path): command}
    for child in command.get("subcommands", []):
        if child["commandName"] != "help" and child["shouldDisplay"]:
            found |= commands(child, path)
    return found


def test_every_command_has_a_page_with_all_its_options(programs: pathlib.Path, pages: pathlib.Path) -> None:
    tree = commands(json.loads(output(programs / "vuemo", "--experimental-dump-help"))["command"])
    assert {path.stem for path in pages.glob("*.1")} == set(tree)
    for name, command in tree.items():
        text = (pages / f"{name}.1").read_text().replace("\\-", "-")
        assert text.isascii() and text.startswith(f'.TH "{name.upper()}" 1 ')
        for argument in command.get("arguments", []):
            if argument["shouldDisplay"]:
                for one in argument.get("names", []):
                    assert f"-{one['name']}" in text, f"{name} lacks {one['name']}"


def test_troff_has_nothing_to_say(pages: pathlib.Path) -> None:
    if shutil.which("groff") is None:
        pytest.skip("there is no groff")
    for path in sorted(pages.glob("*.1")):
        run = subprocess.run(
            ["groff", "-man", "-ww", "-Tutf8", str(path)], check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert run.stderr == "", path.name
