"""What several commands share: flags of a selection and of classes, where the output goes."""

import argparse
import getpass
import os
import sys
from pathlib import Path

from mtqg_geo.cli.exit_codes import FINE, USAGE
from mtqg_geo.dataset.dataset import Dataset, current_dataset
from mtqg_geo.dataset.vintages import shown_for
from mtqg_geo.figures.filters import FILTERS, Filter
from mtqg_geo.figures.query import parse_selection
from mtqg_geo.figures.selection import Selection
from mtqg_geo.maps.classing import Classing, parse_classing
from mtqg_geo.programme.errors import PeopleError, SelectionError
from mtqg_geo.programme.model import LANGUAGES, Lang
from mtqg_geo.programme.words import coded, refused, t
from mtqg_geo.store.engine import has_store, open_store
from mtqg_geo.store.mode import access_mode
from mtqg_geo.store.rights import Verb, Who, require
from mtqg_geo.store.transactions import reading

TOKEN = "MTQG_TOKEN"  # never an argument: who lists processes reads those
SHOWN = ("indicator", "basis", "measure", "with")  # single choices of what is shown
# How values of a map are classed, and what is said of each flag.
CLASSING = {
    "scheme": "natural, quantiles, equal, fixed",
    "k": "số lớp (number of classes)",
    "breaks": "ngưỡng theo đơn vị của chú giải, tiền: triệu đồng (in the legend's unit, money: "
    "million VND): '0; 5; 10'",
    "pooled": "1: cùng ngưỡng cho mọi kỳ (same breaks in every period)",
    "scope": "filtered: ngưỡng theo phạm vi đang lọc (breaks of the filtered communes alone)",
}


def add_selection(command: argparse.ArgumentParser) -> None:
    """Give a command the flags of a selection, and the language of what it says."""
    for each in FILTERS:
        _add_filter(command, each)
    for name in SHOWN:
        command.add_argument(f"--{name}", metavar=name.upper())
    command.add_argument(
        "--as-of",
        metavar="QUARTER",
        help="kết quả đến hết quý nào, vd. 2023-Q2; nếu không nêu thì là quý mới nhất đã báo cáo "
        "(results up to the end of which quarter; the last reported unless given)",
    )
    add_language(command)


def add_places(command: argparse.ArgumentParser) -> None:
    """Give a command the flags of a selection that say where: district, commune, region."""
    for each in FILTERS:
        if each.of_place:
            _add_filter(command, each)


def _add_filter(command: argparse.ArgumentParser, each: Filter) -> None:
    action = "store" if each.is_single else "append"
    words = f"{t(each.label, 'vi').lower()} ({t(each.label, 'en').lower()})"
    flag = f"--{each.name.replace('_', '-')}"
    command.add_argument(flag, metavar=each.name.upper(), action=action, help=words)


def add_language(command: argparse.ArgumentParser) -> None:
    """Give a command the language of what it says."""
    command.add_argument("--lang", choices=LANGUAGES, default="vi")


def add_who(command: argparse.ArgumentParser) -> None:
    """Give a command that changes something the name of who does it."""
    command.add_argument("--who", default="", help="người thực hiện (who does it)")


def who_of(options: argparse.Namespace) -> Who:
    """Return who does it: the name given, else that of the account; signed in, who has the token.

    Raises
    ------
    PeopleError
        `token_needed`, `token_refused`.
    """
    if access_mode() != "signed-in":
        return Who(options.who or _account(), via="command_line")
    from mtqg_geo.people.tokens import who_of as who_of_token

    text = os.environ.get(TOKEN, "")
    who = who_of_token(open_store(), text, via="command_line") if text else None
    if who is None:
        code = "token_refused" if text else "token_needed"
        raise coded(PeopleError, code, setting=TOKEN)
    return who


def require_anywhere(options: argparse.Namespace, verb: Verb) -> None:
    """Refuse who may do something in no commune at all, rather than after a long check.

    Raises
    ------
    PeopleError, StoreError
        As `who_of`; `not_allowed`.
    """
    who = who_of(options)
    if has_store():
        with reading(open_store()) as connection:
            require(connection, who, verb)


def machine_of(options: argparse.Namespace) -> Who:
    """Return who does what is done by whoever has the machine, and so has all the data anyway."""
    named = "" if access_mode() == "signed-in" else getattr(options, "who", "")
    return Who(named or _account(), via="machine")


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        return ""


def selected(options: argparse.Namespace) -> tuple[Dataset, Selection]:
    """Return the data that the flags ask for, and the selection of them.

    Raises
    ------
    SelectionError
        If a flag names something that does not exist.
    """
    names = (*(each.name for each in FILTERS), *SHOWN, "as_of", "compare", "compare_as")
    # Not every command has the last two.
    given = {name: getattr(options, name, None) for name in names}
    query = {
        name: value if isinstance(value, list) else [value]
        for name, value in given.items()
        if value is not None
    }
    data = shown_for(current_dataset(), query)
    selection, problems = parse_selection(query, data, lang=options.lang)
    if problems:
        raise SelectionError(problems)
    return data, selection


def add_classing(command: argparse.ArgumentParser, words: str) -> None:
    """Give a command the flags of how the values of a map are classed."""
    group = command.add_argument_group(words)
    for name, meaning in CLASSING.items():
        group.add_argument(f"--{name}", metavar=name.upper(), help=meaning)


def classed(options: argparse.Namespace) -> Classing:
    """Return how the flags class values.

    Raises
    ------
    SelectionError
        If a flag says what cannot be used.
    """
    query = {name: [value] for name in CLASSING if (value := getattr(options, name)) is not None}
    classing, problems = parse_classing(query, lang=options.lang) if query else (Classing(), ())
    if problems:
        raise SelectionError(problems)
    return classing


def leave(content: bytes, output: str | Path, *, lang: Lang, done: str = "") -> int:
    """Write a file, or standard output for `-`, say that it is `done`; return the exit code."""
    if output == "-":
        sys.stdout.buffer.write(content)
        return FINE
    target = Path(output)
    try:
        target.write_bytes(content)
    except OSError as error:
        print(t("failed_write", lang, file=target, reason=refused(error).of(lang)), file=sys.stderr)
        return USAGE
    print(done or f"{target}: {len(content)} bytes", file=sys.stderr)
    return FINE
