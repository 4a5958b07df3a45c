"""A large file is checked and stored in a process of its own, with the same outcome."""

import pytest

from geo.jobs import JobStopped
from mtqg_geo.dataset.dataset import current_dataset
from mtqg_geo.loading import apart
from mtqg_geo.loading.upload import check_upload
from mtqg_geo.programme.errors import StoreError
from mtqg_geo.store.batches import batches
from mtqg_geo.store.engine import close_stores, create_store
from mtqg_geo.store.rights import Who

HEAD = "Mã xã;Chỉ tiêu;Dự án;Kỳ báo cáo;Loại số liệu;Giá trị\n"


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("MTQG_DATA", str(tmp_path))
    yield create_store()
    close_stores()


def test_a_large_file_is_checked_and_stored_beside_the_page(store, data, monkeypatch):
    monkeypatch.setattr(apart, "LARGE_BYTES", 0)
    codes = data.commune_list["code"][:3]
    content = (HEAD + "".join(f"{each};OP01;DA1;2024-Q1;actual;7\n" for each in codes)).encode()
    content += b"99999;OP01;DA1;2024-Q1;actual;7\n"
    said = []
    upload = apart.check(content, "a.csv", data, progress=lambda *each: said.append(each))
    here = check_upload(content, "a.csv", data, store=store)
    assert [str(each) for each in upload.errors] == [str(each) for each in here.errors]
    assert upload.good["observations"].equals(here.good["observations"])
    assert said[0] == (0.0, "loading_step_reading")
    assert said[-1] == (1.0, "loading_step_comparing")
    given = {"who": Who("Lan"), "allow_rejected": True}
    batch = apart.commit(upload, store, data, **given)
    assert [each.id for each in batches(store)] == [batch.id]
    assert (batch.who, batch.counts["observations"]["new"]) == (
        "Lan",
        len(here.good["observations"]),
    )
    assert current_dataset().observations.counts.rows == len(here.good["observations"])


def test_a_click_on_stop_ends_the_process_and_the_next_file_has_its_turn(monkeypatch):
    class Clicked(BaseException):
        pass

    def stop(share, words):
        raise Clicked

    monkeypatch.setattr(apart, "_HERE", "tests.geo.jobs_given")
    with pytest.raises(Clicked):
        apart._done("last_for_ever_in_words", progress=stop)
    assert apart._done("told", progress=stop).startswith(b"([], ")


def test_of_a_process_that_was_killed_nobody_says_what_it_has_stored(store, data, monkeypatch):
    def killed(*_, **__):
        raise JobStopped

    monkeypatch.setattr(apart, "LARGE_BYTES", 0)
    monkeypatch.setattr(apart, "_done", killed)
    upload = check_upload((HEAD + "00000;OP01;DA1;2024-Q1;actual;7\n").encode(), "a.csv", data)
    with pytest.raises(StoreError, match="whole or not at all|trọn vẹn hoặc không") as raised:
        apart.commit(upload, store, data, who=Who("Lan"), allow_rejected=True)
    assert raised.value.code == "commit_stopped"
