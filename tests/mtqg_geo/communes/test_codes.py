import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.communes.codes import full_code, tidy_code


@pytest.mark.parametrize(
    "written",
    ["07615", "7615", "'07615", '="07615"', "7615.0", "7615,00", "7.615", "7,615", "07 615",
     "2422007615", "24.220.07615", "24-220-07615", "2407615", "22007615", "VN2422007615",
     "\ufeff07615", "\uff10\uff17\uff16\uff11\uff15"],
)  # fmt: skip
def test_a_code_is_read_however_a_program_wrote_it(written):
    assert full_code(tidy_code(written)) == "07615"  # An Châu, of district 220 in province 24


@pytest.mark.parametrize(
    "text", ["", "An Châu", "0912307615", "2421007615", "7615.5", "=A2", "1/2"]
)
def test_what_is_no_code_stays_as_it_is(text):
    assert tidy_code(text) == text


@given(st.text(alphabet="0123456789.,'=\"VN -/", max_size=12))
def test_a_code_once_read_is_read_alike_again(text):
    assert tidy_code(tidy_code(text)) == tidy_code(text)
