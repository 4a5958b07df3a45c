"""The log in words: who did what, when and to what, for the page, the command line and files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mtqg_geo.communes.lineage import delivered_sets
from mtqg_geo.people.grants import granted_words
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.period import HOME, local_time
from mtqg_geo.programme.words import number, t
from mtqg_geo.store.batches import SYSTEM, is_delivered
from mtqg_geo.store.insert_only import OF_PEOPLE, LogEntry

COLUMNS = ("at", "who", "what", "of", "more")


@dataclass(frozen=True)
class RecordFilter:
    """Which lines of the log are wanted; "" is all of them.

    `who` is a name as it was written, `kind` one of the store's `ACTIONS`, `day` the beginning of a
    day in Vietnam, such as `2026-11-30`, `2026-11` or `2026`, `via` from where it was done (see
    `store.rights.Via`).
    """

    who: str = ""
    kind: str = ""
    day: str = ""
    via: str = ""

    def of(self, entries: Sequence[LogEntry]) -> tuple[LogEntry, ...]:
        """Return those of some lines that are wanted."""
        return tuple(
            each
            for each in entries
            if self.who in ("", each.who)
            and self.kind in ("", each.action)
            and day_of(each).startswith(self.day)
            and self.via in ("", via_of(each))
        )


def day_of(entry: LogEntry) -> str:
    """Return the day on which something was done, as it was in Vietnam.

    >>> day_of(LogEntry(1, "2026-11-30T18:05:00+00:00", "Lan", "undo", "2", {}))
    '2026-12-01'
    """
    return datetime.fromisoformat(entry.at).astimezone(HOME).date().isoformat()


def via_of(entry: LogEntry) -> str:
    """Return from where something was done, "" where nobody signed in."""
    return str(entry.detail.get("via", ""))


def via_words(via: str, lang: Lang) -> str:
    """Say from where something was done."""
    return t(f"record_via_{via}", lang)


def record_rows(entries: Sequence[LogEntry], lang: Lang) -> list[dict[str, str]]:
    """Return a row of words for each line, by the headings of `COLUMNS`."""
    names = _set_names(entries)
    heads = [t(f"record_{name}", lang) for name in COLUMNS]
    return [dict(zip(heads, _row(each, names, lang), strict=True)) for each in entries]


def who_words(who: str, lang: Lang) -> str:
    """Name who did something; the product itself, and nobody in particular, have a word too."""
    return {SYSTEM: t("loading_system", lang), "": t("record_nobody", lang)}.get(who, who)


def kind_words(kind: str, lang: Lang) -> str:
    """Name what was done."""
    return t(f"record_kind_{kind}", lang)


def _row(entry: LogEntry, names: Mapping[str, str], lang: Lang) -> tuple[str, ...]:
    of, more = _OF[entry.action](entry, names, lang)
    replaced = entry.replaced_by and t("record_replaced", lang, file=entry.replaced_by)
    more = "; ".join(filter(None, (more, _from_where(entry, lang), replaced)))
    what = kind_words(entry.action, lang)
    return local_time(entry.at), who_words(entry.who, lang), what, of, more


def _from_where(entry: LogEntry, lang: Lang) -> str:
    """Say whose account did it, and from where; of open mode nothing more than a name is known."""
    detail = entry.detail
    if "via" not in detail:
        return ""
    token = t("record_with_token", lang, id=detail["token"]) if "token" in detail else ""
    said = (detail.get("email", ""), via_words(via_of(entry), lang), token)
    return ", ".join(filter(None, said))


def _import(entry: LogEntry, _names: Mapping[str, str], lang: Lang) -> tuple[str, str]:
    file, illustrative = str(entry.detail["file"]), bool(entry.detail["illustrative"])
    if entry.subject.isdigit() and is_delivered(
        int(entry.subject), file, illustrative=illustrative
    ):
        file = t("loading_sample", lang)
    counts = {
        name: number(sum(each[name] for each in entry.detail["counts"].values()), lang)
        for name in ("new", "changed", "unchanged", "rejected")
    }
    return t("record_batch", lang, id=entry.subject, file=file), t("record_counts", lang, **counts)


def _undo(entry: LogEntry, _names: Mapping[str, str], lang: Lang) -> tuple[str, str]:
    batch = t("record_batch", lang, id=entry.subject, file=entry.detail["file"])
    return batch, t("record_loaded_by", lang, who=who_words(entry.detail["imported_by"], lang))


def _boundaries(entry: LogEntry, names: Mapping[str, str], lang: Lang) -> tuple[str, str]:
    vintage = entry.detail.get("vintage", "")
    return _set(entry.subject, names), t("record_vintage", lang, vintage=vintage) if vintage else ""


def _use(entry: LogEntry, names: Mapping[str, str], lang: Lang) -> tuple[str, str]:
    chosen = entry.detail["set"]
    name = _set(chosen, names) if chosen else t("record_delivered_set", lang)
    return name, t("record_vintage", lang, vintage=entry.subject)


def _restore(entry: LogEntry, _names: Mapping[str, str], lang: Lang) -> tuple[str, str]:
    count = int(entry.detail.get("replaced", 0))
    return entry.subject, t("record_kept", lang, count=number(count, lang)) if count else ""


def _person(entry: LogEntry, _names: Mapping[str, str], lang: Lang) -> tuple[str, str]:
    detail, more = entry.detail, ""
    if "verb" in detail:
        until = detail.get("valid_to", "")
        more = granted_words(detail["verb"], detail["communes"], detail["words"], until, lang)
    elif "words" in detail:
        more = f"{detail['words']} ({detail['of']})"
    elif "identities" in detail:
        more = ", ".join(each["issuer"] for each in detail["identities"])
    elif "count" in detail:
        more = t("record_sessions", lang, count=number(detail["count"], lang))
    return entry.subject, more or str(detail.get("name", ""))


_OF = {"import": _import, "undo": _undo, "boundaries": _boundaries, "use": _use,
       "restore": _restore, **dict.fromkeys(OF_PEOPLE, _person)}  # fmt: skip


def _set(set_id: str, names: Mapping[str, str]) -> str:
    return f"{names[set_id]} ({set_id})" if set_id in names else set_id


def _set_names(entries: Sequence[LogEntry]) -> dict[str, str]:
    """Return the names of boundary sets; earlier versions wrote none of those they installed."""
    delivered = {each.id: each.name for each in delivered_sets().values()}
    return delivered | {
        each.subject: str(each.detail["name"])
        for each in entries
        if each.action == "boundaries" and "name" in each.detail
    }
