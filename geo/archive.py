"""What an archive from a stranger may hold: few members, not too large, none that leads outside."""

import re
import zipfile

from geo.errors import ReadError

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
