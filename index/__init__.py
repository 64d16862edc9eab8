"""Articles on disk -> searchable, dated, quotable chunks."""

from index.articles import Article
from index.errors import ArticleQAError
from index.library import Filters, Library, Snapshot, Status
from index.sync import Progress, SyncReport

__all__ = ["Article", "ArticleQAError", "Filters", "Library", "Progress", "Snapshot", "Status", "SyncReport"]
