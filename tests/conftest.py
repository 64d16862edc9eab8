"""What many tests share: the index of the samples, made once, and its questions with the bundled reader."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The same examples each time, however slow the machine is: a test that fails has found something, and finds it again.
# New ones are looked for with `pytest --hypothesis-profile=default`.
settings.register_profile(
    "steady", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def sample_library(tmp_path_factory):
    """The sample articles, indexed with the bundled model."""
    from index import Library

    library = Library.open(tmp_path_factory.mktemp("samples") / "index", create=True)
    library.sync(Path(__file__).resolve().parent.parent / "index" / "samples")
    yield library
    library.close()


@pytest.fixture(scope="session")
def sample_qa(sample_library):
    """Questions over the samples, with the bundled reader and no chat model."""
    from qa import ArticleQA

    return ArticleQA(sample_library)
