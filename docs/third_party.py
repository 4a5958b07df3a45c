"""Write THIRD_PARTY.md: run it after changing a requirement (`make requirements` does).

What is installed tells its licence itself; versions and who needs it stand in the requirements.
What wheels bundle beside their own code no metadata says: it is noted here, by the names of the
libraries, and a test finds any that are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "THIRD_PARTY.md"
PIN = re.compile(r"^([A-Za-z0-9._-]+)(\[[a-z]+\])?==([^\s;\\]+)")
BY_FILE = "-r requirements.in"
SHORT = 40  # characters of a licence; more is its text
# What packages say of their licence in their text alone, or by pointing at another project.
LICENCES: Mapping[str, str] = {
    "altair": "BSD-3-Clause",
    "contourpy": "BSD-3-Clause",
    "cycler": "BSD-3-Clause",
    "itsdangerous": "BSD-3-Clause",
    "jenkspy": "MIT",
    "jinja2": "BSD-3-Clause",
    "kiwisolver": "BSD-3-Clause",
    "matplotlib": "Matplotlib licence (like PSF-2.0)",
    "protobuf": "BSD-3-Clause",
    "pydeck": "Apache-2.0",
    "pyogrio": "MIT",
    "streamlit-folium": "MIT",
    "tomli-w": "MIT",
    "xstatic-leaflet": "BSD-2-Clause",
    "xstatic-leaflet-markercluster": "MIT",
}
# Licences that ask for more than a notice, allowed one by one: libraries used as they are, which
# whoever installs may exchange.
ALLOWED: Mapping[str, str] = {
    "certifi": "MPL-2.0",
    "psycopg": "LGPL-3.0-only",
    "psycopg-binary": "LGPL-3.0-only",
}
ASKS_MORE = re.compile(r"GPL|MPL|EPL|EUPL|CDDL|SSPL|BUSL|GNU|Mozilla|Affero", re.IGNORECASE)
COPYLEFT = re.compile(r"\bA?GPL(?!.*WITH GCC-exception)|Affero|GNU General", re.IGNORECASE)


class Bundled(NamedTuple):
    """A library in a wheel: what it is called, its licence, the files in the folder beside it."""

    name: str
    licence: str
    files: tuple[str, ...] = ()


GEOS = Bundled("GEOS", "LGPL-2.1-or-later", ("geos", "geos_c"))
TIFF = Bundled("LibTIFF", "libtiff", ("tiff",))
BUNDLED: Mapping[str, tuple[Bundled, ...]] = {
    "argon2-cffi-bindings": (Bundled("Argon2", "CC0-1.0 OR Apache-2.0"),),
    "cffi": (Bundled("libffi", "MIT"),),
    "cryptography": (
        Bundled("OpenSSL", "Apache-2.0"),
        Bundled("PyO3 and other Rust crates", "MIT OR Apache-2.0"),
    ),
    "fontpkg-ibm-plex-sans-condensed": (Bundled("IBM Plex Sans Condensed", "OFL-1.1"),),
    "lxml": (Bundled("libxml2, libxslt", "MIT"),),
    "matplotlib": (
        Bundled("DejaVu fonts", "Bitstream Vera"),
        Bundled("FreeType", "FTL"),
        Bundled("Qhull", "Qhull"),
    ),
    "numpy": (
        Bundled("OpenBLAS, LAPACK", "BSD-3-Clause", ("scipy_openblas64_",)),
        Bundled("libgfortran", "GPL-3.0-or-later WITH GCC-exception-3.1", ("gfortran",)),
        Bundled("libquadmath", "LGPL-2.1-or-later", ("quadmath",)),
    ),
    "pillow": (
        Bundled("libXau, libxcb", "MIT", ("Xau", "xcb")),
        Bundled("libavif, OpenJPEG", "BSD-2-Clause", ("avif", "openjp2")),
        Bundled("Brotli, HarfBuzz, Little CMS", "MIT",
                ("brotlicommon", "brotlidec", "harfbuzz", "lcms2")),
        Bundled("FreeType", "FTL", ("freetype",)),
        Bundled("libjpeg-turbo", "IJG AND BSD-3-Clause", ("jpeg",)),
        Bundled("liblzma", "0BSD", ("lzma",)),
        Bundled("libpng", "libpng-2.0", ("png16",)),
        Bundled("libwebp", "BSD-3-Clause", ("sharpyuv", "webp", "webpdemux", "webpmux")),
        Bundled("Zstandard", "BSD-3-Clause", ("zstd",)),
        TIFF,
    ),
    "psycopg-binary": (
        Bundled("libpq", "PostgreSQL", ("pq",)),
        Bundled("OpenSSL", "Apache-2.0", ("crypto", "ssl")),
        Bundled("MIT Kerberos", "MIT",
                ("com_err", "gssapi_krb5", "k5crypto", "krb5", "krb5support")),
        Bundled("libxcrypt, keyutils", "LGPL-2.1-or-later", ("crypt", "keyutils")),
        Bundled("OpenLDAP", "OLDAP-2.8", ("lber", "ldap")),
        Bundled("Cyrus SASL", "BSD-3-Clause-Attribution", ("sasl2",)),
    ),
    "pyarrow": (Bundled("Apache Arrow and what it names in its LICENSE.txt", "Apache-2.0"),),
    "pyogrio": (
        Bundled("GDAL, with PROJ, SQLite, curl, OpenSSL, LibTIFF, Expat and others", "MIT",
                ("gdal",)),
        Bundled("GEOS, in GDAL", "LGPL-2.1-or-later"),
        Bundled("SpatiaLite, in GDAL (also under LGPL-2.1-or-later, GPL-2.0-or-later)", "MPL-1.1"),
    ),
    "pyproj": (
        Bundled("PROJ", "MIT", ("proj",)),
        Bundled("curl", "curl", ("curl",)),
        Bundled("nghttp2", "MIT", ("nghttp2",)),
        Bundled("SQLite", "public domain", ("sqlite3",)),
        TIFF,
    ),
    "python-calamine": (Bundled("calamine and other Rust crates", "MIT OR Apache-2.0"),),
    "shapely": (GEOS,),
    "streamlit": (
        Bundled("React and other JavaScript", "MIT"),
        Bundled("Source Sans, Source Serif, Source Code", "OFL-1.1"),
        Bundled("Material Symbols", "Apache-2.0"),
        Bundled("KaTeX and its fonts", "MIT"),
    ),
    "streamlit-folium": (Bundled("Leaflet and its plugins", "BSD-2-Clause AND MIT"),),
    "xstatic-leaflet": (Bundled("Leaflet", "BSD-2-Clause"),),
    "xstatic-leaflet-markercluster": (Bundled("Leaflet.markercluster", "MIT"),),
}  # fmt: skip
HEAD = """# Third-party software

Written by `docs/third_party.py`; do not edit by hand. All that runs with the product, as pinned in
`requirements.txt`; what only tests and checks need (`requirements-dev.txt`) is not handed on.
Nothing of it is under the GPL or AGPL (a test): libraries under the LGPL and MPL are used as they
come, and whoever installs may put another version in their place. Licence texts are in the
`dist-info` folder of each package.
"""


def licence_of(name: str) -> str:
    """Return the licence of an installed package in a few words."""
    if name in LICENCES:
        return LICENCES[name]
    told = distribution(name).metadata
    if expression := told.get("License-Expression"):
        return str(expression)
    text = str(told.get("License") or "").strip()
    if 0 < len(text) <= SHORT and "\n" not in text:
        return text
    kinds = [each.rpartition(" :: ")[2] for each in told.get_all("Classifier") or ()
             if each.startswith("License ::")]  # fmt: skip
    return "; ".join(kinds) or "?"


def pinned() -> dict[str, tuple[str, list[str]]]:
    """Return version and needing packages of each pin of requirements.txt, by name."""
    found: dict[str, tuple[str, list[str]]] = {}
    name, is_via = "", False
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if pin := PIN.match(line):
            name, is_via = canonicalize_name(pin[1]), False
            found[name] = (pin[3], [])
        elif line.startswith("    #") and name:
            text = line.strip("# ")
            is_via = is_via or text.startswith("via")
            if is_via and (by := text.removeprefix("via").strip()):
                found[name][1].append(by)
    return found


def reasons() -> dict[str, str]:
    """Return what requirements.in says of each package it names."""
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    pins = [(pin, line) for line in lines if (pin := PIN.match(line))]
    return {canonicalize_name(pin[1]): line.partition("  # ")[2] for pin, line in pins}


def closure() -> set[str]:
    """Return all packages that those of requirements.in bring with them, by their own account."""
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    asked = [Requirement(line.partition("  #")[0]) for line in lines if PIN.match(line)]
    found: set[str] = set()
    while asked:
        each = asked.pop()
        name = canonicalize_name(each.name)
        if name in found and not each.extras:
            continue
        found.add(name)
        try:
            brought = map(Requirement, distribution(name).requires or ())
        except PackageNotFoundError:  # of another system
            continue
        asked += [
            other
            for other in brought
            if other.marker is None
            or any(other.marker.evaluate({"extra": extra}) for extra in (*each.extras, ""))
        ]
    return found


def third_party() -> str:
    """Return THIRD_PARTY.md."""
    return "\n".join((HEAD, *_packages(), "", *_bundled(), ""))


def _packages() -> Iterator[str]:
    said = reasons()
    yield "| package | version | licence | what for |"
    yield "|---|---|---|---|"
    for name, (version, needed_by) in sorted(pinned().items()):
        others = ", ".join(each for each in needed_by if each != BY_FILE)
        reason = said.get(name) or f"needed by {others}"
        yield f"| {name} | {version} | {licence_of(name)} | {reason} |"


def _bundled() -> Iterator[str]:
    yield "## What wheels bundle"
    yield ""
    yield "| in | holds | licence |"
    yield "|---|---|---|"
    for name, held in BUNDLED.items():
        for each in held:
            yield f"| {name} | {each.name} | {each.licence} |"


if __name__ == "__main__":
    TARGET.write_text(third_party(), encoding="utf-8")
