"""Lists to choose from by typing: what is in them, and the files that browsers keep.

======================  ==========================================================================
`Option`, `Group`       what can be chosen, under a heading
`packed`                groups as `ui/shared/combobox.js` reads them
`search_list`           everything that the search finds, as a file named by its content
======================  ==========================================================================

No component is registered here: the server imports this before there is a page.
"""

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from itertools import product

from geo.kept import kept
from mtqg_geo.communes.epochs import geography_of
from mtqg_geo.communes.lineage import vintages
from mtqg_geo.communes.names import bare_name
from mtqg_geo.communes.search import FindableUnit, findable
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.vintages import current_lineage
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import LANGUAGES, Lang
from mtqg_geo.programme.period import date_words
from mtqg_geo.programme.words import t


@dataclass(frozen=True)
class Option:
    """What can be chosen: what stands for it, how it is shown, and other words that find it.

    `words` are parted by ` | `, the first of them its own name or code: an option of which one is
    what was typed, as a whole, comes before others.
    """

    value: str
    label: str
    detail: str = ""
    words: str = ""


@dataclass(frozen=True)
class Group:
    """Options under a heading."""

    heading: str
    options: Sequence[Option]


def packed(groups: Sequence[Group]) -> list[object]:
    """Return groups as the script reads them: heading and options, without names of fields."""
    return [[group.heading, [astuple(option) for option in group.options]] for group in groups]


def list_file(shown: Iterable[Dataset], file: str) -> bytes | None:
    """Return the compressed list behind an address, of any data shown, or None."""
    files = dict(search_list(data.as_drawn, lang) for data, lang in product(shown, LANGUAGES))
    return files.get(file)


@kept(maxsize=8)
def search_list(data: Dataset, lang: Lang) -> tuple[str, bytes]:
    """Return the name of the list of some data, and its compressed text.

    `data` is what is drawn (`Dataset.as_drawn`): the same for any filter.
    """
    body = json.dumps(
        packed(list(_findable(data, lang))), ensure_ascii=False, separators=(",", ":")
    ).encode()
    return f"search-{hashlib.sha256(body).hexdigest()[:16]}.json", gzip.compress(body, mtime=0)


def _findable(data: Dataset, lang: Lang) -> Iterator[Group]:
    """Give everything that can be found, as the list shows it."""
    catalog, lineage = data.catalog, current_lineage(data.store)
    vintage = geography_of(data.boundary_set.vintage, lineage) or vintages()[0]
    units = findable(data.commune_list, vintage, lineage)
    communes = [
        Option(f"commune:{each.code}", each.name, _detail(each, vintage, lang), _words(each.words))
        for each in units
    ]
    districts = [
        Option(
            f"district:{code}",
            name,
            t("find_filters_district", lang),
            _words((bare_name(name), code)),
        )
        for code, name in zip(data.districts[c.CODE], data.districts[c.NAME], strict=True)
    ]
    projects = [
        Option(
            f"project:{each.code}",
            f"{each.code} · {each.short.of(lang)}",
            t("find_filters_project", lang),
            _words((each.code, each.name.of(lang))),
        )
        for each in catalog.projects.values()
    ]
    indicators = [
        Option(
            f"indicator:{each.id}",
            each.short.of(lang),
            each.unit.of(lang),
            _words((each.id, each.name.of(lang))),
        )
        for each in catalog.indicators.values()
    ]
    yield Group(t("find_communes", lang), communes)
    yield Group(t("reform_former_district" if data.restatement else "district", lang), districts)
    yield Group(t("project", lang), projects)
    yield Group(t("find_indicators", lang), indicators)


def _words(words: Iterable[str]) -> str:
    return " | ".join(words)


def _detail(unit: FindableUnit, vintage: str, lang: Lang) -> str:
    """Say where a unit lies, and what it became or was: the name somebody typed may be that."""
    kin = (
        t(
            "find_since" if each.vintage > vintage else "find_before",
            lang,
            month=date_words(max(each.vintage, vintage), lang),
            names=", ".join(name for _, name in each.units),
        )
        for each in unit.kin
    )
    return " · ".join((unit.code, unit.district, *kin))
