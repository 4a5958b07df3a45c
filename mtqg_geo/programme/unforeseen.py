"""The last resort: what nobody foresaw becomes one sentence, and what it was stands in the log."""

import logging
import secrets
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from geo.errors import GeoError
from mtqg_geo.programme.errors import LoadError, MtqgError
from mtqg_geo.programme.words import coded

Given = ParamSpec("Given")
Result = TypeVar("Result")


def logged(error: BaseException) -> str:
    """Write all that is known of an error into the log; return the number it has there.

    A person names the number, and whoever reads the log finds what it was.
    """
    number = secrets.token_hex(4).upper()
    logging.getLogger(__name__).error("Event %s", number, exc_info=error)
    return number


def in_words(
    file: Callable[..., str],
) -> Callable[[Callable[Given, Result]], Callable[Given, Result]]:
    """Let a function that checks a file fail with our errors only.

    Damaged files meet libraries with almost anything. The sentence names the file and what to do;
    the log, which whoever runs the server reads, has the rest.

    Parameters
    ----------
    file
        Returns, from what the function is given, what messages call the file.
    """

    def decorate(function: Callable[Given, Result]) -> Callable[Given, Result]:
        @wraps(function)
        def answer(*given: Given.args, **named: Given.kwargs) -> Result:
            try:
                return function(*given, **named)
            except (MtqgError, GeoError):
                raise
            except Exception as error:
                name = file(*given, **named)
                # Whose it is may stand in its name: the sentence says that, to who sent it.
                logging.getLogger(__name__).exception("A file could not be checked")
                raise coded(LoadError, "load_unforeseen", file=name) from error

        return answer

    return decorate
