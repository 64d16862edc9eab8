from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ui.uploads import FILES_AT_ONCE, MAX_BYTES, safe_name, store_uploads


def put(folder, name, content="text"):
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(content)
    return file


@given(st.text(alphabet=st.sampled_from("./\\ab\x00é\u202e ~$:*?-\n"), max_size=30))
def test_no_name_leads_out_of_its_folder(name):
    safe = safe_name(name)
    assert not safe or (Path("/f") / safe).resolve().parent == Path("/f")
    assert not safe.startswith(".")


def test_good_files_are_stored_and_others_say_why(tmp_path):
    files = [put(tmp_path / "in", name) for name in ("a.txt", "b.exe", "c.md")]
    files.append(put(tmp_path / "in", "empty.txt", ""))
    big = put(tmp_path / "in", "big.txt")
    with big.open("r+b") as file:
        file.truncate(MAX_BYTES + 1)
    uploads = store_uploads([*files, big], tmp_path / "uploads")
    assert [upload.name for upload in uploads if upload.path] == ["a.txt", "c.md"]
    assert [upload.reason.split()[0] for upload in uploads if not upload.path] == ["not", "it", "larger"]
    assert sorted(file.name for file in (tmp_path / "uploads").iterdir()) == ["a.txt", "c.md"]


def test_the_number_of_files_is_limited(tmp_path):
    files = [put(tmp_path / "in", f"{n}.txt") for n in range(FILES_AT_ONCE + 2)]
    refused = [upload for upload in store_uploads(files, tmp_path / "uploads") if upload.reason]
    assert len(refused) == 2


def test_a_file_of_the_same_name_is_the_newer_version(tmp_path):
    store_uploads([put(tmp_path / "in", "a.txt", "old")], tmp_path / "uploads")
    store_uploads([put(tmp_path / "in", "a.txt", "new")], tmp_path / "uploads")
    assert (tmp_path / "uploads" / "a.txt").read_text() == "new"


def test_files_of_one_name_in_one_drop_are_numbered(tmp_path):
    files = [
        put(tmp_path / folder, name, folder) for folder, name in (("x", "a?.txt"), ("y", "a*.txt"), ("z", "A_.TXT"))
    ]
    uploads = store_uploads(files, tmp_path / "uploads")
    assert [upload.name for upload in uploads] == ["a_.txt", "a_ (2).txt", "A_ (3).txt"]
    assert [upload.path.read_text() for upload in uploads] == ["x", "y", "z"]
