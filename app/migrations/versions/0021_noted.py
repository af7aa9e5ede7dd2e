"""Whoever handed a matter down takes note of the feedback."""

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None

TABLE = 'superior_assignment'
STATES = ('SENT', 'HANDLING', 'ANSWERED', 'FED_BACK')


def _listed(states: tuple[str, ...]) -> str:
    return ', '.join(f"'{state}'" for state in states)


def _checks(*noted: str) -> dict[str, str]:
    """{name: condition} of what the database holds of the states, with `noted` after the feedback."""
    fed_back = ('FED_BACK', *noted)
    answered = ('ANSWERED', *fed_back)
    return {
        'superiorstate': f"state IN ({_listed((*STATES, *noted))})",
        'closed_dated': f"(state IN ({_listed(fed_back)})) = (closed_on IS NOT NULL)",
        'signed_facts': f"state NOT IN ({_listed(('HANDLING', *answered))})"
        " OR (signed_on IS NOT NULL AND signed_by IS NOT NULL)",
        'answered_facts': f"state NOT IN ({_listed(answered)}) OR (answered_on IS NOT NULL)",
        'fed_back_facts': f"state NOT IN ({_listed(fed_back)}) OR (fed_back_on IS NOT NULL AND feedback IS NOT NULL)",
    }


def _hold(checks: dict[str, str]) -> None:
    with op.batch_alter_table(TABLE, table_kwargs={'sqlite_autoincrement': True}) as batch:
        for name, condition in checks.items():
            batch.drop_constraint(batch.f(f'ck_{TABLE}_{name}'), type_='check')
            batch.create_check_constraint(batch.f(f'ck_{TABLE}_{name}'), condition)


def upgrade() -> None:
    _hold(_checks('NOTED'))


def downgrade() -> None:
    op.execute(sa.text(f"UPDATE {TABLE} SET state = 'FED_BACK' WHERE state = 'NOTED'"))
    _hold(_checks())
