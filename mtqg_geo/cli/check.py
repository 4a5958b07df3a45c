"""The command `check`: whether everything that was ever stored is as it was."""

import argparse
import json

from mtqg_geo.cli.common import add_language
from mtqg_geo.cli.exit_codes import FINE, PROBLEMS
from mtqg_geo.dataset.damage import Damage, damages
from mtqg_geo.loading.summary import contents_words
from mtqg_geo.programme.errors import StoreError
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import error_text, number, t
from mtqg_geo.store.damage import StoreContents, store_contents
from mtqg_geo.store.engine import has_store, open_store


def add_check(command: argparse.ArgumentParser) -> None:
    """Give `check` its flags."""
    command.add_argument("--json", action="store_true")
    add_language(command)
    command.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> int:
    store, found, held = None, list[Damage](), None
    try:
        store = open_store() if has_store() else None
        held = store_contents(store) if store else None
    except StoreError as error:
        found.append(error)  # what is delivered is looked at all the same
    codes = {each.code for each in found}
    found += [each for each in damages(store) if each.code not in codes]
    place = store.place if store else None
    write = _as_json if options.json else _as_text
    print(write(place, held, found, options.lang))
    return PROBLEMS if found else FINE


def _as_text(place: str | None, held: StoreContents | None, found: list[Damage], lang: Lang) -> str:
    if found:
        heading = t("store_damages", lang, count=number(len(found), lang))
        return "\n".join((heading, *(f"- {error_text(each, lang)}" for each in found)))
    sound = t("store_none_checked", lang)
    if held is not None:
        sound = t("store_sound", lang, place=place, holds=contents_words(held, lang))
    return f"{sound}\n{t('store_delivered_sound', lang)}"


def _as_json(place: str | None, held: StoreContents | None, found: list[Damage], lang: Lang) -> str:
    said = {
        "sound": not found,
        "store": place,
        "holds": None if held is None else vars(held),
        "damages": [{"code": each.code, "text": error_text(each, lang)} for each in found],
    }
    return json.dumps(said, ensure_ascii=False, indent=1)
