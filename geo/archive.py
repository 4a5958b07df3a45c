"""Zip archives: what one from a stranger may hold, and ours, whose bytes are always the same."""

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geo.errors import ReadError

Moment = tuple[int, int, int, int, int, int]  # year, month, day, hour, minute, second

MAX_ZIP_MEMBERS = 200
MAX_UNPACKED_BYTES = 1_000_000_000


def checked_members(name: str, archive: zipfile.ZipFile) -> list[str]:
    """Return the names of the files in an archive; refuse what could harm or mislead."""
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > MAX_ZIP_MEMBERS:
        raise ReadError.of("zip_many_files", file=name, count=len(members), most=MAX_ZIP_MEMBERS)
    if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
        raise ReadError.of("zip_too_large", file=name)
    names = [member.filename for member in members if "__MACOSX/" not in member.filename]
    outside = [each for each in names if _leads_outside(each)]
    if outside:
        raise ReadError.of("zip_outside", file=name, count=len(outside), example=outside[0])
    if len(set(map(str.lower, names))) < len(names):
        twice = next(each for each in names if sum(n.lower() == each.lower() for n in names) > 1)
        raise ReadError.of("zip_same_name", file=name, example=twice)
    if any(member.flag_bits & 1 for member in members):
        raise ReadError.of("zip_password", file=name)
    return names


def _leads_outside(name: str) -> bool:
    parts = re.split(r"[/\\]", name)
    return parts[0] == "" or ".." in parts or ":" in parts[0] or "\\" in name


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
