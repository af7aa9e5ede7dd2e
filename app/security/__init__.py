"""Who may do what: roles, people, sign-in."""
