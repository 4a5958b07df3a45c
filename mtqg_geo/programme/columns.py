"""Column names of the programme's tables, each written once."""

CODE = "code"
NAME = "name"
TYPE = "type"
DISTRICT_CODE = "district_code"
DISTRICT = "district"
COMMUNE_CODE = "commune_code"
COMMUNE = "commune"
COMMUNE_CODES = "commune_codes"
PROVINCE_CODE = "province_code"
PROVINCE = "province"
VINTAGE = "vintage"
SOURCE = "source"

REGION = "region"
VALID_FROM = "valid_from"
VALID_TO = "valid_to"
DECISION = "decision"

INDICATOR = "indicator"
PROJECT = "project"
PERIOD = "period"
BASIS = "basis"
CAPITAL_SOURCE = "capital_source"
CAPITAL_KIND = "capital_kind"
VALUE = "value"
STATE = "state"
MISSING_PERIODS = "missing_periods"

ID = "id"
FACILITY = "facility"
STATUS = "status"
YEAR = "year"
# Of a site or road: what all of it costs, and when it was built, as exactly as that is known.
COST_VND = "cost_vnd"
STARTED_ON, COMPLETED_ON = "started_on", "completed_on"
FUNDING = "funding"  # of a site, as files write it: by the programme or outside it
LON = "lon"
LAT = "lat"
LOCATION = "location"  # how exactly the place of a site is known
POSITION_ACCURACY = "position_accuracy"  # the same in files, beside the name it had before
POINT = "point"  # of a site, as files write it: both coordinates in one cell

SURFACE = "surface"
ROAD_CLASS = "road_class"
LENGTH_KM = "length_km"
REPORTED_KM = "reported_km"
IN_SELECTION_KM = "in_selection_km"
AREA_KM2 = "area_km2"

ILLUSTRATIVE = "illustrative"  # the value of `source` that marks made-up example data
