"""Holes in delegation: rights given to oneself, accounts taken over, roles made wider, people of elsewhere shown."""

from collections.abc import Iterator, Sequence
from typing import Any
from unittest.mock import patch

from flask import Flask

from app import scope
from app.accounts import AccountInterface
from app.interface import RegisterInterface
from app.security import delegation, handing
from app.security.actor import Actor
from models import StaffRole
from tests.drill.hole import as_system, hole, looking_anew
from tests.security import intrusions


@hole(attack=intrusions.widens_his_own_role)
def role_changed_by_who_holds_it(app: Flask) -> Iterator[None]:
    original = delegation.check_role

    def careless(actor: Any, before: Any, after: Any, holders: Any, is_own: bool) -> None:
        if not is_own:
            original(actor, before, after, holders, is_own)

    with patch.object(delegation, "check_role", careless):
        yield


@hole(attack=intrusions.grants_himself_a_scope)
def scope_granted_to_oneself(app: Flask) -> Iterator[None]:
    original = delegation.check_scope

    def careless(actor: Any, person: Any, *args: Any) -> None:
        if person.id != actor.user_id:
            original(actor, person, *args)

    with patch.object(delegation, "check_scope", careless):
        yield


@hole(attack=intrusions.resets_an_administrator)
def link_for_an_administrator(app: Flask) -> Iterator[None]:
    with patch.object(handing, "require_manageable", lambda *args: None):
        yield


@hole(attack=intrusions.copies_a_role_wider_than_his)
def role_copied_wider_than_mine(app: Flask) -> Iterator[None]:
    with patch.object(Actor, "may_shape", lambda self, cells, owner: True):
        yield


# ---- people and roles of elsewhere: the sweep of tests.security.people finds these


@hole("manager", is_about_people=True)
def accounts_of_elsewhere_listed(app: Flask) -> Iterator[None]:
    with patch.object(AccountInterface, "page", as_system(RegisterInterface.page)):
        yield


@hole("manager", is_about_people=True)
def accounts_of_elsewhere_counted(app: Flask) -> Iterator[None]:
    with patch.object(AccountInterface, "count", as_system(RegisterInterface.count)):
        yield


@hole("manager", is_about_people=True)
def accounts_of_elsewhere_opened(app: Flask) -> Iterator[None]:
    with patch.object(AccountInterface, "get_many", as_system(RegisterInterface.get_many)):
        yield


@hole("manager", is_about_people=True)
def password_hash_shown(app: Flask) -> Iterator[None]:
    original = AccountInterface.cells

    def careless(self: Any, rows: Sequence[Any], names: Sequence[str]) -> list[list[str]]:
        found = original(self, rows, names)
        for row, line in zip(rows, found, strict=True):
            line[0] += f" {row.password}"
        return found

    with patch.object(AccountInterface, "cells", careless):
        yield


@hole("manager", is_about_people=True)
def roles_of_elsewhere_shown(app: Flask) -> Iterator[None]:
    original = scope.predicate

    def careless(cls: Any, actor: Any, narrow: tuple[str, str] = ("", "view")) -> Any:
        return scope.true() if cls is StaffRole else original(cls, actor, narrow)

    with looking_anew(), patch.object(scope, "predicate", careless):
        yield


@hole("manager", is_about_people=True)
def delegation_unchecked(app: Flask) -> Iterator[None]:
    with patch.object(handing, "check", lambda *args: None):
        yield
