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
        msg = f"{name} holds {len(members):,} files; leave at most {MAX_ZIP_MEMBERS}."
        raise ReadError(msg)
    if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
        msg = f"{name} unpacks to more than 1 GB; split or simplify the layer."
        raise ReadError(msg)
    names = [member.filename for member in members if "__MACOSX/" not in member.filename]
    outside = [each for each in names if _leads_outside(each)]
    if outside:
        msg = (
            f"{name} holds {len(outside)} files with names that lead out of the archive "
            f"(first: {outside[0]}); zip the folder of the layer anew."
        )
        raise ReadError(msg)
    if len(set(map(str.lower, names))) < len(names):
        twice = next(each for each in names if sum(n.lower() == each.lower() for n in names) > 1)
        msg = f"{name} holds two files of one name ({twice}); zip the folder of the layer anew."
        raise ReadError(msg)
    if any(member.flag_bits & 1 for member in members):
        raise ReadError(f"{name} is protected by a password; zip the layer without one.")
    return names


def _leads_outside(name: str) -> bool:
    parts = re.split(r"[/\\]", name)
    return parts[0] == "" or ".." in parts or ":" in parts[0] or "\\" in name
