"""Exports of survey programs (KoboToolbox, ODK, ONA): columns of their own, names with groups.

A question stands as `group/question` or `group-question`. What the program itself notes of each
form sent in is no answer: an `_id` is no work's, a `_status` no status of a work.
"""

import re
from collections.abc import Sequence

from mtqg_geo.loading.sheets.rows import Rows
from mtqg_geo.loading.sheets.table import RowError
from mtqg_geo.loading.sheets.words import plain, refuse

# One of these, and it is such an export.
SURE = frozenset(
    {
        "_uuid", "_submission_time", "_submission__id", "_xform_id_string", "_bamboo_dataset_id",
        "__version__", "meta/instanceid", "meta-instanceid", "meta:instanceid", "instanceid",
        "formhub/uuid", "submissiondate", "submission_date",
    }
)  # fmt: skip
OWN = SURE | {
    "start", "end", "today", "deviceid", "phonenumber", "devicephonenum", "simserial", "simid",
    "subscriberid", "username", "audit", "duration", "caseid", "key", "parent_key", "_id",
    "_index", "_parent_index", "_parent_table_name", "_notes", "_status", "_submitted_by",
    "_tags", "_duration", "_total_media", "_media_count", "_media_all_received", "_attachments",
    "_version_", "_version", "_date_modified", "_edited", "_xform_id", "_deleted_at", "uuid",
    "instancename", "rootuuid", "deprecatedid", "formdef_version", "formversion", "submitterid",
    "submittername", "attachmentspresent", "attachmentsexpected",
}  # fmt: skip
# ODK Central's, written so; a question may well be called `status`.
OWN_OF_CENTRAL, CENTRAL = ("Status", "Edits"), "attachmentspresent"
GROUP_MARK = re.compile(r"[/:-]")
REVIEW = "review"
ACCEPTED = frozenset({"", "approved", "validation status approved"})


def asked(headings: Sequence[str]) -> list[tuple[str, ...]]:
    """Return what each heading may be called by, longest first; nothing for a program's own.

    >>> asked(["_uuid", "cong_trinh/ten", "gps-Latitude"])
    [(), ('cong_trinh/ten', 'ten'), ('gps-Latitude', 'Latitude')]
    >>> asked(["Xã/Phường", "Số nhà - thôn"])
    [('Xã/Phường',), ('Số nhà - thôn',)]
    """
    names = [text.strip().lower() for text in headings]
    if SURE.isdisjoint(names):
        return [(text,) for text in headings]
    central = OWN_OF_CENTRAL if CENTRAL in names else ()
    return [
        () if _is_own(name) or text in central else (text, *_endings(text))
        for name, text in zip(names, headings, strict=True)
    ]


def _is_own(name: str) -> bool:
    group, *rest = GROUP_MARK.split(name, maxsplit=1)
    return name in OWN or (group in ("meta", "formhub") and {*rest} <= OWN)


def _endings(text: str) -> list[str]:
    return [text[mark.end() :].strip() for mark in GROUP_MARK.finditer(text)]


def review_notes(rows: Rows) -> list[RowError]:
    """Return a note for each row that the reviewers of the survey did not approve."""
    notes: list[RowError] = []
    if rows.column(REVIEW) is not None:
        verdicts = rows.texts(REVIEW)
        for verdict in verdicts.unique():
            if plain(verdict) not in ACCEPTED:
                said = refuse("load_survey_review", verdict=verdict)
                notes += rows.errors(verdicts.to_numpy() == verdict, REVIEW, said)
    return notes
