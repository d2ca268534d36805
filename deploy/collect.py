# ruff: noqa: INP001 -- a program of the build stage, no package
"""Collect the root of the daemons' image: run within the build stage, by the Python that will be in the image.

``collect.py SOURCE TARGET`` follows the imports of both daemons, late ones too, and copies those modules, compiled,
with Python itself, nft, and the shared libraries that all of them need. Debian's records of the packages from which
something was taken go along, where scanners of images look for them, and so do their licences.
"""

from __future__ import annotations

import py_compile
import shutil
import subprocess
import sys
import sysconfig
from modulefinder import ModuleFinder
from pathlib import Path

ROOTS = ("genlb.__main__", "genlb.agent.process", "genlb.cli.agent")
"""Where the process starts, what it becomes, and the command in between, which the CLI finds by its name."""

ALSO = ("encodings.ascii", "encodings.idna", "encodings.latin_1", "encodings.utf_8", "linecache", "site", "traceback")
"""Imported by the interpreter itself: no import statement names them."""

NEVER = (
    "genlb.api",  # what every other command of genlb is made of
    *("asyncio", "ctypes", "doctest", "ftplib", "lib2to3", "multiprocessing", "netrc", "pdb", "plistlib", "pydoc"),
    *("readline", "rlcompleter", "statistics", "tkinter", "unittest", "webbrowser", "xml", "xmlrpc"),
)
"""What the daemons never reach: besides, what the standard library imports for debuggers and self-tests."""

PROGRAMS = ("/usr/bin/python3.11", "/usr/sbin/nft")
PACKAGES = "/usr/lib/python3/dist-packages"

FILES = {
    "etc/passwd": "root:x:0:0:root:/:/none\nnobody:x:65532:65532:nobody:/:/none\n",
    "etc/group": "root:x:0:\nnobody:x:65532:\n",
    "etc/nsswitch.conf": "hosts: files dns\n",
    "usr/local/bin/genlb": "#!/usr/bin/python3.11 -I\nfrom genlb.__main__ import main\n\nmain()\n",
}

MERGED = {"bin": "usr/bin", "lib": "usr/lib", "lib64": "usr/lib64", "sbin": "usr/sbin"}
"""As in every Debian: without these links nothing finds the loader."""


def modules(source: Path) -> dict[Path, Path]:
    """File of every module that the daemons may import, with its place below the root."""
    library = Path(sysconfig.get_path("stdlib"))
    extensions = library / "lib-dynload"
    finder = ModuleFinder(path=[str(source), str(library), str(extensions), PACKAGES], excludes=list(NEVER))
    for name in (*ROOTS, *ALSO):
        finder.import_hook(name, fromlist=["*"])
    found = {}
    for module in finder.modules.values():
        named = getattr(module, "__file__", None)
        if named is None:  # built into the interpreter
            continue
        file = Path(named)
        own = file.is_relative_to(source)
        found[file] = Path(PACKAGES) / file.relative_to(source) if own else file
    return found


def libraries(binaries: list[Path]) -> set[Path]:
    """The loader and the shared libraries that it would load for these files."""
    (loader,) = {*Path("/lib64").glob("ld-linux*.so.*"), *Path("/lib").glob("ld-linux-aarch64.so.*")}
    needed = {loader}
    for binary in binaries:
        listed = subprocess.run([loader, "--list", binary], capture_output=True, text=True, check=True).stdout  # noqa: S603 -- Debian's own loader and files
        words = (word for line in listed.splitlines() for word in line.split())
        needed |= {Path(word) for word in words if word.startswith("/")}
    return needed


def put(file: Path, place: Path) -> None:
    """Copy what ``file`` is, through links."""
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(file.resolve(), place)


def put_module(file: Path, place: Path, target: Path) -> None:
    """Compile a module into the image; genlb's own source goes along, for the lines of a traceback.

    A root that is read only can be compiled neither at run time nor behind Python's back: nothing is checked.
    """
    own = "genlb" in place.parts
    inside = target / place.relative_to("/")
    if file.suffix != ".py" or own:
        put(file, inside)
    if file.suffix == ".py":
        tag = f"{place.stem}.{sys.implementation.cache_tag}.pyc"
        compiled = inside.parent / "__pycache__" / tag if own else inside.with_suffix(".pyc")
        compiled.parent.mkdir(parents=True, exist_ok=True)
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile(str(file), str(compiled), dfile=str(place), doraise=True, invalidation_mode=mode)


def put_records(taken: set[Path], target: Path) -> None:
    """Licence and status of every Debian package of which a file was taken."""
    resolved = {str(path) for path in taken} | {str(path.resolve()) for path in taken}
    plain = resolved | {path.removeprefix("/usr") for path in resolved}  # a merged /usr is not in dpkg's lists
    status = Path("/var/lib/dpkg/status").read_text(encoding="utf-8").split("\n\n")
    stanzas = {stanza.partition("\n")[0].removeprefix("Package: "): stanza for stanza in status if stanza.strip()}
    for listing in Path("/var/lib/dpkg/info").glob("*.list"):
        if plain.isdisjoint(listing.read_text(encoding="utf-8").splitlines()):
            continue
        name = listing.stem.partition(":")[0]
        record = target / "var/lib/dpkg/status.d" / name
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(stanzas[name].strip() + "\n", encoding="utf-8")
        copyright_ = Path("/usr/share/doc") / name / "copyright"
        if copyright_.exists():
            put(copyright_, target / copyright_.relative_to("/"))


def main() -> None:
    """Fill the target."""
    source, target = map(Path, sys.argv[1:])
    found = modules(source)
    programs = [Path(program) for program in PROGRAMS]
    extensions = [file for file in found if file.suffix == ".so"]
    needed = libraries(programs + extensions)
    for link, to in MERGED.items():
        (target / to).mkdir(parents=True, exist_ok=True)
        (target / link).symlink_to(to)
    for name, text in FILES.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(text, encoding="utf-8")
    (target / "usr/local/bin/genlb").chmod(0o755)
    (target / sysconfig.get_path("stdlib").lstrip("/") / "lib-dynload").mkdir(parents=True)
    for file in {*programs, *needed}:
        put(file, target / file.relative_to("/"))
    for file, place in found.items():
        put_module(file, place, target)
    put(source / "LICENSE", target / "usr/share/doc/genlb/copyright")
    put_records({*programs, *needed, *found}, target)
    for mount_point in ("dev", "etc/genlb", "etc/sysctl.d", "proc", "run", "sys", "var/lib/genlb"):
        (target / mount_point).mkdir(parents=True, exist_ok=True)


if __name__ == "__main__":
    main()
