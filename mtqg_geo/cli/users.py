"""The command `users`: accounts and what they are granted, by whoever has the machine."""

import argparse
import json

from mtqg_geo.cli.common import add_language, machine_of
from mtqg_geo.cli.exit_codes import FINE
from mtqg_geo.people import accounts, grants, sessions
from mtqg_geo.people.accounts import Person
from mtqg_geo.people.grants import Grant, granted_words
from mtqg_geo.people.places import places_named
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t
from mtqg_geo.store.engine import open_store
from mtqg_geo.store.rights import VERBS


def add_users(command: argparse.ArgumentParser) -> None:
    """Give `users` its actions, and each of them its flags."""
    actions = command.add_subparsers(required=True, metavar="ACTION")

    def action(name: str, run: object, words: str, *named: str) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=words)
        for each in named:
            added.add_argument(each)
        add_language(added)
        added.set_defaults(run=run)
        return added

    listing = action("list", _list, "người dùng và quyền (people and their rights)")
    listing.add_argument("--json", action="store_true")
    add = action("add", _add, "thêm người dùng (add a person)", "email", "name")
    add.add_argument(
        "--no-passphrase",
        action="store_true",
        help="đăng nhập qua cơ quan cấp danh tính (signs in at the office's identity provider)",
    )
    action("passphrase", _passphrase, "đặt mật khẩu mới (a new passphrase)", "email")
    grant = action("grant", _grant, "cấp quyền (grant a right)", "email")
    grant.add_argument("verb", choices=VERBS)
    grant.add_argument(
        "--communes",
        nargs="+",
        default=[],
        metavar="CODE",
        help="xã hiện nay; xã cũ: 07228@2024-12-31 (communes of today; a former one with a day)",
    )
    for place, words in (("district", "huyện cũ (former district)"), ("province", "tỉnh")):
        flag = f"--{place}"
        grant.add_argument(flag, action="append", default=[], metavar="CODE", help=words)
    grant.add_argument("--from", dest="first_day", default="", metavar="DAY", help="2026-12-01")
    grant.add_argument("--to", dest="last_day", default="", metavar="DAY", help="2026-12-31")
    revoke = action("revoke", _revoke, "thu hồi quyền (take rights back)")
    revoke.add_argument("what", help="số của quyền, hoặc thư điện tử: mọi quyền (a grant, or all)")
    action(
        "release",
        _release,
        "gỡ tài khoản khỏi danh tính ở cơ quan cấp danh tính "
        "(untie from the account at the identity provider, which was made anew)",
        "email",
    )
    action("sign-out", _sign_out, "đăng xuất khỏi mọi nơi (sign out everywhere)", "email")


def _list(options: argparse.Namespace) -> int:
    store, lang = open_store(), options.lang
    given = grants.grants_of(store)
    people = [
        (each, [one for one in given if one.person == each.id and not one.revoked_at])
        for each in accounts.everyone(store)
    ]
    if options.json:
        said = [vars(each) | {"grants": [vars(one) for one in mine]} for each, mine in people]
        print(json.dumps(said, ensure_ascii=False, indent=1))
    else:
        for each, mine in people:
            words = [_words(one, lang) for one in mine] or [t("users_none", lang)]
            print(each.email, each.name, "; ".join(words), sep="\t")
    return FINE


def _add(options: argparse.Namespace) -> int:
    person = accounts.add(open_store(), options.email, options.name, who=machine_of(options))
    print(t("users_added", options.lang, email=person.email))
    return FINE if options.no_passphrase else _give_passphrase(person, options)


def _passphrase(options: argparse.Namespace) -> int:
    return _give_passphrase(accounts.find(open_store(), options.email), options)


def _give_passphrase(person: Person, options: argparse.Namespace) -> int:
    passphrase = accounts.new_passphrase()
    accounts.set_passphrase(open_store(), person.id, passphrase, who=machine_of(options))
    print(t("users_passphrase", options.lang, email=person.email, passphrase=passphrase))
    return FINE


def _grant(options: argparse.Namespace) -> int:
    store = open_store()
    given = grants.grant(
        store,
        accounts.find(store, options.email).id,
        options.verb,
        who=machine_of(options),
        places=places_named(
            communes=options.communes, districts=options.district, provinces=options.province
        ),
        first_day=options.first_day,
        last_day=options.last_day,
    )
    print(_words(given, options.lang))
    return FINE


def _revoke(options: argparse.Namespace) -> int:
    store = open_store()
    if options.what.isdecimal():
        numbers = [int(options.what)]
    else:
        mine = grants.grants_of(store, accounts.find(store, options.what).id)
        numbers = [each.id for each in mine if not each.revoked_at]
    for number in numbers:
        taken = grants.revoke(store, number, who=machine_of(options))
        print(t("users_revoked", options.lang, grant=_words(taken, options.lang)))
    return FINE


def _release(options: argparse.Namespace) -> int:
    store = open_store()
    person = accounts.find(store, options.email)
    accounts.release(store, person.id, who=machine_of(options))
    print(t("users_released", options.lang, email=person.email))
    return FINE


def _sign_out(options: argparse.Namespace) -> int:
    store = open_store()
    person = accounts.find(store, options.email)
    sessions.end_all(store, person.id, who=machine_of(options))
    print(t("users_signed_out", options.lang, email=person.email))
    return FINE


def _words(grant: Grant, lang: Lang) -> str:
    words = granted_words(grant.verb, grant.communes, grant.words, grant.valid_to, lang)
    return f"[{grant.id}] {words}"
