"""The child process of `geo.jobs`: it does one job after the other, until its parent is gone.

It reads pickled `Call`s from standard input and answers on standard output with `("share", s)`,
then `("made", result)` or `("failed", error)`. What a job prints goes to standard error.
"""

import os
import pickle
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import Any, BinaryIO

PRIORITY = 10  # the answer to a click comes first, nine times as much as this


def _main(prepare: str) -> None:
    if hasattr(os, "nice"):
        os.nice(PRIORITY)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    if prepare:
        try:
            _function(prepare)()
        except Exception:
            traceback.print_exc()  # each job will say it to who waits
    # The parent is gone: so is who waits.
    with suppress(EOFError, BrokenPipeError):
        while True:
            call = pickle.load(sys.stdin.buffer)
            _answer(answers, *_done(call, partial(_answer, answers, "share")))


def _done(call: Any, progress: Callable[[float], None]) -> tuple[str, object]:
    try:
        return "made", _function(call.function)(*call.arguments, progress=progress)
    except BrokenPipeError:
        raise
    except Exception as error:
        traceback.print_exc()
        return "failed", error


def _function(name: str) -> Callable[..., Any]:
    module, function = name.split(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found


def _answer(answers: BinaryIO, kind: str, value: object) -> None:
    try:
        text = pickle.dumps((kind, value))
        if kind == "failed":
            pickle.loads(text)
    except Exception:  # an error with arguments that do not travel
        text = pickle.dumps((kind, RuntimeError(f"{type(value).__name__}: {value}")))
    answers.write(text)
    answers.flush()


if __name__ == "__main__":
    _main(*sys.argv[1:2] or [""])
