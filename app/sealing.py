"""封存 (F53) for other modules: `seal(case, SealReason.HIGH_RISK, today)`."""

from app.workflow.sealing import seal
from models import SealReason

__all__ = ["SealReason", "seal"]
