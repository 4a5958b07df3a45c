import os
import subprocess
import sys
from pathlib import Path

from geo import scratch


def left_by(code, folder):
    """Return what a process that runs some code, killed in the middle, leaves in a folder."""
    program = f"from geo.scratch import scratch_folder\nfrom pathlib import Path\n{code}"
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", program, str(folder)], cwd=root, check=False)
    return [*folder.iterdir()]


def test_what_a_killed_process_left_is_swept_and_what_others_work_in_is_not(tmp_path):
    die = (
        "import os, sys\n"
        "with scratch_folder(beside=Path(sys.argv[1])) as folder:\n"
        "    Path(folder, 'a').write_text('half')\n    os.kill(os.getpid(), 9)"
    )
    [left] = left_by(die, tmp_path)
    (tmp_path / "mine").mkdir()
    elsewhere = tmp_path / ".new-00000000-1-abc"  # of another machine that shares the folder
    elsewhere.mkdir()
    with scratch.scratch_folder(beside=tmp_path) as ours:
        assert scratch.sweep(tmp_path) == 1
        assert not left.exists()
        assert sorted(tmp_path.iterdir()) == sorted([Path(ours), elsewhere, tmp_path / "mine"])


def test_what_nothing_was_changed_in_for_a_day_is_swept_whoever_made_it(tmp_path):
    # The first as earlier versions wrote it, the last two of other programs.
    names = (".new-abc_1def", ".new-00000000-1-abc", ".new-York", "other")
    for name in names:
        (tmp_path / name).mkdir()
    assert scratch.sweep(tmp_path) == 0
    for name in names:
        os.utime(tmp_path / name, (0, 0))
    assert scratch.sweep(tmp_path) == 2
    assert {path.name for path in tmp_path.iterdir()} == {".new-York", "other"}


def test_where_there_is_no_folder_there_is_nothing_to_sweep(tmp_path):
    assert scratch.sweep(tmp_path / "absent") == 0
    (tmp_path / ".new-file0000").write_text("a file is no folder of ours")
    os.utime(tmp_path / ".new-file0000", (0, 0))
    assert scratch.sweep(tmp_path) == 0
