"""What makes runs works where there is no POSIX: nothing of it outside a question whether it is there.

Windows itself is not at hand in these tests; this looks at the source.
"""

import ast
from pathlib import Path

import pytest

from silosim.experiments import running, sweeps

FILES = sorted(path for package in (running, sweeps) for path in Path(package.__path__[0]).rglob("*.py"))
MODULES = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
NAMES = {
    "os": {"chroot", "fork", "forkpty", "getegid", "geteuid", "getgid", "getpgid", "getpgrp", "getuid", "killpg",
           "mkfifo", "nice", "pread", "pwrite", "register_at_fork", "sched_getaffinity", "setpgrp", "setsid", "statvfs",
           "uname", "wait", "WNOHANG"},
    "signal": {"SIGALRM", "SIGCHLD", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGUSR1", "SIG_BLOCK", "SIG_SETMASK", "alarm",
               "pthread_kill", "pthread_sigmask", "setitimer", "sigpending", "sigwait"},
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nothing_that_only_posix_has(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            assert not MODULES.intersection(names), f"line {node.lineno}"
    unguarded = [node for function in functions(tree) if not asks(function) for node in posix_only(function)]
    assert [f"line {node.lineno}: {node.attr}" for node in unguarded] == []


def test_this_test_sees_what_it_should():
    tree = ast.parse("import os\nos.fork()\ndef f():\n    os.killpg(1, 2)\n"
                     "def g():\n    if hasattr(os, 'nice'):\n        os.nice(1)\n")
    assert [len(list(posix_only(function))) for function in functions(tree)] == [1, 1, 1]
    assert [asks(function) for function in functions(tree)] == [False, False, True]


def functions(tree):
    """What stands outside of all functions, and every function."""
    outside = [node for node in tree.body if not isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    return [ast.Module(outside, []), *(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))]


def asks(function) -> bool:
    return any(isinstance(node, ast.Call) and getattr(node.func, "id", "") == "hasattr" for node in ast.walk(function))


def posix_only(function):
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and node.attr in NAMES.get(getattr(node.value, "id", ""), ()):
            yield node
