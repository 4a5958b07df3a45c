"""The programme's concepts as plain, frozen values."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Lang = Literal["vi", "en"]
LANGUAGES: tuple[Lang, ...] = ("vi", "en")

REGIONS = ("I", "II", "III")
MOST_DIFFICULT = "III"  # region III = especially difficult commune (ĐBKK)
# A unit put together of communes in several regions is written with all of them: `I–III`, `0–I`.
DASH = "–"
OUTSIDE = "0"  # stands there for communes on no list

NOT_SPLIT = "none"  # how money without a source, or a kind, is chosen
ROAD = "road"  # beside the facility types, a place that distances are measured to

Mask = NDArray[np.bool_]  # one answer per row of a table


class Text(NamedTuple):
    """A wording in both languages of the product.

    >>> Text("xã", "communes").of("vi")
    'xã'
    """

    vi: str
    en: str

    def of(self, lang: Lang) -> str:
        """Return the wording in one language."""
        return self.vi if lang == "vi" else self.en


class Basis(StrEnum):
    """What a figure stands for on the way from promise to result."""

    PLAN = "plan"
    ALLOCATED = "allocated"
    DISBURSED = "disbursed"
    ACTUAL = "actual"


class Status(StrEnum):
    """How far a site or road segment is, in the order in which it counts as done."""

    COMPLETED = "completed"
    UNDER_CONSTRUCTION = "under_construction"
    PLANNED = "planned"
    NOT_REPORTED = "not_reported"


class Kind(StrEnum):
    """How values of an indicator combine: they add up, are averaged by a base, or only named."""

    EXTENSIVE = "extensive"
    INTENSIVE = "intensive"
    CATEGORY = "category"


class State(StrEnum):
    """Why a commune has, or has not, a value. Zero is a value."""

    REPORTED = "reported"
    PARTLY_REPORTED = "partly_reported"
    NOT_REPORTED = "not_reported"
    NOT_APPLICABLE = "not_applicable"
    NO_PLAN = "no_plan"
    NOT_RESTATABLE = "not_restatable"


class Scope(StrEnum):
    """Which communes an indicator speaks of."""

    ALL = "all"
    PROGRAMME = "programme"
    REGION_III = "region3"


class Role(StrEnum):
    """What an indicator is to the product itself, whatever a catalogue calls it.

    The capital ladder, the list of communes that are to leave region III and the weights of a rate
    need particular figures. A catalogue that fills a role with none simply has no such figure.
    """

    CAPITAL = "capital"  # the programme's money: planned, allocated, disbursed
    DISBURSEMENT = "disbursement"  # what of it was disbursed, in percent
    LEAVING = "leaving"  # communes that leave region III
    POVERTY_FALL = "poverty_fall"  # by how much the poverty rate of a commune fell
    POVERTY_GOAL = "poverty_goal"  # the same in region III, for which the province sets a goal
    NONE = ""  # like most of them
    HOUSEHOLDS = "households"  # how large a commune is


@dataclass(frozen=True)
class Programme:
    """The programme in one province.

    `years` can be chosen even before figures come in; `term` is its first and last year, of which
    any may be reported on.
    """

    code: str
    name: Text
    decision: str
    province_code: str
    province: Text
    years: tuple[int, ...]
    default_year: int
    term: tuple[int, int]

    @property
    def reported_years(self) -> tuple[int, ...]:
        """The years that may be reported on."""
        first, last = self.term
        return tuple(range(first, last + 1))


@dataclass(frozen=True)
class Project:
    """One of the ten component projects, or a sub-project (`parent` is then its project)."""

    code: str
    name: Text
    short: Text
    source: str
    parent: str = ""
    verified: bool = False


@dataclass(frozen=True)
class Usual:
    """What is usual of the figures of an indicator: of others a file is asked about, not refused.

    Attributes
    ----------
    over_plan
        Results of a year, or a sum of money, up to so many times their plan.
    sum_of_growing
        Quarters that only grow and end within their plan may add up to so many times of it; beyond,
        each of them holds the year until then.
    times, spreads
        A figure differs from what plan, year before or other communes let expect by not more than
        so many times, nor by so many of the deviations that are common among its like.
    like
        Of fewer figures nobody can tell what is common.
    least, most
        The smallest and the largest figure above zero; 0 where any may be right.
    """

    over_plan: float
    sum_of_growing: float
    times: float
    spreads: float
    like: int
    least: float = 0.0
    most: float = 0.0


@dataclass(frozen=True)
class Indicator:
    """What is measured, in which unit, how it combines and where it applies.

    `derived` names the indicator it is computed from; `nearest` the facility type, or `road`, that
    it is the distance to, `every_name` and `every_short` its names where more such places are known
    than the programme built; `role` what the product itself needs it for; `unit_one_en` is the
    unit behind a one (`household`); `usual` what its figures are questioned by; `source_words` says
    the source to a reader where it is no address.
    """

    id: str
    name: Text
    short: Text
    unit: Text
    kind: Kind
    bases: tuple[Basis, ...]
    default_basis: Basis
    source: str
    usual: Usual
    definition: Text = Text("", "")
    unit_one_en: str = ""
    decimals: int = 0
    direction: str = "neutral"
    theme: str = "delivery"
    scope: Scope = Scope.PROGRAMME
    project: str = ""
    base: str = ""
    facility: str = ""
    derived: str = ""
    nearest: str = ""
    role: Role = Role.NONE
    every_name: Text = Text("", "")
    every_short: Text = Text("", "")
    source_words: Text = Text("", "")

    @property
    def is_money(self) -> bool:
        """Whether it counts đồng; they are read in millions and billions."""
        return self.unit.en == "VND"

    @property
    def is_planned(self) -> bool:
        """Whether plans of it add up, so that a plan of nothing is no plan."""
        return self.adds_up and Basis.PLAN in self.bases

    @property
    def is_length(self) -> bool:
        """Whether it counts kilometres of road, which are measured on the map as well."""
        return self.unit.en == "km" and not self.nearest

    @property
    def counts_works(self) -> bool:
        """Whether it counts sites of a type or kilometres of road."""
        return bool(self.facility) or self.is_length

    @property
    def is_percent(self) -> bool:
        """Whether it is a share of something, from 0 to 100 %."""
        return self.unit.en == "%"

    @property
    def is_points(self) -> bool:
        """Whether it is a change of a share in percentage points, which may be negative."""
        return "percentage points" in self.unit.en

    @property
    def counts_communes(self) -> bool:
        """Whether it counts communes, of which each is one at most."""
        return self.unit.en == "communes"

    @property
    def is_disbursement(self) -> bool:
        """Whether it is what of the amounts of another indicator was disbursed, in percent."""
        return bool(self.derived) and self.is_percent

    @property
    def adds_up(self) -> bool:
        """Whether values add up: of communes to a district, of quarters to a year."""
        return self.kind is Kind.EXTENSIVE

    @property
    def grows_by_quarter(self) -> bool:
        """Whether what was done or paid is what was added in a quarter: of whatever is planned."""
        return self.adds_up and Basis.PLAN in self.bases

    @property
    def falls(self) -> bool:
        """Whether less is better: its plan is a level to come down to."""
        return self.direction == "lower"

    @property
    def is_computed(self) -> bool:
        """Whether its figures come from other figures, or from sites and roads: nobody reports."""
        return bool(self.derived or self.nearest)

    @property
    def has_total(self) -> bool:
        """Whether several communes have one figure together: a sum, or a mean by a base."""
        return self.adds_up or (self.kind is Kind.INTENSIVE and bool(self.base))


@dataclass(frozen=True)
class Target:
    """A plan figure of the whole province for one year."""

    year: int
    indicator: str
    value: float
    unit: Text
    source: str
    project: str = ""
    approximate: bool = False


@dataclass(frozen=True)
class Capital:
    """Where capital comes from, or which kind of money it is: a part into which money is split.

    `split` is the column that says so; `words` are what else a file may write for it; `is_kindless`
    says of a source that its money is of neither kind, and so not to be split by it.
    """

    split: str
    code: str
    name: Text
    source: str
    words: tuple[str, ...] = ()
    is_kindless: bool = False


@dataclass(frozen=True)
class Facility:
    """A type of infrastructure site; `icon` is its symbol, an SVG path on a 24 × 24 grid."""

    code: str
    name: Text
    icon: str


GIVEN_THEMES = ("need", "category")  # of indicators that describe where the programme works
FLOWS = (Basis.ACTUAL, Basis.DISBURSED)  # what comes about in the course of a year
