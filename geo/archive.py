"""Zip archives: what one from a stranger may hold, and ours, whose bytes are always the same."""

import errno
import io
import re
import shutil
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from geo.errors import ReadError

Moment = tuple[int, int, int, int, int, int]  # year, month, day, hour, minute, second

MAX_ZIP_MEMBERS = 200
MAX_GDB_MEMBERS = 2_000
_OF_GEODATABASE = "a00000001.gdbtable"
MAX_UNPACKED_BYTES = 1_000_000_000


def unpack(path: Path, name: str, folder: Path, *, suffixes: Collection[str]) -> dict[str, Path]:
    """Unpack an archive and return the place of each of its files, by its name in the archive.

    Only what is wanted is written there.

    Files are called by a number there, those of one layer by the same one (`3.shp`, `3.dbf`),
    however they were spelled: a name from a stranger is never a path of ours.

    Parameters
    ----------
    path
        The archive; anybody may have made it.
    name
        What messages call it.
    folder
        A folder of our own, made here.
    suffixes
        How the names of the files that are wanted end; geodatabases always are.

    Raises
    ------
    ReadError
        If it holds what could harm or mislead, or what cannot be unpacked.
    """
    try:
        return _unpack(path, name, folder, suffixes)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        # A wrong place in the list of files is a place that no file has, for the system.
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise
        raise ReadError.of("zip_damaged", file=name) from error


def _unpack(path: Path, name: str, folder: Path, suffixes: Collection[str]) -> dict[str, Path]:
    with zipfile.ZipFile(path) as archive:
        members = checked_members(name, archive)
        places = {each: folder / place for each, place in _places(members).items()}
        for each, member in members.items():
            if places[each].suffix not in suffixes and places[each].parent == folder:
                continue  # a document or a picture beside the layer
            _require_method(name, member)
            places[each].parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as packed, places[each].open("wb") as out:
                shutil.copyfileobj(packed, out, 1 << 20)
    return places


def _places(names: Iterable[str]) -> dict[str, str]:
    """Return under which names files are unpacked; a geodatabase is a folder that keeps its own.

    >>> _places(["Xã/XA.TAB", "Xã/xa.dat", "b/xa.dat"])
    {'Xã/XA.TAB': '0.tab', 'Xã/xa.dat': '0.dat', 'b/xa.dat': '1.dat'}
    >>> _places(["xa.gdb/gdb", "xa.gdb/a00000001.gdbtable"])
    {'xa.gdb/gdb': '0.gdb/gdb', 'xa.gdb/a00000001.gdbtable': '0.gdb/a00000001.gdbtable'}
    """
    parts = {each: _same(each).rpartition("/") for each in names}
    geodatabases = {folder for folder, _, last in parts.values() if last == _OF_GEODATABASE}
    numbers: dict[tuple[str, str], int] = {}
    places: dict[str, str] = {}
    for each, (folder, _, last) in parts.items():
        is_whole = folder in geodatabases
        stem, dot, suffix = ("", "", "") if is_whole else last.rpartition(".")
        number = numbers.setdefault((folder, stem), len(numbers))
        ending = suffix if _KNOWN_ENDING.fullmatch(suffix) else "other"
        places[each] = f"{number}.gdb/{last}" if is_whole else f"{number}{dot}{ending}"
    return places


_KNOWN_ENDING = re.compile(r"[a-z0-9-]{1,12}")


def _same(name: str) -> str:
    """Return how a name is compared: parts of one layer may be spelled differently."""
    return unicodedata.normalize("NFC", name).lower()


def checked_members(name: str, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the files in an archive by their names; refuse what could harm or mislead.

    What systems leave beside the files of a person (`__MACOSX`, `._xa.shp`) is passed over.
    """
    members = [member for member in archive.infolist() if not member.is_dir()]
    # A geodatabase is a folder of some hundred files, which are one layer to its sender.
    loose = [member for member in members if ".gdb/" not in member.filename.lower()]
    for counted, most in ((loose, MAX_ZIP_MEMBERS), (members, MAX_GDB_MEMBERS)):
        if len(counted) > most:
            raise ReadError.of("zip_many_files", file=name, count=len(counted), most=most)
    if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
        raise ReadError.of("zip_too_large", file=name)
    # Some programs for Windows write folders with its own mark, against the standard.
    named = [(member.filename.replace("\\", "/"), member) for member in members]
    outside = [each for each, _ in named if _leads_outside(each)]
    if outside:
        raise ReadError.of("zip_outside", file=name, count=len(outside), example=outside[0])
    kept = [(each, member) for each, member in named if not _LEFT_BY_SYSTEMS.search(each)]
    seen = Counter(_same(each) for each, _ in kept)
    if twice := [each for each, count in seen.items() if count > 1]:
        raise ReadError.of("zip_same_name", file=name, example=twice[0])
    if any(member.flag_bits & 1 for member in members):
        raise ReadError.of("zip_password", file=name)
    return dict(kept)


def _require_method(name: str, member: zipfile.ZipInfo) -> None:
    if member.compress_type not in _METHODS:
        method = _OTHER_METHODS.get(member.compress_type, str(member.compress_type))
        raise ReadError.of("zip_method", file=name, method=method)


_LEFT_BY_SYSTEMS = re.compile(r"(^|/)(__MACOSX/|\._|\.DS_Store$|Thumbs\.db$|desktop\.ini$)")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
# As in APPNOTE.TXT, 4.4.5. Windows writes Deflate64 by itself above 2 GB, 7-Zip when asked to.
_OTHER_METHODS = {9: "Deflate64", 93: "Zstandard", 95: "XZ", 98: "PPMd", 99: "AES"}


def _leads_outside(name: str) -> bool:
    parts = name.split("/")
    return parts[0] == "" or ".." in parts or ":" in parts[0]


def fixed_zip(
    members: Mapping[str, bytes], *, moment: Moment, compression: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """Return an archive of some files; the same files give the same bytes, whenever it is made.

    >>> old = fixed_zip({"a.txt": b"1"}, moment=(2000, 1, 1, 0, 0, 0))
    >>> old == fixed_zip({"a.txt": b"1"}, moment=(2000, 1, 1, 0, 0, 0))
    True
    """
    out = io.BytesIO()
    with FixedZip(out, moment=moment, compression=compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


class FixedZip(zipfile.ZipFile):
    """An archive being written whose members all bear one moment instead of that of writing.

    For libraries that write an archive themselves, such as a workbook; else take `fixed_zip`.
    """

    def __init__(
        self, file: io.BytesIO, *, moment: Moment, compression: int = zipfile.ZIP_DEFLATED
    ) -> None:
        super().__init__(file, "w", compression, allowZip64=True)
        self._moment = moment

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        """Add a member from memory."""
        name = getattr(zinfo_or_arcname, "filename", zinfo_or_arcname)
        super().writestr(self._member(name), data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        """Add a file."""
        member = self._member(arcname or filename)
        # A sheet of a million rows is written to disk first, and is copied piece by piece.
        with Path(filename).open("rb") as source, self.open(member, "w", force_zip64=True) as into:
            while part := source.read(1 << 20):
                into.write(part)

    def _member(self, name: object) -> zipfile.ZipInfo:
        member = zipfile.ZipInfo(str(name), self._moment)
        member.compress_type = self.compression
        return member
