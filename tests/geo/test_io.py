import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, box

from data.boundaries.catalogue import write_shapefile
from geo.errors import CRSError, GeoError, ReadError
from geo.io import read_layer

REAL_LAYER = (
    Path(__file__).parents[3] / "shared" / "data" / "boundaries" / "bac_giang_communes_2008.zip"
)
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def communes():
    columns = {"code": ["00123", "07645"], "name": ["Xã Đồng Hưu", "Xã Hoà Bình"], "people": [5, 7]}
    return gpd.GeoDataFrame(columns, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], crs="EPSG:4326")


@pytest.fixture
def shapefile(tmp_path):
    path = tmp_path / "units.shp"
    write_shapefile(communes(), path)
    return path


def zipped(shapefile, target, *, folder="", suffixes=PARTS, names=("units",)):
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            for suffix in suffixes:
                archive.write(shapefile.with_suffix(suffix), f"{folder}{name}{suffix}")
    return target


def assert_is_communes(layer):
    assert layer["code"].tolist() == ["00123", "07645"]
    assert layer["name"].tolist() == ["Xã Đồng Hưu", "Xã Hoà Bình"]
    assert layer["people"].tolist() == [5, 7]
    assert layer.crs == "EPSG:4326"
    assert layer.geometry.geom_equals(communes().geometry).all()


def test_a_shapefile_keeps_zeros_accents_and_crs(shapefile):
    assert_is_communes(read_layer(shapefile))


@pytest.mark.parametrize("folder", ["", "ranh giới/xã/"])
@pytest.mark.parametrize("name", ["units.zip", "units (1).ZIP"])
def test_a_zip_is_read_in_place_with_or_without_a_folder(shapefile, tmp_path, folder, name):
    assert_is_communes(read_layer(zipped(shapefile, tmp_path / name, folder=folder)))


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".parquet", ".fgb"])
def test_other_formats_keep_the_same_also_zipped(tmp_path, suffix):
    path = tmp_path / f"units{suffix}"
    if suffix == ".parquet":
        communes().to_parquet(path)
    else:
        communes().to_file(path, SPATIAL_INDEX="NO") if suffix == ".fgb" else communes().to_file(
            path
        )

    assert_is_communes(read_layer(path))
    with zipfile.ZipFile(tmp_path / "units.zip", "w") as archive:
        archive.write(path, f"ranh giới/{path.name}")
    assert_is_communes(read_layer(tmp_path / "units.zip"))


def test_texts_that_look_like_dates_stay_texts(tmp_path):
    path = tmp_path / "dated.geojson"
    communes().assign(decided="2023-04-01").to_file(path)

    assert read_layer(path)["decided"].tolist() == ["2023-04-01"] * 2


def test_utf8_texts_are_recognised_without_a_cpg_file(shapefile):
    shapefile.with_suffix(".cpg").unlink()

    assert_is_communes(read_layer(shapefile))


def test_bytes_that_are_no_utf8_are_kept_as_latin1(tmp_path):
    path = tmp_path / "old.shp"
    communes().assign(name=["X\xb7", "\xa7\xa8"]).to_file(path, encoding="ISO-8859-1")
    path.with_suffix(".cpg").unlink()

    assert read_layer(path)["name"].tolist() == ["X\xb7", "\xa7\xa8"]


def test_latin1_asked_for_gives_every_byte_as_a_letter(shapefile):
    names = read_layer(shapefile, encoding="latin-1")["name"]

    assert [name.encode("latin-1").decode() for name in names] == ["Xã Đồng Hưu", "Xã Hoà Bình"]


@pytest.mark.parametrize("cpg", ["UTF-8", "65001", "utf8\r\n", "unknown"])
def test_spellings_of_utf8_in_the_cpg_file_are_understood(shapefile, cpg):
    shapefile.with_suffix(".cpg").write_text(cpg)

    assert_is_communes(read_layer(shapefile))


def test_windows_1258_keeps_the_last_letter(tmp_path):
    path = tmp_path / "old.shp"
    names = ["Hanoi", "Đông"]
    as_bytes = [name.encode("cp1258").decode("ISO-8859-1") for name in names]
    communes().assign(name=as_bytes).to_file(path, encoding="ISO-8859-1")
    path.with_suffix(".cpg").write_text("1258")

    assert read_layer(path)["name"].tolist() == names
    path.with_suffix(".cpg").unlink()
    assert read_layer(path, encoding="cp1258")["name"].tolist() == names


def test_a_wrong_encoding_is_an_error_not_mojibake(shapefile):
    with pytest.raises(ReadError, match=r"texts of units.shp are not in ascii"):
        read_layer(shapefile, encoding="ascii")


def test_missing_texts_stay_missing(tmp_path):
    path = tmp_path / "gaps.shp"
    write_shapefile(communes().assign(name=["Xã Đồng Hưu", None]), path)

    assert read_layer(path)["name"].isna().tolist() == [False, True]


def test_a_layer_without_a_prj_file_has_no_crs(shapefile):
    shapefile.with_suffix(".prj").unlink()

    assert read_layer(shapefile).crs is None


def test_a_text_that_goes_on_behind_a_zero_byte_is_refused(shapefile):
    dbf = shapefile.with_suffix(".dbf")
    content = dbf.read_bytes()
    name = "Xã Hoà Bình".encode()
    dbf.write_bytes(content.replace(name + b"   ", name + b"\0\0 "))
    assert_is_communes(read_layer(shapefile))
    dbf.write_bytes(content.replace(name + b"   ", name + b"\0\0x"))

    with pytest.raises(ReadError, match=r"column name that are damaged"):
        read_layer(shapefile)


def test_a_table_that_is_longer_than_its_rows_is_refused(shapefile):
    """Eight bytes came twice: the texts behind them moved on, and the last one looks whole."""
    dbf = shapefile.with_suffix(".dbf")
    content = dbf.read_bytes()
    for behind in (b"", b"\0" * 40, b"\x1a" * 2):  # as various programs end a table
        dbf.write_bytes(content.rstrip(b"\x1a") + behind)
        assert_is_communes(read_layer(shapefile))
    dbf.write_bytes(content[:-20] + content[-28:-20] + content[-20:])

    with pytest.raises(ReadError, match=r"text goes on behind its last row"):
        read_layer(shapefile)


@pytest.mark.parametrize(("suffix", "code"), [(".shp", "no_shapefile"), (".shx", "index_damaged")])
def test_what_means_nothing_in_a_shapefile_is_zero(shapefile, suffix, code):
    content = bytearray(shapefile.with_suffix(suffix).read_bytes())
    content[17] = 1
    shapefile.with_suffix(suffix).write_bytes(content)

    with pytest.raises(ReadError) as caught:
        read_layer(shapefile)
    assert caught.value.code == code


@pytest.mark.parametrize(("n_words", "code"), [(0xFB57_0000, "cut_short"), (60, "shapes_damaged")])
def test_a_shapefile_is_as_long_as_it_says(shapefile, n_words, code):
    path = shapefile.with_suffix(".shp")
    content = path.read_bytes()
    path.write_bytes(content[:24] + n_words.to_bytes(4, "big") + content[28:])

    with pytest.raises(ReadError) as caught:
        read_layer(shapefile)
    assert caught.value.code == code


@pytest.mark.parametrize("suffix", [".shx", ".dbf"])
def test_a_missing_companion_file_is_named(shapefile, tmp_path, suffix):
    target = zipped(
        shapefile, tmp_path / "part.zip", suffixes=[each for each in PARTS if each != suffix]
    )
    shapefile.with_suffix(suffix).unlink()

    for path in (shapefile, target):
        with pytest.raises(ReadError, match=rf"lacks its \{suffix} file"):
            read_layer(path)


def test_a_zip_with_two_shapefiles_or_none_is_refused(shapefile, tmp_path):
    with pytest.raises(ReadError, match=r"holds 2 layers \(a.shp, b.shp\); choose the one"):
        read_layer(zipped(shapefile, tmp_path / "two.zip", names=("a", "b")))
    with pytest.raises(ReadError, match=r"holds no layer"):
        read_layer(zipped(shapefile, tmp_path / "none.zip", suffixes=[".dbf"]))


def test_a_zip_of_too_many_files_is_refused(shapefile, tmp_path):
    names = [f"units{number}" for number in range(201)]

    with pytest.raises(ReadError, match=r"holds 201 files; leave at most 200"):
        read_layer(zipped(shapefile, tmp_path / "many.zip", suffixes=[".prj"], names=names))


def test_a_shapefile_cut_short_is_refused(shapefile):
    shapefile.write_bytes(shapefile.read_bytes()[:-50])

    with pytest.raises(ReadError, match=r"units.shp is cut short"):
        read_layer(shapefile)


def test_a_row_lost_on_the_way_is_an_error(shapefile):
    table = shapefile.with_suffix(".dbf")
    content = bytearray(table.read_bytes())
    header_bytes = int.from_bytes(content[8:10], "little")
    content[header_bytes] = ord("*")  # marks the first row as deleted
    table.write_bytes(content)

    with pytest.raises(ReadError, match=r"Only 1 of the 2 rows of units.shp"):
        read_layer(shapefile)


@pytest.mark.parametrize("name", ["a.shp", "a.zip", "a.gpkg", "a.geojson", "a.parquet"])
def test_a_file_of_something_else_gives_one_sentence_without_paths(tmp_path, name):
    for suffix in (".shx", ".dbf"):
        (tmp_path / f"a{suffix}").write_bytes(b"not a layer")
    (tmp_path / name).write_bytes(b"not a layer")

    with pytest.raises(ReadError) as caught:
        read_layer(tmp_path / name)
    assert str(caught.value).startswith(name)
    assert str(tmp_path) not in str(caught.value)


def test_other_kinds_and_absent_files_are_refused(tmp_path):
    with pytest.raises(ReadError, match=r"notes.txt is no layer that can be read"):
        read_layer(tmp_path / "notes.txt")
    with pytest.raises(ReadError, match=r"There is no file absent.shp"):
        read_layer(tmp_path / "absent.shp")


def test_a_table_without_shapes_is_refused(tmp_path):
    path = tmp_path / "table.gpkg"
    communes().to_file(path)
    pd.DataFrame({"code": ["A"]}).to_parquet(tmp_path / "table.parquet")

    with pytest.raises(ReadError):
        read_layer(tmp_path / "table.parquet")


def test_a_geopackage_with_two_layers_is_refused(tmp_path):
    path = tmp_path / "two.gpkg"
    communes().to_file(path, layer="one")
    communes().to_file(path, layer="two")

    with pytest.raises(ReadError, match=r"holds 2 layers"):
        read_layer(path)


def test_writing_twice_gives_the_same_bytes(shapefile, tmp_path):
    (tmp_path / "again").mkdir()
    write_shapefile(communes(), tmp_path / "again" / "units.shp")

    for suffix in PARTS:
        again = tmp_path / "again" / f"units{suffix}"
        assert again.read_bytes() == shapefile.with_suffix(suffix).read_bytes()
    assert shapefile.with_suffix(".cpg").read_text() == "UTF-8"


def test_what_the_format_would_cut_is_refused(tmp_path):
    path = tmp_path / "long.shp"

    with pytest.raises(GeoError, match=r"1 column names are longer .* \(first: district_code\)"):
        write_shapefile(communes().rename(columns={"code": "district_code"}), path)
    with pytest.raises(GeoError, match=r"1 texts in name are longer"):
        write_shapefile(communes().assign(name=["ơ" * 128, "x"]), path)
    with pytest.raises(CRSError):
        write_shapefile(communes().set_crs(None, allow_override=True), path)


def test_shapes_of_points_are_written_too(tmp_path):
    path = tmp_path / "sites.shp"
    write_shapefile(communes().set_geometry([Point(0, 0), Point(1, 1)], crs="EPSG:4326"), path)

    assert read_layer(path).geometry.x.tolist() == [0, 1]


@pytest.mark.skipif(not REAL_LAYER.exists(), reason="the real layer is not beside the repository")
def test_the_real_layer_of_a_province_is_read_whole():
    layer = read_layer(REAL_LAYER)

    assert len(layer) == 232
    assert layer["commune_vn"].iloc[0] == "Phường Trần Phú"
    assert layer["district_v"].iloc[0] == "Thành phố Bắc Giang"
    assert layer.crs == "EPSG:4326"
    assert not layer.geometry.isna().any()
