from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from auditdesk import __version__
from auditdesk.cli import main as cli
from auditdesk.cli import terminal, window, words
from auditdesk.domain.errors import Cancelled
from tests.cli.conftest import Run

QT_AND_ITS_LIKE = ("PySide6", "pyqtgraph", "numpy")


def start(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program in a process of its own, without a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "auditdesk", *map(str, words)],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize(("word", "said"), [("--version", f"auditdesk {__version__}"), ("--help", "Usage: ")])
def test_the_version_and_help_are_told_without_importing_the_rest(word: str, said: str) -> None:
    script = (
        f"import sys; from auditdesk.cli.main import main; code = main([{word!r}]);"
        "heavy = [name for name in sys.modules if name.split('.')[0] in ('sqlalchemy', 'PySide6', 'numpy')];"
        "sys.exit(code or len(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.startswith(said)


def test_scripts_never_import_qt(workspace: Path, tmp_path: Path) -> None:
    script = (
        "import sys; from auditdesk.cli.main import main\n"
        "codes = [main([*line.split('|')]) for line in sys.argv[1:]]\n"
        f"qt = sorted({{name.split('.')[0] for name in sys.modules}} & {set(QT_AND_ITS_LIKE)!r})\n"
        "sys.exit(f'{codes} {qt}' if any(codes) or qt else 0)"
    )
    lines = (
        f"post|{workspace}|register-customer|Jane Doe",
        f"post|{workspace}|open-account|C-00001|EUR",
        f"show|{workspace}|10-00001",
        f"export|{workspace}|events|--out|{tmp_path / 'log.csv'}",
        f"verify|{workspace}",
    )
    done = subprocess.run([sys.executable, "-c", script, *lines], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_process_of_its_own_posts_and_shows(workspace: Path) -> None:
    assert start("post", workspace, "register-customer", "Zoë Ünal").returncode == 0
    assert start("post", workspace, "open-account", "C-00001", "JPY", "--as", "ana").returncode == 0
    assert start("post", workspace, "deposit", "10-00001", "500", AUDITDESK_OPERATOR="ana").returncode == 0
    shown = start("show", workspace, "10-00001", PYTHONIOENCODING="ascii")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert f"{'balance':<22}500\n" in shown.stdout
    assert "Zo\\xeb \\xdcnal" in shown.stdout


def test_without_a_passphrase_and_a_terminal_it_says_what_to_set(workspace: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "AUDITDESK_PASSPHRASE"}
    done = subprocess.run(
        [sys.executable, "-m", "auditdesk", "show", str(workspace), "10-00001"],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "AUDITDESK_PASSPHRASE" in done.stderr


def test_a_reader_who_leaves_early_is_no_error(workspace: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as gone:
        done = subprocess.run(
            [sys.executable, "-m", "auditdesk", "verify", str(workspace)],
            stdout=gone,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize(
    "words",
    [
        ("frobnicate", "x"),
        ("show",),
        ("export", "x", "trial", "--out", "y"),
        ("export", "x", "events"),
        ("post", "x", "freeze", "10-00001"),
        ("post", "x", "teleport"),
        ("--frobnicate",),
        ("forget", "x", "C-00001"),
    ],
)
def test_misuse_exits_with_two_and_one_line_of_help(run: Run, words: tuple[str, ...]) -> None:
    outcome = run(*words)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("auditdesk: ")
    assert "--help" in outcome.err


def test_help_names_every_command(run: Run) -> None:
    outcome = run("--help")
    assert outcome.code == 0
    for command in cli.program.commands:
        assert command in outcome.out


def test_of_several_operators_one_must_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AUDITDESK_OPERATOR", raising=False)
    with pytest.raises(terminal.Misused, match="ana, ben can sign in"):
        terminal.choose_operator(("ana", "ben"), "")
    assert terminal.choose_operator(("ana", "ben"), "ben") == "ben"
    monkeypatch.setenv("AUDITDESK_OPERATOR", "ana")
    assert terminal.choose_operator(("ana", "ben"), "") == "ana"


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\x00" + bytes(4096)])
def test_a_file_that_is_no_ledger_is_refused_and_left_untouched(
    run: Run, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "ledger.db").write_bytes(content)
    outcome = run("show", tmp_path, "10-00001")
    assert (outcome.code, outcome.out) == (1, "")
    assert "left untouched" in outcome.err
    assert (tmp_path / "ledger.db").read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.db"]


def test_a_missing_workspace_is_told_and_not_made(run: Run, tmp_path: Path) -> None:
    outcome = run("verify", tmp_path / "nothing")
    assert (outcome.code, outcome.out) == (1, "")
    assert "There is no workspace" in outcome.err
    assert not (tmp_path / "nothing").exists()


def test_a_cancelled_or_interrupted_command_says_so(
    run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raising(error: BaseException) -> None:
        def sign_in(*_arguments: object) -> None:
            raise error

        monkeypatch.setattr(terminal, "_sign_in", sign_in)

    raising(Cancelled())
    assert run("verify", workspace)[::2] == (1, "auditdesk: Cancelled; nothing was changed.\n")
    raising(KeyboardInterrupt())
    assert run("verify", workspace).code == 1
    raising(ZeroDivisionError("Jane Doe by zero"))
    outcome = run("verify", workspace)
    assert outcome.code == 1
    assert "This is a bug in auditdesk (ZeroDivisionError)" in outcome.err
    assert "Jane" not in outcome.err


def test_progress_is_drawn_only_where_somebody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    class Watched(io.StringIO):
        def isatty(self) -> bool:
            return True

    for stream, drawn in ((Watched(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        progress = words.TerminalProgress()
        progress.report(1, 4, "Reading")
        progress.report(4, 4, "Reading")
        progress.check()
        assert ("Reading  25 %" in stream.getvalue()) is drawn


def test_a_progress_says_how_much_is_done_and_how_long_the_rest_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Watched(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Watched()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((60, 24)))
    seconds = iter([100.0, 130.0, 160.0])
    monkeypatch.setattr("time.monotonic", lambda: next(seconds))
    progress = words.TerminalProgress()
    for done, label in (
        (0, "Reading"),
        (1_000, "Reading"),
        (1_200, "Reading a file of a very long name " * 2),
    ):
        progress.report(done, 4_000, label)
    first, second, third = stream.getvalue().split("\r\x1b[K")[1:]
    assert first == "Reading   0 %  0 of 4,000"
    assert second == "Reading  25 %  1,000 of 4,000, 1:30 left"
    assert len(third) == 59


def test_what_would_steer_a_terminal_is_never_written_to_it(run: Run, tmp_path: Path) -> None:
    name = "\x1b[2J\u202ekcab"
    for words_typed in ((name,), (name, "x"), ("show", tmp_path / name, "10-1"), ("export", "x", name)):
        outcome = run(*words_typed)
        assert outcome.code in (1, 2)
        assert not {"\x1b", "\u202e"} & set(outcome.err)
        assert "kcab" in outcome.err


def test_the_passphrase_is_asked_for_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    answers = iter(["one", "one", "one", "two"])
    monkeypatch.delenv("AUDITDESK_PASSPHRASE", raising=False)
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(answers))
    assert terminal.read_passphrase("? ", twice=True) == "one"
    with pytest.raises(terminal.Misused, match="differ"):
        terminal.read_passphrase("? ", twice=True)


def test_a_workspace_alone_opens_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def open_window(workspace: str) -> int:
        opened.append(workspace)
        return 0

    monkeypatch.setattr(window, "open_window", open_window)
    assert cli.main([]) == 0
    assert cli.main(["riverside.auditdesk"]) == 0
    assert opened == ["", "riverside.auditdesk"]
