import pytest

from geo import errors


@pytest.mark.parametrize(
    "error",
    [
        errors.CRSError,
        errors.ReadError,
        errors.GeometryError,
        errors.JoinError,
        errors.BoundaryError,
        errors.ClassifyError,
    ],
)
def test_one_except_clause_catches_every_error(error):
    assert issubclass(error, errors.GeoError)


def test_every_error_is_drawn_in_the_tree():
    names = [each.__name__ for each in errors.GeoError.__subclasses__()]

    assert [name for name in names if name not in errors.__doc__] == []
