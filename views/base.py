"""RegisterView: a register is a declaration; everything else comes from its parts."""

from views.attaching import Attaching
from views.core import bulk_action
from views.disclosing import Disclosing
from views.reading import Reading
from views.writing import Writing

__all__ = ["RegisterView", "bulk_action"]


class RegisterView(Reading, Writing, Disclosing, Attaching):
    """List, page, forms, endings, deletion, Excel, history, choices, files, secrets and bulk actions of one table."""
