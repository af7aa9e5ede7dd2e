"""The WSGI application (`gunicorn run:app`), and the whole product in one command (`python run.py`)."""

from app import create_app
from app.server import refuse_demo_accounts, start

app = create_app()
refuse_demo_accounts(app)

if __name__ == "__main__":
    start(app)
