"""The command `silosim`: finds the language, builds the commands in it, and turns every error into one line.

Nothing heavy is imported here; each command imports what it needs when it runs, so that `silosim list` starts at once.
"""

import os
import signal
import sys

import typer
from typer.main import get_command

from silosim.experiments.commands import COMMANDS, Session
from silosim.experiments.commands.session import StoppedByUser
from silosim.experiments.interrupts import end_at_first_interrupt
from silosim.model.parameters.registry import InvalidInput
from silosim.model.text import LANGUAGES

INTERRUPTED = 130
BAD_INPUT = 2
UNEXPECTED = 1


def program() -> int:
    """What the installed command calls: `main`, and a second Ctrl-C while it ends changes nothing."""
    end_at_first_interrupt()
    status = main()
    if status == INTERRUPTED:  # Python takes our handler away before it has ended, and then the next one would kill it
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    return status


def main(argv: list[str] | None = None) -> int:
    """Runs one command; returns its exit status: 0 done, 1 something failed, 2 bad input, 130 stopped."""
    args = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in args
    for stream in (sys.stdout, sys.stderr):  # a terminal that lacks a character gets a question mark, not an error
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        status = _run([arg for arg in args if arg != "--debug"], debug)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        return _output_gone(UNEXPECTED)
    except InvalidInput as problem:
        return _complain(str(problem), BAD_INPUT, debug)
    except KeyboardInterrupt:
        return _complain("stopped", INTERRUPTED, debug)
    except StoppedByUser as stop:
        return _complain(str(stop), INTERRUPTED, debug)
    except Exception as problem:
        if hasattr(problem, "format_message"):  # what the library says about options and arguments
            return _complain(f"{problem.format_message()} (silosim --help)", BAD_INPUT, debug)
        _output_gone(0)
        what = f"unexpected {type(problem).__name__}: {problem}; run the same command with --debug to see where"
        return _complain(what, UNEXPECTED, debug)


def _run(args: list[str], debug: bool) -> int:
    lang, args = find_language(args)
    command = build(lang, debug)
    result = command.main(args or ["--help"], prog_name="silosim", standalone_mode=False)
    if result == INTERRUPTED:  # the library's own way of telling of Ctrl-C
        raise KeyboardInterrupt
    return result if isinstance(result, int) else 0


def find_language(args: list[str]) -> tuple[str, list[str]]:
    """(language, the other arguments): `--lang nl` may stand anywhere, since help itself is in that language."""
    lang, rest, words = os.environ.get("SILOSIM_LANG") or "en", [], iter(args)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == "--lang":
            lang = next(words, "")
        elif word.startswith("--lang="):
            lang = word.removeprefix("--lang=")
        else:
            rest.append(word)
    if lang not in LANGUAGES:
        raise InvalidInput(f"unknown language {lang!r}; known: {', '.join(LANGUAGES)}")
    return lang, rest


def build(lang: str = "en", debug: bool = False):
    """The command line in one language."""
    return get_command(build_app(lang, debug))


def build_app(lang: str, debug: bool = False) -> typer.Typer:
    """The Typer application with all commands."""
    session = Session(lang, debug)
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich",
                      help=session.say("help"), epilog=session.say("epilog"))

    @app.callback(invoke_without_command=True)
    def options(
        context: typer.Context,
        lang: str = typer.Option(lang, "--lang", help=session.say("option.lang"), metavar="en|nl"),
        debug: bool = typer.Option(False, "--debug", help=session.say("option.debug")),
        version: bool = typer.Option(False, "--version", help=session.say("option.version")),
    ) -> None:
        if version:
            from importlib.metadata import version as version_of

            print(f"silosim {version_of('silosim')}")
        elif context.invoked_subcommand is None:
            print(context.get_help())

    for add in COMMANDS:
        add(app, session)
    return app


def _complain(message: str, status: int, debug: bool) -> int:
    """One line on the error stream; with --debug the traceback before it."""
    if debug and status != INTERRUPTED:
        import traceback

        traceback.print_exc()
    print(f"silosim: {' '.join(message.split())}", file=sys.stderr)
    return status


def _output_gone(status: int) -> int:
    """Keeps the interpreter from complaining about an output nobody reads any more, or that is full."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return status


if __name__ == "__main__":
    sys.exit(program())
